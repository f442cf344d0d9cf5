//! The daemon as a service: a real service manager starts it, hears that it is ready, sees that it
//! lives, starts it again, and lets go of it.
//!
//! systemd runs as the manager of a person here, in a folder of its own. It only starts where the
//! system was booted by it, which it knows by a folder; so it gets a `/run` of its own.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "these scenarios start programs as a person does")]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Most looks before a scenario gives up. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: u32 = 1_200;

/// A person with a home, programs and, perhaps, a service manager.
struct Person {
    folder: tempfile::TempDir,
    manager: Option<Child>,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["bin", "run", "home"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let programs = [
            ("nexus", env!("CARGO_BIN_EXE_nexus-scenario")),
            ("nexusd", env!("CARGO_BIN_EXE_nexusd-scenario")),
        ];
        for (name, program) in programs {
            let place = folder.path().join("bin").join(name);
            // A link, so that `nexus` finds the `nexusd` beside it.
            if std::fs::hard_link(program, &place).is_err() {
                std::fs::copy(program, &place).unwrap();
            }
        }
        // A keychain of whoever runs the tests is not touched.
        let person = Self { folder, manager: None };
        let made = person.nexus(&["init"]);
        assert!(made.status.success(), "{made:?}");
        let config = person.home().join("nexus.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        let more = format!("\n[runtime]\nport = {port}\n\n[acl]\naudit_key = \"file\"\n");
        std::fs::write(&config, text + &more).unwrap();
        person
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("home/nexus")
    }

