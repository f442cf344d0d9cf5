#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use semver::Version;
use tempfile::TempDir;

use super::*;

/// A home, and a program in two versions that are scripts.
struct Bench {
    folder: TempDir,
    record: Record,
}

impl Bench {
    /// The new version lies in its place, the old one beside it.
    fn new(new: &str, can_return: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("state")).unwrap();
        let path = folder.path().join("program");
        let installation = Installation { path: path.clone(), program: PathBuf::new() };
        let bench = Self {
            record: Record {
                version: Version::new(0, 2, 0),
                from: Version::new(0, 1, 0),
                installation,
                args: vec![folder.path().display().to_string()],
                start_ms: 60_000,
                trial_ms: 1_000,
                can_return,
                verdict: Verdict::Trial,
                is_told: false,
            },
            folder,
        };
        script(&path, "echo old >> $1/ran");
        let download = bench.folder.path().join("download");
        fs::write(&download, format!("#!/bin/sh\n{new}\n")).unwrap();
        Staged::make(&bench.record.installation, &download).unwrap().swap().unwrap();
        bench.record.write(bench.folder.path()).unwrap();
        bench
    }

    fn watch(&self, has_left: bool) -> bool {
        watch(self.folder.path(), has_left)
    }

    fn verdict(&self) -> Verdict {
        Record::read(self.folder.path()).unwrap().verdict
    }

    /// Waits until this many programs have run; the old one is started and left to itself.
    fn ran(&self, n: usize) -> Vec<String> {
        for _ in 0..600 {
            let text = fs::read_to_string(self.folder.path().join("ran")).unwrap_or_default();
            let ran: Vec<String> = text.lines().map(str::to_owned).collect();
            if ran.len() >= n {
                return ran;
            }
            std::thread::sleep(Duration::from_millis(LOOK_PAUSE_MS));
        }
        panic!("{n} programs did not run");
    }
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_version_that_says_it_is_well_stays() {
    let bench = Bench::new(
        "echo new >> $1/ran; sed 's/\"trial\"/\"kept\"/' $1/state/update.json > $1/state/said; \
         mv $1/state/said $1/state/update.json; exec sleep 5",
        true,
    );
    assert!(bench.watch(true));
    assert_eq!((bench.verdict(), bench.ran(1)), (Verdict::Kept, vec!["new".to_owned()]));
    assert!(bench.record.installation.previous().exists(), "the version before is kept");
}

#[test]
fn one_that_crashes_gives_way_to_the_version_before() {
    let bench = Bench::new("echo new >> $1/ran; exit 3", true);
    assert!(!bench.watch(true));
    let Verdict::TakenBack(why) = bench.verdict() else { panic!("{:?}", bench.verdict()) };
    assert!(why.contains("exit status: 3"), "{why}");
    assert_eq!(bench.ran(2), ["new", "old"]);
}

#[test]
fn so_does_one_that_is_never_well_and_one_that_cannot_be_run() {
    let mut bench = Bench::new("echo new >> $1/ran; exec sleep 60", true);
    bench.record.start_ms = 1_000;
    bench.record.write(bench.folder.path()).unwrap();
    assert!(!bench.watch(true));
    assert!(matches!(bench.verdict(), Verdict::TakenBack(why) if why.contains("not well")));
    assert_eq!(bench.ran(2), ["new", "old"]);

    let bench = Bench::new("", true);
    fs::remove_file(&bench.record.installation.path).unwrap();
    assert!(!bench.watch(true));
    assert!(matches!(bench.verdict(), Verdict::TakenBack(_)));
    assert_eq!(bench.ran(1), ["old"]);
}

#[test]
fn quitting_it_is_no_failure() {
    let bench = Bench::new("echo new >> $1/ran", true);
    assert!(bench.watch(true));
    assert_eq!(bench.verdict(), Verdict::Trial);
}

#[test]
fn a_ledger_that_only_the_new_one_reads_is_a_way_without_return() {
    let bench = Bench::new("echo new >> $1/ran; exit 3", false);
    assert!(!bench.watch(true));
    assert!(matches!(bench.verdict(), Verdict::Stuck(_)));
    assert_eq!(bench.ran(2), ["new", "new"]);
}

#[test]
fn while_the_old_one_runs_nothing_is_started() {
    let bench = Bench::new("echo new >> $1/ran", true);
    assert!(!bench.watch(false));
    assert!(matches!(bench.verdict(), Verdict::TakenBack(_)));
    assert!(!bench.folder.path().join("ran").exists());
}
