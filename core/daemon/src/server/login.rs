//! How a browser gets in: a one-time link that becomes a session cookie. No bearer token ever
//! stands in a URL or in web storage, and a session belongs to a key that the browser keeps: the
//! cookie alone opens no socket.

mod proof;
mod store;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_domain::{Failure, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(super) use proof::{Belongs, is_signed_by};
pub use store::BrowserHolder;
use store::{BrowserSession, Store};

/// How long a one-time link works, in milliseconds.
pub const CODE_TTL_MS: u64 = 2 * 60 * 1000;
/// Most links that may be open at once; a new one replaces the oldest.
pub const CODES_MAX: usize = 32;
/// How long a browser stays signed in after its last visit, in milliseconds.
pub const SESSION_TTL_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// Time to bind a session to the browser's key after signing in, in milliseconds.
pub const BIND_MS_MAX: u64 = 2 * 60 * 1000;
/// Most browsers that stay signed in; a new one replaces the one not seen for longest.
pub const SESSIONS_MAX: usize = 100;
/// How stale the record of a last visit may be on disk, in milliseconds: a visit is not worth a
/// write, a day is.
const SEEN_STALE_MS: u64 = 6 * 60 * 60 * 1000;
/// Randomness of codes and tokens, in bytes.
const SECRET_BYTES: usize = 32;

/// One-time links and the browsers that came in by them. A handle; clones share the state.
#[derive(Clone)]
pub struct Logins(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    store: Store,
}

#[derive(Default)]
struct State {
    codes: VecDeque<Code>,
    sessions: HashMap<String, BrowserSession>,
}

struct Code {
    digest: [u8; 32],
    expires_at: Timestamp,
    holder: BrowserHolder,
}

/// A new one-time code.
pub struct Link {
    /// The code, for the address `/open?code=…`.
    pub code: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The digest of its session.
    pub digest: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// Its last visit, to within a few hours.
    pub seen_at: Timestamp,
    /// Since when the session belongs to a key of the browser.
    pub bound_at: Option<Timestamp>,
    /// What the browser runs on, as its page says.
    pub platform: Option<String>,
}

/// What a session cookie is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Signed in.
    Valid {
        /// Whether the browser should be given the cookie anew, with a new expiry.
        is_due_for_renewal: bool,
    },
    /// Not known, or expired.
    Invalid,
}

impl Logins {
    /// Reads the browsers that were signed in before. A file that cannot be understood is set
    /// aside: signing in again is a smaller harm than a daemon that does not start.
    ///
    /// # Errors
    /// `Unavailable` when the file is there and cannot be read or set aside.
    pub fn open(path: PathBuf) -> Result<Self, Failure> {
        let store = Store::new(path);
        let sessions = store.load()?;
        let state = Mutex::new(State { sessions, ..State::default() });
        Ok(Self(Arc::new(Inner { state, store })))
    }

    /// Makes a one-time code; the browser that comes by it has what its maker has.
    ///
    /// # Errors
    /// `Internal` when the operating system gives no randomness.
    pub fn issue(&self, holder: BrowserHolder, now: Timestamp) -> Result<Link, Failure> {
        let code = new_secret()?;
        let expires_at = now.plus_ms(CODE_TTL_MS);
        let mut state = self.state();
        state.codes.retain(|code| now < code.expires_at);
        if state.codes.len() >= CODES_MAX {
            state.codes.pop_front();
        }
        state.codes.push_back(Code { digest: digest(&code), expires_at, holder });
        drop(state);
        Ok(Link { code, expires_at })
    }

    /// Turns a code into a session token, once. `None` when the code was used, is too old, or
    /// never existed; which of them is not told. Writes to the disk: call it where that is fine.
    ///
    /// # Errors
    /// `Internal` when the operating system gives no randomness, `Unavailable` when the session
    /// cannot be recorded; the code is spent then.
    pub fn redeem(&self, code: &str, now: Timestamp) -> Result<Option<String>, Failure> {
        match self.spend(&digest(code), now) {
            Some(holder) => self.admit(holder, now).map(Some),
            None => Ok(None),
        }
    }

    /// Signs a browser in and gives its session token. Writes to the disk.
    ///
    /// # Errors
    /// As [`Self::redeem`].
    pub fn admit(&self, holder: BrowserHolder, now: Timestamp) -> Result<String, Failure> {
        let token = new_secret()?;
        self.state().admit(session_digest(&token), holder, now);
        self.save()?;
        Ok(token)
    }

    /// On whose authority a browser is signed in, by the digest of its session; `None` when it is
    /// not, or no longer.
    #[must_use]
    pub fn holder(&self, digest: &str, now: Timestamp) -> Option<BrowserHolder> {
        let state = self.state();
        let session = state.sessions.get(digest)?;
        (!session.is_over(now)).then(|| session.holder.clone())
    }

