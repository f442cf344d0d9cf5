//! A thousand messages, each sent twice, while the daemon is killed again and again: each has run
//! once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, anyhow, ensure};
use nexus_client::{Client, call};
use nexus_domain::id::{Position, RequestId};
use nexus_domain::message::Role;
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::session;
use nexus_tests::talk::key;
use nexus_tests::{DaemonProcess, Dice, Talk, TestHome};
use tokio::sync::{Notify, watch};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const SEED: u64 = 20_261_121;
/// Different messages.
const MESSAGES: usize = 1_000;
/// How often each is sent.
const TIMES: usize = 2;
const CONNECTIONS: usize = 8;
const SESSIONS: usize = 40;
const KILLS: usize = 6;

/// Processes may die here, power does not fail: commits need not wait for the disk.
const CONFIG: &str = "[ledger]\ndurability = \"process\"\n\n[models]\ndiscover = false\n\n\
                      [sessions]\nqueue_len_max = 100\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_messages_run_once_each() -> Result<()> {
    let home = TestHome::with_config(CONFIG)?;
    let mut dice = Dice::seeded(SEED);
    let mut sends: Vec<usize> = (0..MESSAGES * TIMES).map(|n| n % MESSAGES).collect();
    dice.shuffle(&mut sends);
    let mut deaths: Vec<usize> = (0..KILLS).map(|_| 1 + dice.below(sends.len() - 1)).collect();
    deaths.sort_unstable();

    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let (reached, at) = watch::channel(Arc::new(daemon.client_options()?));
    let progress = Arc::new(Progress::default());
    let shares = sends.chunks(sends.len().div_ceil(CONNECTIONS));
    let senders: Vec<_> = shares
        .map(|share| tokio::spawn(send(share.to_vec(), at.clone(), Arc::clone(&progress))))
        .collect();
    for death in deaths {
        progress.until(death).await;
        daemon.kill()?;
        daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
        reached.send_replace(Arc::new(daemon.client_options()?));
    }
    let mut answers = HashMap::new();
    for sender in senders {
        for (n, request_id) in sender.await?? {
            let first = *answers.entry(n).or_insert(request_id);
            ensure!(first == request_id, "message {n} is two requests");
        }
    }
    ensure!(answers.len() == MESSAGES, "{} messages were answered", answers.len());
    let talk = Talk::with(&daemon).await?;
    all_completed_once(&talk).await?;
    check_requests(&talk.requests().await?)?;
    check_messages(&talk).await
}

/// How many messages have been acknowledged, over all connections and daemons.
#[derive(Default)]
struct Progress {
    n_sent: AtomicUsize,
    moved: Notify,
}

impl Progress {
    fn one_more(&self) {
        self.n_sent.fetch_add(1, Ordering::SeqCst);
        self.moved.notify_one();
    }

    async fn until(&self, n_wanted: usize) {
        while self.n_sent.load(Ordering::SeqCst) < n_wanted {
            self.moved.notified().await;
        }
    }
}

type Reached = watch::Receiver<Arc<nexus_client::ClientOptions>>;

/// Sends its share, each message until it is acknowledged, by whichever daemon is there.
async fn send(
    share: Vec<usize>,
    mut reached: Reached,
    progress: Arc<Progress>,
) -> Result<Vec<(usize, RequestId)>> {
    let mut answers = Vec::new();
    while answers.len() < share.len() {
        let options = reached.borrow_and_update().as_ref().clone();
        if let Ok(client) = Client::connect(options).await {
            while let Some(n) = share.get(answers.len()) {
                match client.request::<call::SessionsSend>(message(*n)?).await {
                    Ok(answer) => answers.push((*n, answer.request_id)),
                    // The daemon refuses: that is not what this is about.
                    Err(error) if error.wire().is_some() => return Err(anyhow!(error)),
                    Err(_) => break,
                }
                progress.one_more();
            }
        }
        if answers.len() < share.len() {
            reached.changed().await?;
        }
    }
    Ok(answers)
}

fn message(n: usize) -> Result<session::SendParams> {
    Ok(session::SendParams {
        key: key(&session_of(n))?,
        message: format!("hello number {n}"),
        agent_id: None,
        queue_mode: None,
        attachments: Vec::new(),
        idempotency_key: format!("message-{n}"),
    })
}

fn session_of(n: usize) -> String {
    format!("session-{}", n % SESSIONS)
}

/// Reads the events from the beginning until every request has ended; none ends twice.
async fn all_completed_once(talk: &Talk) -> Result<()> {
    let types = ["nex.request.completed", "turn.completed"].map(str::to_owned).to_vec();
    let params = SubscribeParams { types, after: Some(Position(0)), ..SubscribeParams::default() };
    let mut events = talk.client().subscribe(&params).await?;
    let (mut requests, mut turns) = (HashSet::new(), HashSet::new());
    while requests.len() < MESSAGES {
        let event = tokio::time::timeout(nexus_tests::talk::EVENT_WAIT, events.next()).await;
        let event = event.with_context(|| format!("only {} have ended", requests.len()))?;
        let event = event.map_err(|end| anyhow!("{end:?}"))?;
        let ids = match event.event.as_str() {
            "turn.completed" => (&mut turns, &event.payload["turn_id"]),
            _ => (&mut requests, &event.payload["request_id"]),
        };
        ensure!(ids.0.insert(ids.1.to_string()), "{} {} came twice", event.event, ids.1);
    }
    ensure!(turns.len() == MESSAGES, "{} turns", turns.len());
    Ok(())
}

fn check_requests(requests: &[Request]) -> Result<()> {
    ensure!(requests.len() == MESSAGES, "{} requests", requests.len());
    let unfinished = requests.iter().find(|one| one.status != RequestStatus::Completed);
    ensure!(unfinished.is_none(), "{unfinished:?}");
    let event_ids: HashSet<_> = requests.iter().map(|one| &one.event_id).collect();
    let turn_ids: HashSet<_> = requests.iter().filter_map(|one| one.turn_id).collect();
    ensure!(event_ids.len() == MESSAGES, "{} different messages", event_ids.len());
    ensure!(turn_ids.len() == MESSAGES, "{} different turns", turn_ids.len());
    Ok(())
}

async fn check_messages(talk: &Talk) -> Result<()> {
    for session in 0..SESSIONS {
        let messages = talk.messages(&session_of(session)).await?;
        let of = |role: Role| messages.iter().filter(move |message| message.role == role);
        let said: HashSet<_> = of(Role::User).map(|message| message.text()).collect();
        let each = MESSAGES / SESSIONS;
        ensure!(said.len() == each, "session {session} holds {} messages", said.len());
        ensure!(of(Role::User).count() == each, "session {session} holds a message twice");
        let answered: HashSet<_> = of(Role::Assistant).map(|message| message.turn_id).collect();
        ensure!(answered.len() == each, "session {session} has {} answers", answered.len());
        ensure!(messages.len() == 2 * each, "session {session} has {} in all", messages.len());
    }
    Ok(())
}
