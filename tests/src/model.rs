//! A model provider on this machine that speaks OpenAI's chat completions and Anthropic's messages
//! as streams, and says what a scenario wants said. It outlives the daemons it serves.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Largest request the fake reads, in bytes.
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the provider does with one call.
#[derive(Clone)]
pub enum Act {
    /// Answers with text.
    Say(String),
    /// Asks for tool calls, as (name, arguments).
    Call(Vec<(String, Value)>),
    /// Refuses with a status, and perhaps a `retry-after` in seconds.
    Refuse(u16, Option<u32>),
    /// Refuses with a status and quotes this in its complaint.
    Scold(u16, String),
    /// Sends the text word by word and holds before each word until the semaphore has a permit.
    SayHeld(String, Arc<Semaphore>),
    /// Sends half of an answer and drops the connection.
    Cut(String),
    /// Answers with something that is no stream at all.
    Garbage,
    /// Accepts the call and says nothing.
    Stall,
}

/// A call as the provider saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Path of the call.
    pub path: String,
    /// Its body.
    pub body: Value,
    /// The key it came with, as the header says it.
    pub key: String,
}

impl Seen {
    /// What the person said last.
    #[must_use]
    pub fn asked(&self) -> String {
        let messages = self.body["messages"].as_array().cloned().unwrap_or_default();
        let is_asking =
            |one: &&Value| one["role"] == "user" && one["content"][0]["type"] != "tool_result";
        messages.iter().rfind(is_asking).map(|one| text_of(&one["content"])).unwrap_or_default()
    }

    /// The text of the last message, whoever spoke.
    #[must_use]
    pub fn last_text(&self) -> String {
        let last = self.body["messages"].as_array().and_then(|list| list.last()).cloned();
        text_of(&last.unwrap_or_default()["content"])
    }

    /// Whether the last message brings results of tool calls.
    #[must_use]
    pub fn brings_results(&self) -> bool {
        let last = self.body["messages"].as_array().and_then(|list| list.last()).cloned();
        let last = last.unwrap_or_default();
        last["role"] == "tool" || last["content"][0]["type"] == "tool_result"
    }

    /// How many tool results stand in the whole conversation.
    #[must_use]
    pub fn n_results(&self) -> usize {
        let messages = self.body["messages"].as_array().cloned().unwrap_or_default();
        let of = |message: &Value| match message["role"].as_str() {
            Some("tool") => 1,
            _ => message["content"].as_array().map_or(0, |parts| {
                parts.iter().filter(|part| part["type"] == "tool_result").count()
            }),
        };
        messages.iter().map(of).sum()
    }
}

fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .map(|part| {
                let text = part["text"].as_str().map(str::to_owned);
                text.unwrap_or_else(|| text_of(&part["content"]))
            })
            .collect(),
        _ => String::new(),
    }
}

type Brain = dyn Fn(&Seen) -> Act + Send + Sync;

/// The provider.
pub struct FakeModel {
    address: SocketAddr,
    kind: &'static str,
    seen: Arc<Mutex<Vec<Seen>>>,
    n_visits: Arc<AtomicUsize>,
}

