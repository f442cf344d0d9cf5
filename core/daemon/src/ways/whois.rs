//! Who is behind an address of the tailnet, by the LocalAPI of `tailscaled`: an answer of the
//! program that holds the keys of the tailnet, and never a header that somebody sent along.
//!
//! `GET /localapi/v0/whois?addr=IP:PORT` over a local socket; the form is `WhoIsResponse` of
//! `client/tailscale/apitype` in Tailscale's source.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use nexus_agent::port::Clock;
use nexus_domain::Failure;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};

/// The host that the LocalAPI wants to be called by.
const HOST: &str = "local-tailscaled.sock";
/// Time for one answer, in milliseconds.
const ANSWER_MS_MAX: u64 = 2_000;
/// Largest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Where `tailscaled` listens, unless it is told otherwise.
#[cfg(target_os = "macos")]
const SOCKET: &str = "/var/run/tailscaled.socket";
#[cfg(windows)]
const SOCKET: &str = r"\\.\pipe\ProtectedPrefix\Administrators\Tailscale\tailscaled";
#[cfg(not(any(target_os = "macos", windows)))]
const SOCKET: &str = "/var/run/tailscale/tailscaled.sock";

/// Whom a machine of the tailnet belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// A person, by login, in lower case.
    Person(String),
    /// Nobody: it has tags, in lower case.
    Tagged(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    node: Node,
    user_profile: UserProfile,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Node {
    /// Its addresses in the tailnet, as prefixes of full length.
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserProfile {
    login_name: String,
}

/// The LocalAPI.
pub(crate) struct LocalApi<'a> {
    socket: PathBuf,
    clock: &'a dyn Clock,
}

impl<'a> LocalApi<'a> {
    /// At a place, or at the usual one of the operating system.
    pub(crate) fn at(socket: Option<&Path>, clock: &'a dyn Clock) -> Self {
        Self { socket: socket.unwrap_or(Path::new(SOCKET)).to_owned(), clock }
    }

    /// Whether it answers at all; asked about an address of our own.
    ///
    /// # Errors
    /// As [`Self::who`].
    pub(crate) async fn check(&self, own: SocketAddr) -> Result<(), Failure> {
        self.who(own).await.map(|_| ())
    }

    /// Whom the machine at an address belongs to; `None` when it is none of the tailnet.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer in time, refuses, or says something else.
    pub(super) async fn who(&self, peer: SocketAddr) -> Result<Option<Who>, Failure> {
        let asked = tokio::select! {
            asked = self.ask(peer) => asked,
            () = self.clock.sleep(ANSWER_MS_MAX) => {
                Err(format!("no answer within {ANSWER_MS_MAX} ms"))
            }
        };
        let body = asked.map_err(|why| self.silent(&why))?;
        let Some(body) = body else { return Ok(None) };
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|error| self.silent(&format!("what it says is not understood: {error}")))?;
        Ok(answer.read(peer.ip()))
    }

    async fn ask(&self, peer: SocketAddr) -> Result<Option<Vec<u8>>, String> {
        let shown = |error: &dyn std::fmt::Display| error.to_string();
        let stream = connect(&self.socket).await.map_err(|error| shown(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| shown(&error))?;
        let request = Request::get(format!("/localapi/v0/whois?addr={peer}"))
            .header(header::HOST, HOST)
            .body(Empty::<Bytes>::new())
            .map_err(|error| shown(&error))?;
        let answer = async {
            let answer = sender.send_request(request).await.map_err(|error| shown(&error))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
            Ok::<_, String>((status, body.map_err(|error| shown(&error))?.to_bytes()))
        };
        // The connection is driven here and ends with the answer; nothing of it outlives the call.
        let mut answer = pin!(answer);
        let (status, body) = tokio::select! {
            answer = &mut answer => answer?,
            // Whatever came before it ended is still to be read.
            _ = connection => answer.await?,
        };
        match status {
            StatusCode::OK => Ok(Some(body.to_vec())),
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::FORBIDDEN => Err("it refuses to say who somebody is".to_owned()),
            other => Err(format!("it answers with status {}", other.as_u16())),
        }
    }

    fn silent(&self, why: &str) -> Failure {
        Failure::unavailable(format!(
            "tailscaled does not say at {} who is who, so nobody is let in by the tailnet: {why}",
            self.socket.display()
        ))
        .hint(
            "see whether it runs: tailscale status; if it listens elsewhere: nexus config set \
             tailscale.socket /path/to/tailscaled.sock",
        )
    }
}

impl Answer {
    /// Whom the machine belongs to, if it is the one at this address.
    fn read(self, address: IpAddr) -> Option<Who> {
        let is_its = |prefix: &String| {
            let own = prefix.split('/').next().and_then(|own| own.parse::<IpAddr>().ok());
            own.is_some_and(|own| own == address)
        };
        if !self.node.addresses.iter().any(is_its) {
            return None;
        }
        let tags = self.node.tags.unwrap_or_default();
        // What has tags belongs to nobody, whatever profile comes with it.
        Some(match tags.is_empty() {
            true => Who::Person(self.user_profile.login_name.to_lowercase()),
            false => Who::Tagged(tags.iter().map(|tag| tag.to_lowercase()).collect()),
        })
    }
}

#[cfg(unix)]
async fn connect(socket: &Path) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
    tokio::net::UnixStream::connect(socket).await
}

#[cfg(windows)]
async fn connect(socket: &Path) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
    tokio::net::windows::named_pipe::ClientOptions::new().open(socket)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(answer: Value, address: &str) -> Option<Who> {
        let answer: Answer = serde_json::from_value(answer).unwrap();
        answer.read(address.parse().unwrap())
    }

    fn answer(tags: Value) -> Value {
        json!({
            "Node": {
                "ID": 5, "StableID": "nXyZ", "Name": "laptop.tail1234.ts.net.", "User": 7,
                "Addresses": ["100.64.0.9/32", "fd7a:115c:a1e0::9/128"], "Tags": tags,
            },
            "UserProfile": { "ID": 7, "LoginName": "Me@Example.com", "DisplayName": "Me" },
            "CapMap": {},
        })
    }

    #[test]
    fn a_person_is_behind_a_machine_without_tags_at_its_own_address_alone() {
        let me = Some(Who::Person("me@example.com".to_owned()));
        assert_eq!(read(answer(Value::Null), "100.64.0.9"), me);
        assert_eq!(read(answer(json!([])), "fd7a:115c:a1e0::9"), me);
        assert_eq!(read(answer(Value::Null), "100.64.0.99"), None);
        let tagged = Some(Who::Tagged(vec!["tag:ci".to_owned()]));
        assert_eq!(read(answer(json!(["tag:CI"])), "100.64.0.9"), tagged);
    }
}
