//! Follows the daemon as a client: what it records and how its health changes is the sign to ask
//! how things stand. Whether the daemon runs in this process or in another one makes no difference.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nexus_client::{
    Client, ClientError, ClientOptions, Discovery, Subscription, SubscriptionEnd, Token, call,
};
use nexus_domain::event::Event;
use nexus_domain::id::Position;
use nexus_domain::request::RequestStatus;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::{ClientFacts, EventFrame};
use nexus_protocol::runtime::StatusParams;
use serde_json::json;
use tokio::sync::{Notify, mpsc};

use crate::facts::{Facts, Reach};

/// What changes the menu, or is told in a notice.
const TYPES: &[&str] = &[
    "nex.request.started",
    "nex.request.queued",
    "nex.request.completed",
    "permission.*",
    "turn.*",
    "adapter.status",
    "budget.*",
    "runtime.*",
    "config.changed",
];
/// Events come in bursts; what follows within this time is answered by one look, in milliseconds.
const SETTLE_MS: u64 = 150;
/// Pause before a daemon that is away is looked for again, in milliseconds. Nobody tells that one
/// was started by somebody else.
const RETRY_MS: u64 = 1_000;
/// Updates that wait for the shell.
const UPDATES_MAX: usize = 16;

/// How things stand, and what happened since the last time.
#[derive(Clone, Debug)]
pub struct Update {
    /// How things stand.
    pub facts: Facts,
    /// What happened.
    pub news: Vec<News>,
}

/// Something a person may want to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A request ended.
    Ended {
        /// Its id.
        id: String,
        /// How.
        status: RequestStatus,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// Why it did not succeed.
        error: Option<String>,
    },
    /// A budget is nearly or wholly used up.
    Budget {
        /// Its name.
        name: String,
        /// Whether nothing is left.
        is_exhausted: bool,
        /// How much is used, in percent.
        percent: u64,
    },
}

/// Why the daemon is away, when the shell knows better than what can be seen from outside.
pub type Excuse = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// The connection to the daemon, for calls; another one after each break.
#[derive(Clone, Default)]
pub struct Line {
    client: Arc<tokio::sync::Mutex<Option<Arc<Client>>>>,
    nudge: Arc<Notify>,
}

impl Line {
    /// The connection; nothing while the daemon is away.
    pub async fn client(&self) -> Option<Arc<Client>> {
        self.client.lock().await.clone()
    }

    /// Has a daemon that is away be looked for at once.
    pub fn look_now(&self) {
        self.nudge.notify_one();
    }
}

/// Follows the daemon of a home for as long as the updates are read.
#[must_use]
pub fn start(home: PathBuf, version: &str, excuse: Excuse) -> (Line, mpsc::Receiver<Update>) {
    let (updates, to_shell) = mpsc::channel(UPDATES_MAX);
    let line = Line::default();
    let feed = Feed {
        home,
        version: version.to_owned(),
        excuse,
        updates,
        line: line.clone(),
        cursor: None,
    };
    tokio::spawn(feed.run());
    (line, to_shell)
}

struct Feed {
    home: PathBuf,
    version: String,
    excuse: Excuse,
    updates: mpsc::Sender<Update>,
    line: Line,
    /// The last event that was read. What was recorded while the connection was broken is news.
    cursor: Option<Position>,
}

/// Why a connection is not followed any further.
enum End {
    /// The shell has ended.
    Unread,
    /// The daemon is away.
    Away(String),
}

impl From<ClientError> for End {
    fn from(error: ClientError) -> Self {
        Self::Away(error.to_string())
    }
}

impl Feed {
    async fn run(mut self) {
        loop {
            let End::Away(why) = self.follow().await else { return };
            *self.line.client.lock().await = None;
            let why = (self.excuse)().unwrap_or(why);
            let gone = Update { facts: Facts::away(why), news: Vec::new() };
            if self.updates.send(gone).await.is_err() {
                return;
            }
            let pause = Duration::from_millis(RETRY_MS);
            let _ = tokio::time::timeout(pause, self.line.nudge.notified()).await;
        }
    }

