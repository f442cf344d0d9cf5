//! Files that come with a message: handed in before it, by `blobs.put`, and named by their digests.
//! Pictures are shown to the model as pictures, and text as text; nothing else is taken.

use nexus_domain::arrival::Attachment;
use nexus_domain::brief::Brief;
use nexus_domain::failure::Failure;
use nexus_domain::message::{Image, Part};

use crate::blob::{is_digest, is_picture};
use crate::context::Context;

/// Most files of a message.
const FILES_MAX: usize = 8;
/// Largest text file that a model is given, in bytes.
const TEXT_BYTES_MAX: usize = 128 * 1024;
/// Longest file name, in bytes.
const NAME_BYTES_MAX: usize = 255;
/// Text that is not called so.
const TEXTS: [&str; 5] = [
    "application/json",
    "application/toml",
    "application/xml",
    "application/yaml",
    "application/javascript",
];

/// What the files of a message bring along; nothing where it has none that were handed in.
pub(super) async fn brief(
    context: &Context,
    message: &str,
    files: &[Attachment],
) -> Result<Option<Brief>, Failure> {
    let kept: Vec<_> = files.iter().filter(|file| is_digest(&file.id)).collect();
    if kept.is_empty() {
        return Ok(None);
    }
    if kept.len() > FILES_MAX {
        return Err(Failure::invalid(format!(
            "{} files came along; at most {FILES_MAX} are taken",
            kept.len()
        )));
    }
    let mut parts = vec![Part::Text(message.to_owned())];
    for file in kept {
        parts.push(part(context, file).await?);
    }
    Ok(Some(Brief { parts, ..Brief::default() }))
}

async fn part(context: &Context, file: &Attachment) -> Result<Part, Failure> {
    let Attachment { id, filename, content_type, .. } = file;
    check_name(filename)?;
    let shown = filename.escape_debug();
    let bytes = context.blobs.bytes(id).await?.ok_or_else(|| {
        Failure::invalid(format!("the file `{shown}` was not handed in"))
            .hint("hand it in first: blobs.put")
    })?;
    if content_type.starts_with("image/") {
        if !is_picture(content_type, &bytes) {
            return Err(Failure::invalid(format!("`{shown}` is no picture that models take"))
                .hint("PNG, JPEG, GIF and WebP are taken"));
        }
        return Ok(Part::Image(Image { content_type: content_type.clone(), blob: id.clone() }));
    }
    if !content_type.starts_with("text/") && !TEXTS.contains(&content_type.as_str()) {
        return Err(Failure::invalid(format!(
            "`{shown}` is `{}`; pictures and text are taken",
            content_type.escape_debug()
        )));
    }
    if bytes.len() > TEXT_BYTES_MAX {
        let kib = TEXT_BYTES_MAX / 1024;
        return Err(Failure::invalid(format!("`{shown}` is too long; text of {kib} KiB is taken"))
            .hint("put it into the workspace, where the agent reads it with its tools"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::invalid(format!("`{shown}` is no text in UTF-8")))?;
    Ok(Part::Text(format!("[file: {filename}]\n{text}")))
}

/// The name stands in what the model reads: it can begin no line of its own.
fn check_name(name: &str) -> Result<(), Failure> {
    let is_plain = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | '[' | ']'));
    if is_plain {
        return Ok(());
    }
    Err(Failure::invalid(format!("`{}` is no name of a file", name.escape_debug()))
        .hint("without a folder, brackets or characters that cannot be seen; at most 255 bytes"))
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn a_name_stays_on_its_line() {
        for name in ["notes.txt", "größe (2).png", "日本.md"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "a\nb", "../x", "c:\\x", "x]\u{7}", "[attached: y]", &"n".repeat(256)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
