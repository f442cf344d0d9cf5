//! Links of the form `nexus://…`. A link opens a page and never does anything: whoever makes one,
//! in a mail or on a page, can bring a person to a question but not answer it.

use nexus_domain::Failure;
use nexus_domain::id::{PermissionId, RequestId, SessionKey};

/// The scheme, as a desktop registers it.
pub const SCHEME: &str = "nexus";
/// Longest link that is read, in bytes.
pub const LINK_BYTES_MAX: usize = 2_048;
/// Longest key of a setting or code of a pairing, in bytes.
const WORD_BYTES_MAX: usize = 200;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A permission request, to be looked at.
    Approve(PermissionId),
    /// A request.
    Request(RequestId),
    /// A conversation.
    Chat(SessionKey),
    /// The settings, from this key on.
    Settings(String),
    /// The devices, where pairing is confirmed.
    Pair,
}

impl Link {
    /// Reads a link.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong with it, for a link of another scheme, an unknown page, an
    /// unknown parameter, or a part that is not what it should be.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.len() > LINK_BYTES_MAX {
            return Err(Failure::invalid("the link is too long"));
        }
        let rest = text.split_once("://").filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME));
        let Some((_, rest)) = rest else {
            return Err(Failure::invalid("only links that begin with nexus:// are opened"));
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let (page, what) = path.split_once('/').unwrap_or((path, ""));
        // Browsers end a link that has no path with a stroke.
        let what = decoded(what.trim_end_matches('/'))?;
        match (page, query) {
            ("approve", None) => {
                Ok(Self::Approve(PermissionId::parse(&what).map_err(|_| no("approve", "id"))?))
            }
            ("r", None) => Ok(Self::Request(RequestId::parse(&what).map_err(|_| no("r", "id"))?)),
            ("chat", None) => Ok(Self::Chat(SessionKey::parse(&what)?)),
            ("settings", None) => match is_key(&what) {
                true => Ok(Self::Settings(what)),
                false => Err(no("settings", "key")),
            },
            ("pair", query) if what.is_empty() => paired(query.unwrap_or_default()),
            ("approve" | "r" | "chat" | "settings", Some(_)) => {
                Err(Failure::invalid(format!("a link to {page} takes no parameters")))
            }
            _ => Err(Failure::invalid(format!(
                "nexus://{} leads nowhere",
                page.chars().take(40).collect::<String>().escape_debug()
            ))
            .hint("links lead to approve, r, chat, settings or pair")),
        }
    }

    /// The page of the Control UI, as a path.
    #[must_use]
    pub fn page(&self) -> String {
        match self {
            Self::Approve(id) => format!("/approvals/{id}"),
            Self::Request(id) => format!("/r/{id}"),
            Self::Chat(session) => format!("/chat/{}", encoded(session.as_str())),
            Self::Settings(key) if key.is_empty() => "/settings".to_owned(),
            Self::Settings(key) => format!("/settings#{key}"),
            // The code is not passed on: it is typed in, so that no link can pair a device.
            Self::Pair => "/access/devices".to_owned(),
        }
    }
}

/// The devices; the code of the link is only looked at.
fn paired(query: &str) -> Result<Link, Failure> {
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_code = !value.is_empty()
            && value.len() <= WORD_BYTES_MAX
            && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        match (name, is_code) {
            ("code", true) => {}
            ("code", false) => return Err(no("pair", "code")),
            _ => return Err(Failure::invalid("a link to pair takes a code and nothing else")),
        }
    }
    Ok(Link::Pair)
}

fn no(page: &str, part: &str) -> Failure {
    Failure::invalid(format!("the link to {page} has no {part} that could be one"))
}

fn is_key(text: &str) -> bool {
    text.len() <= WORD_BYTES_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> Result<String, Failure> {
    let wrong = || Failure::invalid("the link is not encoded as links are");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit().ok_or_else(wrong)?, digit().ok_or_else(wrong)?);
                u8::try_from(high * 16 + low).map_err(|_| wrong())?
            }
            byte => byte,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// Percent-encodes all but what stands for itself in every part of an address.
fn encoded(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "01JD8Z3N8Q0000000000000000";

    #[test]
    fn a_link_leads_to_its_page() {
        for (link, page) in [
            (format!("nexus://approve/{ID}"), format!("/approvals/{ID}")),
            (format!("NEXUS://r/{ID}/"), format!("/r/{ID}")),
            ("nexus://chat/main".into(), "/chat/main".into()),
            ("nexus://chat/telegram%3A42%2Fx".into(), "/chat/telegram%3A42%2Fx".into()),
            ("nexus://settings".into(), "/settings".into()),
            ("nexus://settings/models.fake".into(), "/settings#models.fake".into()),
            ("nexus://pair?code=AB12-CD34".into(), "/access/devices".into()),
        ] {
            assert_eq!(Link::parse(&link).unwrap().page(), page, "{link}");
        }
    }

    #[test]
    fn what_is_no_link_of_ours_is_refused_with_words() {
        for (link, words) in [
            ("https://example.org/", "only links that begin with nexus://"),
            ("nexus:approve", "only links that begin with nexus://"),
            ("nexus://", "leads nowhere"),
            ("nexus://allow/1", "leads nowhere"),
            ("nexus://approve/../../x", "no id"),
            ("nexus://approve", "no id"),
            (&format!("nexus://approve/{ID}?answer=yes"), "takes no parameters"),
            ("nexus://chat/a%20b", "no spaces"),
            ("nexus://chat/%zz", "not encoded"),
            ("nexus://settings/<script>", "no key"),
            ("nexus://pair?code=1&allow=1", "nothing else"),
            ("nexus://pair?code=", "no code"),
            (&format!("nexus://chat/{}", "x".repeat(3_000)), "too long"),
        ] {
            let failure = Link::parse(link).unwrap_err();
            assert!(failure.message.contains(words), "{link}: {}", failure.message);
        }
    }

    proptest! {
        #[test]
        fn a_page_is_a_plain_path_whatever_the_link(text in "(nexus://)?(approve|r|chat|settings|pair|[a-z]{0,5})[/?]{0,2}\\PC{0,60}") {
            if let Ok(link) = Link::parse(&text) {
                let page = link.page();
                prop_assert!(page.starts_with('/') && !page.starts_with("//"), "{page}");
                prop_assert!(page.bytes().all(|b| b.is_ascii_graphic()), "{page}");
                prop_assert!(!page.contains(['?', '<', '>', '"', '\'', '\\']), "{page}");
                prop_assert_eq!(page.matches('/').count() <= 2, true, "{}", page);
            }
        }

        #[test]
        fn every_conversation_has_a_link(key in "[^\\s\\p{C}]{1,60}") {
            prop_assume!(SessionKey::parse(&key).is_ok());
            let link = Link::parse(&format!("nexus://chat/{}", encoded(&key))).unwrap();
            prop_assert_eq!(link, Link::Chat(SessionKey::parse(&key).unwrap()));
        }
    }
}