    /// Signs a browser out, by the digest of its session; says whether it was signed in. Writes to
    /// the disk.
    ///
    /// # Errors
    /// `Unavailable` when that cannot be recorded; it is signed out until a restart then.
    pub fn sign_out(&self, digest: &str) -> Result<bool, Failure> {
        let was_in = self.state().sessions.remove(digest).is_some();
        if was_in {
            self.save()?;
        }
        Ok(was_in)
    }

    /// The browsers that are signed in, by the digests of their sessions, the one that was seen
    /// last first.
    #[must_use]
    pub fn signed_in(&self, now: Timestamp) -> Vec<SignedIn> {
        let state = self.state();
        let all = state.sessions.iter().filter(|(_, session)| !session.is_over(now));
        let mut all: Vec<_> = all
            .map(|(digest, session)| SignedIn {
                digest: digest.clone(),
                created_at: session.created_at,
                seen_at: session.seen_at,
                bound_at: session.key.as_ref().map(|key| key.bound_at),
                platform: session.key.as_ref().map(|key| key.platform.clone()),
            })
            .collect();
        all.sort_unstable_by(|a, b| (b.seen_at, &b.digest).cmp(&(a.seen_at, &a.digest)));
        all
    }

    /// What a session token is worth, and notes the visit.
    #[must_use]
    pub fn session(&self, token: &str, now: Timestamp) -> Session {
        let key = session_digest(token);
        let mut state = self.state();
        let Some(session) = state.sessions.get_mut(&key) else { return Session::Invalid };
        if session.is_over(now) {
            state.sessions.remove(&key);
            return Session::Invalid;
        }
        let is_due_for_renewal = now.ms_since(session.seen_at) >= SEEN_STALE_MS;
        if is_due_for_renewal {
            session.seen_at = now;
        }
        Session::Valid { is_due_for_renewal }
    }

    /// Writes the signed-in browsers to the disk.
    ///
    /// # Errors
    /// `Unavailable` when the file cannot be written.
    pub fn save(&self) -> Result<(), Failure> {
        self.0.store.save(|| self.state().sessions.clone())
    }

    fn spend(&self, presented: &[u8; 32], now: Timestamp) -> Option<BrowserHolder> {
        let mut state = self.state();
        state.codes.retain(|code| now < code.expires_at);
        let is_this = |code: &Code| bool::from(code.digest.ct_eq(presented));
        // Every code is compared, so that the time taken says nothing about where a match was.
        let matches: Vec<bool> = state.codes.iter().map(is_this).collect();
        let place = matches.into_iter().position(|is_this| is_this)?;
        state.codes.remove(place).map(|code| code.holder)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn admit(&mut self, key: String, holder: BrowserHolder, now: Timestamp) {
        self.sessions.retain(|_, session| !session.is_over(now));
        if self.sessions.len() >= SESSIONS_MAX {
            let oldest = self.sessions.iter().min_by_key(|(_, session)| session.seen_at);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.sessions.remove(&oldest);
            }
        }
        let session = BrowserSession { created_at: now, seen_at: now, holder, key: None };
        self.sessions.insert(key, session);
    }
}

