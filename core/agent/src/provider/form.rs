//! The form of an answer, in words: for providers that know no other way to ask for it.

use std::borrow::Cow;

use nexus_domain::brief::ReplyForm;

/// A system prompt that asks for a form.
pub(super) fn with_form<'a>(system: &'a str, form: &ReplyForm) -> Cow<'a, str> {
    let wish = match form {
        ReplyForm::Text => return Cow::Borrowed(system),
        ReplyForm::Json => "Answer with one JSON object and nothing else.".to_owned(),
        ReplyForm::Schema { schema, .. } => format!(
            "Answer with one JSON value and nothing else. It has to fit this JSON Schema:\n{schema}"
        ),
    };
    let gap = if system.is_empty() { "" } else { "\n\n" };
    Cow::Owned(format!("{system}{gap}{wish}"))
}
