//! Who is let in by being somebody in the tailnet, from checked values.

use nexus_protocol::Scope;

use super::Finding;
use super::typed::Getter;
use crate::suggest;

/// The word for everything the owner may.
const OWNER: &str = "owner";
/// What names of tags begin with, as Tailscale writes them.
const TAG: &str = "tag:";
/// Most logins and tags that may be named.
const LOGINS_MAX: usize = 200;
/// Longest name of one, in bytes.
const NAME_BYTES_MAX: usize = 254;

/// Somebody of the tailnet, or every machine with a tag, and what that gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailnetLogin {
    /// The login, such as `me@example.com`, or the tag, such as `tag:ci`; in lower case.
    pub name: String,
    /// What it gives.
    pub gives: Gives,
}

/// What being somebody gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// It is the owner.
    Owner,
    /// Some scopes, in order and each once; with the one that everybody needs who comes in.
    Scopes(Vec<Scope>),
}

/// Where a login stands in the configuration.
pub(super) fn path(name: &str) -> Vec<String> {
    ["tailscale", "logins", name].map(str::to_owned).to_vec()
}

/// Reads the logins; what cannot be used goes to `errors`.
pub(super) fn logins(get: &Getter<'_>, errors: &mut Vec<Finding>) -> Vec<TailnetLogin> {
    let mut logins: Vec<TailnetLogin> = Vec::new();
    for written in get.names_at(&["tailscale", "logins"]) {
        let name = written.to_lowercase();
        let is_twice = logins.iter().any(|login| login.name == name);
        let read = match is_twice {
            true => Err("is there twice; capitals do not count".to_owned()),
            false if logins.len() >= LOGINS_MAX => {
                Err(format!("is one too many; at most {LOGINS_MAX} can be named"))
            }
            false => check_name(&name).and_then(|()| gives(&name, &get.texts_at(&path(&written)))),
        };
        match read {
            Ok(gives) => logins.push(TailnetLogin { name, gives }),
            Err(problem) => errors.push(Finding {
                line: get.line_at(&path(&written)),
                text: format!("`tailscale.logins.\"{}\"` {problem}", written.escape_debug()),
            }),
        }
    }
    logins
}

fn check_name(name: &str) -> Result<(), String> {
    let is_plain = name.len() <= NAME_BYTES_MAX
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '*');
    let is_tag = name.strip_prefix(TAG).is_some_and(|tag| !tag.is_empty());
    let is_login = name.split_once('@').is_some_and(|(who, of)| !who.is_empty() && !of.is_empty());
    match is_plain && (is_tag || is_login) {
        true => Ok(()),
        false => Err("is no login of Tailscale; write one whole, such as \"me@example.com\" or \
                      \"me@github\", or a tag, such as \"tag:ci\" (see: tailscale whois IP)"
            .to_owned()),
    }
}

fn gives(name: &str, words: &[String]) -> Result<Gives, String> {
    if words.is_empty() {
        return Err("gives nothing; write [\"owner\"] or scopes such as [\"session.read\"], or \
                    take the line out"
            .to_owned());
    }
    if words.iter().any(|word| word == OWNER) {
        return match (words.len(), name.starts_with(TAG)) {
            (1, false) => Ok(Gives::Owner),
            (_, true) => Err("cannot be the owner: a machine with a tag is nobody's; give it \
                              scopes such as [\"session.read\"]"
                .to_owned()),
            _ => Err("is the owner and more; \"owner\" stands alone, for everything".to_owned()),
        };
    }
    let mut given = vec![Scope::RuntimeRead];
    for word in words {
        given.push(Scope::by_name(word).ok_or_else(|| unknown_scope(word))?);
    }
    Ok(Gives::Scopes(Scope::ALL.into_iter().filter(|scope| given.contains(scope)).collect()))
}

fn unknown_scope(word: &str) -> String {
    let names = || Scope::ALL.iter().map(|scope| scope.name());
    let near = suggest::closest(word, names().chain([OWNER]));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let all = names().collect::<Vec<_>>().join(", ");
    format!("gives `{}`, which is no scope{near} There are owner, {all}", word.escape_debug())
}
