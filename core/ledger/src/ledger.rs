//! The handle: opens the file, starts the threads, and carries closures to them.

use std::cell::RefCell;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use nexus_domain::id::Position;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::access::{Access, AccessMut};
use crate::agent::{Agents, AgentsMut};
use crate::arrival::{Arrivals, ArrivalsMut};
use crate::audit::{Audit, AuditMut};
use crate::brief::{Briefs, BriefsMut};
use crate::budget::{Budgets, BudgetsMut};
use crate::cooldown::{Cooldowns, CooldownsMut};
use crate::error::LedgerError;
use crate::event::{Committed, Events, EventsMut};
use crate::file::{self, Tuning};
use crate::grant::{Grants, GrantsMut};
use crate::idempotency::{Idempotency, IdempotencyMut};
use crate::identity::{Identities, IdentitiesMut};
use crate::job::{Jobs, JobsMut};
use crate::label::{Labels, LabelsMut};
use crate::lease::{Claim, Lease, Leases};
use crate::outbox::{Outbox, OutboxMut};
use crate::pause::{Pauses, PausesMut};
use crate::permission::{Permissions, PermissionsMut};
use crate::queue::{Queue, QueueMut};
use crate::reader::{self, ReadJob, ReadTask};
use crate::request::{Requests, RequestsMut};
use crate::schedule::{Schedule, ScheduleMut};
use crate::sender_wait::{SenderWaits, SenderWaitsMut};
use crate::session::{Sessions, SessionsMut};
use crate::turn::{Turns, TurnsMut};
use crate::usage::{UsageDays, UsageDaysMut};
use crate::writer::{WriteJob, WriteTask, Writer};

/// Most operations that wait for a thread; whoever comes later waits outside.
const WAITING_MAX: usize = 1024;

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power cut (`synchronous=FULL`).
    #[default]
    Power,
    /// The death of the process, not that of the machine (`synchronous=NORMAL`).
    Process,
}

/// Called on the writer thread after each commit that recorded events, in order. It must be
/// quick, and must not wait for the ledger: it stands in the writer's way.
pub type OnCommit = Box<dyn Fn(&[Arc<Committed>]) + Send + Sync>;

/// How to open a ledger.
pub struct LedgerOptions {
    /// The file; its folder must exist.
    pub path: PathBuf,
    /// What an acknowledged write survives.
    pub durability: Durability,
    /// Connections that read; at least 1.
    pub n_readers: usize,
    /// Told of every commit.
    pub on_commit: Option<OnCommit>,
}

/// The ledger of a running daemon. Clones share it.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    writes: mpsc::Sender<WriteJob>,
    reads: mpsc::Sender<ReadJob>,
    position: Arc<AtomicU64>,
    deposed: watch::Receiver<Option<LedgerError>>,
    reader_threads: Mutex<Vec<JoinHandle<()>>>,
    writer_thread: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    /// Opens the file, brings its schema up to date and starts the threads. Blocks.
    ///
    /// # Errors
    /// `NewerSchema`, `Locked`, `Corrupt`, `DiskFull` or `Unusable`, before anything is changed.
    pub fn open(options: LedgerOptions) -> Result<Self, LedgerError> {
        Self::open_tuned(options, Tuning::default())
    }

    pub(crate) fn open_tuned(options: LedgerOptions, tuning: Tuning) -> Result<Self, LedgerError> {
        let conn = file::open_writer(&options.path, options.durability, tuning)?;
        let position = Arc::new(AtomicU64::new(Events(&conn).latest()?.0));
        let connections = (0..options.n_readers.max(1))
            .map(|_| file::open_reader(&options.path, tuning))
            .collect::<Result<Vec<_>, _>>()?;
        let (reads, jobs) = mpsc::channel(WAITING_MAX);
        let reader_threads = reader::start(connections, jobs)?;
        let (writes, jobs) = mpsc::channel(WAITING_MAX);
        let (depose, deposed) = watch::channel(None);
        let writer = Writer::new(conn, jobs, Arc::clone(&position), options.on_commit, depose);
        let writer_thread = Mutex::new(Some(writer.start()?));
        let reader_threads = Mutex::new(reader_threads);
        let inner = Inner { writes, reads, position, deposed, reader_threads, writer_thread };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs a closure inside a transaction and answers when it is committed.
    ///
    /// A closure that fails or panics is rolled back alone. Others share its transaction and its
    /// commit. Once the closure is queued it runs exactly once, even if the returned future is
    /// dropped; a future that is dropped while the queue is full leaves nothing behind.
    ///
    /// # Errors
    /// The closure's own, or that of the commit; then nothing of it was kept.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = WriteJob::Run(Box::new(WriteTask { change, reply }));
        self.inner.writes.send(job).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }

    /// Runs a closure on a connection of its own, over one snapshot of everything committed. It
    /// never waits for writers.
    ///
    /// # Errors
    /// The closure's own, or that of the database.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Reader<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = ReadJob::Run(Box::new(ReadTask { query, reply }));
        self.inner.reads.send(job).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }

    /// Becomes the owner: whoever was it before can commit nothing more, and from here on this
    /// ledger commits only as long as nobody else does the same.
    ///
    /// # Errors
    /// `Deposed` when it was the owner before and is not any more, or that of the database.
    pub async fn take_lease(&self, claim: Claim) -> Result<Lease, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = WriteJob::Lease(claim, reply);
        self.inner.writes.send(job).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }

    /// Waits until somebody else is seen to own the ledger, and says who. It is seen at a write.
    pub async fn deposed(&self) -> LedgerError {
        let mut deposed = self.inner.deposed.clone();
        let seen = deposed.wait_for(Option::is_some).await.ok().and_then(|seen| seen.clone());
        match seen {
            Some(error) => error,
            // Closed, with nobody in its place.
            None => std::future::pending().await,
        }
    }

    /// Whether that was seen.
    #[must_use]
    pub fn is_deposed(&self) -> bool {
        self.inner.deposed.borrow().is_some()
    }

    /// The position of the latest committed event, without asking the database.
    #[must_use]
    pub fn position(&self) -> Position {
        Position(self.inner.position.load(Ordering::Acquire))
    }

    /// Waits for everything that was queued before, and writes the log back into the file as far as
    /// nobody reads from it. What was acknowledged is safe without this; a machine that goes to
    /// sleep has its writing behind it.
    ///
    /// # Errors
    /// That of the database; nothing is lost then.
    pub async fn flush(&self) -> Result<(), LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = WriteJob::Flush(reply);
        self.inner.writes.send(job).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }

    /// Takes nothing more, finishes what is queued, writes the log back into the file and lets go
    /// of it. Later calls answer `Closed`.
    pub async fn close(&self) {
        // Readers go first: an open snapshot would keep the log from being written back whole.
        let _ = self.inner.reads.send(ReadJob::Close).await;
        let readers = std::mem::take(&mut *lock(&self.inner.reader_threads));
        join(readers).await;
        let _ = self.inner.writes.send(WriteJob::Close).await;
        let writer = lock(&self.inner.writer_thread).take();
        join(writer.into_iter().collect()).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn join(threads: Vec<JoinHandle<()>>) {
    let joined = tokio::task::spawn_blocking(move || {
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the ledger panicked");
            }
        }
    });
    let _ = joined.await;
}

