//! `GET /v1/responses` as a WebSocket: one response after the other on one connection, which
//! remembers the last one that is stored nowhere.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, FromRequestParts as _, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexus_adapter::CallerParams;
use nexus_ingress::{Problem, ProblemKind, Remote};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::foreground::Foreground;
use super::ready::{Ready, Remembered};
use crate::app::App;
use crate::{error, request};

/// Largest message that is taken, in bytes; what is larger goes by POST.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Most messages that wait while a response is written.
const QUEUE_MAX: usize = 2;
/// Longest life of a connection, in milliseconds, as in the original.
const SOCKET_MS_MAX: u64 = 60 * 60 * 1_000;
/// How long a client may take to take what is sent, in milliseconds.
const SEND_MS_MAX: u64 = 30_000;

/// Opens a connection.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    Extension(remote): Extension<Remote>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut head, _) = request.into_parts();
    let caller = nexus_ingress::caller(&head.headers, remote.0)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut head, &()).await.map_err(|_| {
        let message = "GET /v1/responses opens a WebSocket; make a response with POST, or see one \
                       at GET /v1/responses/{id}";
        let status = StatusCode::UPGRADE_REQUIRED;
        Problem::new(status, ProblemKind::Request, "upgrade_required", message)
    })?;
    // Nobody holds a connection with a key that is not good.
    app.principal(&head.headers, remote).await?;
    let place = Arc::clone(&app.sockets).try_acquire_owned();
    let place = place.map_err(|_| Problem::overloaded("too many WebSockets are open already"))?;
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    let headers = head.headers;
    Ok(upgrade.on_upgrade(move |socket| async move {
        let ingress = Arc::clone(&app.ingress);
        let queue = VecDeque::new();
        let connection =
            Connection { app, caller, headers, socket, queue, remembered: None, _place: place };
        ingress.spawn(connection.serve());
    }))
}

struct Connection {
    app: Arc<App>,
    caller: CallerParams,
    /// Of the request that opened it; they may name the agent.
    headers: HeaderMap,
    socket: WebSocket,
    queue: VecDeque<Utf8Bytes>,
    remembered: Option<Remembered>,
    _place: OwnedSemaphorePermit,
}

/// The connection is over.
struct Gone;

/// What came from the client, or nothing for so long that it is asked for a sign of life.
enum Came {
    Message(Utf8Bytes),
    Silence,
}

/// A problem, and the response that was to be gone on with.
type Refused = (Problem, Option<String>);

impl Connection {
    async fn serve(mut self) {
        let app = Arc::clone(&self.app);
        let life = tokio::time::sleep(Duration::from_millis(SOCKET_MS_MAX));
        tokio::select! {
            _gone = self.answer_all() => {}
            () = app.ingress.stopped() => {}
            () = life => {
                let message = "a connection lives for 60 minutes; open a new one";
                let code = "websocket_connection_limit_reached";
                let _ = self.tell(&Problem::request(code, message)).await;
            }
        }
        let _ = self.send(Message::Close(None)).await;
    }

    async fn answer_all(&mut self) -> Gone {
        loop {
            let came = match self.queue.pop_front() {
                Some(message) => Ok(Came::Message(message)),
                None => self.receive().await,
            };
            let answered = match came {
                Ok(Came::Message(message)) => self.answer(&message).await,
                Ok(Came::Silence) => self.send(Message::Ping(Vec::new().into())).await,
                Err(gone) => return gone,
            };
            if let Err(gone) = answered {
                return gone;
            }
        }
    }

