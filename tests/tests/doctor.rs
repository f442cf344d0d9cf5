//! `nexus doctor` over damaged homes: it finds what is wrong, mends what it says it does, asks
//! before what cannot be undone, and leaves everything else as it is.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "these scenarios start programs as a person does")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// What `nexus doctor` ends with when something is wrong.
const FOUND: i32 = 6;

/// A person with a home, and without a daemon.
struct Person {
    folder: tempfile::TempDir,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        for folder in [&bin, &folder.path().join("me")] {
            fs::create_dir(folder).unwrap();
        }
        let programs = [
            ("nexus", env!("CARGO_BIN_EXE_nexus-scenario")),
            ("nexusd", env!("CARGO_BIN_EXE_nexusd-scenario")),
        ];
        for (name, program) in programs {
            if fs::hard_link(program, bin.join(name)).is_err() {
                fs::copy(program, bin.join(name)).unwrap();
            }
        }
        let person = Self { folder };
        person.nexus(&["init"]);
        person
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("me/nexus")
    }

    /// Exit code and the document that was printed.
    fn nexus(&self, words: &[&str]) -> (i32, Value) {
        let path = format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display());
        let output = Command::new(self.folder.path().join("bin/nexus"))
            .arg("--json")
            .args(words)
            .env_clear()
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.path().join("me"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let document = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code().unwrap(), document)
    }

    /// What one check finds, with the words of what mends it.
    #[track_caller]
    fn finds(&self, check: &str, words: &str) -> Option<String> {
        let (code, document) = self.nexus(&["doctor", "--only", check]);
        let problems = document["problems"].as_array().unwrap();
        let found = problems.iter().find(|p| p["what"].as_str().unwrap().contains(words));
        assert!(found.is_some() && code == FOUND, "{code}: {document:#}");
        found.unwrap()["mend"].as_str().map(str::to_owned)
    }

    #[track_caller]
    fn finds_nothing(&self, check: &str) {
        let (code, document) = self.nexus(&["doctor", "--only", check]);
        assert!(code == 0, "{document:#}");
    }

    fn set_mode(&self, name: &str, mode: u32) {
        let path = self.home().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.home().join(name)).unwrap().permissions().mode() & 0o777
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.home().join(name), text).unwrap();
    }
}

#[test]
fn rights_of_others_are_taken_away() {
    let person = Person::new();
    person.finds_nothing("home");
    person.set_mode("", 0o755);
    person.write("state/vault.key.age", "sealed");
    person.set_mode("state/vault.key.age", 0o644);
    person.write("state/control.token", &"ab".repeat(32));
    person.set_mode("state/control.token", 0o640);
    assert!(person.finds("home", "mode 755").unwrap().contains("rights of others"));
    assert!(person.finds("files", "mode 644").is_some());
    assert!(person.finds("token", "").is_some());
    for check in ["home", "files", "token"] {
        let (code, document) = person.nexus(&["doctor", "--fix", "--only", check]);
        assert_eq!(code, 0, "{document:#}");
        assert_eq!(document["mended"].as_array().unwrap().len(), 1, "{document:#}");
    }
    assert_eq!(person.mode(""), 0o700);
    assert_eq!(person.mode("state/vault.key.age"), 0o600);
    assert_eq!(person.mode("state/control.token"), 0o600);
}

#[test]
fn a_broken_configuration_is_given_up_only_on_somebodys_word() {
    let person = Person::new();
    let good = fs::read_to_string(person.home().join("nexus.toml")).unwrap();
    let broken = "[runtime]\nport = \"many\"\n";
    person.write("nexus.toml", broken);
    assert_eq!(person.finds("config", "port"), None, "there is no way back yet");
    person.write("state/nexus.last-good.toml", &good);
    assert!(person.finds("config", "port").unwrap().contains("goes back"));
    // Nobody is there to be asked.
    let (code, document) = person.nexus(&["doctor", "--fix", "--only", "config"]);
    assert_eq!((code, document["mended"].as_array().unwrap().len()), (FOUND, 0), "{document:#}");
    let read = |name: &str| fs::read_to_string(person.home().join(name)).unwrap();
    assert_eq!(read("nexus.toml"), broken);
    let (code, document) = person.nexus(&["doctor", "--fix", "--yes", "--only", "config"]);
    assert_eq!(code, 0, "{document:#}");
    assert_eq!(read("nexus.toml"), good);
    assert_eq!(read("nexus.toml.broken"), broken);
}

#[test]
fn what_holds_the_port_is_named() {
    let person = Person::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    person.write("nexus.toml", &format!("[runtime]\nport = {port}\n"));
    assert_eq!(person.finds("port", &format!("(process {})", std::process::id())), None);
    // It is somebody else's, and stays.
    let (code, _) = person.nexus(&["doctor", "--fix", "--yes", "--only", "port"]);
    assert_eq!(code, FOUND);
    drop(listener);
    person.finds_nothing("port");
}

#[test]
fn programs_that_are_gone_and_a_clock_that_was_set_back_are_found() {
    let person = Person::new();
    let config = "[adapters.gone]\ncommand = [\"/nowhere/nexus-adapter-gone\"]\n\n\
                  [adapters.off]\ncommand = [\"/nowhere/off\"]\nenabled = false\n\n\
                  [adapters.there]\ncommand = [\"sh\"]\n";
    person.write("nexus.toml", config);
    let (_, document) = person.nexus(&["doctor", "--only", "adapters"]);
    assert_eq!(document["problems"].as_array().unwrap().len(), 1, "{document:#}");
    person.finds("adapters", "gone starts /nowhere/nexus-adapter-gone");

    person.finds_nothing("clock");
    person.write("state/nexus.db-wal", "");
    let file = fs::File::options().write(true).open(person.home().join("state/nexus.db-wal"));
    let file = file.unwrap();
    let hour = Duration::from_secs(3_600);
    file.set_modified(file.metadata().unwrap().modified().unwrap() + hour).unwrap();
    person.finds("clock", "set back");
}

#[test]
fn a_home_that_is_gone_in_part_is_made_again() {
    let person = Person::new();
    fs::remove_dir_all(person.home().join("state")).unwrap();
    assert!(person.finds("home", "not complete").is_some());
    let (code, document) = person.nexus(&["doctor", "--fix", "--only", "home"]);
    assert_eq!(code, 0, "{document:#}");
    assert!(person.home().join("state").is_dir());
}

#[test]
fn a_unit_of_another_version_is_found_and_a_current_one_is_not() {
    let person = Person::new();
    let (code, printed) = person.nexus(&["daemon", "install", "--print", "--socket"]);
    assert_eq!(code, 0, "{printed:#}");
    for file in printed["files"].as_array().unwrap() {
        let path = Path::new(file["path"].as_str().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file["text"].as_str().unwrap()).unwrap();
    }
    let says = |document: &Value| document.to_string().contains("of another version");
    let (_, document) = person.nexus(&["doctor", "--only", "service"]);
    assert!(!says(&document), "{document:#}");
    let unit = person.folder.path().join("me/.config/systemd/user/nexusd.service");
    let text = fs::read_to_string(&unit).unwrap();
    fs::write(&unit, text.replace("WatchdogSec=30\n", "")).unwrap();
    assert!(person.finds("service", "of another version").unwrap().contains("restarts"));
}
