//! Who is connected, as everybody may see it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nexus_domain::Timestamp;
use nexus_domain::id::ConnectionId;
use nexus_protocol::frame::PresenceEntry;
use nexus_protocol::presence::NoteParams;
use tokio::sync::watch;

/// How long an entry is shown after it was last heard of, in milliseconds.
pub const PRESENCE_TTL_MS: u64 = 5 * 60 * 1000;
/// Most entries that are shown, the daemon's own included.
pub const PRESENCE_LEN_MAX: usize = 200;
/// Longest word that is shown of a client, in characters.
const TEXT_CHARS_MAX: usize = 100;
/// Longest line that a client says about itself, in characters.
const LINE_CHARS_MAX: usize = 500;
/// Most tags of a client.
const TAGS_MAX: usize = 16;
/// Longest tag, in characters.
const TAG_CHARS_MAX: usize = 50;
/// Client mode that is never shown: a command comes and goes within a second.
const MODE_UNTRACKED: &str = "cli";

/// Name and mode of whoever says neither.
const NAMELESS: &str = "node";

/// The list of connected clients. The daemon's own entry comes first and never expires.
pub struct Presence {
    state: Mutex<State>,
    version: watch::Sender<u64>,
    host: String,
}

struct State {
    own: PresenceEntry,
    others: HashMap<String, Client>,
}

/// A client that is shown.
struct Client {
    entry: PresenceEntry,
    /// The connection it came by last; none for one that was only spoken of.
    connection_id: Option<ConnectionId>,
}

/// What a client is shown as is seen by others; nobody fills their screens.
#[must_use]
pub fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
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
            mode: "gateway".to_owned(),
            instance_id: None,
            last_input_seconds: None,
            text: None,
            tags: Vec::new(),
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

    /// Its version, which rises with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        *self.version.borrow()
    }

    /// Shows a client. `key` is its instance id, so that a client that reconnects replaces itself.
    pub fn join(&self, key: &str, connection_id: ConnectionId, entry: PresenceEntry) {
        if entry.mode.eq_ignore_ascii_case(MODE_UNTRACKED) {
            return;
        }
        let connection_id = Some(connection_id);
        self.state().put(key, Client { entry, connection_id });
        self.changed();
    }

    /// Takes in what is said about a client; says whether it is shown.
    pub fn note(&self, params: NoteParams, now: Timestamp) -> bool {
        let own_name = || params.host.clone().unwrap_or_else(|| NAMELESS.to_owned());
        let key = params.instance_id.clone().unwrap_or_else(own_name).to_lowercase();
        let mut state = self.state();
        let known = state.others.remove(&key);
        let connection_id = known.as_ref().and_then(|client| client.connection_id);
        let mut entry = known.map_or_else(|| nobody(&key, now), |client| client.entry);
        let says = |ours: &mut String, said: &Option<String>| {
            if let Some(said) = said {
                *ours = short(said);
            }
        };
        says(&mut entry.host, &params.host);
        says(&mut entry.version, &params.version);
        says(&mut entry.mode, &params.mode);
        says(&mut entry.reason, &params.reason);
        if let Some(ip) = &params.ip {
            let is_loopback = ip.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
            entry.ip = (!is_loopback).then(|| short(ip));
        }
        entry.instance_id = params.instance_id.as_deref().map(short).or(entry.instance_id);
        entry.last_input_seconds = params.last_input_seconds.or(entry.last_input_seconds);
        entry.text =
            Some(params.text.chars().filter(|c| !c.is_control()).take(LINE_CHARS_MAX).collect());
        if let Some(tags) = params.tags {
            let tag = |tag: String| short(&tag).chars().take(TAG_CHARS_MAX).collect();
            entry.tags = tags.into_iter().take(TAGS_MAX).map(tag).collect();
        }
        entry.ts = now;
        let is_shown = !entry.mode.eq_ignore_ascii_case(MODE_UNTRACKED);
        if is_shown {
            state.put(&key, Client { entry, connection_id });
        }
        drop(state);
        self.changed();
        is_shown
    }

    /// Keeps an entry from expiring. Not a change worth telling.
    pub fn touch(&self, key: &str, now: Timestamp) {
        if let Some(client) = self.state().others.get_mut(key) {
            client.entry.ts = now;
        }
    }

    /// Marks a client as gone; its entry stays until it expires. Nothing when it has come back by
    /// another connection meanwhile.
    pub fn leave(&self, key: &str, connection_id: ConnectionId, now: Timestamp) {
        let mut state = self.state();
        let client = state.others.get_mut(key);
        let Some(client) = client.filter(|client| client.connection_id == Some(connection_id))
        else {
            return;
        };
        "disconnect".clone_into(&mut client.entry.reason);
        client.entry.ts = now;
        drop(state);
        self.changed();
    }

    /// Drops what has not been heard of for too long.
    pub fn expire(&self, now: Timestamp) {
        let mut state = self.state();
        let n_before = state.others.len();
        state.others.retain(|_, client| now.ms_since(client.entry.ts) < PRESENCE_TTL_MS);
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
        let entries = state.others.values().map(|client| &client.entry);
        let mut entries: Vec<_> = entries.filter(is_shown).cloned().collect();
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

impl State {
    /// Puts a client in; the one that was quiet for longest makes room.
    fn put(&mut self, key: &str, client: Client) {
        self.others.insert(key.to_owned(), client);
        if self.others.len() >= PRESENCE_LEN_MAX {
            let oldest = self.others.iter().min_by_key(|(_, client)| client.entry.ts);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.others.remove(&key);
            }
        }
    }
}

