//! A process that is spoken to line by line, with nothing in between.

use std::sync::{Arc, Mutex, PoisonError};

use nexus_protocol::adapter::{
    ADAPTER_PROTOCOL, Ability, Acknowledgement, AdapterFacts, HelloParams, LINE_BYTES_MAX, Line,
    LineError,
};
use nexus_protocol::line::{Incoming, LineBuffer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_util::task::AbortOnDropHandle;

use super::Subject;
use crate::clock::Clock;
use crate::keeper::HELLO_MS_MAX;
use crate::pipe::WRITE_MS_MAX;
use crate::process::{END_MS_MAX, Process};
use crate::spec::{ChildSpec, EVENTS_PER_S};

/// The account it is told to serve.
pub(super) const ACCOUNT: &str = "check";
/// What must be found nowhere but in its memory.
pub(super) const CANARY: &str = "nexus-check-credential-5f1d";
/// Most of its stderr that is kept, in bytes.
pub(super) const STDERR_BYTES_MAX: usize = 1024 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;

/// How events are answered.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// With this.
    Answers(Acknowledgement),
    /// Not at all.
    Silent,
}

pub(super) struct Run {
    process: Process,
    stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    stdout: Box<dyn AsyncRead + Send + Unpin>,
    buffer: LineBuffer,
    clock: Arc<dyn Clock>,
    n_calls: u64,
    pub(super) manner: Manner,
    /// Ids of the events that it handed in, in order.
    pub(super) events: Vec<String>,
    /// When they happened and in which conversation, in the same order.
    pub(super) moments: Vec<(String, u64)>,
    /// Everything it wrote to stdout that makes sense.
    pub(super) said: Vec<Incoming>,
    pub(super) stderr: Arc<Mutex<Vec<u8>>>,
    _listener: AbortOnDropHandle<()>,
}