impl FakeModel {
    /// A provider that speaks OpenAI's chat completions and thinks with `brain`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn openai(brain: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Result<Self> {
        Self::start("openai_compatible", Arc::new(brain)).await
    }

    /// A provider that speaks Anthropic's messages and thinks with `brain`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn anthropic(brain: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Result<Self> {
        Self::start("anthropic", Arc::new(brain)).await
    }

    async fn start(kind: &'static str, brain: Arc<Brain>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let n_visits = Arc::new(AtomicUsize::new(0));
        let (log, visits) = (Arc::clone(&seen), Arc::clone(&n_visits));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (brain, log, visits) =
                    (Arc::clone(&brain), Arc::clone(&log), Arc::clone(&visits));
                // A daemon that is killed breaks its connection: nobody minds.
                tokio::spawn(async move { serve(stream, &*brain, &log, &visits).await });
            }
        });
        Ok(Self { address, kind, seen, n_visits })
    }

    /// A `nexus.toml` that uses it, with short limits so that a stall is noticed soon.
    #[must_use]
    pub fn config(&self) -> String {
        format!("[agents.main]\nmodels = [\"fake/one\"]\n\n{}", self.provider("fake", 2_000))
    }

    /// The table of a provider with one model `one` that may be silent for `silent_ms_max`.
    #[must_use]
    pub fn provider(&self, name: &str, silent_ms_max: u64) -> String {
        format!(
            "[models.{name}]\nkind = \"{}\"\nbase_url = \"http://{}/v1\"\n\
             key = \"env:FAKE_KEY\"\nmodels = [\"one\"]\n\
             first_byte_ms_max = {silent_ms_max}\nidle_ms_max = {silent_ms_max}\n",
            self.kind, self.address
        )
    }

    /// Address of a small web page beside the model.
    #[must_use]
    pub fn page(&self) -> String {
        format!("http://{}/page", self.address)
    }

    /// How often the page was fetched.
    #[must_use]
    pub fn n_visits(&self) -> usize {
        self.n_visits.load(Ordering::SeqCst)
    }

    /// Every call so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    brain: &Brain,
    log: &Mutex<Vec<Seen>>,
    n_visits: &AtomicUsize,
) -> Result<()> {
    stream.set_nodelay(true)?;
    let (path, body, key) = read_request(&mut stream).await?;
    if path == "/page" {
        n_visits.fetch_add(1, Ordering::SeqCst);
        let page = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n\
                    connection: close\r\n\r\na page";
        return Ok(stream.write_all(page.as_bytes()).await?);
    }
    if path.ends_with("/embeddings") {
        let answer = vectors(&body).to_string();
        log.lock().unwrap_or_else(PoisonError::into_inner).push(Seen { path, body, key });
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            answer.len()
        );
        return Ok(stream.write_all(format!("{head}{answer}").as_bytes()).await?);
    }
    let seen = Seen { path, body, key };
    let act = brain(&seen);
    let is_anthropic = seen.path.ends_with("/messages");
    log.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    answer(&mut stream, act, is_anthropic).await
}

/// One vector per text, which begins with the length of the text; the last text comes first, as an
/// answer may.
fn vectors(body: &Value) -> Value {
    let input = body["input"].as_array().cloned().unwrap_or_default();
    let n_dimensions = body["dimensions"].as_u64().unwrap_or(3);
    let data = input.iter().enumerate().rev().map(|(index, text)| {
        let length = text.as_str().unwrap_or_default().len() as u64;
        let vector: Vec<_> = (0..n_dimensions).map(|n| if n == 0 { length } else { n }).collect();
        json!({"object": "embedding", "index": index, "embedding": vector})
    });
    json!({"object": "list", "data": data.collect::<Vec<_>>(), "model": body["model"],
        "usage": {"prompt_tokens": input.len() * 2, "total_tokens": input.len() * 2}})
}

async fn read_request(stream: &mut TcpStream) -> Result<(String, Value, String)> {
    let mut bytes = Vec::new();
    let mut piece = vec![0_u8; 16 * 1024];
    let head_len = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(stream, &mut bytes, &mut piece).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..head_len]).into_owned();
    let path = head.split_whitespace().nth(1).context("no path")?.to_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < head_len + length {
        read_more(stream, &mut bytes, &mut piece).await?;
    }
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let key = headers
        .filter(|(name, _)| ["authorization", "x-api-key"].contains(&&*name.to_lowercase()))
        .map(|(_, value)| value.trim().trim_start_matches("Bearer ").to_owned())
        .next();
    let body = serde_json::from_slice(&bytes[head_len..head_len + length]).unwrap_or_default();
    Ok((path, body, key.unwrap_or_default()))
}

async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>, piece: &mut [u8]) -> Result<()> {
    let n_read = stream.read(piece).await?;
    anyhow::ensure!(n_read > 0 && bytes.len() < REQUEST_BYTES_MAX, "the request ends early");
    bytes.extend_from_slice(&piece[..n_read]);
    Ok(())
}