    /// A program as the person starts it, beside their service manager.
    fn command(&self, program: &Path) -> Command {
        let mut command = match &self.manager {
            None => Command::new(program),
            Some(manager) => {
                let mut command = Command::new("nsenter");
                command.args(["--target", &manager.id().to_string(), "--mount"]);
                if !rustix::process::geteuid().is_root() {
                    command.args(["--user", "--preserve-credentials"]);
                }
                command.arg("--").arg(program);
                command
            }
        };
        let path = format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display());
        command.env_clear().env("PATH", path).env("LANG", "C.UTF-8");
        command.env("HOME", self.folder.path().join("home"));
        command.env("XDG_RUNTIME_DIR", self.folder.path().join("run"));
        command.stdin(Stdio::null());
        command
    }

    fn nexus(&self, words: &[&str]) -> Output {
        let program = self.folder.path().join("bin/nexus");
        self.command(&program).args(words).output().unwrap()
    }

    /// What a command answers.
    fn answer(&self, words: &[&str]) -> Value {
        let output = self.nexus(&[words, &["--json"]].concat());
        assert!(output.status.success(), "{words:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn systemctl(&self, words: &[&str]) -> String {
        let mut command = self.command(Path::new("systemctl"));
        let output = command.arg("--user").args(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn unit(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("home/.config/systemd/user").join(name)
    }

    /// Logs in: a service manager of their own runs from now on.
    fn log_in(&mut self) {
        let script = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && \
                      exec /lib/systemd/systemd --user";
        let is_root = rustix::process::geteuid().is_root();
        let mut command = self.command(Path::new("unshare"));
        command.args(if is_root { &["--mount"][..] } else { &["--mount", "--map-root-user"] });
        command.args(["--propagation", "private", "/bin/sh", "-c", script]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.manager = Some(child);
        for _ in 0..LOOKS_MAX {
            if matches!(self.systemctl(&["is-system-running"]).as_str(), "running" | "degraded") {
                return;
            }
            std::thread::sleep(LOOK);
        }
        panic!("no service manager came up");
    }

    /// Waits until the daemon runs in another process than `before` and answers.
    fn await_another(&self, before: &Value) -> Value {
        for _ in 0..LOOKS_MAX {
            let output = self.nexus(&["daemon", "status", "--json"]);
            if output.status.success() {
                let status: Value = serde_json::from_slice(&output.stdout).unwrap();
                if status["pid"] != *before {
                    return status;
                }
            }
            std::thread::sleep(LOOK);
        }
        panic!("no other daemon came up: {}", self.systemctl(&["status", "nexusd"]));
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let Some(mut manager) = self.manager.take() else { return };
        let pid = rustix::process::Pid::from_child(&manager);
        // Asked to, it ends what it started before it ends.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        for _ in 0..LOOKS_MAX {
            if !matches!(manager.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let _ = manager.kill();
        let _ = manager.wait();
    }
}

fn send(pid: &Value, signal: rustix::process::Signal) {
    let pid = i32::try_from(pid.as_i64().unwrap()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[test]
fn a_service_is_installed_looked_after_and_taken_out() {
    let mut person = Person::new();
    let refused = person.nexus(&["daemon", "install"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("systemd does not answer") && said.contains("nexus up"), "{said}");
    assert!(!person.unit("nexusd.service").exists());

    person.log_in();
    let installed = person.answer(&["daemon", "install", "--socket"]);
    assert_eq!(
        (&installed["isChanged"], &installed["state"], &installed["isEnabled"]),
        (&Value::Bool(true), &"active".into(), &Value::Bool(true)),
        "{installed}"
    );
    let again = person.answer(&["daemon", "install", "--socket"]);
    assert_eq!(again["isChanged"], false, "{again}");
    let status = person.answer(&["daemon", "status"]);
    let service = status["service"].as_str().unwrap();
    assert!(service.contains("active") && service.contains("starts by itself"), "{status}");
    assert!(person.systemctl(&["show", "nexusd", "-p", "StatusText"]).contains("answering at"));

    // Killed, it is started again.
    send(&status["pid"], rustix::process::Signal::KILL);
    let status = person.await_another(&status["pid"]);

    // Silent for longer than it may be, it is ended and started again.
    let dropin = person.unit("nexusd.service.d");
    std::fs::create_dir(&dropin).unwrap();
    std::fs::write(dropin.join("soon.conf"), "[Service]\nWatchdogSec=3\n").unwrap();
    person.systemctl(&["daemon-reload"]);
    person.answer(&["daemon", "restart"]);
    let restarted = person.await_another(&status["pid"]);
    send(&restarted["pid"], rustix::process::Signal::STOP);
    let status = person.await_another(&restarted["pid"]);
    assert_ne!(status["pid"], restarted["pid"]);

    // Stopped by the person it stays down, whoever knocks; and comes back as a service.
    person.answer(&["down"]);
    assert_eq!(
        person.systemctl(&["is-active", "nexusd.service", "nexusd.socket"]),
        "inactive\ninactive"
    );
    let up = person.answer(&["up", "--no-open"]);
    assert_eq!(
        person.systemctl(&["is-active", "nexusd.service", "nexusd.socket"]),
        "active\nactive"
    );
    assert_eq!(
        person.systemctl(&["show", "nexusd", "-p", "MainPID", "--value"]),
        up["pid"].to_string()
    );

    let gone = person.answer(&["daemon", "uninstall"]);
    assert_eq!(gone["wasInstalled"], true);
    assert!(!person.unit("nexusd.service").exists() && !person.unit("nexusd.socket").exists());
    assert!(person.home().join("state/nexus.db").exists());
    assert_eq!(person.answer(&["daemon", "uninstall"])["wasInstalled"], false);
}

#[test]
fn the_units_say_what_systemd_understands() {
    let person = Person::new();
    let key = person.folder.path().join("a key");
    std::fs::write(&key, "x").unwrap();
    let key = format!("nexus.vault-key={}", key.display());
    let ways: [(&str, &[&str]); 2] =
        [("--user", &[]), ("--system", &["--system", "--account", "daemon"])];
    for (scope, words) in ways {
        let order = ["daemon", "install", "--print", "--socket", "--credential", &key];
        let printed = person.answer(&[&order[..], words].concat());
        let folder = person.folder.path().join(scope);
        std::fs::create_dir(&folder).unwrap();
        let mut units = Vec::new();
        for file in printed["files"].as_array().unwrap() {
            let name = Path::new(file["path"].as_str().unwrap()).file_name().unwrap();
            let unit = folder.join(name);
            std::fs::write(&unit, file["text"].as_str().unwrap()).unwrap();
            units.push(unit);
        }
        assert_eq!(units.len(), 2);
        let mut verify = person.command(Path::new("systemd-analyze"));
        let verified = verify.args(["verify", scope]).args(&units).output().unwrap();
        let said = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert!(!said.contains("nexusd."), "{scope}: {said}");
    }
}
