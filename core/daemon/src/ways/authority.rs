//! What somebody's authority rests on. It is looked at again for every call and in every epoch, so
//! that whoever loses it loses the open connections, too.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use nexus_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// What was proved, and has to go on being true.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Basis {
    /// The control-plane token, or the daemon's own process.
    Token,
    /// A browser that signed in, by the digest of its session.
    Browser(String),
    /// The password, by the mark of the one in force.
    Password(String),
    /// An API key, by its id.
    Key(String),
    /// A paired device, by its id.
    Device(String),
    /// Somebody of the tailnet whom the configuration names.
    Tailnet {
        /// The login, or the tag of the machine, as the configuration has it.
        login: String,
        /// Where it came from, which must go on being that somebody's.
        address: IpAddr,
    },
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token => f.write_str("token"),
            Self::Browser(digest) => write!(f, "browser:{digest}"),
            Self::Password(mark) => write!(f, "password:{mark}"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Device(id) => write!(f, "device:{id}"),
            Self::Tailnet { login, address } => write!(f, "tailnet:{address}/{login}"),
        }
    }
}

impl FromStr for Basis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "token" {
            return Ok(Self::Token);
        }
        let (way, id) = text.split_once(':').unwrap_or((text, ""));
        if way == "tailnet" {
            let (address, login) = id
                .split_once('/')
                .filter(|(_, login)| !login.is_empty())
                .ok_or("`tailnet` names an address and a login")?;
            let address =
                address.parse().map_err(|_| "`tailnet` without an address is no way in")?;
            return Ok(Self::Tailnet { login: login.to_owned(), address });
        }
        let make = match way {
            "browser" => Self::Browser,
            "password" => Self::Password,
            "key" => Self::Key,
            "device" => Self::Device,
            _ => return Err(format!("`{}` is no way in", text.escape_debug())),
        };
        match id.is_empty() {
            true => Err(format!("`{way}` without an id is no way in")),
            false => Ok(make(id.to_owned())),
        }
    }
}

impl TryFrom<String> for Basis {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Basis> for String {
    fn from(basis: Basis) -> Self {
        basis.to_string()
    }
}

/// The authority of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// What it rests on.
    pub basis: Basis,
    /// The signed token that was shown, if it was one.
    pub signed: Option<Signed>,
}

/// A signed token (JWT), as far as it has to go on holding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The mark of the secret that signed it.
    pub mark: String,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl From<Basis> for Authority {
    fn from(basis: Basis) -> Self {
        Self { basis, signed: None }
    }
}

impl Authority {
    /// How its holder came in, in words for the audit.
    #[must_use]
    pub fn shown(&self) -> Cow<'static, str> {
        Cow::Borrowed(match (&self.signed, &self.basis) {
            (Some(_), _) => "a signed token was shown",
            (None, Basis::Token) => "the control-plane token was shown",
            (None, Basis::Browser(_)) => "the browser is signed in",
            (None, Basis::Password(_)) => "the password was given",
            (None, Basis::Key(_)) => "an API key was shown",
            (None, Basis::Device(_)) => "a paired device signed the challenge",
            (None, Basis::Tailnet { login, address }) => {
                return format!("the tailnet says that {address} is {login}").into();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_is_read_as_it_is_written() {
        let all = [
            Basis::Token,
            Basis::Browser("ab".to_owned()),
            Basis::Password("cd".to_owned()),
            Basis::Key("01".to_owned()),
            Basis::Device("ef".to_owned()),
            Basis::Tailnet {
                login: "me@example.com".to_owned(),
                address: "fd7a:115c:a1e0::9".parse().unwrap(),
            },
        ];
        for basis in all {
            assert_eq!(basis.to_string().parse(), Ok(basis));
        }
        for wrong in ["", "key", "key:", "owner", "token:1", "tailnet:a@b", "tailnet:100.64.0.9/"] {
            assert!(wrong.parse::<Basis>().is_err(), "{wrong}");
        }
    }
}
