//! Plain commands, turned into tool calls.

use serde_json::{Value, json};

/// Words that begin a command.
const VERBS: [&str; 20] = [
    "read", "show", "cat", "open", "list", "ls", "search", "find", "grep", "write", "create",
    "append", "replace", "delete", "remove", "rm", "run", "fetch", "get", "time",
];
/// What a command line ends with when its program is to reach other machines.
const WITH_NETWORK: &str = " with network";

/// Something a person wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Read { path: String },
    List { path: String },
    Search { text: String, path: String },
    Write { path: String, content: String },
    Append { path: String, content: String },
    Replace { old: String, new: String, path: String },
    Delete { path: String },
    Run { line: String, network: bool },
    Fetch { url: String },
    Time { zone: Option<String> },
}

impl Command {
    /// Whether it only looks, so that it may run beside others.
    pub(super) fn is_looking(&self) -> bool {
        matches!(
            self,
            Self::Read { .. } | Self::List { .. } | Self::Search { .. } | Self::Time { .. }
        )
    }

    /// The tool that does it, with its arguments.
    pub(super) fn call(&self) -> (&'static str, Value) {
        match self {
            Self::Read { path } => ("read_file", json!({ "path": path })),
            Self::List { path } => ("list_dir", json!({ "path": path })),
            Self::Search { text, path } => ("search_files", json!({ "text": text, "path": path })),
            Self::Write { path, content } => {
                ("write_file", json!({ "path": path, "content": content }))
            }
            Self::Append { path, content } => {
                ("write_file", json!({ "path": path, "content": content, "append": true }))
            }
            Self::Replace { old, new, path } => {
                ("edit_file", json!({ "path": path, "old": old, "new": new }))
            }
            Self::Delete { path } => ("delete_file", json!({ "path": path })),
            Self::Run { line, network: false } => ("exec", json!({ "command": line })),
            Self::Run { line, network: true } => {
                ("exec", json!({ "command": line, "network": true }))
            }
            Self::Fetch { url } => ("http_fetch", json!({ "url": url })),
            Self::Time { zone: Some(zone) } => ("time", json!({ "zone": zone })),
            Self::Time { zone: None } => ("time", json!({})),
        }
    }
}

/// Reads a message as commands joined by `then`; empty when any of it is not a command, because
/// half an order is worse than none.
pub(super) fn parse(text: &str) -> Vec<Command> {
    let commands: Option<Vec<_>> = steps(text).into_iter().map(parse_one).collect();
    commands.unwrap_or_default()
}

/// Cuts at each `then` that a command follows; any other `then` belongs to the text around it.
fn steps(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut cuts = vec![];
    for (at, word) in lower.match_indices("then") {
        let is_word = lower[..at].ends_with(char::is_whitespace);
        let rest = lower[at + word.len()..].trim_start_matches(':');
        let has_gap = rest.starts_with(char::is_whitespace);
        if is_word && has_gap && verb(rest.trim_start()).is_some() {
            cuts.push((at, at + word.len()));
        }
    }
    let mut steps = Vec::new();
    let mut from = 0;
    for (at, after) in cuts {
        steps.push(without_joint(&text[from..at]));
        from = after;
    }
    steps.push(text[from..].trim_start_matches(':').trim());
    steps
}

fn without_joint(step: &str) -> &str {
    let step = step.trim();
    let step =
        step.strip_suffix("and").filter(|s| s.ends_with(char::is_whitespace)).unwrap_or(step);
    step.trim_end().trim_end_matches([',', ';']).trim_end()
}

fn verb(text: &str) -> Option<(&'static str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let verb = VERBS.iter().find(|verb| verb.eq_ignore_ascii_case(word))?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((*verb, rest.trim()))
}

