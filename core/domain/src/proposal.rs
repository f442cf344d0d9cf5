//! Which standing answers are offered for an action, the narrowest first, and whether a scope that
//! a person brings along is within one of them.

use crate::grant::GrantScope;
use crate::id::SessionKey;
use crate::permission::{CanonicalAction, Proposal, Target};

/// Programs that run whatever their arguments say: allowing the first words of such a command
/// would allow everything, so that only the whole command is offered.
const RUNNERS: &[&str] = &[
    "ash",
    "awk",
    "bash",
    "busybox",
    "bun",
    "cmd",
    "csh",
    "dash",
    "deno",
    "doas",
    "env",
    "eval",
    "expect",
    "find",
    "fish",
    "gdb",
    "ksh",
    "lua",
    "make",
    "nice",
    "node",
    "nohup",
    "npx",
    "osascript",
    "parallel",
    "perl",
    "php",
    "powershell",
    "pwsh",
    "python",
    "python2",
    "python3",
    "ruby",
    "setsid",
    "sh",
    "ssh",
    "stdbuf",
    "strace",
    "sudo",
    "su",
    "tclsh",
    "time",
    "timeout",
    "uv",
    "uvx",
    "watch",
    "xargs",
    "zsh",
];
/// Longest text of a target in a sentence, in characters.
const SHOWN_CHARS_MAX: usize = 120;

/// What could be allowed or refused for good beyond one call of an action: for a file its path,
/// then its folder; for a host that host; for a command its exact words, then its first words;
/// each in this session, then in all. Of an action that touches several things, only the very
/// same action is offered: a wider scope would leave out some of them.
#[must_use]
pub fn proposals(action: &CanonicalAction, session_key: &SessionKey) -> Vec<Proposal> {
    let tool = &action.tool;
    let of_tool = || GrantScope { resource: Some(tool.clone()), ..GrantScope::default() };
    let exactly = || GrantScope { digest: Some(action.digest.clone()), ..of_tool() };
    let mut wholes: Vec<(GrantScope, String)> = Vec::new();
    match action.targets.as_slice() {
        [Target::Path { path, .. }] => {
            wholes.push((
                GrantScope { path: Some(path.clone()), ..of_tool() },
                format!("{tool} on {}", shown(path)),
            ));
            if let Some((folder, _)) = path.trim_end_matches('/').rsplit_once('/')
                && !folder.is_empty()
            {
                let folder = format!("{folder}/");
                let text = format!("{tool} on everything in {}", shown(&folder));
                wholes.push((GrantScope { path: Some(folder), ..of_tool() }, text));
            }
        }
        [Target::Host { host, port }] => wholes.push((
            GrantScope { host: Some(host.clone()), port: Some(*port), ..of_tool() },
            format!("{tool} with {}", shown(&place(host, *port))),
        )),
        [Target::Command { argv, program, .. }] => {
            wholes.push((exactly(), format!("exactly `{}`", shown(&argv.join(" ")))));
            if let Some(word) = subcommand(argv, program) {
                let words = vec![program.clone(), word.to_owned()];
                let text = format!("every command that begins with `{}`", shown(&words.join(" ")));
                wholes.push((GrantScope { command: Some(words), ..of_tool() }, text));
            }
        }
        [Target::Recipient { to, .. }] => wholes.push((
            GrantScope { recipient: Some(to.clone()), ..of_tool() },
            format!("{tool} to {}", shown(to)),
        )),
        [] | [_, _, ..] => {
            wholes.push((exactly(), format!("exactly this: {}", shown(&action.summary))));
        }
    }
    let both = wholes.into_iter().flat_map(|(scope, text)| {
        let here = GrantScope { session_key: Some(session_key.clone()), ..scope.clone() };
        [
            Proposal { scope: here, text: format!("{text}, in this session") },
            Proposal { scope, text: format!("{text}, in every session") },
        ]
    });
    both.collect()
}

/// Whether everything that `inner` is about, `outer` is about too.
#[must_use]
pub fn is_within(inner: &GrantScope, outer: &GrantScope) -> bool {
    same(&inner.resource, &outer.resource)
        && same(&inner.digest, &outer.digest)
        && same(&inner.host, &outer.host)
        && same(&inner.port, &outer.port)
        && same(&inner.recipient, &outer.recipient)
        && same(&inner.session_key, &outer.session_key)
        && is_met(&inner.path, &outer.path, |inner, outer| {
            let is_beneath = outer.ends_with('/') && inner.starts_with(outer.as_str());
            inner == outer || (is_beneath && !inner.split('/').any(|part| part == ".."))
        })
        && is_met(&inner.command, &outer.command, |inner, outer| inner.starts_with(outer))
}

/// What the wider scope leaves open, the narrower may say; what it says, the narrower must say too.
fn same<T: PartialEq>(inner: &Option<T>, outer: &Option<T>) -> bool {
    is_met(inner, outer, |inner, outer| inner == outer)
}

fn is_met<T>(inner: &Option<T>, outer: &Option<T>, is_within: impl Fn(&T, &T) -> bool) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => is_within(inner, outer),
    }
}

