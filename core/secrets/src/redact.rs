//! Takes values that were read out of texts that are kept or shown.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// Shortest value that is looked for, in bytes; a shorter one would blank out ordinary words.
const VALUE_BYTES_MIN: usize = 8;
/// Most values that are looked for; the oldest is forgotten first.
const VALUES_MAX: usize = 512;
/// What stands in place of a value.
const MARK: &str = "[credential]";

/// Knows the values that were read and blanks them out. Clones share what they know.
///
/// It finds a value as it is and as JSON writes it. It does not find one that is encoded (base64,
/// percent signs), cut in pieces, or shorter than eight bytes.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    /// The longest first, because one value may be the beginning of another; each with its number
    /// in the order of learning.
    values: Vec<(u64, Zeroizing<String>)>,
    n_learnt: u64,
}

impl Known {
    fn learn(&mut self, value: Zeroizing<String>) {
        if self.values.iter().any(|(_, known)| *known == value) {
            return;
        }
        if self.values.len() == VALUES_MAX
            && let Some(oldest) = self.values.iter().map(|(number, _)| *number).min()
        {
            self.values.retain(|(number, _)| *number != oldest);
        }
        self.n_learnt += 1;
        self.values.push((self.n_learnt, value));
        self.values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    }
}

impl Redactor {
    /// Looks for this value from now on.
    pub fn learn(&self, secret: &SecretString) {
        let value = secret.expose_secret();
        if value.len() < VALUE_BYTES_MIN {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.learn(Zeroizing::new(value.to_owned()));
        if let Some(form) = as_json(value) {
            known.learn(form);
        }
    }

    /// A text without the known values.
    #[must_use]
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut cleaned = Cow::Borrowed(text);
        for (_, value) in &known.values {
            if cleaned.contains(value.as_str()) {
                cleaned = Cow::Owned(cleaned.replace(value.as_str(), MARK));
            }
        }
        cleaned
    }

    /// Blanks out a text in place.
    pub fn clean_mut(&self, text: &mut String) {
        if let Cow::Owned(cleaned) = self.clean(text) {
            *text = cleaned;
        }
    }

    /// Blanks out every text inside a JSON value, keys included.
    pub fn clean_json(&self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => self.clean_mut(text),
            serde_json::Value::Array(list) => {
                list.iter_mut().for_each(|item| self.clean_json(item));
            }
            serde_json::Value::Object(object) => {
                let whole = std::mem::take(object);
                for (mut key, mut item) in whole {
                    self.clean_mut(&mut key);
                    self.clean_json(&mut item);
                    object.insert(key, item);
                }
            }
            _ => {}
        }
    }
}

/// A text that comes in pieces, cleaned as it comes: what could be the beginning of a known value
/// is kept back until it is clear what it is, so that no value gets out in two halves.
#[derive(Default)]
pub struct Stretch {
    kept: Zeroizing<String>,
}

impl Stretch {
    /// What may be shown once this piece is there.
    #[must_use]
    pub fn push(&mut self, redactor: &Redactor, piece: &str) -> String {
        self.kept.push_str(piece);
        let end = redactor.settled(&self.kept);
        let later = Zeroizing::new(self.kept.split_off(end));
        let now = std::mem::replace(&mut self.kept, later);
        redactor.clean(&now).into_owned()
    }

    /// What is left when no more comes.
    #[must_use]
    pub fn finish(&mut self, redactor: &Redactor) -> String {
        redactor.clean(&std::mem::take(&mut self.kept)).into_owned()
    }
}

impl std::fmt::Debug for Stretch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stretch").finish_non_exhaustive()
    }
}

