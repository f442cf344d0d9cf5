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
        let path = home.state().join("nexus.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| cannot("open", &path, &error))?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(owned(&mut file, home)),
            Err(TryLockError::Error(error)) => return Err(cannot("lock", &path, &error)),
        }
        let mut lock = Self { file, owner };
        lock.write().map_err(|error| cannot("write", &path, &error))?;
        Ok(lock)
    }

    /// Says where the control plane listens, for those who look for it.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn announce(&mut self, address: SocketAddr) -> std::io::Result<()> {
        self.owner.address = Some(address);
        self.write()
    }

    fn write(&mut self) -> std::io::Result<()> {
        let text = serde_json::to_vec(&self.owner)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.set_len(0)?;
        self.file.write_all(&text)?;
        self.file.flush()
    }
}

fn owned(file: &mut File, home: &Home) -> Failure {
    let mut text = String::new();
    let owner = match file.read_to_string(&mut text) {
        Ok(_) => serde_json::from_str::<Owner>(&text).ok(),
        Err(_) => None,
    };
    let who = owner.map_or_else(
        || "another process".to_owned(),
        |owner| {
            let kind = match owner.kind {
                OwnerKind::Headless => "nexusd",
                OwnerKind::Desktop => "the tray application",
            };
            let place = owner.address.map(|a| format!(" at {a}")).unwrap_or_default();
            format!("{kind} (pid {}){place}", owner.pid)
        },
    );
    Failure::unavailable(format!("{} is in use by {who}", home.root().display()))
        .hint("stop it first: nexus down; or give this one a home of its own with NEXUS_ROOT")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            pid: 7,
            started_at: Timestamp(1),
            address: None,
            kind: OwnerKind::Headless,
            version: "0".into(),
        }
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
        drop(first);
        assert!(HomeLock::take(&home, owner()).is_ok());
    }
}
