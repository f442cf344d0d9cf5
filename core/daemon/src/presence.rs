//! Who is connected, as everybody may see it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nexus_domain::Timestamp;
use nexus_protocol::frame::PresenceEntry;
use tokio::sync::watch;

/// How long an entry is shown after it was last heard of, in milliseconds.
pub const PRESENCE_TTL_MS: u64 = 5 * 60 * 1000;
/// Most entries that are shown, the daemon's own included.
pub const PRESENCE_LEN_MAX: usize = 200;
/// Client mode that is never shown: a command comes and goes within a second.
const MODE_UNTRACKED: &str = "cli";

/// The list of connected clients. The daemon's own entry comes first and never expires.
pub struct Presence {
    state: Mutex<State>,
    version: watch::Sender<u64>,
    host: String,
}

struct State {
    own: PresenceEntry,
    others: HashMap<String, PresenceEntry>,
}

impl Presence {
    /// Begins the list with the daemon's own entry.
    #[must_use]
    pub fn new(version: &str, now: Timestamp) -> Self {
        let host = gethostname::gethostname().to_string_lossy().into_owned();
        let own = PresenceEntry {
            host: host.clone(),
            ip: None,
            version: version.to_owned(),
            mode: "daemon".to_owned(),
            instance_id: None,
            reason: "self".to_owned(),
            ts: now,
        };
        let state = Mutex::new(State { own, others: HashMap::new() });
        Self { state, version: watch::Sender::new(1), host }
    }

    /// The name of this machine.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Wakes whenever the list changes; the value is its version.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Shows a client. `key` is its instance id, so that a client that reconnects replaces itself.
    pub fn join(&self, key: &str, entry: PresenceEntry) {
        if entry.mode == MODE_UNTRACKED {
            return;
        }
        let mut state = self.state();
        state.others.insert(key.to_owned(), entry);
        if state.others.len() >= PRESENCE_LEN_MAX {
            let oldest = state.others.iter().min_by_key(|(_, entry)| entry.ts);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                state.others.remove(&key);
            }
        }
        drop(state);
        self.changed();
    }

    /// Keeps an entry from expiring. Not a change worth telling.
    pub fn touch(&self, key: &str, now: Timestamp) {
        if let Some(entry) = self.state().others.get_mut(key) {
            entry.ts = now;
        }
    }

    /// Marks a client as gone; its entry stays until it expires.
    pub fn leave(&self, key: &str, now: Timestamp) {
        let mut state = self.state();
        let Some(entry) = state.others.get_mut(key) else { return };
        "disconnect".clone_into(&mut entry.reason);
        entry.ts = now;
        drop(state);
        self.changed();
    }

    /// Drops what has not been heard of for too long.
    pub fn expire(&self, now: Timestamp) {
        let mut state = self.state();
        let n_before = state.others.len();
        state.others.retain(|_, entry| now.ms_since(entry.ts) < PRESENCE_TTL_MS);
        let is_changed = state.others.len() != n_before;
        drop(state);
        if is_changed {
            self.changed();
        }
    }

    /// The list: the daemon itself, then the clients, the latest first.
    #[must_use]
    pub fn list(&self, now: Timestamp) -> Vec<PresenceEntry> {
        let state = self.state();
        let is_shown = |entry: &&PresenceEntry| now.ms_since(entry.ts) < PRESENCE_TTL_MS;
        let mut entries: Vec<_> = state.others.values().filter(is_shown).cloned().collect();
        entries.sort_by(|a, b| b.ts.cmp(&a.ts).then_with(|| a.host.cmp(&b.host)));
        entries.insert(0, PresenceEntry { ts: now, ..state.own.clone() });
        entries
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(mode: &str, at: i64) -> PresenceEntry {
        PresenceEntry {
            host: "client".to_owned(),
            ip: None,
            version: "1".to_owned(),
            mode: mode.to_owned(),
            instance_id: None,
            reason: "connect".to_owned(),
            ts: Timestamp(at),
        }
    }

    #[test]
    fn the_daemon_itself_is_always_there_and_commands_never() {
        let presence = Presence::new("1.2.3", Timestamp(0));
        presence.join("a", entry("cli", 0));
        let later = Timestamp(0).plus_ms(10 * PRESENCE_TTL_MS);
        let modes: Vec<_> = presence.list(later).into_iter().map(|e| e.mode).collect();
        assert_eq!(modes, ["daemon"]);
    }

    #[test]
    fn an_entry_is_kept_alive_and_expires() {
        let presence = Presence::new("1", Timestamp(0));
        presence.join("a", entry("ui", 0));
        presence.join("b", entry("ui", 0));
        presence.touch("a", Timestamp(0).plus_ms(PRESENCE_TTL_MS));
        let now = Timestamp(0).plus_ms(PRESENCE_TTL_MS + 1);
        let watch = presence.watch();
        let before = *watch.borrow();
        presence.expire(now);
        assert_eq!(presence.list(now).len(), 2);
        assert_eq!(*watch.borrow(), before + 1);
        presence.expire(now);
        assert_eq!(*watch.borrow(), before + 1, "nothing expired, nothing is told");
    }

    #[test]
    fn a_client_that_left_says_so() {
        let presence = Presence::new("1", Timestamp(0));
        presence.join("a", entry("ui", 0));
        presence.leave("a", Timestamp(5));
        assert_eq!(presence.list(Timestamp(6))[1].reason, "disconnect");
    }

    #[test]
    fn the_list_is_bounded_and_drops_the_oldest() {
        let presence = Presence::new("1", Timestamp(0));
        for n in 0..1_000 {
            presence.join(&n.to_string(), entry("ui", n));
        }
        let list = presence.list(Timestamp(1_000));
        assert!(list.len() <= PRESENCE_LEN_MAX);
        assert_eq!(list[1].ts, Timestamp(999));
    }
}
