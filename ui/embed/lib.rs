//! The Control UI as bytes: the bundle that `npm run build` leaves in `dist/`, with what a server
//! has to say about each file. Serving is the daemon's part.
//!
//! The bundle expects two kinds of address: files under `/ui/` ([`asset`]), and pages, which are
//! all the same document and are told apart by the bundle itself ([`page`]). Every answer carries
//! [`HEADERS`].

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// What a page may load and run: only what came from here, nothing inline, and no text becomes
/// markup without passing the sanitizer.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types dompurify";

/// Headers of every file and page.
pub const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Address under which the files of the bundle are served.
pub const BASE_PATH: &str = "/ui/";

#[derive(RustEmbed)]
#[folder = "dist/"]
struct Dist;

/// One file of the bundle.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The file.
    pub bytes: Cow<'static, [u8]>,
    /// Its MIME type.
    pub content_type: &'static str,
    /// The same, compressed with Brotli.
    pub br: Option<Cow<'static, [u8]>>,
    /// The same, compressed with gzip.
    pub gz: Option<Cow<'static, [u8]>>,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub is_immutable: bool,
}

impl Asset {
    /// The value of `cache-control`.
    #[must_use]
    pub fn cache_control(&self) -> &'static str {
        if self.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" }
    }
}

/// Finds a file by its path below [`BASE_PATH`], such as `assets/index-1a2b.js`. Compressed twins
/// are not files of their own.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let content_type = content_type(path)?;
    let bytes = Dist::get(path)?.data;
    let twin = |suffix: &str| Dist::get(&format!("{path}.{suffix}")).map(|file| file.data);
    Some(Asset {
        bytes,
        content_type,
        br: twin("br"),
        gz: twin("gz"),
        is_immutable: path.starts_with("assets/"),
    })
}

/// The document every page begins with.
#[must_use]
pub fn index() -> Asset {
    asset("index.html").unwrap_or(Asset {
        bytes: Cow::Borrowed(include_bytes!("stub.html")),
        content_type: "text/html; charset=utf-8",
        br: None,
        gz: None,
        is_immutable: false,
    })
}

/// First words of the addresses of pages; `src/frame/places.test.ts` holds the pages against it.
const PAGES: [&str; 17] = [
    "",
    "chat",
    "r",
    "approvals",
    "activity",
    "sessions",
    "schedule",
    "agents",
    "access",
    "adapters",
    "deliveries",
    "models",
    "usage",
    "credentials",
    "logs",
    "diagnostics",
    "settings",
];

/// The document for the address of a page: `/`, `/chat/…`, `/r/…`. `None` for any other address,
/// so that a wrong one is answered with 404 and not with a page that cannot know it.
#[must_use]
pub fn page(path: &str) -> Option<Asset> {
    let is_page = PAGES.contains(&path.trim_start_matches('/').split('/').next()?);
    is_page.then(index)
}

fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit('.').next()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_strangers() {
        for good in ["/", "/chat", "/chat/main", "/r/01JDQ7", "/access/devices", "/settings"] {
            assert!(page(good).is_some(), "{good}");
        }
        for bad in ["/chats", "/api/secret", "/favicon.ico", "/index.html/"] {
            assert!(page(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn there_is_always_a_document_and_never_a_way_out() {
        assert!(index().content_type.starts_with("text/html"));
        for bad in ["../Cargo.toml", "/etc/passwd", "index.html.br", "", "assets/"] {
            assert!(asset(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_policy_allows_nothing_inline() {
        assert!(!CSP.contains("unsafe"));
        assert!(CSP.contains("require-trusted-types-for 'script'"));
    }
}
