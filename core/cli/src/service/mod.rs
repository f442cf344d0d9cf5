//! The daemon as a service of the operating system: what is written down for its service manager,
//! and what that is asked. Texts are made for every system everywhere, so that they are tested
//! everywhere.

mod launchd;
mod manager;
mod systemd;
mod tasks;

use std::path::{Path, PathBuf};

pub(crate) use manager::{Installed, Manager};

/// Name unless another is chosen.
pub(crate) const NAME: &str = "nexusd";

/// The person's folder in a unit that comes with a package, as systemd writes it.
pub(crate) const PERSON: &str = "%h";

/// Whose service it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The person's own: it starts when they log in.
    User,
    /// The machine's: it starts with it.
    System,
}

/// A file that the service manager hands over as a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    /// Name, as in `systemd:NAME`.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: PathBuf,
    /// Whether `systemd-creds` encrypted it.
    pub(crate) is_encrypted: bool,
}

/// What is to be installed.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    /// `nexusd`, whole path.
    pub(crate) program: PathBuf,
    /// Home folder: a whole path, or one below [`PERSON`].
    pub(crate) home: PathBuf,
    /// The account it runs under; only for the machine's.
    pub(crate) account: Option<String>,
    /// The port that is listened on for it, if it is to start with the first connection.
    pub(crate) socket_port: Option<u16>,
    pub(crate) credentials: Vec<Handed>,
}

/// A file of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// Refuses names and paths that would say something else in the files below.
pub(crate) fn check(order: &Order) -> Result<(), String> {
    let is_name = |name: &str| {
        let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        (1..=64).contains(&name.len()) && name.chars().all(is_fit) && !name.starts_with(['-', '.'])
    };
    let credentials = order.credentials.iter().map(|handed| handed.name.as_str());
    let names = [order.name.as_str()].into_iter().chain(order.account.as_deref());
    if let Some(name) = names.chain(credentials).find(|name| !is_name(name)) {
        return Err(format!(
            "`{}` is no name: it takes letters, digits, `-`, `_` and `.`, at most 64",
            name.escape_debug()
        ));
    }
    let paths = [&order.program, &order.home].into_iter();
    for path in paths.chain(order.credentials.iter().map(|handed| &handed.path)) {
        let is_plain = path.to_str().is_some_and(|path| !path.chars().any(char::is_control));
        if !is_plain || !(path.is_absolute() || path.starts_with(PERSON)) {
            return Err(format!(
                "{} cannot stand in a service: it must be a whole path, as text in one line",
                path.display().to_string().escape_debug()
            ));
        }
    }
    Ok(())
}

/// A path as text; [`check`] has seen that it is one.
fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_line() {
        let order = Order {
            name: NAME.to_owned(),
            scope: Scope::User,
            program: "/usr/bin/nexusd".into(),
            home: "/home/a/nexus".into(),
            account: None,
            socket_port: None,
            credentials: Vec::new(),
        };
        check(&order).unwrap();
        let wrong = [
            Order { name: "a b".to_owned(), ..order.clone() },
            Order { name: "../a".to_owned(), ..order.clone() },
            Order { account: Some("-x".to_owned()), ..order.clone() },
            Order { home: "/a\nExecStart=/bin/sh".into(), ..order.clone() },
            Order { home: "relative".into(), ..order.clone() },
        ];
        for order in wrong {
            assert!(check(&order).is_err(), "{order:?}");
        }
    }
}
