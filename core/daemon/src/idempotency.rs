//! Commands that may be repeated safely: the same key of the same principal is the same command.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::principal::Principal;
use nexus_domain::{Failure, Timestamp};
use nexus_ledger::Ledger;
use nexus_protocol::Method;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

/// How long an answer is remembered, in milliseconds.
pub const REMEMBER_MS: u64 = 5 * 60 * 1000;
/// Most answers that are remembered for one principal.
pub const REMEMBER_LEN_MAX: usize = 1000;
/// Most bytes of answers that are remembered for one principal.
const REMEMBER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most principals whose answers are remembered; the one that was idle longest goes first.
const PRINCIPALS_MAX: usize = 64;

/// A command with its key, in a form that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    principal: String,
    key: String,
    method: Method,
    digest: String,
}

impl Key {
    /// Names a command by its principal and key, and its params by their digest.
    ///
    /// # Errors
    /// `Internal` when the params cannot be written as JSON, which a type of the wire always can.
    pub fn new(
        principal: &Principal,
        key: &str,
        method: Method,
        params: &impl Serialize,
    ) -> Result<Self, Failure> {
        let text = serde_json::to_vec(params).map_err(Failure::internal)?;
        let digest = hex::encode(Sha256::digest(text));
        Ok(Self { principal: principal.to_string(), key: key.to_owned(), method, digest })
    }

    /// Whether the command hands a message to the pipeline, which knows its key for good.
    #[must_use]
    pub fn creates_request(&self) -> bool {
        matches!(
            self.method,
            Method::SessionsSend
                | Method::AgentRun
                | Method::RequestsReplay
                | Method::MessagesSend
                | Method::SessionsImport
        )
    }

    fn check(&self, method: &str, digest: &str) -> Result<(), Failure> {
        if method == self.method.name() && digest == self.digest {
            return Ok(());
        }
        Err(Failure::invalid(format!(
            "the idempotency key `{}` was used for another `{method}` before",
            self.key.escape_debug()
        ))
        .hint("make a new key for every new command; use the same one only to repeat it"))
    }
}

/// What a command answered, as JSON; shared with whoever repeats it.
type Outcome = Result<Arc<str>, Failure>;

/// The answers of the last minutes.
#[derive(Default)]
pub struct Idempotency {
    principals: Mutex<HashMap<String, Memory>>,
}

#[derive(Default)]
struct Memory {
    entries: HashMap<String, Entry>,
    /// Keys in the order in which they came.
    order: VecDeque<String>,
    n_bytes: usize,
    used_at: Timestamp,
}

struct Entry {
    method: Method,
    digest: String,
    at: Timestamp,
    n_bytes: usize,
    /// `None` until the command has ended.
    outcome: watch::Receiver<Option<Outcome>>,
}

enum Turn {
    First(watch::Sender<Option<Outcome>>),
    Repeated(watch::Receiver<Option<Outcome>>),
}

impl Idempotency {
    /// Runs a command, unless the same one ran or runs already: then its answer comes back. Only
    /// success is remembered; what failed may be tried again with the same key.
    ///
    /// # Errors
    /// The command's own, or `Invalid` when the key stands for another command.
    pub async fn once<F>(&self, key: Key, now: Timestamp, command: F) -> Outcome
    where
        F: Future<Output = Result<String, Failure>>,
    {
        let sender = match self.turn(&key, now)? {
            Turn::Repeated(mut outcome) => {
                // An error means that the one who ran it vanished without an answer.
                return match outcome.wait_for(Option::is_some).await.as_deref() {
                    Ok(Some(outcome)) => outcome.clone(),
                    Ok(None) | Err(_) => Err(Failure::unavailable(
                        "the same command was begun before and left no answer",
                    )
                    .hint("look at what it did, then try again")),
                };
            }
            Turn::First(sender) => sender,
        };
        // Forgets the entry even if this future is dropped in the middle.
        let forget = Forget { memory: self, key: &key, is_armed: true };
        let outcome: Outcome = command.await.map(Arc::from);
        if let Ok(answer) = &outcome {
            self.keep(&key, answer.len());
            forget.disarm();
        }
        sender.send_replace(Some(outcome.clone()));
        outcome
    }

