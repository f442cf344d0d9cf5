//! Texts with places for what a delivery brings: `{{ body.pull_request.title }}`.
//!
//! A place is a path of names with dots between them into one of `body`, `headers`, `event`, `id`
//! and `hook`; a name that has dots or spaces itself stands in quotes (`body."a.b"`), and a number
//! picks from a list. Behind it may stand `| json` (as JSON, whatever it is) and `| or "text"`
//! (what counts where there is nothing). A place that holds only a text in quotes is that text.
//! There are no conditions and no loops: what is to be decided, the agent decides, or the filter
//! of the hook.

use std::fmt;

use serde_json::{Map, Value};

/// Longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 16 * 1024;
/// Most places of a template.
pub const PLACES_MAX: usize = 128;
/// Most names of a path.
const PATH_LEN_MAX: usize = 32;
/// Longest text that is made, in bytes; what is longer is cut and says so.
pub const RENDERED_BYTES_MAX: usize = 384 * 1024;
/// Stands at the end of what was cut.
const CUT: &str = "\n[cut]";
/// What a path may begin with.
const ROOTS: [&str; 5] = ["body", "headers", "event", "id", "hook"];
/// Headers that no text is made from: they hold what proves the sender.
const SECRET_HEADERS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// What a delivery brings, for templates and filters.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The body.
    pub body: Value,
    /// Headers by lower-case name, without those that prove the sender.
    pub headers: Map<String, Value>,
    /// What kind of event it is.
    pub event: String,
    /// The delivery's id.
    pub id: String,
    /// The hook's name.
    pub hook: String,
}

/// A way into what a delivery brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        let mut rest = text.trim();
        loop {
            let (name, behind) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or("a quote is not closed")?,
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            let is_plain = !rest.starts_with('"');
            if name.is_empty() || (is_plain && name.chars().any(|c| c.is_whitespace() || c == '"'))
            {
                return Err(format!(
                    "`{}` is no path: write names with dots between them, such as body.user.name",
                    text.trim().escape_debug()
                ));
            }
            names.push(name.to_owned());
            if names.len() > PATH_LEN_MAX {
                return Err(format!("a path has at most {PATH_LEN_MAX} names"));
            }
            match behind.strip_prefix('.') {
                Some(more) => rest = more,
                None if behind.is_empty() => break,
                None => return Err(format!("`{}` is no path", text.trim().escape_debug())),
            }
        }
        Self(names).checked()
    }

    fn checked(mut self) -> Result<Self, String> {
        let root = self.0.first().cloned().unwrap_or_default();
        if !ROOTS.contains(&root.as_str()) {
            return Err(format!(
                "`{}` is not there; a path begins with {}",
                root.escape_debug(),
                ROOTS.join(", ")
            ));
        }
        match (root.as_str(), self.0.len()) {
            ("body", _) => {}
            ("headers", 2) => {
                self.0[1].make_ascii_lowercase();
                if SECRET_HEADERS.contains(&self.0[1].as_str()) {
                    return Err(format!(
                        "the header `{}` proves the sender, and no text is made from it",
                        self.0[1]
                    ));
                }
            }
            ("headers", _) => return Err("write headers.NAME, such as headers.user-agent".into()),
            (_, 1) => {}
            (root, _) => return Err(format!("`{root}` is a text and has nothing beneath it")),
        }
        Ok(self)
    }

    /// The text at the end of the path; nothing where there is none, or where it is empty.
    #[must_use]
    pub fn text(&self, facts: &Facts) -> Option<String> {
        let text = match self.find(facts)? {
            Found::Text(text) => text.to_owned(),
            Found::Value(Value::Null) => return None,
            Found::Value(Value::String(text)) => text.clone(),
            Found::Value(value) => value.to_string(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn json(&self, facts: &Facts) -> Option<String> {
        match self.find(facts)? {
            Found::Text(text) => Some(Value::from(text).to_string()),
            Found::Value(value) => Some(value.to_string()),
        }
    }

    fn find<'a>(&self, facts: &'a Facts) -> Option<Found<'a>> {
        let (root, rest) = self.0.split_first()?;
        match root.as_str() {
            "event" => Some(Found::Text(&facts.event)),
            "id" => Some(Found::Text(&facts.id)),
            "hook" => Some(Found::Text(&facts.hook)),
            "headers" => facts.headers.get(rest.first()?).map(Found::Value),
            _ => rest.iter().try_fold(&facts.body, step).map(Found::Value),
        }
    }
}

fn step<'a>(value: &'a Value, name: &String) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}

enum Found<'a> {
    Text(&'a str),
    Value(&'a Value),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { path: Path, is_json: bool, otherwise: Option<String> },
}

/// A text with places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(format!("a template has at most {TEMPLATE_BYTES_MAX} bytes"));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let end = end_of(behind).ok_or_else(|| {
                format!("`{{{{{}` is not closed with `}}}}`", start_of(behind).escape_debug())
            })?;
            pieces.push(place(&behind[..end])?);
            if pieces.len() > 2 * PLACES_MAX {
                return Err(format!("a template has at most {PLACES_MAX} places"));
            }
            rest = &behind[end + 2..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The text for one delivery. What is not there leaves nothing behind.
    #[must_use]
    pub fn render(&self, facts: &Facts) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Place { path, is_json, otherwise } => {
                    let found = if *is_json { path.json(facts) } else { path.text(facts) };
                    if let Some(found) = found.or_else(|| otherwise.clone()) {
                        text.push_str(&found);
                    }
                }
            }
            if text.len() > RENDERED_BYTES_MAX {
                return cut(text);
            }
        }
        text
    }
}

