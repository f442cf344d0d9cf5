//! The session cookie of a browser.

use axum::http::{HeaderMap, HeaderValue, header};

/// Name of the cookie.
pub(super) const COOKIE_NAME: &str = "nexus_session";

/// The session token that a browser sent, if it sent one.
pub(super) fn session_token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
}

/// The header that hands a session token to a browser. Without `Secure`, because on loopback, over
/// plain HTTP, some browsers refuse it; see [`make_secure`].
pub(super) fn set_session(token: &str, max_age_ms: u64) -> Option<HeaderValue> {
    let max_age_s = max_age_ms / 1000;
    let text =
        format!("{COOKIE_NAME}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&text).ok()
}

/// Binds every cookie of an answer to TLS, where the browser has it.
pub(super) fn make_secure(headers: &mut HeaderMap) {
    let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).into_iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let bytes = [cookie.as_bytes(), b"; Secure"].concat();
        headers.append(header::SET_COOKIE, HeaderValue::from_bytes(&bytes).unwrap_or(cookie));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; nexus_session=tok; b=2"));
        assert_eq!(session_token(&headers), Some("tok"));
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xnexus_session=tok"));
        assert_eq!(session_token(&headers), None);
    }

    #[test]
    fn a_script_can_never_read_it() {
        let header = set_session("tok", 2_000).unwrap();
        let text = header.to_str().unwrap();
        assert_eq!(text, "nexus_session=tok; Path=/; Max-Age=2; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn over_tls_it_never_goes_without() {
        let mut headers = HeaderMap::new();
        make_secure(&mut headers);
        assert!(headers.is_empty());
        headers.append(header::SET_COOKIE, set_session("tok", 2_000).unwrap());
        make_secure(&mut headers);
        let text = headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        assert!(text.ends_with("; SameSite=Strict; Secure"), "{text}");
    }
}
