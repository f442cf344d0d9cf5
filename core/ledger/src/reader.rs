//! The threads that read, each with a connection of its own. They share one queue.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::LedgerError;
use crate::ledger::Reader;

/// What travels to the readers.
pub(crate) enum ReadJob {
    Run(Box<dyn Query>),
    Close,
}

/// A query that waits to be run.
pub(crate) trait Query: Send {
    fn run(self: Box<Self>, conn: &Connection);
}

pub(crate) struct ReadTask<T, F> {
    pub(crate) query: F,
    pub(crate) reply: oneshot::Sender<Result<T, LedgerError>>,
}

impl<T, F> Query for ReadTask<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Reader<'_>) -> Result<T, LedgerError> + Send + 'static,
{
    fn run(self: Box<Self>, conn: &Connection) {
        let Self { query, reply } = *self;
        let _ = reply.send(in_snapshot(conn, query));
    }
}

/// Runs a query over one snapshot: what it reads first and last fits together.
fn in_snapshot<T>(
    conn: &Connection,
    query: impl FnOnce(&Reader<'_>) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    end(conn)?;
    conn.prepare_cached("BEGIN DEFERRED")?.execute(())?;
    let result = catch_unwind(AssertUnwindSafe(|| query(&Reader::new(conn))))
        .unwrap_or_else(|panic| Err(LedgerError::Panicked { message: panic_message(&*panic) }));
    end(conn)?;
    result
}

fn end(conn: &Connection) -> Result<(), LedgerError> {
    if !conn.is_autocommit() {
        conn.prepare_cached("ROLLBACK")?.execute(())?;
    }
    Ok(())
}

/// Starts a thread per connection.
pub(crate) fn start(
    connections: Vec<Connection>,
    jobs: mpsc::Receiver<ReadJob>,
) -> Result<Vec<JoinHandle<()>>, LedgerError> {
    let jobs = Arc::new(Mutex::new(jobs));
    let mut threads = Vec::with_capacity(connections.len());
    for (n, conn) in connections.into_iter().enumerate() {
        let jobs = Arc::clone(&jobs);
        let thread = std::thread::Builder::new()
            .name(format!("ledger-reader-{n}"))
            .spawn(move || run(&conn, &jobs))
            .map_err(|error| LedgerError::Unusable { detail: error.to_string() })?;
        threads.push(thread);
    }
    Ok(threads)
}

fn run(conn: &Connection, jobs: &Mutex<mpsc::Receiver<ReadJob>>) {
    while let Some(query) = next(jobs) {
        if catch_unwind(AssertUnwindSafe(|| query.run(conn))).is_err() {
            tracing::error!("the answer to a read panicked when it was dropped");
        }
    }
}

/// One thread waits in the queue, the others wait for the lock: whoever is free is next. The
/// queue is closed under the same lock, or the closing thread would wait for the waiting one.
fn next(jobs: &Mutex<mpsc::Receiver<ReadJob>>) -> Option<Box<dyn Query>> {
    let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        match jobs.blocking_recv()? {
            ReadJob::Run(query) => return Some(query),
            ReadJob::Close => jobs.close(),
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a message").to_owned()
}
