//! Whether a sender waits for the result, and what must not stand in an address.

use axum::http::HeaderMap;
use nexus_ingress::Problem;

use crate::error;

/// What senders take for places of secrets.
const SECRET_NAMES: [&str; 9] = [
    "token",
    "access_token",
    "api_key",
    "apikey",
    "key",
    "secret",
    "password",
    "signature",
    "authorization",
];
/// Digits of a number of seconds.
const DIGITS_MAX: usize = 6;

/// How long a sender wants to wait, in seconds, as it says in the address (`?wait=10`) or in
/// `Prefer: wait=10` (RFC 7240); nothing when it does not.
///
/// # Errors
/// When that is no number, or when a secret stands in the address.
pub(crate) fn wanted_s(query: Option<&str>, headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let mut wanted = None;
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if SECRET_NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
            return Err(error::secret_in_address(&name.to_ascii_lowercase()));
        }
        if name == "wait" {
            wanted = Some(seconds(&value)?);
        }
    }
    if wanted.is_some() {
        return Ok(wanted);
    }
    let preferences = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
    let mut waits = preferences.flat_map(|text| text.split(','));
    let wait = waits.find_map(|each| each.trim().strip_prefix("wait="));
    wait.map(|text| seconds(text.trim().trim_matches('"'))).transpose()
}

fn seconds(text: &str) -> Result<u64, Problem> {
    let is_plain =
        (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        Problem::invalid("wait", "invalid_wait", "`wait` is a number of seconds, such as wait=30")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn who_waits_says_so_in_the_address_or_a_header() {
        let wanted = |query: Option<&str>, prefer: Option<&str>| {
            let prefer = prefer.map(|text| HeaderValue::from_str(text).unwrap());
            let headers = prefer.map(|value| ("prefer".parse().unwrap(), value));
            wanted_s(query, &headers.into_iter().collect()).map_err(|problem| problem.code)
        };
        assert_eq!(wanted(None, None), Ok(None));
        assert_eq!(wanted(Some("x=1&wait=7"), None), Ok(Some(7)));
        assert_eq!(wanted(None, Some("respond-async, wait=10")), Ok(Some(10)));
        assert_eq!(wanted(Some("wait=3"), Some("wait=10")), Ok(Some(3)));
        assert_eq!(wanted(Some("wait=soon"), None), Err("invalid_wait"));
        assert_eq!(wanted(None, Some("wait=-1")), Err("invalid_wait"));
        for query in ["token=x", "a=b&Access_Token=x", "to%6ben=x"] {
            assert_eq!(wanted(Some(query), None), Err("secret_in_address"), "{query}");
        }
    }
}