impl Redactor {
    /// Up to where a text can be cleaned whatever follows it: behind that may stand a part of a
    /// value, or a value that may turn out to be the beginning of a longer one.
    fn settled(&self, text: &str) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let begins = |at: usize| {
            let rest = &text[at..];
            known
                .values
                .iter()
                .any(|(_, value)| value.len() > rest.len() && value.starts_with(rest))
        };
        let longest = known.values.first().map_or(0, |(_, value)| value.len());
        let mut first = text.len().saturating_sub(longest);
        while !text.is_char_boundary(first) {
            first += 1;
        }
        let starts = text[first..].char_indices().map(|(at, _)| first + at);
        let mut end = starts.into_iter().find(|&at| begins(at)).unwrap_or(text.len());
        // A whole value that reaches into what is kept back is kept back with it.
        while let Some(start) = known.values.iter().find_map(|(_, value)| {
            let from = end.saturating_sub(value.len());
            let from = (from..=end).find(|&at| text.is_char_boundary(at)).unwrap_or(end);
            let mut places = text[from..].match_indices(value.as_str()).map(|(at, _)| from + at);
            places.find(|&at| at < end && at + value.len() > end)
        }) {
            end = start;
        }
        end
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_values = self.known.read().unwrap_or_else(PoisonError::into_inner).values.len();
        f.debug_struct("Redactor").field("n_values", &n_values).finish()
    }
}

/// The value as it looks inside a JSON text, when that differs.
fn as_json(value: &str) -> Option<Zeroizing<String>> {
    let quoted = Zeroizing::new(serde_json::to_string(value).ok()?);
    let inner = quoted.get(1..quoted.len().saturating_sub(1))?;
    (inner != value).then(|| Zeroizing::new(inner.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text in pieces of so many bytes, as it is shown.
    fn shown(redactor: &Redactor, text: &str, n_bytes: usize) -> (String, Vec<String>) {
        let mut stretch = Stretch::default();
        let pieces =
            text.as_bytes().chunks(n_bytes).map(|piece| std::str::from_utf8(piece).unwrap());
        let mut shown: Vec<_> = pieces.map(|piece| stretch.push(redactor, piece)).collect();
        shown.push(stretch.finish(redactor));
        (shown.concat(), shown)
    }

    #[test]
    fn a_value_that_comes_in_pieces_does_not_get_out() {
        let redactor = Redactor::default();
        for value in ["key-0123456789", "key-0123456789-and-more", "89-is-another", "aaaaaaaab"] {
            redactor.learn(&SecretString::from(value));
        }
        for text in [
            "<key-0123456789>",
            "key-0123456789-and-more, key-0123456789-and-mist",
            "key-0123456789-is-another",
            "aaaaaaaaaaaaaaab key-01234567 89-is-",
            "key-key-key-0123456789key-012345678",
        ] {
            let whole = redactor.clean(text);
            for n_bytes in 1..=text.len() {
                let (said, pieces) = shown(&redactor, text, n_bytes);
                assert!(!said.contains("0123456789"), "{n_bytes}: {pieces:?}");
                assert!(!said.contains("aaaaaaaab"), "{n_bytes}: {pieces:?}");
                if n_bytes == text.len() {
                    assert_eq!(said, whole);
                }
            }
        }
        // What is no beginning of any value is not kept back.
        let mut stretch = Stretch::default();
        assert_eq!(stretch.push(&redactor, "hello k"), "hello ");
        assert_eq!(stretch.push(&redactor, "ind"), "kind");
        assert_eq!(stretch.finish(&redactor), "");
    }

    #[test]
    fn known_values_are_blanked_out_wherever_they_stand() {
        let redactor = Redactor::default();
        let short = "key-0123456789";
        redactor.learn(&SecretString::from(short));
        redactor.learn(&SecretString::from(format!("{short}-and-more")));
        redactor.learn(&SecretString::from("has\"quote\\es"));
        redactor.learn(&SecretString::from("word"));
        assert_eq!(redactor.clean("a word"), "a word");
        assert_eq!(
            redactor.clean(&format!("<{short}>{short}-and-more")),
            "<[credential]>[credential]"
        );
        let line = serde_json::json!({ "said": "x has\"quote\\es y" }).to_string();
        assert_eq!(redactor.clean(&line), r#"{"said":"x [credential] y"}"#);
        let mut value = serde_json::json!({ short: [{ "a": short }], "n": 1 });
        redactor.clean_json(&mut value);
        assert!(!value.to_string().contains(short), "{value}");
        assert!(!format!("{redactor:?}").contains("0123"));
    }
}
