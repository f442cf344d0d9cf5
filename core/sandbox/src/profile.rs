//! What a program may reach and use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a program may reach and use. Whatever is not named is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Folders and files it may read and run programs from, absolute. What does not exist is left
    /// out.
    pub read: Vec<PathBuf>,
    /// Folders it may also write. Must exist.
    pub write: Vec<PathBuf>,
    /// Folders and files that stay out of reach even where a folder above them is named.
    pub hidden: Vec<PathBuf>,
    /// Whom it may talk to.
    pub network: Network,
    /// How much it may use.
    pub limits: Limits,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
}

/// Whom a program may talk to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Network {
    /// Nobody.
    None,
    /// A proxy that decides about each host, and nobody else.
    Proxy {
        /// The proxy's socket. Inside, the program finds it at `127.0.0.1:port`.
        socket: PathBuf,
        /// The port inside.
        port: u16,
    },
    /// Whoever listens at one of these ports, anywhere; and it may listen itself. The network is
    /// that of the machine, and Landlock alone bounds it: TCP by port, nothing else.
    Ports {
        /// Ports it may connect to.
        connect: Vec<u16>,
        /// Ports it may listen at; 0 stands for any free one.
        listen: Vec<u16>,
    },
}

/// How much a program may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory, in bytes: of each process, and of all together where a cgroup can be made.
    pub memory_bytes_max: u64,
    /// Processes and threads, all together.
    pub processes_max: u64,
    /// Open files of each process.
    pub files_max: u64,
    /// Processor time of each process, in seconds.
    pub cpu_s_max: u64,
    /// Largest file it may write, in bytes; also the size of its `/tmp`.
    pub file_bytes_max: u64,
    /// Most bytes it may write to stdout and stderr together; more ends it.
    pub output_bytes_max: u64,
    /// How far others go before it when the processor is short, from 0 to 19.
    pub niceness: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 2 * 1024 * 1024 * 1024,
            processes_max: 256,
            files_max: 1024,
            cpu_s_max: 600,
            file_bytes_max: 512 * 1024 * 1024,
            output_bytes_max: 64 * 1024 * 1024,
            niceness: 0,
        }
    }
}

/// A profile contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A path is relative.
    #[error("`{0}` is not an absolute path")]
    Relative(PathBuf),
    /// A folder that is offered lies inside one that is hidden.
    #[error("`{offered}` lies inside `{hidden}`, which no program may see")]
    Exposed {
        /// What was to be readable or writable.
        offered: PathBuf,
        /// What must not be seen.
        hidden: PathBuf,
    },
    /// A folder that must exist does not.
    #[error("`{path}` cannot be used: {problem}")]
    Missing {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        problem: String,
    },
    /// A whole disk is offered.
    #[error("`{0}` is too wide: name the folders that are needed")]
    TooWide(PathBuf),
}

impl Profile {
    /// A profile that reads the system's programs and libraries, and nothing else.
    #[must_use]
    pub fn system() -> Self {
        Self {
            read: system_folders(),
            write: Vec::new(),
            hidden: Vec::new(),
            network: Network::None,
            limits: Limits::default(),
            env: BTreeMap::new(),
        }
    }

    /// The same with every path resolved, so that no link decides later what is meant.
    ///
    /// # Errors
    /// When the profile contradicts itself.
    pub fn resolved(mut self) -> Result<Self, ProfileError> {
        let all = self.read.iter().chain(&self.write).chain(&self.hidden);
        if let Some(path) = all.into_iter().find(|path| !path.is_absolute()) {
            return Err(ProfileError::Relative(path.clone()));
        }
        let hidden = std::mem::take(&mut self.hidden);
        self.hidden = hidden.into_iter().map(|path| path.canonicalize().unwrap_or(path)).collect();
        self.read.retain(|path| path.exists());
        for path in &mut self.write {
            let resolved = path.canonicalize();
            *path = resolved.map_err(|error| ProfileError::Missing {
                path: path.clone(),
                problem: error.to_string(),
            })?;
        }
        for path in self.read.iter().chain(&self.write) {
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
            if real == Path::new("/") {
                return Err(ProfileError::TooWide(path.clone()));
            }
            if let Some(hidden) = self.hidden.iter().find(|hidden| real.starts_with(hidden)) {
                return Err(ProfileError::Exposed {
                    offered: path.clone(),
                    hidden: hidden.clone(),
                });
            }
        }
        // What lies outside of everything offered is out of reach without being masked.
        let offered: Vec<_> = self
            .read
            .iter()
            .chain(&self.write)
            .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
            .collect();
        self.hidden.retain(|hidden| {
            hidden.exists() && offered.iter().any(|offered| hidden.starts_with(offered))
        });
        Ok(self)
    }
}

/// Where this system keeps programs, libraries and what they need to run; nothing of a person.
#[must_use]
pub fn system_folders() -> Vec<PathBuf> {
    const FOLDERS: &[&str] = &[
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/nix/store",
        "/etc/alternatives",
        "/etc/ca-certificates",
        "/etc/group",
        "/etc/host.conf",
        "/etc/hosts",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/localtime",
        "/etc/mime.types",
        "/etc/nsswitch.conf",
        "/etc/passwd",
        "/etc/pki/tls/certs",
        "/etc/protocols",
        "/etc/services",
        "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf",
        "/etc/timezone",
        "/System/Library",
        "/Library/Developer/CommandLineTools",
        "/private/etc/localtime",
        "/private/etc/ssl",
    ];
    FOLDERS.iter().map(PathBuf::from).filter(|path| path.exists()).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn offering(write: &Path, hidden: &Path) -> Profile {
        Profile {
            write: vec![write.to_owned()],
            hidden: vec![hidden.to_owned()],
            ..Profile::system()
        }
    }

    #[test]
    fn a_hidden_folder_is_never_offered() {
        let home = tempfile::tempdir().unwrap();
        let (state, workspace) = (home.path().join("state"), home.path().join("home"));
        std::fs::create_dir_all(state.join("x")).unwrap();
        std::fs::create_dir(&workspace).unwrap();
        let exposed = offering(&state.join("x"), &state).resolved();
        assert!(matches!(exposed, Err(ProfileError::Exposed { .. })), "{exposed:?}");
        std::os::unix::fs::symlink(&state, home.path().join("link")).unwrap();
        let by_link = offering(&home.path().join("link"), &state).resolved();
        assert!(matches!(by_link, Err(ProfileError::Exposed { .. })), "{by_link:?}");
        let apart = offering(&workspace, &state).resolved().unwrap();
        assert!(apart.hidden.is_empty(), "what is not offered need not be masked");
        let above = offering(home.path(), &state).resolved().unwrap();
        assert_eq!(above.hidden.len(), 1);
    }

    #[test]
    fn neither_a_relative_path_nor_the_whole_disk_is_offered() {
        let relative = offering(Path::new("home"), Path::new("/x")).resolved();
        assert!(matches!(relative, Err(ProfileError::Relative(_))));
        let whole = offering(Path::new("/"), Path::new("/x")).resolved();
        assert!(matches!(whole, Err(ProfileError::TooWide(_))));
    }
}