fn parse_one(step: &str) -> Option<Command> {
    let step = polite(step.trim());
    if let Some(zone) = asks_for_time(step) {
        return Some(Command::Time { zone });
    }
    let (verb, rest) = verb(step)?;
    Some(match verb {
        "read" | "show" | "cat" | "open" => {
            Command::Read { path: path(after(rest, &["the", "file"]))? }
        }
        "list" | "ls" => list(rest)?,
        "search" | "find" | "grep" => search(rest)?,
        "write" | "create" => {
            let (path, content) = content(after(rest, &["to", "the", "file"]))?;
            Command::Write { path, content }
        }
        "append" => {
            let (path, content) = content(after(rest, &["to", "the", "file"]))?;
            Command::Append { path, content }
        }
        "replace" => replace(rest)?,
        "delete" | "remove" | "rm" => {
            Command::Delete { path: path(after(rest, &["the", "file", "folder"]))? }
        }
        "run" => run(rest)?,
        "fetch" | "get" => Command::Fetch { url: url(rest)? },
        _ => Command::Time { zone: zone(rest)? },
    })
}

fn polite(step: &str) -> &str {
    let mut step = step;
    for prefix in ["please ", "can you ", "could you ", "now ", "please "] {
        if step.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            step = step[prefix.len()..].trim_start();
        }
    }
    step
}

/// Drops filler words at the start.
fn after<'a>(text: &'a str, fillers: &[&str]) -> &'a str {
    let mut text = text.trim_start();
    for filler in fillers {
        if let Some((word, rest)) = text.split_once(char::is_whitespace)
            && word.eq_ignore_ascii_case(filler)
        {
            text = rest.trim_start();
        }
    }
    text
}

fn unquote(text: &str) -> Option<&str> {
    let text = text.trim();
    ['"', '\'', '`'].iter().find_map(|quote| {
        let inner = text.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inner.is_empty() && !inner.contains(*quote)).then_some(inner)
    })
}

/// One word, or anything in quotes.
fn path(text: &str) -> Option<String> {
    if let Some(inner) = unquote(text) {
        return Some(inner.to_owned());
    }
    let text = text.trim();
    let is_one_word = !text.is_empty() && !text.contains(char::is_whitespace);
    is_one_word.then(|| text.trim_end_matches(['?', '!']).to_owned())
}

fn list(rest: &str) -> Option<Command> {
    let rest = after(rest, &["all", "the", "my", "files", "in"]);
    let is_all = ["", "files", "directory", "folder", "workspace"].contains(&rest);
    let path = if is_all { ".".to_owned() } else { path(rest)? };
    Some(Command::List { path })
}

fn search(rest: &str) -> Option<Command> {
    let rest = after(rest, &["for"]);
    let whole = || {
        let text = unquote(rest).unwrap_or(rest).to_owned();
        (!text.is_empty()).then_some(Command::Search { text, path: ".".to_owned() })
    };
    if unquote(rest).is_some() {
        return whole();
    }
    let Some((text, place)) = rest.rsplit_once(" in ") else { return whole() };
    let Some(path) = path(place) else { return whole() };
    let text = unquote(text).unwrap_or(text.trim()).to_owned();
    (!text.is_empty()).then_some(Command::Search { text, path })
}

/// `FILE: CONTENT`; the content may have many lines, and always ends with one.
fn content(rest: &str) -> Option<(String, String)> {
    let (file, content) = rest.split_once(':')?;
    let content = content.strip_prefix('\n').unwrap_or(content.trim_start_matches([' ', '\t']));
    let content = content.strip_prefix('\n').unwrap_or(content);
    let end = if content.ends_with('\n') { "" } else { "\n" };
    Some((path(file)?, format!("{content}{end}")))
}

fn replace(rest: &str) -> Option<Command> {
    let (change, file) = rest.rsplit_once(" in ")?;
    let (old, new) = change.split_once(" with ").or_else(|| change.split_once(" by "))?;
    let plain = |text: &str| unquote(text).unwrap_or(text.trim()).to_owned();
    let (old, new) = (plain(old), plain(new));
    let new = if matches!(new.as_str(), "\"\"" | "''" | "nothing") { String::new() } else { new };
    (!old.is_empty()).then_some(Command::Replace { old, new, path: path(file)? })
}

/// The line as it was written: quotes in it are for the tool to read.
fn run(rest: &str) -> Option<Command> {
    let (line, network) = match rest.strip_suffix(WITH_NETWORK) {
        Some(line) => (line.trim_end(), true),
        None => (rest, false),
    };
    let line = line.strip_prefix('`').and_then(|l| l.strip_suffix('`')).unwrap_or(line);
    (!line.is_empty()).then(|| Command::Run { line: line.to_owned(), network })
}

