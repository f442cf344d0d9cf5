//! The body of a delivery, as JSON whatever form it came in.

use axum::http::{HeaderMap, header};
use nexus_ingress::Problem;
use serde_json::{Map, Value};

use crate::error;

/// Most fields of a form.
const FIELDS_MAX: usize = 1_024;
/// The field in which GitHub and Slack put JSON into a form.
const PAYLOAD: &str = "payload";

/// The forms that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON.
    Json,
    /// What an HTML form sends.
    Urlencoded,
    /// Plain text.
    Text,
}

impl Form {
    /// The form that the headers state.
    ///
    /// # Errors
    /// 415 for any other, or none.
    pub fn stated(headers: &HeaderMap) -> Result<Self, Problem> {
        let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = stated.and_then(|stated| stated.split(';').next()).unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "application/json" => Ok(Self::Json),
            "application/x-www-form-urlencoded" => Ok(Self::Urlencoded),
            "text/plain" => Ok(Self::Text),
            // Such as `application/cloudevents+json`.
            other if other.starts_with("application/") && other.ends_with("+json") => {
                Ok(Self::Json)
            }
            _ => Err(error::unsupported_type()),
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// 400 when it is not what it says it is.
    pub fn read(self, body: &[u8]) -> Result<Value, Problem> {
        let wrong = |why: String| Problem::request("invalid_body", why);
        match self {
            Self::Json => serde_json::from_slice(body)
                .map_err(|error| wrong(format!("the body is not JSON: {error}"))),
            Self::Urlencoded => form(body).map_err(wrong),
            Self::Text => match std::str::from_utf8(body) {
                Ok(text) => Ok(Value::from(text)),
                Err(_) => Err(wrong("the body is not text in UTF-8".to_owned())),
            },
        }
    }
}

fn form(body: &[u8]) -> Result<Value, String> {
    let mut fields = Map::new();
    for (n, (name, value)) in form_urlencoded::parse(body).enumerate() {
        if n == FIELDS_MAX {
            return Err(format!("the form has more than {FIELDS_MAX} fields"));
        }
        let value = Value::from(value.into_owned());
        match fields.get_mut(&*name) {
            None => drop(fields.insert(name.into_owned(), value)),
            Some(Value::Array(all)) => all.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    // Where the one field is JSON, that is the body, and the form only its wrapping.
    if let (1, Some(Value::String(text))) = (fields.len(), fields.get(PAYLOAD))
        && let Ok(inner @ Value::Object(_)) = serde_json::from_str(text)
    {
        return Ok(inner);
    }
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_stated_forms_are_read() {
        for (stated, expected) in [
            ("application/json", Some(Form::Json)),
            ("Application/JSON; charset=utf-8", Some(Form::Json)),
            ("application/cloudevents+json", Some(Form::Json)),
            ("application/x-www-form-urlencoded", Some(Form::Urlencoded)),
            ("text/plain", Some(Form::Text)),
            ("text/html", None),
            ("multipart/form-data; boundary=x", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(stated).unwrap());
            assert_eq!(Form::stated(&headers).ok(), expected, "{stated}");
        }
        assert_eq!(Form::stated(&HeaderMap::new()).unwrap_err().status, 415);
    }

    #[test]
    fn a_form_becomes_an_object_and_its_payload_the_body() {
        let read = |text: &str| Form::Urlencoded.read(text.as_bytes()).unwrap();
        assert_eq!(read("a=1&b=x+y%21&a=2&a=3"), json!({ "a": ["1", "2", "3"], "b": "x y!" }));
        assert_eq!(read("payload=%7B%22type%22%3A%22x%22%7D"), json!({ "type": "x" }));
        assert_eq!(read("payload=plain"), json!({ "payload": "plain" }));
        assert_eq!(read("payload=%7B%7D&more=1"), json!({ "payload": "{}", "more": "1" }));
        assert_eq!(Form::Text.read("hi".as_bytes()).unwrap(), json!("hi"));
        for (form, body) in [(Form::Json, "{"), (Form::Text, "\u{fffd}")] {
            let bytes = if form == Form::Text { &[0xff][..] } else { body.as_bytes() };
            let error = form.read(bytes).unwrap_err();
            assert_eq!((error.status.as_u16(), error.code), (400, "invalid_body"));
        }
        assert!(Form::Urlencoded.read("a=1&".repeat(FIELDS_MAX + 1).as_bytes()).is_err());
        assert!(Form::Json.read("[".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
            for form in [Form::Json, Form::Urlencoded, Form::Text] {
                if let Err(error) = form.read(&body) {
                    prop_assert!(!error.message.is_empty());
                }
            }
        }
    }
}
