//! The home folder: where everything of one installation lives, and who owns it right now.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use fs4::TryLockError;
use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_domain::id::AgentId;
use serde::{Deserialize, Serialize};

const HOUSE_RULES: &str = include_str!("../templates/AGENTS.md");
const IDENTITY: &str = include_str!("../templates/IDENTITY.md");
const SOUL: &str = include_str!("../templates/SOUL.md");
const OWNER: &str = include_str!("../templates/USER.md");
const CONFIG: &str = include_str!("../templates/nexus.toml");

/// Largest agent file that is shown to a model, in bytes; the rest is cut off.
const AGENT_FILE_BYTES_MAX: u64 = nexus_protocol::agent_file::AGENT_FILE_BYTES_MAX as u64;

/// Longest lock file that is read, in bytes.
const OWNER_BYTES_MAX: u64 = 16 * 1024;
/// Times a lock is tried whose file is replaced meanwhile.
const LOCK_TRIES_MAX: u32 = 10;

/// The folders of one installation.
#[derive(Clone, Debug)]
pub struct Home {
    root: PathBuf,
}

/// What an agent's system prompt is made of.
#[derive(Clone, Debug, Default)]
pub struct AgentFiles {
    /// `state/agents/<id>/IDENTITY.md`: who the agent is.
    pub identity: String,
    /// `state/agents/<id>/SOUL.md`: how it speaks.
    pub soul: String,
    /// `AGENTS.md`: house rules.
    pub house_rules: String,
    /// `state/user/IDENTITY.md`: about the owner.
    pub owner: String,
}

impl Home {
    /// Names a home; nothing is touched.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `nexus.toml`.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.root.join("nexus.toml")
    }

    /// The last configuration that worked; used when `nexus.toml` does not.
    #[must_use]
    pub fn last_good_config_file(&self) -> PathBuf {
        self.state().join("nexus.last-good.toml")
    }

    /// What the daemon keeps for itself.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The ledger.
    #[must_use]
    pub fn ledger_file(&self) -> PathBuf {
        self.state().join("nexus.db")
    }

    /// The lock, which also says who owns the home.
    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.state().join("nexus.lock")
    }

    /// Logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.state().join("logs")
    }

    /// Private folders of adapters.
    #[must_use]
    pub fn adapters(&self) -> PathBuf {
        self.state().join("adapters")
    }

    /// The workspace of an agent: `home/` for `main`, `home/agents/<id>/` for the others.
    #[must_use]
    pub fn workspace(&self, agent: &AgentId) -> PathBuf {
        let home = self.root.join("home");
        match agent.as_str() {
            "main" => home,
            name => home.join("agents").join(name),
        }
    }

    /// Where the files go that an agent deletes: `state/agents/<id>/trash/`.
    #[must_use]
    pub fn trash(&self, agent: &AgentId) -> PathBuf {
        self.state().join("agents").join(agent.as_str()).join("trash")
    }

    /// Makes whatever is missing; what exists stays as it is. Says what it made.
    ///
    /// # Errors
    /// When a folder or file cannot be made, naming it.
    pub fn init(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut made = Vec::new();
        let main = self.root.join("home");
        let folders = [
            self.root.clone(),
            main,
            self.state(),
            self.logs(),
            self.adapters(),
            self.state().join("agents").join("main"),
            self.state().join("user"),
        ];
        for folder in folders {
            if !folder.is_dir() {
                make_folder(&folder).map_err(|error| cannot("make", &folder, &error))?;
                made.push(folder);
            }
        }
        let files = [
            (self.config_file(), CONFIG),
            (self.root.join("AGENTS.md"), HOUSE_RULES),
            (self.state().join("agents/main/IDENTITY.md"), IDENTITY),
            (self.state().join("agents/main/SOUL.md"), SOUL),
            (self.state().join("user/IDENTITY.md"), OWNER),
        ];
        for (file, text) in files {
            match OpenOptions::new().write(true).create_new(true).open(&file) {
                Ok(mut handle) => {
                    handle
                        .write_all(text.as_bytes())
                        .map_err(|error| cannot("write", &file, &error))?;
                    made.push(file);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot("make", &file, &error)),
            }
        }
        Ok(made)
    }

    /// Where the files of an agent lie.
    #[must_use]
    pub fn agent_folder(&self, agent: &AgentId) -> PathBuf {
        self.state().join("agents").join(agent.as_str())
    }

    /// Reads the files that make up an agent's system prompt. Missing files are empty.
    #[must_use]
    pub fn agent_files(&self, agent: &AgentId) -> AgentFiles {
        let folder = self.agent_folder(agent);
        AgentFiles {
            identity: read_some(&folder.join("IDENTITY.md")),
            soul: read_some(&folder.join("SOUL.md")),
            house_rules: read_some(&self.root.join("AGENTS.md")),
            owner: read_some(&self.state().join("user").join("IDENTITY.md")),
        }
    }
}

