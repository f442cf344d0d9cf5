//! A daemon that answers as the contract says, and does what a test wants done.

use std::sync::{Arc, Mutex};

use nexus_adapter::{
    AgentErrorKind, Brief, CallerAgent, CallerFacts, EmbedParams, EmbedResult, Outcome, Refusal,
    RefusalKind, RequestId, SPOOL, StopReason, SubmitParams, SubmitResult, Timestamp, ToolCall,
    TurnId, Usage,
};
use nexus_protocol::adapter::{Line, LineError};
use nexus_protocol::caller::CancelParams;
use nexus_protocol::line::Incoming;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::OpenAi;

pub(super) const KEY: &str = "nxk_good";

/// What the daemon does after it took a submission, in order.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Start,
    Delta(&'static str),
    Tool,
    Reply(&'static str),
    Stop(StopReason, &'static str),
    Fail(AgentErrorKind, &'static str),
    Calls(Vec<ToolCall>),
    Refuse(RefusalKind, Option<u64>),
}

type Brain = dyn Fn(&SubmitParams, &Brief) -> Result<Vec<Act>, Refusal> + Send + Sync;

/// What the daemon has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) submitted: Vec<(SubmitParams, Brief)>,
    /// Every file of the spool folder at the time of a submission.
    pub(super) spooled: Vec<Vec<u8>>,
    pub(super) cancelled: Vec<String>,
    pub(super) embedded: Vec<usize>,
    /// Results and errors of `send`.
    pub(super) sent: Vec<Value>,
}

pub(super) struct Fake {
    pub(super) url: String,
    pub(super) home: tempfile::TempDir,
    seen: Arc<watch::Sender<Seen>>,
    input: Arc<AsyncMutex<WriteHalf<DuplexStream>>>,
    pub(super) served: tokio::task::JoinHandle<Result<(), nexus_adapter::ServeError>>,
}

struct Peer {
    brain: Box<Brain>,
    seen: Arc<watch::Sender<Seen>>,
    input: Arc<AsyncMutex<WriteHalf<DuplexStream>>>,
    spool: std::path::PathBuf,
    address: Mutex<Option<tokio::sync::oneshot::Sender<String>>>,
}

impl Fake {
    /// Starts the adapter under this daemon.
    pub(super) async fn start(
        settings: Value,
        brain: impl Fn(&SubmitParams, &Brief) -> Result<Vec<Act>, Refusal> + Send + Sync + 'static,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let bridge = OpenAi::at_home(home.path().to_owned());
        let served = tokio::spawn(nexus_adapter::serve(bridge, input, output));
        let (output, input) = tokio::io::split(ours);
        let (tell, told) = tokio::sync::oneshot::channel();
        let input = Arc::new(AsyncMutex::new(input));
        let seen = Arc::new(watch::Sender::new(Seen::default()));
        let peer = Peer {
            brain: Box::new(brain),
            seen: Arc::clone(&seen),
            input: Arc::clone(&input),
            spool: home.path().join(SPOOL),
            address: Mutex::new(Some(tell)),
        };
        tokio::spawn(Arc::new(peer).read(output));
        let mut config = json!({ "listen": "127.0.0.1:0" });
        for (name, value) in settings.as_object().unwrap() {
            config[name] = value.clone();
        }
        let hello = json!({ "protocol": 1, "account_id": "main", "config": config });
        write(&input, &Line::call(1, "hello", hello)).await;
        Self { url: told.await.unwrap(), home, seen, input, served }
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until the daemon has seen something.
    pub(super) async fn until(&self, is_so: impl FnMut(&Seen) -> bool) {
        self.seen.subscribe().wait_for(is_so).await.unwrap();
    }

    /// Sends a delivery of its own accord.
    pub(super) async fn send(&self, event_id: &str) {
        let params = delivery(event_id, "late", outcome(event_id, StopReason::EndTurn));
        write(&self.input, &Line::call(99, "send", params)).await;
    }

    /// Closes the adapter's stdin, as a daemon that stops.
    pub(super) async fn close(&self) {
        self.input.lock().await.shutdown().await.unwrap();
    }

    /// Whether nothing is left in the spool folder.
    pub(super) fn is_spool_empty(&self) -> bool {
        self.home.path().join(SPOOL).read_dir().unwrap().next().is_none()
    }
}

impl Peer {
    async fn read(self: Arc<Self>, output: ReadHalf<DuplexStream>) {
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            match Incoming::parse(line.as_bytes()).unwrap() {
                Incoming::Call { id, method, params } => {
                    tokio::spawn(Arc::clone(&self).answer(id, method, params));
                }
                Incoming::Notification { method, params } if method == "status" => {
                    let tell = self.address.lock().unwrap().take().unwrap();
                    tell.send(params["detail"].as_str().unwrap().to_owned()).unwrap();
                }
                Incoming::Notification { .. } | Incoming::Answer { id: 1, .. } => {}
                Incoming::Answer { outcome, .. } => {
                    let outcome = outcome.unwrap_or_else(|error| json!(error.data));
                    self.seen.send_modify(|seen| seen.sent.push(outcome));
                }
            }
        }
    }

    async fn answer(self: Arc<Self>, id: u64, method: String, params: Value) {
        let credential = params["caller"]["credential"].as_str().or(params["credential"].as_str());
        if credential.is_some_and(|credential| credential != KEY) {
            let refusal = Refusal::new(RefusalKind::Unauthorized, "the key is wrong");
            return self.say(&Line::answer(id, Err(refusal.into()))).await;
        }
        match method.as_str() {
            "caller" => {
                let agents = ["main", "coder"].map(|id| CallerAgent {
                    id: id.to_owned().try_into().unwrap(),
                    created_at: Timestamp(1_700_000_000_000),
                });
                let facts =
                    CallerFacts { principal: "api_key:1".to_owned(), agents: agents.into() };
                self.say(&Line::answer(id, Ok(json!(facts)))).await;
            }
            "submit" => self.submit(id, serde_json::from_value(params).unwrap()).await,
            "cancel" => {
                let params: CancelParams = serde_json::from_value(params).unwrap();
                self.seen.send_modify(|seen| seen.cancelled.push(params.event_id));
                self.say(&Line::answer(id, Ok(json!({ "is_cancelled": true })))).await;
            }
            "embed" => {
                let params: EmbedParams = serde_json::from_value(params).unwrap();
                let outcome = self.embed(&params).map(|result| json!(result));
                self.say(&Line::answer(id, outcome.map_err(LineError::from))).await;
            }
            other => panic!("the daemon has no method {other}"),
        }
    }

    fn embed(&self, params: &EmbedParams) -> Result<EmbedResult, Refusal> {
        if params.model != "small" {
            return Err(Refusal::new(RefusalKind::NotFound, "there is no such model"));
        }
        self.seen.send_modify(|seen| seen.embedded.push(params.input.len()));
        let vectors = params.input.iter().map(|text| vec![text.len() as f32, 0.5]).collect();
        let input_tokens = params.input.len() as u64;
        Ok(EmbedResult { vectors, model: "small".to_owned(), input_tokens })
    }

    async fn submit(&self, id: u64, params: SubmitParams) {
        let brief = match &params.brief_file {
            Some(name) => {
                let text = std::fs::read(self.spool.join(name)).unwrap();
                serde_json::from_slice(&text).unwrap()
            }
            None => params.brief.clone().unwrap(),
        };
        params.event.check().unwrap();
        let spooled = brief
            .clone()
            .images_mut()
            .map(|image| std::fs::read(self.spool.join(&image.blob)).unwrap())
            .collect::<Vec<_>>();
        let is_known = params.agent_id.as_ref().is_some_and(|agent| agent.as_str() != "ghost");
        let acts = match is_known {
            true => (self.brain)(&params, &brief),
            false => Err(Refusal::new(RefusalKind::NotFound, "there is no such agent")),
        };
        let event_id = params.event.event_id.clone();
        self.seen.send_modify(|seen| {
            seen.submitted.push((params, brief));
            seen.spooled = spooled;
        });
        match acts {
            Err(refusal) => self.say(&Line::answer(id, Err(refusal.into()))).await,
            Ok(acts) => {
                let result = SubmitResult { request_id: request_id(), is_duplicate: false };
                self.say(&Line::answer(id, Ok(json!(result)))).await;
                for act in acts {
                    self.act(&event_id, act).await;
                }
            }
        }
    }

    async fn act(&self, event_id: &str, act: Act) {
        let stream_id = format!("stream-of-{event_id}");
        let notify = |method: &str, params: Value| Line::notification(method, params);
        let send = |text: &str, outcome: Outcome| {
            Line::call(1_000, "send", delivery(event_id, text, outcome))
        };
        let line = match act {
            Act::Start => notify(
                "stream.start",
                json!({ "stream_id": stream_id, "event_id": event_id, "to": event_id }),
            ),
            Act::Delta(text) => {
                notify("stream.delta", json!({ "stream_id": stream_id, "text": text }))
            }
            Act::Tool => notify(
                "stream.tool",
                json!({ "stream_id": stream_id, "tool_call_id": "t", "name": "read_file",
                        "status": "started" }),
            ),
            Act::Reply(text) => send(text, outcome(event_id, StopReason::EndTurn)),
            Act::Stop(reason, text) => send(text, outcome(event_id, reason)),
            Act::Fail(kind, text) => {
                let failed = outcome(event_id, StopReason::Error);
                send(text, Outcome { error: Some(kind), ..failed })
            }
            Act::Calls(tool_calls) => {
                let stopped = outcome(event_id, StopReason::ClientTools);
                send("", Outcome { tool_calls, ..stopped })
            }
            Act::Refuse(kind, retry_after_ms) => {
                let refusal = Refusal::new(kind, "it cannot be");
                let error = Refusal { retry_after_ms, ..refusal };
                notify("stream.error", json!({ "event_id": event_id, "error": error }))
            }
        };
        self.say(&line).await;
    }

    async fn say(&self, line: &Line) {
        write(&self.input, line).await;
    }
}

async fn write(input: &AsyncMutex<WriteHalf<DuplexStream>>, line: &Line) {
    // The adapter may have ended.
    let _ = input.lock().await.write_all(&line.to_bytes().unwrap()).await;
}

pub(super) fn request_id() -> RequestId {
    serde_json::from_value(json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")).unwrap()
}

fn delivery(event_id: &str, text: &str, outcome: Outcome) -> Value {
    json!({ "idempotency_key": format!("key-{event_id}"), "to": event_id, "text": text,
            "outcome": outcome })
}

fn outcome(event_id: &str, stop_reason: StopReason) -> Outcome {
    let turn_id: TurnId = serde_json::from_value(json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")).unwrap();
    Outcome {
        event_id: event_id.to_owned(),
        request_id: request_id(),
        turn_id,
        model: Some("fake/model".to_owned()),
        stop_reason,
        tool_calls: Vec::new(),
        usage: Usage {
            input_tokens: 10,
            output_tokens: 5,
            cached_input_tokens: 3,
            cache_write_tokens: 0,
            reasoning_tokens: 2,
        },
        error: None,
    }
}