/// The word that says what a program with many uses is to do, such as `push` of `git push …`; none
/// for a program that runs others, and none where the command is no longer than that.
fn subcommand<'a>(argv: &'a [String], program: &str) -> Option<&'a str> {
    let name = |path: &str| {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
    };
    let [typed, word, _, ..] = argv else { return None };
    // A version behind the name, as in `python3.12`, does not make it another program.
    let is_runner = [typed.as_str(), program].iter().any(|path| {
        let name = name(path);
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
        RUNNERS.contains(&name.as_str()) || RUNNERS.contains(&stem)
    });
    let is_word = word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (!is_runner && is_word).then_some(word.as_str())
}

/// A host with its port, unless that is the usual one.
fn place(host: &str, port: u16) -> String {
    match port {
        80 | 443 => host.to_owned(),
        _ => format!("{host}:{port}"),
    }
}

/// A text cut to what a sentence bears; what cannot be seen is replaced.
fn shown(text: &str) -> String {
    let is_disguise = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let clean = |c: char| if is_disguise(c) { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).map(clean).collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::permission::PathAccess;

    fn texts(tool: &str, targets: Vec<Target>) -> Vec<String> {
        offered(tool, targets).into_iter().map(|proposal| proposal.text).collect()
    }

    fn offered(tool: &str, targets: Vec<Target>) -> Vec<Proposal> {
        let action = CanonicalAction {
            tool: tool.to_owned(),
            summary: "do it".to_owned(),
            arguments: json!({}),
            targets,
            folder: None,
            digest: "d".repeat(64),
        };
        proposals(&action, &SessionKey::parse("main").unwrap())
    }

    fn file(path: &str) -> Target {
        Target::Path { path: path.to_owned(), access: PathAccess::Write, content: None }
    }

    fn command(line: &str) -> Target {
        let argv: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let program = format!("/usr/bin/{}", argv[0]);
        let (cwd, env) = ("/w".to_owned(), Vec::new());
        Target::Command { argv, program, cwd, env, content: None, network: false }
    }

    #[test]
    fn the_narrowest_comes_first() {
        assert_eq!(
            texts("write_file", vec![file("notes/a.md")]),
            [
                "write_file on notes/a.md, in this session",
                "write_file on notes/a.md, in every session",
                "write_file on everything in notes/, in this session",
                "write_file on everything in notes/, in every session",
            ]
        );
        let host = Target::Host { host: "example.org".to_owned(), port: 443 };
        assert_eq!(
            texts("http_fetch", vec![host]),
            [
                "http_fetch with example.org, in this session",
                "http_fetch with example.org, in every session"
            ]
        );
        assert_eq!(
            texts("exec", vec![command("git push origin")]),
            [
                "exactly `git push origin`, in this session",
                "exactly `git push origin`, in every session",
                "every command that begins with `/usr/bin/git push`, in this session",
                "every command that begins with `/usr/bin/git push`, in every session",
            ]
        );
        assert_eq!(
            texts("write_file", vec![file("a.md")]).len(),
            2,
            "the whole workspace is no folder to offer"
        );
        assert_eq!(
            texts("odd", vec![]),
            ["exactly this: do it, in this session", "exactly this: do it, in every session"]
        );
    }

    #[test]
    fn what_runs_anything_is_only_offered_whole() {
        for line in [
            "sh run now",
            "python3.12 x y",
            "sudo rm x",
            "env a b",
            "npx x y",
            "ls -l x",
            "git push",
        ] {
            assert_eq!(texts("exec", vec![command(line)]).len(), 2, "{line}");
        }
    }

    #[test]
    fn several_targets_are_only_offered_whole() {
        let both = vec![file("a"), Target::Host { host: "example.org".to_owned(), port: 443 }];
        for proposal in offered("upload", both) {
            assert!(proposal.scope.digest.is_some(), "{proposal:?}");
        }
    }

    #[test]
    fn each_proposal_lies_within_itself_and_the_session_within_all() {
        for targets in [vec![file("notes/a.md")], vec![command("git push origin")], vec![]] {
            let offered = offered("tool", targets);
            for pair in offered.chunks(2) {
                assert!(is_within(&pair[0].scope, &pair[0].scope));
                assert!(is_within(&pair[0].scope, &pair[1].scope));
                assert!(!is_within(&pair[1].scope, &pair[0].scope));
            }
        }
    }

    #[test]
    fn a_scope_is_never_wider_by_being_shorter() {
        let folder = GrantScope { path: Some("notes/".to_owned()), ..GrantScope::default() };
        let inside =
            |path: &str| GrantScope { path: Some(path.to_owned()), ..GrantScope::default() };
        assert!(is_within(&inside("notes/a.md"), &folder));
        assert!(!is_within(&inside("notesX"), &folder));
        assert!(!is_within(&inside("notes/../a"), &folder));
        assert!(!is_within(&inside("note"), &folder));
        assert!(!is_within(&GrantScope::default(), &folder));
        let words = |line: &str| GrantScope {
            command: Some(line.split(' ').map(str::to_owned).collect()),
            ..GrantScope::default()
        };
        assert!(is_within(&words("git push origin"), &words("git push")));
        assert!(!is_within(&words("git"), &words("git push")));
    }
}