async fn answer(stream: &mut TcpStream, act: Act, is_anthropic: bool) -> Result<()> {
    match act {
        Act::Refuse(status, retry_after) => {
            let body = json!({"error": {"type": "refused", "message": "not now"}}).to_string();
            let retry = retry_after.map(|s| format!("retry-after: {s}\r\n")).unwrap_or_default();
            let head = format!(
                "HTTP/1.1 {status} No\r\ncontent-type: application/json\r\n{retry}\
                 content-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).await?;
        }
        Act::Scold(status, quoted) => {
            let said = format!("this is no good: {quoted}");
            let body = json!({"error": {"type": "refused", "message": said}}).to_string();
            let head = format!(
                "HTTP/1.1 {status} No\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).await?;
        }
        Act::Stall => {
            // Until the other side gives up.
            let _ = stream.read(&mut [0_u8; 1]).await?;
        }
        Act::Garbage => {
            head(stream).await?;
            stream.write_all(b"data: {\"this is\": not json\n\n\x00\xff\xfe").await?;
        }
        Act::Say(text) => {
            head(stream).await?;
            let (first, last) = frames(is_anthropic);
            stream.write_all(first.as_bytes()).await?;
            stream.write_all(text_frame(&text, is_anthropic).as_bytes()).await?;
            stream.write_all(last.as_bytes()).await?;
        }
        Act::SayHeld(text, hold) => {
            head(stream).await?;
            let (first, last) = frames(is_anthropic);
            stream.write_all(first.as_bytes()).await?;
            for word in text.split_inclusive(' ') {
                hold.acquire().await?.forget();
                stream.write_all(text_frame(word, is_anthropic).as_bytes()).await?;
            }
            stream.write_all(last.as_bytes()).await?;
        }
        Act::Cut(text) => {
            head(stream).await?;
            let (first, _) = frames(is_anthropic);
            stream.write_all(first.as_bytes()).await?;
            stream.write_all(text_frame(&text, is_anthropic).as_bytes()).await?;
        }
        Act::Call(calls) => {
            head(stream).await?;
            stream.write_all(call_frames(&calls, is_anthropic).as_bytes()).await?;
        }
    }
    stream.shutdown().await?;
    Ok(())
}

async fn head(stream: &mut TcpStream) -> Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    Ok(())
}

/// What comes before and after the text of an answer.
fn frames(is_anthropic: bool) -> (String, String) {
    match is_anthropic {
        false => (
            openai(&json!({"role": "assistant", "content": ""}), None),
            format!("{}data: [DONE]\n\n", openai(&json!({}), Some("stop"))),
        ),
        true => (
            format!(
                "{}{}",
                anthropic(&json!({"type": "message_start", "message": {"id": "m", "role":
                    "assistant", "model": "one", "content": [], "usage":
                    {"input_tokens": 10, "output_tokens": 1}}})),
                anthropic(&json!({"type": "content_block_start", "index": 0,
                    "content_block": {"type": "text", "text": ""}}))
            ),
            format!(
                "{}{}",
                anthropic(&json!({"type": "content_block_stop", "index": 0})),
                anthropic_end("end_turn")
            ),
        ),
    }
}

fn text_frame(text: &str, is_anthropic: bool) -> String {
    match is_anthropic {
        false => openai(&json!({"content": text}), None),
        true => anthropic(&json!({"type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": text}})),
    }
}

fn call_frames(calls: &[(String, Value)], is_anthropic: bool) -> String {
    let mut text = String::new();
    if is_anthropic {
        text +=
            &frames(true).0.split_inclusive("\n\n").next().map(str::to_owned).unwrap_or_default();
    }
    for (index, (name, arguments)) in calls.iter().enumerate() {
        let id = format!("call_{index}_{name}");
        // Arguments come in two pieces, as real providers send them.
        let whole = arguments.to_string();
        let (left, right) = whole.split_at(whole.len() / 2);
        if is_anthropic {
            text += &anthropic(&json!({"type": "content_block_start", "index": index,
                "content_block": {"type": "tool_use", "id": id, "name": name, "input": {}}}));
            for piece in [left, right] {
                text += &anthropic(&json!({"type": "content_block_delta", "index": index,
                    "delta": {"type": "input_json_delta", "partial_json": piece}}));
            }
            text += &anthropic(&json!({"type": "content_block_stop", "index": index}));
        } else {
            text += &openai(
                &json!({"tool_calls": [{"index": index, "id": id, "type": "function",
                "function": {"name": name, "arguments": left}}]}),
                None,
            );
            text += &openai(
                &json!({"tool_calls": [{"index": index,
                "function": {"arguments": right}}]}),
                None,
            );
        }
    }
    match is_anthropic {
        true => text + &anthropic_end("tool_use"),
        false => text + &openai(&json!({}), Some("tool_calls")) + "data: [DONE]\n\n",
    }
}

fn openai(delta: &Value, finish: Option<&str>) -> String {
    let mut chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1,
        "model": "one", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
    if finish.is_some() {
        chunk["usage"] = json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15});
    }
    format!("data: {chunk}\n\n")
}

fn anthropic(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
}

fn anthropic_end(stop_reason: &str) -> String {
    let delta = json!({"type": "message_delta", "delta": {"stop_reason": stop_reason,
        "stop_sequence": null}, "usage": {"output_tokens": 5}});
    format!("{}{}", anthropic(&delta), anthropic(&json!({"type": "message_stop"})))
}