    /// Connects and follows until the connection ends.
    async fn follow(&mut self) -> End {
        let (client, reach) = match self.connect().await {
            Ok(connected) => connected,
            Err(end) => return end,
        };
        *self.line.client.lock().await = Some(Arc::clone(&client));
        match self.read(&client, &reach).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn connect(&self) -> Result<(Arc<Client>, Reach), End> {
        let running = match Discovery::find(&self.home).await {
            Discovery::Running(running) => running,
            Discovery::NotRunning => return Err(End::Away("it was stopped".into())),
            Discovery::Unreachable { .. } => return Err(End::Away("it does not answer".into())),
        };
        let token = Token::read(&self.home).map_err(|error| End::Away(error.to_string()))?;
        let facts = ClientFacts {
            name: "nexus-app".to_owned(),
            version: self.version.clone(),
            platform: std::env::consts::OS.to_owned(),
            mode: "tray".to_owned(),
            instance_id: None,
        };
        let options = ClientOptions::new(running.address, Some(token), facts);
        let client = Arc::new(Client::connect(options).await?);
        let is_here = running.pid == std::process::id();
        let reach = if is_here { Reach::Here } else { Reach::Elsewhere { pid: running.pid } };
        Ok((client, reach))
    }

    async fn read(
        &mut self,
        client: &Client,
        reach: &Reach,
    ) -> Result<std::convert::Infallible, End> {
        let mut health = client.health_changes();
        let mut events = self.subscribe(client).await?;
        let mut news = Vec::new();
        loop {
            let status = client.request::<call::Status>(StatusParams {}).await?;
            let facts = Facts::of_status(&status, reach.clone());
            let update = Update { facts, news: std::mem::take(&mut news) };
            self.updates.send(update).await.map_err(|_| End::Unread)?;
            tokio::select! {
                event = events.next() => self.take(event, client, &mut events, &mut news).await?,
                changed = health.changed() => if changed.is_err() {
                    return Err(End::Away(client.closed().await.to_string()));
                },
                () = self.updates.closed() => return Err(End::Unread),
            }
            let settled = tokio::time::sleep(Duration::from_millis(SETTLE_MS));
            tokio::pin!(settled);
            loop {
                tokio::select! {
                    event = events.next() => {
                        self.take(event, client, &mut events, &mut news).await?;
                    }
                    () = &mut settled => break,
                }
            }
            health.mark_unchanged();
        }
    }

    async fn subscribe(&mut self, client: &Client) -> Result<Subscription, End> {
        let types = TYPES.iter().map(|kind| (*kind).to_owned()).collect();
        let params = SubscribeParams { types, after: self.cursor, ..SubscribeParams::default() };
        let events = match client.subscribe(&params).await {
            Ok(events) => events,
            // A home that was put back from a backup ends before the cursor, and a daemon of
            // another version does not know every type: all events from now on do as well.
            Err(error) if error.wire().is_some() => {
                client.subscribe(&SubscribeParams::default()).await?
            }
            Err(error) => return Err(error.into()),
        };
        self.cursor = Some(events.begin().after);
        Ok(events)
    }

    async fn take(
        &mut self,
        event: Result<EventFrame, SubscriptionEnd>,
        client: &Client,
        events: &mut Subscription,
        news: &mut Vec<News>,
    ) -> Result<(), End> {
        match event {
            Ok(frame) => {
                self.cursor = frame.position.or(self.cursor);
                if news.len() < UPDATES_MAX {
                    news.extend(told(frame));
                }
            }
            Err(SubscriptionEnd::Closed(reason)) => return Err(End::Away(reason.to_string())),
            Err(SubscriptionEnd::Lagged { .. } | SubscriptionEnd::Replaced) => {
                *events = self.subscribe(client).await?;
            }
        }
        Ok(())
    }
}

fn told(frame: EventFrame) -> Option<News> {
    let event = json!({ "type": frame.event, "properties": frame.payload });
    let budget = |name, used: u64, limit: u64, is_exhausted| {
        let percent = used.saturating_mul(100) / limit.max(1);
        Some(News::Budget { name, is_exhausted, percent })
    };
    match serde_json::from_value(event).ok()? {
        Event::RequestCompleted { request_id, status, error, duration_ms, .. } => {
            Some(News::Ended { id: request_id.to_string(), status, duration_ms, error })
        }
        Event::BudgetWarned { budget: name, used, limit, .. } => budget(name, used, limit, false),
        Event::BudgetExhausted { budget: name, used, limit, .. } => budget(name, used, limit, true),
        _ => None,
    }
}
