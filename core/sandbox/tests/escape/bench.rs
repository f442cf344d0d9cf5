//! A home as the daemon lays it out, and a way to try something from inside.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nexus_sandbox::{
    Child, Ended, Limits, Mechanism, Network, Posture, Profile, Sandbox, SandboxOptions, Spawn,
};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use super::attempt::OUTCOME;

/// What nobody inside may ever read.
pub const SECRET: &str = "nexus-canary-4711";

pub struct Bench {
    pub sandbox: Sandbox,
    pub home: tempfile::TempDir,
    /// A process outside, with a secret in its environment.
    pub outsider: tokio::process::Child,
}

pub struct Outcome {
    /// What the attempt said, `+` or `-` first; empty when it could say nothing.
    pub said: String,
    pub output: String,
    pub ended: Ended,
}

impl Bench {
    pub async fn new(without: &[Mechanism]) -> Self {
        // Not below /tmp: inside, that is a folder of its own.
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        for folder in ["home/agents/other", "home/notes", "state", "user/.ssh"] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        for file in ["home/agents/other/diary", "state/token", "state/nexus.db", "user/.ssh/id"] {
            std::fs::write(home.path().join(file), SECRET).unwrap();
        }
        std::os::unix::fs::symlink(home.path().join("state"), home.path().join("home/notes/link"))
            .unwrap();
        let options = SandboxOptions {
            helper: Some(PathBuf::from(env!("CARGO_BIN_EXE_nexus-sandbox"))),
            without: without.to_vec(),
        };
        let outsider = tokio::process::Command::new("sleep")
            .arg("1000")
            .env("TOKEN", SECRET)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self { sandbox: Sandbox::open(options).await, home, outsider }
    }

    pub fn path(&self, inside: &str) -> PathBuf {
        self.home.path().join(inside)
    }

    pub fn profile(&self) -> Profile {
        let mut profile = Profile::system();
        profile.read.push(std::env::current_exe().unwrap());
        profile.write.push(self.path("home"));
        profile.hidden = vec![self.path("home/agents"), self.path("state"), self.path("user")];
        profile.network = Network::None;
        profile.limits = Limits {
            memory_bytes_max: 256 * 1024 * 1024,
            processes_max: 64,
            file_bytes_max: 16 * 1024 * 1024,
            output_bytes_max: 1024 * 1024,
            ..Limits::default()
        };
        profile.env = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        profile
    }

    pub fn attempt(&self, words: &[&str]) -> Spawn {
        let program = std::env::current_exe().unwrap();
        let mut profile = self.profile();
        let words = serde_json::to_string(words).unwrap();
        profile.env.insert("NEXUS_ATTEMPT".to_owned(), words);
        let argv = ["escape", "--exact", "inside", "--nocapture", "--test-threads=1"];
        Spawn {
            program,
            argv: argv.map(str::to_owned).to_vec(),
            cwd: self.path("home"),
            profile,
            pty: false,
            is_duplex: false,
        }
    }

    pub async fn start(&self, words: &[&str]) -> Child {
        self.sandbox.spawn(self.attempt(words)).await.unwrap()
    }

    pub async fn try_out(&self, words: &[&str]) -> Outcome {
        self.run(self.attempt(words)).await
    }

    pub async fn run(&self, spawn: Spawn) -> Outcome {
        let mut child = self.sandbox.spawn(spawn).await.unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (mut text, mut errors) = (Vec::new(), Vec::new());
        let (ended, _, _) =
            tokio::join!(child.wait(), out.read_to_end(&mut text), err.read_to_end(&mut errors));
        let output = String::from_utf8_lossy(&[text.clone(), errors].concat()).into_owned();
        let said = output.lines().find_map(|line| line.strip_prefix(OUTCOME));
        Outcome { said: said.unwrap_or_default().to_owned(), output, ended }
    }

    /// Whether the namespaces and everything else are there; what is asserted depends on it.
    pub fn is_full(&self) -> bool {
        *self.sandbox.posture() == Posture::Full
    }
}

/// Waits until a program has said its line.
pub async fn until_said(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(said) = line.strip_prefix(OUTCOME) {
            return said.to_owned();
        }
    }
    panic!("it ended without a word");
}

/// Whether somebody still writes to a file: its size is looked at until it has grown, or until a
/// writer would have written many times over.
pub async fn is_growing(file: &Path) -> bool {
    let size = || std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    let before = size();
    for _ in 0..40 {
        if size() > before {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    false
}
