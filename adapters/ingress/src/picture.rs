//! Pictures that stand in a message as `data:` URLs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::problem::Problem;

/// A picture of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// One of `image/png`, `image/jpeg`, `image/gif` and `image/webp`, by its first bytes.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Reads the URL of a picture; `param` is where it stands.
///
/// # Errors
/// When it is no `data:` URL of a picture that is known.
pub fn read(url: &str, param: &str) -> Result<Picture, Problem> {
    let Some(rest) = url.strip_prefix("data:") else {
        let message = "pictures are not fetched from elsewhere: whoever names an address would \
                       decide what this machine connects to. Load it yourself and send it as \
                       `data:image/png;base64,…`";
        return Err(Problem::invalid(param, "invalid_image_url", message));
    };
    let wrong = |message: &str| Problem::invalid(param, "invalid_base64", message);
    let Some((_declared, data)) = rest.split_once(";base64,") else {
        return Err(wrong(
            "a `data:` URL must say its type and be base64: data:image/png;base64,…",
        ));
    };
    let bytes = STANDARD.decode(data).map_err(|_| wrong("the picture is not valid base64"))?;
    // What it says it is counts less than what it is.
    let Some(content_type) = kind(&bytes) else {
        let message = "the file is none of png, jpeg, gif and webp";
        return Err(Problem::invalid(param, "invalid_image_format", message));
    };
    Ok(Picture { content_type, bytes })
}

fn kind(bytes: &[u8]) -> Option<&'static str> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    match bytes {
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Some("image/gif"),
        _ if is_webp => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_first_bytes_say() {
        let url = |bytes: &[u8]| format!("data:image/png;base64,{}", STANDARD.encode(bytes));
        let kinds: [(&[u8], _); 5] = [
            (b"\x89PNG\r\n\x1a\nrest", "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"GIF87a", "image/gif"),
            (b"GIF89a", "image/gif"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ];
        for (bytes, content_type) in kinds {
            let picture = read(&url(bytes), "p").unwrap();
            assert_eq!(picture, Picture { content_type, bytes: bytes.to_vec() });
        }
        let code = |url: &str| read(url, "p").unwrap_err().code;
        assert_eq!(code(&url(b"%PDF-1.7")), "invalid_image_format");
        assert_eq!(code("data:image/png;base64,***"), "invalid_base64");
        assert_eq!(code("data:image/png,abc"), "invalid_base64");
        for fetched in ["https://example.org/a.png", "http://127.0.0.1/", "file:///etc/passwd", ""]
        {
            assert_eq!(code(fetched), "invalid_image_url", "{fetched}");
        }
    }
}
