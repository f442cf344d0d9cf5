//! An adapter that serves callers, for scenarios: each connection to it is a caller that says
//! lines of JSON (`{"method", "params"}`), and gets as lines what the daemon answers, shows while
//! it is written, and sends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nexus_adapter::{
    Ability, AdapterFacts, Bridge, Daemon, HelloParams, Needs, Refusal, RefusalKind, SendError,
    SendErrorKind, SendParams, SendResult, StreamPart,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Lines that wait for a caller.
const LINES_MAX: usize = 1024;

type Callers = Arc<Mutex<HashMap<String, mpsc::Sender<Value>>>>;

#[derive(Default)]
struct Desk {
    /// By the `peer_id` of what they submitted.
    callers: Callers,
    /// Whether it says that it takes in hooks, by its setting `takes_hooks`.
    takes_hooks: AtomicBool,
}

impl Desk {
    fn caller(&self, peer: &str) -> Option<mpsc::Sender<Value>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner).get(peer).cloned()
    }

    /// Whoever submitted an event; here its id begins with the name of the caller.
    fn of_event(&self, event_id: &str) -> Option<mpsc::Sender<Value>> {
        self.caller(event_id.split('/').next().unwrap_or_default())
    }
}

impl Bridge for Desk {
    fn facts(&self) -> AdapterFacts {
        let mut supports = vec![Ability::Send, Ability::Stream, Ability::Callers];
        supports.extend(self.takes_hooks.load(Ordering::Relaxed).then_some(Ability::Hooks));
        AdapterFacts { channel: "desk".to_owned(), ..nexus_adapter::facts("desk", "1", &supports) }
    }

    fn needs(&self) -> Needs {
        Needs { listen: vec!["127.0.0.1:0".to_owned()], ..Needs::default() }
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        let takes_hooks = hello.config.get("takes_hooks") == Some(&json!(true));
        self.takes_hooks.store(takes_hooks, Ordering::Relaxed);
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let listener = TcpListener::bind(any).await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        std::fs::write("address", address.to_string()).map_err(|error| error.to_string())?;
        let callers = Arc::clone(&self.callers);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, daemon.clone(), Arc::clone(&callers)));
            }
        });
        Ok(())
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        let gone = || SendError::new(SendErrorKind::NotFound, "the caller is gone");
        let caller = self.caller(&params.to).ok_or_else(gone)?;
        let key = params.idempotency_key.clone();
        caller.send(json!({ "send": params })).await.map_err(|_| gone())?;
        Ok(SendResult { message_ids: vec![key] })
    }

    fn stream(&self, part: StreamPart) {
        let (caller, line) = match part {
            StreamPart::Start(start) => (self.caller(&start.to), json!({ "start": start })),
            StreamPart::Delta(delta) => (None, json!({ "delta": delta })),
            StreamPart::Reasoning(delta) => (None, json!({ "reasoning": delta })),
            StreamPart::Tool(tool) => (None, json!({ "tool": tool })),
            StreamPart::Error(error) => (self.of_event(&error.event_id), json!({ "error": error })),
        };
        let all = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let to: Vec<_> = caller.map_or_else(|| all.values().cloned().collect(), |one| vec![one]);
        for caller in to {
            // A scenario reads everything; a line too many is one that it does not wait for.
            let _ = caller.try_send(line.clone());
        }
    }
}

/// One caller, until it hangs up.
async fn serve(stream: TcpStream, daemon: Daemon, callers: Callers) {
    let (input, mut output) = stream.into_split();
    let (line_out, mut lines_out) = mpsc::channel::<Value>(LINES_MAX);
    tokio::spawn(async move {
        while let Some(line) = lines_out.recv().await {
            if output.write_all(format!("{line}\n").as_bytes()).await.is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(input).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(asked) = serde_json::from_str::<Value>(&line) else { continue };
        let params = asked["params"].clone();
        if let Some(peer) = params["event"]["peer_id"].as_str() {
            let mut callers = callers.lock().unwrap_or_else(PoisonError::into_inner);
            callers.insert(peer.to_owned(), line_out.clone());
        }
        let answer = match asked["method"].as_str().unwrap_or_default() {
            "caller" => told(async |params| daemon.caller(&params).await, params).await,
            "submit" => told(async |params| daemon.submit(&params).await, params).await,
            "hook" => told(async |params| daemon.hook_submit(&params).await, params).await,
            "embed" => told(async |params| daemon.embed(&params).await, params).await,
            _ => {
                let event_id = params["event_id"].as_str().unwrap_or_default();
                daemon.cancel(event_id).await.map(|is_cancelled| json!(is_cancelled))
            }
        };
        let line = match answer {
            Ok(result) => json!({ "result": result }),
            Err(refusal) => json!({ "refusal": refusal }),
        };
        if line_out.send(line).await.is_err() {
            return;
        }
    }
}

async fn told<P: DeserializeOwned, R: Serialize>(
    ask: impl AsyncFnOnce(P) -> Result<R, Refusal>,
    params: Value,
) -> Result<Value, Refusal> {
    let params = serde_json::from_value(params)
        .map_err(|error| Refusal::new(RefusalKind::Invalid, error.to_string()))?;
    Ok(json!(ask(params).await?))
}

fn main() -> ExitCode {
    nexus_adapter::main(Desk::default())
}