    /// Notes what a key stands for, without an answer: for commands that know their own
    /// duplicates.
    ///
    /// # Errors
    /// `Invalid` when the key stands for another command.
    pub fn claim(&self, key: &Key, now: Timestamp) -> Result<(), Failure> {
        self.turn(key, now).map(drop)
    }

    fn turn(&self, key: &Key, now: Timestamp) -> Result<Turn, Failure> {
        let mut principals = self.principals();
        if !principals.contains_key(&key.principal) && principals.len() >= PRINCIPALS_MAX {
            let idle = principals.iter().min_by_key(|(_, memory)| memory.used_at);
            if let Some(idle) = idle.map(|(principal, _)| principal.clone()) {
                principals.remove(&idle);
            }
        }
        let memory = principals.entry(key.principal.clone()).or_default();
        memory.used_at = now;
        memory.forget_old(now);
        if let Some(entry) = memory.entries.get(&key.key) {
            key.check(entry.method.name(), &entry.digest)?;
            return Ok(Turn::Repeated(entry.outcome.clone()));
        }
        let (sender, outcome) = watch::channel(None);
        memory.order.push_back(key.key.clone());
        let (method, digest) = (key.method, key.digest.clone());
        memory
            .entries
            .insert(key.key.clone(), Entry { method, digest, at: now, n_bytes: 0, outcome });
        Ok(Turn::First(sender))
    }

    fn keep(&self, key: &Key, n_bytes: usize) {
        let mut principals = self.principals();
        let Some(memory) = principals.get_mut(&key.principal) else { return };
        let Some(entry) = memory.entries.get_mut(&key.key) else { return };
        entry.n_bytes = n_bytes;
        memory.n_bytes += n_bytes;
    }

    fn forget(&self, key: &Key) {
        if let Some(memory) = self.principals().get_mut(&key.principal) {
            memory.order.retain(|other| other != &key.key);
            memory.remove(&key.key);
        }
    }

    fn principals(&self) -> MutexGuard<'_, HashMap<String, Memory>> {
        self.principals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Makes room for one more. A command that still runs may be among the forgotten only when a
    /// thousand others came after it.
    fn forget_old(&mut self, now: Timestamp) {
        while let Some(oldest) = self.order.front() {
            let is_old =
                self.entries.get(oldest).is_none_or(|entry| now.ms_since(entry.at) >= REMEMBER_MS);
            let is_full = self.order.len() >= REMEMBER_LEN_MAX || self.n_bytes > REMEMBER_BYTES_MAX;
            if !is_old && !is_full {
                return;
            }
            let Some(oldest) = self.order.pop_front() else { return };
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.n_bytes = self.n_bytes.saturating_sub(entry.n_bytes);
        }
    }
}

struct Forget<'a> {
    memory: &'a Idempotency,
    key: &'a Key,
    is_armed: bool,
}

impl Forget<'_> {
    fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        if self.is_armed {
            self.memory.forget(self.key);
        }
    }
}

/// Checks a key against what was recorded for good: commands that create a request stand by
/// their key for ever, over restarts too.
///
/// # Errors
/// `Invalid` when the key stands for another command.
pub async fn check_recorded(ledger: &Ledger, key: &Key) -> Result<bool, Failure> {
    let (principal, text) = (key.principal.clone(), key.key.clone());
    let found = ledger.read(move |reader| reader.idempotency().get(&principal, &text)).await?;
    match found {
        Some(found) => key.check(&found.method, &found.params_digest).map(|()| true),
        None => Ok(false),
    }
}