fn read_some(file: &Path) -> String {
    let mut text = String::new();
    if let Ok(handle) = File::open(file) {
        let mut bytes = Vec::new();
        // An agent file that cannot be read is treated like one that does not exist.
        let _ = handle.take(AGENT_FILE_BYTES_MAX).read_to_end(&mut bytes);
        text = String::from_utf8_lossy(&bytes).trim().to_owned();
    }
    text
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::unavailable(format!("cannot {verb} {}: {error}", path.display()))
        .hint("check that the folder belongs to you and the disk has room, or choose another home with NEXUS_ROOT")
}

/// How the owner of a home runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    /// `nexusd`.
    Headless,
    /// Inside the tray application.
    Desktop,
    /// `nexusd`, looked after by the service manager.
    Service,
}

impl OwnerKind {
    /// The word on disk and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Headless => "headless",
            Self::Desktop => "desktop",
            Self::Service => "service",
        }
    }

    /// What runs that way, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Headless => "nexusd",
            Self::Desktop => "the tray application",
            Self::Service => "nexusd, as a service",
        }
    }
}

/// Who owns a home: the content of its lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// Where its control plane listens, once it does.
    pub address: Option<SocketAddr>,
    /// How it runs.
    pub kind: OwnerKind,
    /// Its version.
    pub version: String,
    /// The epoch of its lease, once it has one.
    #[serde(default)]
    pub epoch: Option<u64>,
    /// The process that it has left the home to.
    #[serde(default)]
    pub handed_to: Option<u32>,
}

impl Owner {
    /// This process, before it listens.
    #[must_use]
    pub fn of_process(kind: OwnerKind, started_at: Timestamp) -> Self {
        let version = crate::assemble::VERSION.to_owned();
        let pid = std::process::id();
        Self { pid, started_at, address: None, kind, version, epoch: None, handed_to: None }
    }

    /// Who it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let place = self.address.map(|address| format!(" at {address}")).unwrap_or_default();
        format!("{} (pid {}){place}", self.kind.words(), self.pid)
    }
}

/// The ownership of a home; given up when dropped. The operating system gives it up when the
/// process dies, however it dies.
#[derive(Debug)]
pub struct HomeLock {
    file: File,
    owner: Owner,
}

impl HomeLock {
    /// Takes the ownership.
    ///
    /// # Errors
    /// `Unavailable`, naming the present owner, when another daemon runs on this home.
    pub fn take(home: &Home, owner: Owner) -> Result<Self, Failure> {
        match Self::try_take(home, owner)? {
            Ok(lock) => Ok(lock),
            Err(present) => Err(owned(present.as_ref(), home)),
        }
    }

    /// The same for whoever can wait: who owns the home stands in the inner error, as far as it
    /// says.
    ///
    /// # Errors
    /// When the lock file cannot be used.
    pub fn try_take(home: &Home, owner: Owner) -> Result<Result<Self, Option<Owner>>, Failure> {
        let path = home.lock_file();
        for _ in 0..LOCK_TRIES_MAX {
            let mut file = open(&path)?;
            match fs4::FileExt::try_lock(&file) {
                Ok(()) if is_at(&file, &path) => {
                    return Self::write_down(file, owner, &path).map(Ok);
                }
                // Somebody put another file in its place meanwhile, and holds that one.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Err(read_owner(&mut file))),
                Err(TryLockError::Error(error)) => return Err(cannot("lock", &path, &error)),
            }
        }
        Ok(Err(Self::owner(home)))
    }