    /// Waits for the next message.
    async fn receive(&mut self) -> Result<Came, Gone> {
        loop {
            let keep_alive = self.app.settings.keep_alive;
            let Ok(came) = tokio::time::timeout(keep_alive, self.socket.recv()).await else {
                return Ok(Came::Silence);
            };
            match came {
                Some(Ok(Message::Text(text))) => return Ok(Came::Message(text)),
                Some(Ok(Message::Binary(_))) => {
                    let message = "messages are text: one JSON object each";
                    self.tell(&Problem::request("invalid_json", message)).await?;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
            }
        }
    }

    async fn answer(&mut self, message: &str) -> Result<(), Gone> {
        let (ready, previous) = match self.ready(message).await {
            Ok(ready) => ready,
            Err((problem, previous)) => {
                self.forget(previous.as_deref());
                return self.tell(&problem).await;
            }
        };
        let said = (!ready.wanted.is_stored)
            .then(|| [ready.context.before.as_slice(), ready.context.sent.as_slice()].concat());
        let is_good = match ready.wanted.generates {
            true => self.run(ready, said).await?,
            false => self.prepare(ready, said).await?,
        };
        if !is_good {
            self.forget(previous.as_deref());
        }
        Ok(())
    }

    /// What a message asks for. (Not by a shared reference, which a socket may not be sent with.)
    async fn ready(&mut self, message: &str) -> Result<(Ready, Option<String>), Refused> {
        let named: Value = serde_json::from_str(message).unwrap_or_default();
        if named["type"] != "response.create" {
            let message = "messages are JSON objects of type `response.create`";
            return Err((Problem::invalid("type", "invalid_value", message), None));
        }
        let previous = named["previous_response_id"].as_str().map(str::to_owned);
        let ready = async {
            let wanted = request::read(message.as_bytes())?;
            if wanted.is_background {
                let message = "`background` is not possible over a WebSocket; use POST";
                return Err(Problem::unsupported_value("background", message));
            }
            let agent_id = nexus_ingress::agent(&self.headers, &wanted.model)?;
            let caller = self.caller.clone();
            Ready::get(&self.app, caller, agent_id, wanted, self.remembered.as_ref()).await
        };
        match ready.await {
            Ok(ready) => Ok((ready, previous)),
            Err(problem) => Err((problem, previous)),
        }
    }

    /// Runs it, and tells of it. False when it came to nothing.
    async fn run(&mut self, ready: Ready, said: Option<Vec<Value>>) -> Result<bool, Gone> {
        let id = ready.id.clone();
        let started = match self.app.ingress.place() {
            Ok(place) => Foreground::start(&self.app, place, ready).await,
            Err(problem) => Err(problem),
        };
        let mut response = match started {
            Ok(response) => response,
            Err(problem) => {
                self.tell(&problem).await?;
                return Ok(false);
            }
        };
        let mut events = response.writing.begin();
        loop {
            for event in events {
                self.say(&event).await?;
            }
            if response.writing.is_final() {
                break;
            }
            events = tokio::select! {
                piece = response.next() => {
                    let taken = response.take(piece).await;
                    taken.unwrap_or_else(|problem| response.writing.fail(&problem))
                }
                came = self.receive() => {
                    self.put_off(came?).await?;
                    Vec::new()
                }
            };
        }
        let is_good = matches!(response.writing.status(), "completed" | "incomplete");
        if let Some(said) = said.filter(|_| is_good) {
            self.remember(id, said, response.writing.output());
        }
        Ok(is_good)
    }

    /// What comes while a response is written waits for its end.
    async fn put_off(&mut self, came: Came) -> Result<(), Gone> {
        match came {
            Came::Silence => self.send(Message::Ping(Vec::new().into())).await,
            Came::Message(text) if self.queue.len() < QUEUE_MAX => {
                self.queue.push_back(text);
                Ok(())
            }
            Came::Message(_) => {
                let message = "too many messages wait for the response that is being written";
                self.tell(&Problem::overloaded(message)).await
            }
        }
    }

    /// Only gets ready for what follows.
    async fn prepare(&mut self, mut ready: Ready, said: Option<Vec<Value>>) -> Result<bool, Gone> {
        let mut events = ready.writing.begin();
        events.extend(ready.writing.skip(App::seconds()));
        if let Err(problem) = ready.keep(&self.app).await {
            self.tell(&problem).await?;
            return Ok(false);
        }
        for event in events {
            self.say(&event).await?;
        }
        if let Some(said) = said {
            self.remember(ready.id, said, &[]);
        }
        Ok(true)
    }

    fn remember(&mut self, id: String, mut items: Vec<Value>, made: &[Value]) {
        items.extend_from_slice(made);
        let n_bytes = items.iter().map(|item| item.to_string().len()).sum();
        // Where there is no room for it, it cannot be gone on with, and its client is told so then.
        let room = self.app.ingress.room(n_bytes).ok();
        self.remembered = room.map(|room| Remembered { id, items, _room: room });
    }

    /// What could not be gone on with is not offered again.
    fn forget(&mut self, previous: Option<&str>) {
        if self.remembered.as_ref().is_some_and(|last| Some(last.id.as_str()) == previous) {
            self.remembered = None;
        }
    }

    async fn tell(&mut self, problem: &Problem) -> Result<(), Gone> {
        let mut event = error::body(problem);
        event["type"] = json!("error");
        event["status"] = json!(problem.status.as_u16());
        self.say(&event).await
    }

    async fn say(&mut self, event: &Value) -> Result<(), Gone> {
        self.send(Message::Text(event.to_string().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        let limit = Duration::from_millis(SEND_MS_MAX);
        match tokio::time::timeout(limit, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}