/// Records for good what a key stands for.
///
/// # Errors
/// What the ledger says.
pub async fn record(
    ledger: &Ledger,
    key: Key,
    answer: Arc<str>,
    now: Timestamp,
) -> Result<(), Failure> {
    let write = move |tx: &mut nexus_ledger::Tx<'_>| {
        let Key { principal, key, method, digest } = &key;
        if tx.idempotency().get(principal, key)?.is_some() {
            return Ok(());
        }
        tx.idempotency().remember(principal, key, method.name(), digest, &answer, now)
    };
    ledger.write(write).await.map_err(Failure::from)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn key(text: &str, params: &str) -> Key {
        Key::new(&Principal::Owner, text, Method::RuntimeReload, &params).unwrap()
    }

    async fn answer(text: &str) -> Result<String, Failure> {
        Ok(text.to_owned())
    }

    #[tokio::test]
    async fn a_repeated_command_runs_once_and_answers_the_same() {
        let memory = Idempotency::default();
        let n_runs = AtomicU32::new(0);
        let command = || async {
            tokio::task::yield_now().await;
            Ok(n_runs.fetch_add(1, Ordering::SeqCst).to_string())
        };
        let now = Timestamp(0);
        let (first, second) = tokio::join!(
            memory.once(key("a", "p"), now, command()),
            memory.once(key("a", "p"), now, command()),
        );
        let third = memory.once(key("a", "p"), now, command()).await;
        for outcome in [first, second, third] {
            assert_eq!(&*outcome.unwrap(), "0");
        }
        assert_eq!(n_runs.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn the_same_key_cannot_mean_two_things() {
        let memory = Idempotency::default();
        memory.once(key("a", "p"), Timestamp(0), answer("1")).await.unwrap();
        let failure = memory.once(key("a", "q"), Timestamp(0), answer("2")).await.unwrap_err();
        assert_eq!(failure.code, "INVALID_REQUEST");
        let other = Key::new(&Principal::Job("x".into()), "a", Method::RuntimeReload, &"q");
        let other = memory.once(other.unwrap(), Timestamp(0), answer("3")).await;
        assert_eq!(&*other.unwrap(), "3", "another principal has keys of its own");
    }

    #[test]
    fn a_claimed_key_stands_for_one_command() {
        let memory = Idempotency::default();
        assert!(memory.claim(&key("a", "p"), Timestamp(0)).is_ok());
        assert!(memory.claim(&key("a", "p"), Timestamp(0)).is_ok());
        assert!(memory.claim(&key("a", "q"), Timestamp(0)).is_err());
    }

    #[tokio::test]
    async fn failures_and_vanished_callers_leave_the_key_free() {
        let memory = Idempotency::default();
        let fails = async { Err(Failure::unavailable("not now")) };
        assert!(memory.once(key("a", "p"), Timestamp(0), fails).await.is_err());
        let vanished = memory.once(key("a", "p"), Timestamp(0), std::future::pending());
        assert!(futures_util::FutureExt::now_or_never(vanished).is_none());
        let outcome = memory.once(key("a", "p"), Timestamp(0), answer("1")).await;
        assert_eq!(&*outcome.unwrap(), "1");
    }

    #[tokio::test]
    async fn memory_ends_after_minutes_and_has_a_limit() {
        let memory = Idempotency::default();
        memory.once(key("a", "p"), Timestamp(0), answer("1")).await.unwrap();
        let later = Timestamp(0).plus_ms(REMEMBER_MS);
        assert_eq!(&*memory.once(key("a", "p"), later, answer("2")).await.unwrap(), "2");
        for n in 0..2 * REMEMBER_LEN_MAX {
            memory.once(key(&n.to_string(), "p"), later, answer("x")).await.unwrap();
        }
        let principals = memory.principals();
        let owner = &principals["owner"];
        assert!(owner.entries.len() <= REMEMBER_LEN_MAX);
        assert_eq!(owner.entries.len(), owner.order.len());
    }
}