/// Cuts a text to what may be made.
pub(crate) fn cut(mut text: String) -> String {
    if text.len() <= RENDERED_BYTES_MAX {
        return text;
    }
    let mut end = RENDERED_BYTES_MAX - CUT.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text + CUT
}

/// Where the place ends that begins here: at the first `}}` outside of quotes.
fn end_of(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        is_quoted ^= bytes[at] == b'"';
        !is_quoted && bytes[at..].starts_with(b"}}")
    })
}

fn start_of(text: &str) -> &str {
    const CHARS: usize = 30;
    text.char_indices().nth(CHARS).map_or(text, |(at, _)| &text[..at])
}

fn place(text: &str) -> Result<Piece, String> {
    let mut parts = split_bars(text).into_iter();
    let head = parts.next().unwrap_or_default().trim();
    if let Some(literal) = literal(head) {
        return match parts.next() {
            None => Ok(Piece::Text(literal.to_owned())),
            Some(_) => Err("nothing can stand behind a text in quotes".to_owned()),
        };
    }
    let path = Path::parse(head)?;
    let (mut is_json, mut otherwise) = (false, None);
    for part in parts {
        let part = part.trim();
        let default = part.strip_prefix("or").map(str::trim_start).and_then(literal);
        match (part, default) {
            ("json", _) if !is_json => is_json = true,
            (_, Some(text)) if otherwise.is_none() => otherwise = Some(text.to_owned()),
            _ => {
                return Err(format!(
                    "`| {}` is not there; there are `| json` and `| or \"text\"`, each once",
                    part.escape_debug()
                ));
            }
        }
    }
    Ok(Piece::Place { path, is_json, otherwise })
}

/// The parts between bars that stand outside of quotes.
fn split_bars(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let is_bar = |c: char| {
        is_quoted ^= c == '"';
        c == '|' && !is_quoted
    };
    text.split(is_bar).collect()
}

fn literal(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inside.contains('"')).then_some(inside)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn facts() -> Facts {
        let body = json!({
            "action": "opened",
            "number": 7,
            "is_draft": false,
            "nothing": null,
            "empty": "",
            "user": { "login": "ada", "full.name": "Ada L." },
            "commits": [{ "message": "one" }, { "message": "two" }],
        });
        let headers = json!({ "user-agent": "GitHub-Hookshot/1" });
        Facts {
            body,
            headers: headers.as_object().unwrap().clone(),
            event: "pull_request.opened".to_owned(),
            id: "d-1".to_owned(),
            hook: "github".to_owned(),
        }
    }

    #[track_caller]
    fn check(template: &str, expected: &str) {
        assert_eq!(Template::parse(template).unwrap().render(&facts()), expected, "{template}");
    }

    #[test]
    fn places_are_filled_with_what_came() {
        check("plain", "plain");
        check("#{{body.number}} by {{ body.user.login }}", "#7 by ada");
        check("{{ body.commits.1.message }}", "two");
        check("{{ body.user.\"full.name\" }}", "Ada L.");
        check("{{ body.is_draft }}", "false");
        check(
            "{{ headers.User-Agent }} {{event}} {{id}} {{hook}}",
            "GitHub-Hookshot/1 pull_request.opened d-1 github",
        );
        check("{{ body.commits.0 }}", r#"{"message":"one"}"#);
        check("{{ body.action | json }}", r#""opened""#);
        check("{{ event | json }}", r#""pull_request.opened""#);
        check("[{{ body.missing }}{{ body.nothing }}{{ body.empty }}]", "[]");
        check(r#"{{ body.missing | or "no | one }} here" }}"#, "no | one }} here");
        check(r#"{{ body.user.login | json | or "x" }}"#, r#""ada""#);
        check(r#"{{ "{{" }}"#, "{{");
        check("{{ body.commits.9.message }}{{ body.action.deep }}", "");
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for (template, part) in [
            ("{{ body.a", "not closed"),
            ("{{ }}", "is no path"),
            ("{{ secrets.a }}", "begins with body"),
            ("{{ headers.Authorization }}", "proves the sender"),
            ("{{ headers }}", "headers.NAME"),
            ("{{ event.x }}", "nothing beneath"),
            ("{{ body.a | upper }}", "`| upper` is not there"),
            ("{{ body.a | or x }}", "is not there"),
            ("{{ body..a }}", "is no path"),
            ("{{ body.\"a }}", "not closed"),
        ] {
            let error = Template::parse(template).unwrap_err();
            assert!(error.contains(part), "{template}: {error}");
        }
        let long = "x".repeat(TEMPLATE_BYTES_MAX + 1);
        assert!(Template::parse(&long).is_err());
        assert!(Template::parse(&"{{id}}.".repeat(PLACES_MAX + 1)).is_err());
    }

    #[test]
    fn a_text_that_grows_too_long_is_cut() {
        let facts = Facts { body: json!("ä".repeat(100_000)), ..facts() };
        let text = Template::parse(&"{{ body }}".repeat(10)).unwrap().render(&facts);
        assert!(text.len() <= RENDERED_BYTES_MAX && text.ends_with(CUT), "{}", text.len());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_in_words(text in ".{0,60}") {
            match Template::parse(&text) {
                Ok(template) => prop_assert!(template.render(&facts()).len() <= RENDERED_BYTES_MAX),
                Err(error) => prop_assert!(!error.is_empty()),
            }
        }

        #[test]
        fn text_without_places_stays_as_it_is(text in "[^{]{0,60}") {
            prop_assert_eq!(Template::parse(&text).unwrap().render(&facts()), text);
        }

        #[test]
        fn what_came_is_never_read_as_a_template(text in ".{1,60}") {
            let facts = Facts { body: json!({ "a": text }), ..facts() };
            prop_assert_eq!(Template::parse("{{ body.a }}").unwrap().render(&facts), text);
        }
    }
}
