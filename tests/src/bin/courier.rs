//! An adapter between the daemon and the platform of `tests/src/platform.rs`. What the platform
//! hands in is told to be acknowledged only when the daemon has acknowledged it; what it is given
//! to send it passes on, and answers when the platform has taken it. Whether sends are safe to
//! repeat, and whether replies grow in messages, are settings.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use nexus_adapter::{
    Ability, Acknowledgement, AdapterFacts, Arrival, Bridge, ContentType, Daemon, EditParams,
    HelloParams, Needs, PeerKind, SendError, SendErrorKind, SendParams, SendResult,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

/// Lines that wait for the platform.
const LINES_MAX: usize = 256;
/// The channel that it speaks.
const CHANNEL: &str = "courier";
/// Exit code when the platform is gone.
const GONE_CODE: i32 = 4;

#[derive(Default)]
struct Courier {
    settings: OnceLock<Settings>,
    lines: OnceLock<mpsc::Sender<String>>,
    waiting: std::sync::Arc<Mutex<HashMap<u64, oneshot::Sender<String>>>>,
    n_asked: AtomicU64,
}

struct Settings {
    sends_once: bool,
    edit_ms_min: Option<u32>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Courier {
    /// Asks the platform for something; the id of the message that it is about.
    async fn ask(&self, mut what: Value) -> Result<SendResult, SendError> {
        let lost = || SendError::new(SendErrorKind::Unknown, "the platform is gone");
        let n = self.n_asked.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        lock(&self.waiting).insert(n, tell);
        what["n"] = n.into();
        let lines = self.lines.get().ok_or_else(lost)?;
        lines.send(format!("{what}\n")).await.map_err(|_| lost())?;
        Ok(SendResult { message_ids: vec![told.await.map_err(|_| lost())?] })
    }
}

impl Bridge for Courier {
    fn facts(&self) -> AdapterFacts {
        let settings = self.settings.get();
        let edit_ms_min = settings.and_then(|settings| settings.edit_ms_min);
        let mut supports = vec![Ability::Monitor, Ability::Send];
        supports.extend(edit_ms_min.map(|_| Ability::Edit));
        AdapterFacts {
            has_idempotent_sends: settings.is_some_and(|settings| settings.sends_once),
            edit_ms_min,
            ..nexus_adapter::facts(CHANNEL, "1", &supports)
        }
    }

    fn needs(&self) -> Needs {
        Needs { hosts: vec!["setting:platform".to_owned()], ..Needs::default() }
    }

    async fn start(&self, hello: HelloParams, daemon: Daemon) -> Result<(), String> {
        let word = |key: &str| hello.config.get(key).and_then(Value::as_str);
        let address: SocketAddr =
            word("platform").and_then(|text| text.parse().ok()).ok_or("where is the platform?")?;
        let sends_once = hello.config.get("sends_once") == Some(&Value::Bool(true));
        let edit_ms_min = hello.config.get("edit_ms_min").and_then(Value::as_u64);
        let edit_ms_min = edit_ms_min.and_then(|ms| u32::try_from(ms).ok());
        let _ = self.settings.set(Settings { sends_once, edit_ms_min });
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        let (input, mut output) = stream.into_split();
        let (lines, mut to_write) = mpsc::channel::<String>(LINES_MAX);
        let greeting = json!({ "account": hello.account_id, "sends_once": sends_once });
        lines.send(format!("{greeting}\n")).await.map_err(|error| error.to_string())?;
        let _ = self.lines.set(lines.clone());
        tokio::spawn(async move {
            while let Some(line) = to_write.recv().await {
                if output.write_all(line.as_bytes()).await.is_err() {
                    std::process::exit(GONE_CODE);
                }
            }
        });
        let waiting = std::sync::Arc::clone(&self.waiting);
        let account = hello.account_id;
        tokio::spawn(async move {
            let mut input = BufReader::new(input).lines();
            while let Ok(Some(line)) = input.next_line().await {
                let Ok(said) = serde_json::from_str::<Value>(&line) else { continue };
                if let Some(n) = said["n"].as_u64() {
                    let waits = lock(&waiting).remove(&n);
                    let message_id = said["message_id"].as_str().unwrap_or_default().to_owned();
                    // Whoever asked may be gone.
                    let _ = waits.map(|tell| tell.send(message_id));
                } else if said["mail"].is_object() {
                    let (daemon, lines) = (daemon.clone(), lines.clone());
                    let event = arrival(&said["mail"], &account);
                    tokio::spawn(hand_in(daemon, lines, event));
                }
            }
            std::process::exit(GONE_CODE);
        });
        Ok(())
    }

    async fn send(&self, params: SendParams) -> Result<SendResult, SendError> {
        let (key, to, text) = (params.idempotency_key, params.to, params.text);
        self.ask(json!({ "what": "send", "key": key, "to": to, "text": text })).await
    }

    async fn edit(&self, params: EditParams) -> Result<(), SendError> {
        let EditParams { message_id, text, .. } = params;
        let line = json!({ "what": "edit", "message_id": message_id, "text": text });
        self.ask(line).await.map(drop)
    }
}

/// Hands one message in, and says so when it is on the daemon's disk.
async fn hand_in(daemon: Daemon, lines: mpsc::Sender<String>, event: Arrival) {
    let id = event.event_id.clone();
    match daemon.emit(event).await {
        Ok(Acknowledgement::Accepted | Acknowledgement::Duplicate) => {
            let line = json!({ "what": "acknowledged", "id": id });
            let _ = lines.send(format!("{line}\n")).await;
        }
        Ok(Acknowledgement::Refused(why)) => daemon.log(&format!("{id} was refused: {why}")).await,
        // The platform hands it in again to whoever comes after us.
        Err(_disconnected) => {}
    }
}

fn arrival(mail: &Value, account: &str) -> Arrival {
    let word = |key: &str| mail[key].as_str().unwrap_or_default().to_owned();
    Arrival {
        event_id: word("id"),
        timestamp: nexus_adapter::now(),
        content: word("text"),
        content_type: ContentType::Text,
        channel: CHANNEL.to_owned(),
        account_id: account.to_owned(),
        sender_id: word("peer"),
        peer_id: word("peer"),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    }
}

fn main() -> ExitCode {
    nexus_adapter::main(Courier::default())
}
