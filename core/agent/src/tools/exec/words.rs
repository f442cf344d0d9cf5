//! A command line as words, without a shell. What only a shell could do is refused, so that what
//! is shown and approved is what runs.

/// Longest command line, in bytes.
const LINE_BYTES_MAX: usize = 32 * 1024;

/// Takes a line apart by the quoting rules that shells share. Anything that a shell would act on
/// (pipes, redirections, variables, patterns) is an error that names it.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    if line.len() > LINE_BYTES_MAX {
        return Err(format!("the command is longer than {LINE_BYTES_MAX} bytes"));
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => quoted(&mut rest, word.get_or_insert_default())?,
            '"' => double_quoted(&mut rest, word.get_or_insert_default())?,
            '\\' => match rest.next() {
                Some('\n') | None => return Err(needs_shell("a backslash at the end of a line")),
                Some(c) => word.get_or_insert_default().push(c),
            },
            '~' | '#' if word.is_some() => word.get_or_insert_default().push(c),
            '=' if words.is_empty() => {
                return Err(needs_shell("a variable set before the program"));
            }
            c if is_for_shell(c) => return Err(needs_shell(&format!("`{}`", c.escape_default()))),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(rest: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    for c in rest {
        match c {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
    Err("a quote is not closed".to_owned())
}

fn double_quoted(rest: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    while let Some(c) = rest.next() {
        match c {
            '"' => return Ok(()),
            '$' | '`' => return Err(needs_shell(&format!("`{c}`"))),
            '\\' => match rest.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err("a quote is not closed".to_owned())
}

fn is_for_shell(c: char) -> bool {
    c.is_control() || "|&;<>()$`*?[]{}~#!".contains(c)
}

fn needs_shell(what: &str) -> String {
    format!(
        "{what} needs a shell, and none is used; give the words as `argv`, or run a shell on \
         purpose: argv [\"sh\", \"-c\", \"…\"]"
    )
}

/// The words as one line that [`split`] takes apart into the same words again.
pub(super) fn join(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,+@%^".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        assert_eq!(split(line).unwrap(), expected, "{line}");
    }

    #[test]
    fn words_are_what_a_shell_would_make_of_them() {
        check("", &[]);
        check("  ls   -la ", &["ls", "-la"]);
        check("echo 'a b' \"c d\" e\\ f", &["echo", "a b", "c d", "e f"]);
        check("echo ''", &["echo", ""]);
        check("echo a'b'\"c\"", &["echo", "abc"]);
        check("echo '$HOME | x'", &["echo", "$HOME | x"]);
        check(r#"echo "a \"b\" \n""#, &["echo", r#"a "b" \n"#]);
        check("git log HEAD~1 --format=%h", &["git", "log", "HEAD~1", "--format=%h"]);
    }

    #[test]
    fn what_needs_a_shell_is_refused_and_named() {
        for line in [
            "ls | wc",
            "ls > x",
            "a && b",
            "a; b",
            "echo $HOME",
            "echo `id`",
            "echo \"$HOME\"",
            "ls *.rs",
            "ls ?",
            "(ls)",
            "ls &",
            "cat < x",
            "X=1 ls",
            "ls ~",
            "echo {a,b}",
            "ls # all",
            "echo !!",
            "a\nb",
            "a\\",
        ] {
            let error = split(line).unwrap_err();
            assert!(error.contains("needs a shell"), "{line}: {error}");
        }
        for line in ["echo 'a", "echo \"a", "echo \"a\\"] {
            assert_eq!(split(line).unwrap_err(), "a quote is not closed", "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_shown_is_what_runs(words in prop::collection::vec(".{0,12}", 1..6)) {
            prop_assert_eq!(split(&join(&words)).unwrap(), words);
        }
    }
}
