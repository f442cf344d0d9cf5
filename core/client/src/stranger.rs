//! What somebody without a credential gets to see of a daemon: tried, not assumed.

use nexus_protocol::frame::ClientFacts;
use nexus_protocol::routes::{Access, Route, Verb};
use serde_json::{Value, json};

use crate::connect::{Client, ClientOptions};
use crate::error::ClientError;
use crate::http::{self, HttpError, HttpRequest};
use crate::tls::Target;

/// Time that one try has, in milliseconds.
const TRY_MS_MAX: u64 = 10_000;

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// What, such as `GET /metrics`.
    pub what: String,
    /// What came back, in words.
    pub seen: String,
    /// Whether that is as it should be.
    pub is_fine: bool,
}

/// Knocks at every address that is for those who are known. The first line is about the connection; when
/// that fails, it is the only one.
pub async fn look(target: &Target) -> Vec<Try> {
    let health = match send(target, "/health", None).await {
        Ok(answer) => answer,
        Err(error) => return vec![line("connect", error.to_string(), false)],
    };
    let mut tries = vec![line("connect", "it answers, as whom it should be".to_owned(), true)];
    tries.push(brief(&health));
    for route in Route::ALL.iter().filter(|route| route.access() == Access::Known) {
        let what = format!("{} {}", route.verb().name(), route.path());
        let body = (route.verb() == Verb::Post)
            .then(|| json!({ "jsonrpc": "2.0", "id": 1, "method": "status" }));
        let try_ = match send(target, &route.path_with("main"), body).await {
            Ok(answer) => {
                let is_refused = matches!(answer.status, 401 | 403);
                line(&what, format!("HTTP {}", answer.status), is_refused)
            }
            Err(error) => line(&what, error.to_string(), false),
        };
        tries.push(try_);
    }
    tries.push(socket(target).await);
    tries
}

fn line(what: &str, seen: String, is_fine: bool) -> Try {
    Try { what: what.to_owned(), seen, is_fine }
}

/// Health tells everybody that it lives and its version, and nothing else.
fn brief(answer: &http::HttpAnswer) -> Try {
    let fields: Vec<_> = answer.body.as_object().into_iter().flatten().collect();
    let shown: Vec<_> = fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let is_brief = fields.len() == 2
        && fields.iter().all(|(name, _)| ["status", "version"].contains(&name.as_str()));
    line("GET /health", shown.join(", "), is_brief)
}

/// A WebSocket is opened for everybody; its hello is not.
async fn socket(target: &Target) -> Try {
    let facts = ClientFacts {
        name: "stranger".to_owned(),
        version: "0".to_owned(),
        platform: std::env::consts::OS.to_owned(),
        mode: "probe".to_owned(),
        instance_id: None,
    };
    let mut options = ClientOptions::new(target.address.clone(), None, facts);
    options.trust = target.trust;
    let what = "GET /ws";
    match Client::connect(options).await {
        Ok(_) => line(what, "lets anybody in".to_owned(), false),
        Err(ClientError::Refused(_)) => line(what, "refuses the hello".to_owned(), true),
        Err(ClientError::Forbidden { status }) => line(what, format!("HTTP {status}"), true),
        Err(other) => line(what, other.to_string(), false),
    }
}

async fn send(
    target: &Target,
    path: &str,
    body: Option<Value>,
) -> Result<http::HttpAnswer, HttpError> {
    let within_ms = TRY_MS_MAX;
    let address = &target.address;
    http::send(HttpRequest { address, trust: target.trust, path, token: None, body, within_ms })
        .await
}