/// What is known of a client before it has said anything.
fn nobody(key: &str, now: Timestamp) -> PresenceEntry {
    PresenceEntry {
        host: short(key),
        ip: None,
        version: String::new(),
        mode: NAMELESS.to_owned(),
        instance_id: None,
        last_input_seconds: None,
        text: None,
        tags: Vec::new(),
        reason: "note".to_owned(),
        ts: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(n: u128) -> ConnectionId {
        ConnectionId::from_parts(Timestamp(0), n)
    }

    fn entry(mode: &str, at: i64) -> PresenceEntry {
        PresenceEntry {
            host: "client".to_owned(),
            ip: None,
            version: "1".to_owned(),
            mode: mode.to_owned(),
            instance_id: None,
            last_input_seconds: None,
            text: None,
            tags: Vec::new(),
            reason: "connect".to_owned(),
            ts: Timestamp(at),
        }
    }

    #[test]
    fn the_daemon_itself_is_always_there_and_commands_never() {
        let presence = Presence::new("1.2.3", Timestamp(0));
        presence.join("a", connection(1), entry("cli", 0));
        let later = Timestamp(0).plus_ms(10 * PRESENCE_TTL_MS);
        let modes: Vec<_> = presence.list(later).into_iter().map(|e| e.mode).collect();
        assert_eq!(modes, ["gateway"]);
    }

    #[test]
    fn an_entry_is_kept_alive_and_expires() {
        let presence = Presence::new("1", Timestamp(0));
        presence.join("a", connection(1), entry("ui", 0));
        presence.join("b", connection(2), entry("ui", 0));
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
        presence.join("a", connection(1), entry("ui", 0));
        presence.leave("a", connection(1), Timestamp(5));
        assert_eq!(presence.list(Timestamp(6))[1].reason, "disconnect");
    }

    #[test]
    fn the_list_is_bounded_and_drops_the_oldest() {
        let presence = Presence::new("1", Timestamp(0));
        for n in 0..1_000 {
            presence.join(&n.to_string(), connection(3), entry("ui", n));
        }
        let list = presence.list(Timestamp(1_000));
        assert!(list.len() <= PRESENCE_LEN_MAX);
        assert_eq!(list[1].ts, Timestamp(999));
    }

    #[test]
    fn a_client_that_came_back_is_not_gone_when_its_old_connection_ends() {
        let presence = Presence::new("1", Timestamp(0));
        presence.join("a", connection(1), entry("ui", 0));
        presence.join("a", connection(2), entry("ui", 1));
        presence.leave("a", connection(1), Timestamp(2));
        assert_eq!(presence.list(Timestamp(3))[1].reason, "connect");
    }

    #[test]
    fn what_a_client_says_of_itself_is_put_beside_what_is_known() {
        let presence = Presence::new("1", Timestamp(0));
        presence.join("mac-1", connection(1), entry("ui", 0));
        let note = NoteParams {
            text: "on battery".to_owned(),
            instance_id: Some("Mac-1".to_owned()),
            last_input_seconds: Some(7),
            ip: Some("127.0.0.1".to_owned()),
            tags: Some(vec!["x".repeat(99); 99]),
            ..NoteParams::default()
        };
        let before = presence.version();
        assert!(presence.note(note, Timestamp(9)));
        assert_eq!(presence.version(), before + 1);
        let list = presence.list(Timestamp(10));
        assert_eq!(list.len(), 2);
        let said = &list[1];
        assert_eq!((said.mode.as_str(), said.last_input_seconds), ("ui", Some(7)));
        assert_eq!((said.text.as_deref(), said.ip.as_deref()), (Some("on battery"), None));
        assert_eq!((said.tags.len(), said.tags[0].len()), (TAGS_MAX, TAG_CHARS_MAX));
        let note = NoteParams { mode: Some("CLI".to_owned()), ..NoteParams::default() };
        assert!(!presence.note(note, Timestamp(11)));
    }
}