    /// Puts a lock of its own in the place of one whose holder does not answer. The other keeps a
    /// file without a name: whoever looks for the owner of the home finds this one.
    ///
    /// # Errors
    /// When the file cannot be replaced; then nothing has changed.
    #[cfg(unix)]
    pub fn replace(home: &Home, owner: Owner) -> Result<Self, Failure> {
        let path = home.lock_file();
        let draft = path.with_extension(format!("lock.{}", std::process::id()));
        let file = open(&draft)?;
        fs4::FileExt::try_lock(&file)
            .map_err(|error| cannot("lock", &draft, &std::io::Error::from(error)))?;
        let lock = Self::write_down(file, owner, &draft)?;
        std::fs::rename(&draft, &path).map_err(|error| cannot("replace", &path, &error))?;
        Ok(lock)
    }

    fn write_down(file: File, owner: Owner, path: &Path) -> Result<Self, Failure> {
        let mut lock = Self { file, owner };
        lock.write().map_err(|error| cannot("write", path, &error))?;
        Ok(lock)
    }

    /// What the lock file says about whoever owns the home, or owned it last.
    #[must_use]
    pub fn owner(home: &Home) -> Option<Owner> {
        read_owner(&mut File::open(home.lock_file()).ok()?)
    }

    /// Says where the control plane listens, for those who look for it.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn announce(&mut self, address: SocketAddr) -> std::io::Result<()> {
        self.owner.address = Some(address);
        self.write()
    }

    /// Says under which lease its holder commits.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn note_epoch(&mut self, epoch: u64) -> std::io::Result<()> {
        self.owner.epoch = Some(epoch);
        self.write()
    }

    /// Gives the home up, and says to whom.
    pub fn hand_to(mut self, pid: u32) {
        self.owner.handed_to = Some(pid);
        if let Err(error) = self.write() {
            tracing::debug!(%error, "to whom the home goes is not written down");
        }
    }

    fn write(&mut self) -> std::io::Result<()> {
        let text = serde_json::to_vec(&self.owner)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.set_len(0)?;
        self.file.write_all(&text)?;
        self.file.flush()
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(|error| cannot("open", path, &error))
}

/// Whether a file is the one that has this name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |one: std::fs::Metadata, other: std::fs::Metadata| {
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    };
    file.metadata().and_then(|own| Ok(same(own, std::fs::metadata(path)?))).unwrap_or(false)
}

/// A file that somebody has open is not replaced there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn read_owner(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.take(OWNER_BYTES_MAX).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Why a home cannot be had, and what to do.
pub(crate) fn owned(owner: Option<&Owner>, home: &Home) -> Failure {
    let who = owner.map_or_else(|| "another process".to_owned(), Owner::words);
    Failure::unavailable(format!("{} is in use by {who}", home.root().display())).hint(
        "take it over: nexus up --take-over; or stop it first: nexus down; or give this one a home \
         of its own with NEXUS_ROOT",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner { pid: 7, ..Owner::of_process(OwnerKind::Headless, Timestamp(1)) }
    }

    #[test]
    fn init_makes_what_is_missing_and_keeps_what_exists() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path().join("nexus"));
        assert!(!home.init().unwrap().is_empty());
        std::fs::write(home.config_file(), "# mine").unwrap();
        assert_eq!(home.init().unwrap(), Vec::<PathBuf>::new());
        assert_eq!(std::fs::read_to_string(home.config_file()).unwrap(), "# mine");
    }

    #[test]
    fn a_home_has_one_owner_and_says_who() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path().join("nexus"));
        home.init().unwrap();
        let mut first = HomeLock::take(&home, owner()).unwrap();
        first.announce("127.0.0.1:18789".parse().unwrap()).unwrap();
        let refusal = HomeLock::take(&home, owner()).unwrap_err();
        assert!(refusal.message.contains("nexusd (pid 7) at 127.0.0.1:18789"), "{refusal}");
        first.hand_to(8);
        assert_eq!(HomeLock::owner(&home).unwrap().handed_to, Some(8));
        assert!(HomeLock::take(&home, owner()).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_was_replaced_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path().join("nexus"));
        home.init().unwrap();
        let frozen = HomeLock::take(&home, owner()).unwrap();
        let next = Owner { pid: 8, ..owner() };
        let second = HomeLock::replace(&home, next).unwrap();
        assert_eq!(HomeLock::owner(&home).unwrap().pid, 8);
        drop(frozen);
        let refusal = HomeLock::take(&home, owner()).unwrap_err();
        assert!(refusal.message.contains("pid 8"), "{refusal}");
        drop(second);
        assert!(HomeLock::take(&home, owner()).is_ok());
    }
}