impl Run {
    pub(super) async fn start(subject: &Subject, clock: &Arc<dyn Clock>) -> Result<Self, String> {
        let hello = HelloParams {
            protocol: ADAPTER_PROTOCOL,
            account_id: ACCOUNT.to_owned(),
            config: subject.config.clone(),
            credential: Some(CANARY.to_owned()),
            credentials: Default::default(),
        };
        let spec = ChildSpec {
            name: ACCOUNT.to_owned(),
            command: subject.command.clone(),
            home: subject.folder.clone(),
            path: subject.path.clone(),
            lang: "C.UTF-8".to_owned(),
            hello,
            confinement: None,
            events_per_s_max: EVENTS_PER_S,
        };
        let spawned = Process::spawn(&spec).await;
        let (process, pipes) = spawned.map_err(|error| format!("it cannot be started: {error}"))?;
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut from) = (Arc::clone(&stderr), pipes.stderr);
        let listener = tokio::spawn(async move {
            let mut chunk = vec![0; CHUNK_BYTES];
            while let Ok(n_bytes @ 1..) = from.read(&mut chunk).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = STDERR_BYTES_MAX.saturating_sub(kept.len());
                kept.extend_from_slice(&chunk[..n_bytes.min(room)]);
            }
        });
        Ok(Self {
            process,
            stdin: Some(pipes.stdin),
            stdout: pipes.stdout,
            buffer: LineBuffer::new(LINE_BYTES_MAX),
            clock: Arc::clone(clock),
            n_calls: 0,
            manner: Manner::Answers(Acknowledgement::Accepted),
            events: Vec::new(),
            moments: Vec::new(),
            said: Vec::new(),
            stderr,
            _listener: AbortOnDropHandle::new(listener),
        })
    }

    /// A process that has said hello properly.
    pub(super) async fn greeted(
        subject: &Subject,
        clock: &Arc<dyn Clock>,
    ) -> Result<(Self, AdapterFacts), String> {
        let mut run = Self::start(subject, clock).await?;
        let facts = run.hello(subject).await?;
        Ok((run, facts))
    }

    pub(super) async fn hello(&mut self, subject: &Subject) -> Result<AdapterFacts, String> {
        let params = HelloParams {
            protocol: ADAPTER_PROTOCOL,
            account_id: ACCOUNT.to_owned(),
            config: subject.config.clone(),
            credential: Some(CANARY.to_owned()),
            credentials: Default::default(),
        };
        let params = serde_json::to_value(params).map_err(|error| error.to_string())?;
        let answer = self.call("hello", params, HELLO_MS_MAX).await?;
        if !self.events.is_empty() {
            return Err("it handed in an event before it had answered `hello`".to_owned());
        }
        let facts = answer.map_err(|error| format!("it refused to start: {}", error.message))?;
        serde_json::from_value(facts)
            .map_err(|error| format!("its answer to `hello` cannot be read: {error}"))
    }

    /// Writes bytes as they are.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let limit = self.clock.sleep(WRITE_MS_MAX);
        let Some(stdin) = &mut self.stdin else { return Err("its stdin is closed".to_owned()) };
        let written = async {
            stdin.write_all(bytes).await?;
            stdin.flush().await
        };
        tokio::select! {
            written = written => written.map_err(|error| format!("it stopped reading: {error}")),
            () = limit => Err("it did not take a line within 10 s".to_owned()),
        }
    }

    /// Writes a call; its id.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Result<u64, String> {
        self.n_calls += 1;
        let id = self.n_calls;
        let line = Line::call(id, method, params).to_bytes().map_err(|error| error.to_string())?;
        self.write(&line).await?;
        Ok(id)
    }

    /// Writes a line that wants no answer.
    pub(super) async fn tell(&mut self, method: &str, params: Value) -> Result<(), String> {
        let line = Line::notification(method, params).to_bytes();
        self.write(&line.map_err(|error| error.to_string())?).await
    }

    /// Waits for the answer to a call, and deals with whatever comes before it.
    pub(super) async fn answer(
        &mut self,
        id: u64,
        limit_ms: u64,
    ) -> Result<Result<Value, LineError>, String> {
        let known = self.said.iter().rev().find_map(|said| match said {
            Incoming::Answer { id: of, outcome } if *of == id => Some(outcome.clone()),
            _ => None,
        });
        if let Some(outcome) = known {
            return Ok(outcome);
        }
        let limit = self.clock.sleep(limit_ms);
        tokio::pin!(limit);
        loop {
            let incoming = tokio::select! {
                incoming = self.next() => incoming?,
                () = &mut limit => return Err(format!("no answer came within {limit_ms} ms")),
            };
            if let Incoming::Answer { id: of, outcome } = incoming
                && of == id
            {
                return Ok(outcome);
            }
        }
    }

    pub(super) async fn call(
        &mut self,
        method: &str,
        params: Value,
        limit_ms: u64,
    ) -> Result<Result<Value, LineError>, String> {
        let id = self.ask(method, params).await?;
        let answer = self.answer(id, limit_ms).await;
        answer.map_err(|why| format!("`{method}`: {why}"))
    }

    /// Reads on for so long, or until so many events have come.
    pub(super) async fn listen(&mut self, limit_ms: u64, n_events: usize) -> Result<(), String> {
        let limit = self.clock.sleep(limit_ms);
        tokio::pin!(limit);
        while self.events.len() < n_events {
            tokio::select! {
                incoming = self.next() => drop(incoming?),
                () = &mut limit => return Ok(()),
            }
        }
        Ok(())
    }

    /// The next line. Cancel safe but for the answer to an event, which is then missing.
    async fn next(&mut self) -> Result<Incoming, String> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let incoming = loop {
            if let Some(line) = self.buffer.next_line() {
                let line = line.map_err(|error| format!("on its stdout: {error}"))?;
                break Incoming::parse(line).ok_or_else(|| {
                    let shown: String = String::from_utf8_lossy(line).chars().take(80).collect();
                    format!("a line on its stdout is not JSON-RPC: {}", shown.escape_debug())
                })?;
            }
            match self.stdout.read(&mut chunk).await {
                Ok(n_bytes @ 1..) => self.buffer.push(&chunk[..n_bytes]),
                _ => return Err("it closed its stdout".to_owned()),
            }
        };
        self.said.push(incoming.clone());
        if let Incoming::Call { id, method, params } = &incoming
            && method == "event"
        {
            let event_id = params["event"]["event_id"].as_str().unwrap_or_default();
            self.events.push(event_id.to_owned());
            let peer_id = params["event"]["peer_id"].as_str().unwrap_or_default();
            let at = params["event"]["timestamp"].as_u64().unwrap_or_default();
            self.moments.push((peer_id.to_owned(), at));
            if let Manner::Answers(acknowledgement) = &self.manner {
                let answer = serde_json::to_value(acknowledgement).map_err(|e| e.to_string())?;
                let line = Line::answer(*id, Ok(answer)).to_bytes().map_err(|e| e.to_string())?;
                self.write(&line).await?;
            }
        }
        Ok(incoming)
    }

    /// Closes its stdin and reads to the end: how it ended, in time.
    pub(super) async fn finish(&mut self) -> Result<String, String> {
        drop(self.stdin.take());
        let limit = self.clock.sleep(END_MS_MAX);
        let ended = async {
            // Answers to events find no way any more, which is nobody's fault.
            self.manner = Manner::Silent;
            while let Ok(incoming) = self.next().await {
                drop(incoming);
            }
            self.process.wait().await
        };
        let how = tokio::select! { how = ended => Some(how), () = limit => None };
        match how {
            Some(how) => Ok(how),
            None => {
                self.process.put_down().await;
                Err(format!("it did not end within {} s of the end of stdin", END_MS_MAX / 1_000))
            }
        }
    }

    /// What it wrote to stderr.
    pub(super) fn complaints(&self) -> Vec<u8> {
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn pause(&mut self, ms: u64) {
        self.clock.sleep(ms).await;
    }
}

pub(super) fn can(facts: &AdapterFacts, ability: Ability) -> bool {
    facts.supports.contains(&ability)
}