/// Everything that can be read, over one snapshot.
pub struct Reader<'a> {
    conn: &'a Connection,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Self {
        Self { conn }
    }
}

/// Everything that can be changed, inside one transaction; and everything that can be read, with
/// the changes made so far.
pub struct Tx<'a> {
    reader: Reader<'a>,
    recorded: RefCell<Vec<Arc<Committed>>>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Self {
        Self { reader: Reader::new(conn), recorded: RefCell::default() }
    }

    pub(crate) fn into_recorded(self) -> Vec<Arc<Committed>> {
        self.recorded.into_inner()
    }

    /// Records events.
    #[must_use]
    pub fn events(&self) -> EventsMut<'_> {
        EventsMut { read: Events(self.reader.conn), recorded: &self.recorded }
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Reader<'a>;
    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}

impl<'a> Reader<'a> {
    /// Who owns the ledger.
    #[must_use]
    pub fn leases(&self) -> Leases<'a> {
        Leases(self.conn)
    }

    /// Recorded events.
    #[must_use]
    pub fn events(&self) -> Events<'a> {
        Events(self.conn)
    }
}

/// One accessor per ledger: for reading on [`Reader`], for changing on [`Tx`]. The changing one
/// reads too.
macro_rules! ledgers {
    ($($(#[$doc:meta])* $name:ident: $read:ident, $write:ident;)+) => {
        impl<'a> Reader<'a> {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> $read<'a> {
                $read(self.conn)
            }
        )+}
        impl Tx<'_> {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> $write<'_> {
                $write($read(self.reader.conn))
            }
        )+}
        $(
            impl<'a> Deref for $write<'a> {
                type Target = $read<'a>;
                fn deref(&self) -> &$read<'a> {
                    &self.0
                }
            }
        )+
    };
}

ledgers! {
    /// What arrived from outside and what went out.
    arrivals: Arrivals, ArrivalsMut;
    /// Requests and their traces.
    requests: Requests, RequestsMut;
    /// What callers brought along.
    briefs: Briefs, BriefsMut;
    /// Sessions.
    sessions: Sessions, SessionsMut;
    /// Turns, messages, tool calls, compactions.
    turns: Turns, TurnsMut;
    /// Requests that wait behind a run.
    queue: Queue, QueueMut;
    /// Decisions that wait for a person.
    permissions: Permissions, PermissionsMut;
    /// Standing answers.
    grants: Grants, GrantsMut;
    access: Access, AccessMut;
    /// The hash-chained record of decisions.
    audit: Audit, AuditMut;
    /// Who is who.
    identity: Identities, IdentitiesMut;
    /// Messages that wait for a word about their sender.
    sender_waits: SenderWaits, SenderWaitsMut;
    /// Effects still to be performed.
    outbox: Outbox, OutboxMut;
    /// Background activity that is due at some instant.
    jobs: Jobs, JobsMut;
    /// Commands that were answered before.
    idempotency: Idempotency, IdempotencyMut;
    /// Models that are left alone for a while.
    cooldowns: Cooldowns, CooldownsMut;
    /// What is used of budgets, and what is set aside.
    budgets: Budgets, BudgetsMut;
    /// What was used, in daily sums.
    usage: UsageDays, UsageDaysMut;
    /// What sessions and files were exposed to.
    labels: Labels, LabelsMut;
    /// Scheduled jobs.
    schedule: Schedule, ScheduleMut;
    /// The pause of the daemon.
    pauses: Pauses, PausesMut;
    /// Agents that were made.
    agents: Agents, AgentsMut;
}
