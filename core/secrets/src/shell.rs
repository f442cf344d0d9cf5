//! Named variables of the login shell, for a daemon that a desktop started without them.

use std::collections::BTreeMap;

use secrecy::zeroize::Zeroizing;

use crate::child::ChildCommand;

/// Time the login shell has, in milliseconds.
const SHELL_MS_MAX: u64 = 5_000;
/// Most bytes read of its environment.
const SHELL_BYTES_MAX: usize = 1024 * 1024;
/// Variables a login shell needs to find its own files.
const SHELL_VARIABLES: &[&str] = &["HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG"];

/// The call that makes a login shell print its environment; nothing when the shell is not known.
pub(crate) fn call(environment: impl Fn(&str) -> Option<String>) -> Option<ChildCommand> {
    let shell = environment("SHELL").filter(|shell| shell.starts_with('/'))?;
    let variable = |name: &&str| environment(name).map(|value| ((*name).to_owned(), value));
    let mut variables: Vec<_> = SHELL_VARIABLES.iter().filter_map(variable).collect();
    variables.push(("TERM".to_owned(), "dumb".to_owned()));
    Some(ChildCommand {
        argv: [shell.as_str(), "-l", "-c", "env -0"].map(str::to_owned).to_vec(),
        environment: variables,
        duration_ms_max: SHELL_MS_MAX,
        stdout_bytes_max: SHELL_BYTES_MAX,
    })
}

/// Takes the wanted variables out of what the shell printed; the rest is forgotten.
pub(crate) fn pick(output: &[u8], wanted: &[String]) -> BTreeMap<String, Zeroizing<String>> {
    let pair = |entry: &[u8]| {
        let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
        // What the shell's own start-up files print stands before the first name.
        let name = name.rsplit('\n').next()?;
        let is_wanted = !value.is_empty() && wanted.iter().any(|one| one == name);
        is_wanted.then(|| (name.to_owned(), Zeroizing::new(value.to_owned())))
    };
    output.split(|byte| *byte == 0).filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_variables_are_taken() {
        let output = b"welcome!\nOPENAI_API_KEY=a=b\0HOME=/root\0EMPTY=\0MULTI=x\ny\0";
        let wanted = ["OPENAI_API_KEY", "EMPTY", "MULTI"].map(str::to_owned);
        let picked = pick(output, &wanted);
        let pairs: Vec<_> =
            picked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("MULTI", "x\ny"), ("OPENAI_API_KEY", "a=b")]);
    }

    #[test]
    fn a_shell_is_called_by_its_path_only() {
        assert!(call(|_| None).is_none());
        assert!(call(|name| (name == "SHELL").then(|| "zsh".to_owned())).is_none());
        let call = call(|name| (name == "SHELL").then(|| "/bin/sh".to_owned())).unwrap();
        assert_eq!(call.argv, ["/bin/sh", "-l", "-c", "env -0"]);
    }
}
