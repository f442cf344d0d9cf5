//! Web pages as text.

/// Width that pages are laid out in, in characters.
const WIDTH: usize = 100;
/// Deepest nesting that is laid out; the layout's time grows with its square. Real pages have
/// some dozens.
const DEPTH_MAX: usize = 200;
/// Largest page that is laid out, in bytes.
const LAYOUT_BYTES_MAX: usize = 1024 * 1024;

/// Elements without an end tag, or whose end tag is mostly left out: they do not nest.
const FLAT: [&str; 26] = [
    "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img", "input",
    "li", "link", "meta", "option", "p", "param", "source", "td", "th", "tr", "track", "wbr",
    "!doctype",
];

/// The readable text of a page. A page that would take too long to lay out is only stripped of its
/// tags.
pub(super) fn to_text(html: &str) -> String {
    if html.len() <= LAYOUT_BYTES_MAX
        && depth(html) <= DEPTH_MAX
        && let Ok(text) = html2text::from_read(html.as_bytes(), WIDTH)
    {
        return text;
    }
    stripped(html)
}

/// The tags of a page, without `<` and `>`, and the text before each.
fn tags(html: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let start = rest.find('<')?;
        let before = &rest[..start];
        let end = rest[start..].find('>').map_or(rest.len(), |at| start + at);
        let tag = &rest[start + 1..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some((before, tag))
    })
}

fn name(tag: &str) -> &str {
    let tag = tag.trim_start_matches('/');
    &tag[..tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len())]
}

/// How deep elements nest at most, if each closing tag closes one.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (_, tag) in tags(html) {
        let is_element = tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        if !is_element || FLAT.iter().any(|flat| flat.eq_ignore_ascii_case(name(tag))) {
            continue;
        }
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !tag.ends_with('/') {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

fn stripped(html: &str) -> String {
    let mut text = String::new();
    let mut hidden: Option<&str> = None;
    let mut n_read = 0;
    for (before, tag) in tags(html) {
        n_read += before.len() + tag.len() + 2;
        if hidden.is_none() {
            text.push_str(before);
            text.push(' ');
        }
        let name = name(tag);
        match hidden {
            Some(open) if tag.starts_with('/') && open.eq_ignore_ascii_case(name) => hidden = None,
            None if ["script", "style"].iter().any(|h| h.eq_ignore_ascii_case(name)) => {
                hidden = (!tag.starts_with('/')).then_some(name);
            }
            _ => {}
        }
    }
    if hidden.is_none() {
        text.push_str(html.get(n_read..).unwrap_or_default());
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_laid_out_or_at_least_stripped() {
        let page = "<h1>Title</h1><script>evil()</script><p>Some <b>text</b>.<br>More";
        assert_eq!(to_text(page), "# Title\n\nSome **text**.\nMore\n");
        let deep = format!("{}<STYLE>x</STYLE>deep<div>end", "<div>".repeat(10_000));
        assert_eq!(to_text(&deep), "deep end");
        assert_eq!(depth("<ul><li><ul><li><a>x</a></ul></ul>"), 3);
        assert_eq!(depth(&"<p><br><img src=x>".repeat(1000)), 0);
    }

    proptest! {
        #[test]
        fn no_page_breaks_it(page in "([<>/a-d !\"&;=-]|<div>|</div>|<script>|ü|<table>|<td>){0,80}") {
            to_text(&page);
            stripped(&page);
        }
    }
}
