//! Who listens at a port, found out without a credential.

use serde_json::json;

use crate::http::{HttpAnswer, HttpError, HttpRequest, send};

/// Time that whoever listens has to say who it is, in milliseconds.
pub const PROBE_MS_MAX: u64 = 2_000;

/// What was found at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probed {
    /// Nobody listens.
    None,
    /// Nexus.
    Nexus,
    /// Somebody else.
    Other,
    /// Somebody who says nothing in time.
    Timeout,
}

impl Probed {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Nexus => "nexus",
            Self::Other => "other",
            Self::Timeout => "timeout",
        }
    }
}

/// Asks whoever listens at an address, such as `127.0.0.1:18789`, for its agents. Nexus answers
/// as JSON-RPC, also when it tells nothing to strangers.
pub async fn probe(address: &str) -> Probed {
    let call = json!({ "jsonrpc": "2.0", "method": "list_agents", "id": 1 });
    let request = HttpRequest {
        address,
        path: "/rpc",
        token: None,
        body: Some(call),
        within_ms: PROBE_MS_MAX,
    };
    of_answer(&send(request).await)
}

fn of_answer(answer: &Result<HttpAnswer, HttpError>) -> Probed {
    match answer {
        Ok(HttpAnswer { status: 200 | 401 | 403 | 429, body }) if body["jsonrpc"] == "2.0" => {
            Probed::Nexus
        }
        Err(HttpError::Refused(_)) => Probed::None,
        Err(HttpError::Timeout(_)) => Probed::Timeout,
        Ok(_) | Err(HttpError::Foreign(_)) => Probed::Other,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn each_is_told_from_the_others() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answers = [
            (
                "HTTP/1.1 401 No\r\ncontent-length: 41\r\n\r\n{\"jsonrpc\":\"2.0\",\"error\":{},\"id\":null}   ",
                Probed::Nexus,
            ),
            ("HTTP/1.1 401 No\r\ncontent-length: 2\r\n\r\n{}", Probed::Other),
            ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", Probed::Other),
            ("SSH-2.0-OpenSSH_9.9\r\n", Probed::Other),
        ];
        for (answer, expected) in answers {
            let serving = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream
            };
            let (found, _stream) = tokio::join!(probe(&address), serving);
            assert_eq!(found, expected, "{answer}");
        }
        drop(listener);
        assert_eq!(probe(&address).await, Probed::None);
        assert_eq!(of_answer(&Err(HttpError::Timeout(1))), Probed::Timeout);
    }
}