fn url(rest: &str) -> Option<String> {
    let url = path(after(rest, &["the", "page", "url"]))?;
    let is_url = url.contains("://") || (url.contains('.') && !url.starts_with('.'));
    let with_scheme = if url.contains("://") { url } else { format!("https://{url}") };
    is_url.then_some(with_scheme)
}

fn asks_for_time(step: &str) -> Option<Option<String>> {
    let step = step.trim_end_matches(['?', '!', '.', ' ']).to_ascii_lowercase();
    let asks = ["what time is it", "what is the time", "what's the time", "what day is it"];
    asks.contains(&step.as_str()).then_some(None)
}

fn zone(rest: &str) -> Option<Option<String>> {
    let rest = after(rest, &["in"]).trim_end_matches('?');
    if rest.is_empty() {
        return Some(None);
    }
    Some(Some(path(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(&str, Value)]) {
        let calls: Vec<_> = parse(text).iter().map(Command::call).collect();
        assert_eq!(calls, expect, "{text:?}");
    }

    #[test]
    fn commands_become_tool_calls() {
        check("read notes.txt", &[("read_file", json!({"path": "notes.txt"}))]);
        check("Please read the file \"a b.txt\"", &[("read_file", json!({"path": "a b.txt"}))]);
        check("list", &[("list_dir", json!({"path": "."}))]);
        check("list files in docs", &[("list_dir", json!({"path": "docs"}))]);
        check(
            "search new plan in docs",
            &[("search_files", json!({"text": "new plan", "path": "docs"}))],
        );
        check("search \"a in b\"", &[("search_files", json!({"text": "a in b", "path": "."}))]);
        check(
            "write a.md:\n# T\n\nx: y\n",
            &[("write_file", json!({"path": "a.md", "content": "# T\n\nx: y\n"}))],
        );
        check(
            "append to log.txt: more",
            &[("write_file", json!({"path": "log.txt", "content": "more\n", "append": true}))],
        );
        check(
            "replace old text with new in a.txt",
            &[("edit_file", json!({"path": "a.txt", "old": "old text", "new": "new"}))],
        );
        check("delete notes/old.md", &[("delete_file", json!({"path": "notes/old.md"}))]);
        check("remove the file 'a b'", &[("delete_file", json!({"path": "a b"}))]);
        check("run wc -l 'a b.md'", &[("exec", json!({"command": "wc -l 'a b.md'"}))]);
        check("run `ls -la`", &[("exec", json!({"command": "ls -la"}))]);
        check(
            "run curl https://example.org with network",
            &[("exec", json!({"command": "curl https://example.org", "network": true}))],
        );
        check("fetch example.org", &[("http_fetch", json!({"url": "https://example.org"}))]);
        check("time", &[("time", json!({}))]);
        check("time in Europe/Berlin", &[("time", json!({"zone": "Europe/Berlin"}))]);
        check("What time is it?", &[("time", json!({}))]);
    }

    #[test]
    fn several_commands_are_cut_at_then() {
        check(
            "read a, and then read b; then list",
            &[
                ("read_file", json!({"path": "a"})),
                ("read_file", json!({"path": "b"})),
                ("list_dir", json!({"path": "."})),
            ],
        );
        check(
            "write a: first this, then that\nthen read a",
            &[
                ("write_file", json!({"path": "a", "content": "first this, then that\n"})),
                ("read_file", json!({"path": "a"})),
            ],
        );
        check(
            "run ls then delete a",
            &[("exec", json!({"command": "ls"})), ("delete_file", json!({"path": "a"}))],
        );
        check("read a then dance", &[]);
        check("delete everything I ever wrote", &[]);
    }

    #[test]
    fn talk_is_not_a_command() {
        for text in [
            "",
            "hello",
            "read me a story",
            "timetable",
            "then",
            "write",
            "get well soon",
            "find",
            "run",
        ] {
            check(text, &[]);
        }
    }
}