fn new_secret() -> Result<String, Failure> {
    let mut bytes = [0_u8; SECRET_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::internal(format!("no randomness: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The digest by which a session is known, of its token.
#[must_use]
pub fn session_digest(token: &str) -> String {
    hex::encode(digest(token))
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins() -> (tempfile::TempDir, PathBuf, Logins) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("browser-sessions.json");
        let logins = Logins::open(path.clone()).unwrap();
        (folder, path, logins)
    }

    #[test]
    fn a_code_works_once() {
        let (_folder, _, logins) = logins();
        let code = logins.issue(BrowserHolder::default(), Timestamp(0)).unwrap().code;
        assert_eq!(logins.redeem("something else", Timestamp(1)).unwrap(), None);
        let token = logins.redeem(&code, Timestamp(1)).unwrap().unwrap();
        assert_eq!(logins.redeem(&code, Timestamp(1)).unwrap(), None);
        assert_ne!(logins.session(&token, Timestamp(2)), Session::Invalid);
        assert_eq!(logins.session(&code, Timestamp(2)), Session::Invalid);
    }

    #[test]
    fn a_code_expires_and_codes_are_bounded() {
        let (_folder, _, logins) = logins();
        let old = logins.issue(BrowserHolder::default(), Timestamp(0)).unwrap();
        assert_eq!(logins.redeem(&old.code, old.expires_at).unwrap(), None);
        let first = logins.issue(BrowserHolder::default(), Timestamp(0)).unwrap().code;
        for _ in 0..CODES_MAX {
            logins.issue(BrowserHolder::default(), Timestamp(0)).unwrap();
        }
        assert_eq!(logins.redeem(&first, Timestamp(1)).unwrap(), None);
        assert_eq!(logins.state().codes.len(), CODES_MAX);
    }

    #[test]
    fn a_browser_stays_signed_in_over_a_restart_and_its_token_is_not_on_disk() {
        let (_folder, path, logins) = logins();
        let code = logins.issue(BrowserHolder::default(), Timestamp(0)).unwrap().code;
        let token = logins.redeem(&code, Timestamp(0)).unwrap().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&token));
        let again = Logins::open(path).unwrap();
        assert_ne!(again.session(&token, Timestamp(1)), Session::Invalid);
    }

    #[test]
    fn a_session_belongs_to_the_first_key_for_good_and_to_none_after_two_minutes() {
        let (_folder, path, logins) = logins();
        let sign_in = || logins.admit(BrowserHolder::default(), Timestamp(0)).unwrap();
        let (token, unbound) = (sign_in(), sign_in());
        let (digest, late) = (session_digest(&token), session_digest(&unbound));
        let belongs = |logins: &Logins, key, at| logins.belongs(&digest, key, Timestamp(at));
        assert_eq!(belongs(&logins, "mine", 1), Belongs::Nowhere);
        assert!(logins.bind(&digest, "mine", "X11\n", Timestamp(1)));
        assert!(!logins.bind(&digest, "thief's", "", Timestamp(2)));
        assert!(logins.bind(&digest, "mine", "other", Timestamp(2)), "it is that already");
        let end = i64::try_from(BIND_MS_MAX).unwrap();
        assert_eq!(logins.belongs(&late, "mine", Timestamp(end - 1)), Belongs::Nowhere);
        assert!(!logins.bind(&late, "mine", "", Timestamp(end)));
        assert_eq!(logins.session(&unbound, Timestamp(end)), Session::Invalid);
        logins.save().unwrap();
        let again = Logins::open(path).unwrap();
        assert_eq!(belongs(&again, "mine", end), Belongs::Here);
        assert_eq!(belongs(&again, "thief's", end), Belongs::Elsewhere);
        let [browser] = &again.signed_in(Timestamp(end))[..] else { panic!("one is signed in") };
        assert_eq!(browser.platform.as_deref(), Some("X11"));
        assert!(again.sign_out(&digest).unwrap() && !again.sign_out(&digest).unwrap());
        assert_eq!(belongs(&again, "mine", end), Belongs::Elsewhere);
    }

    #[test]
    fn sessions_of_before_there_were_keys_have_ended() {
        let (_folder, path, logins) = logins();
        let token = logins.admit(BrowserHolder::default(), Timestamp(0)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap().replace("\"form\": 3", "\"form\": 2");
        std::fs::write(&path, text).unwrap();
        let again = Logins::open(path).unwrap();
        assert_eq!(again.session(&token, Timestamp(1)), Session::Invalid);
    }

    #[test]
    fn thirty_days_count_from_the_last_visit() {
        let (_folder, _, logins) = logins();
        let code = logins.issue(BrowserHolder::default(), Timestamp(0)).unwrap().code;
        let token = logins.redeem(&code, Timestamp(0)).unwrap().unwrap();
        assert!(logins.bind(&session_digest(&token), "mine", "", Timestamp(0)));
        let soon = Timestamp(60_000);
        assert_eq!(logins.session(&token, soon), Session::Valid { is_due_for_renewal: false });
        let near_end = Timestamp(0).plus_ms(SESSION_TTL_MS - 1);
        assert_eq!(logins.session(&token, near_end), Session::Valid { is_due_for_renewal: true });
        let much_later = near_end.plus_ms(SESSION_TTL_MS - 1);
        assert_ne!(logins.session(&token, much_later), Session::Invalid);
        let too_late = much_later.plus_ms(SESSION_TTL_MS);
        assert_eq!(logins.session(&token, too_late), Session::Invalid);
    }

    #[test]
    fn signed_in_browsers_are_bounded() {
        let (_folder, _, logins) = logins();
        for n in 0..=SESSIONS_MAX {
            logins.state().admit(
                n.to_string(),
                BrowserHolder::default(),
                Timestamp(i64::try_from(n).unwrap()),
            );
        }
        let state = logins.state();
        assert_eq!(state.sessions.len(), SESSIONS_MAX);
        assert!(!state.sessions.contains_key("0"));
    }

    #[test]
    fn a_broken_file_is_set_aside() {
        let (folder, path, _) = logins();
        std::fs::write(&path, "{ nonsense").unwrap();
        Logins::open(path).unwrap();
        assert!(folder.path().join("browser-sessions.json.broken").exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path, logins) = logins();
        logins.save().unwrap();
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
