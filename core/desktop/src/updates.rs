//! New versions: looks for them, lays them ready, and hands over to the guard when the application
//! ends for one.

use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nexus_domain::Timestamp;
use nexus_update::{
    Found, Installation, Manifest, Record, Source, Staged, Trial, UpdateError, Verdict,
};
use semver::Version;
use tokio::sync::{Notify, mpsc};

use crate::facts::{Facts, Reach};

/// Pause after the start before the first look, in milliseconds: nobody waits for it then.
const FIRST_LOOK_MS: u64 = 60_000;
/// How often the settings are read again while there is nothing to do, in milliseconds.
const SETTINGS_MS: u64 = 60 * 60_000;
/// Time a new version has to come up, in milliseconds.
const START_MS: u64 = 60_000;

/// What is configured; nothing where updates are off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Address of the signed manifest.
    pub endpoint: String,
    /// Keys that may sign it.
    pub keys: Vec<String>,
    /// Time between two looks, in milliseconds; nothing where only people look.
    pub check_ms: Option<u64>,
    /// Whether it is installed as soon as nothing is at work.
    pub installs_when_idle: bool,
    /// How long a new version must be well, in milliseconds.
    pub trial_ms: u64,
}

/// Reads what is configured now.
pub type ReadSettings = Arc<dyn Fn() -> Result<Option<Settings>, String> + Send + Sync>;

/// Something a person is to hear: a title and a sentence.
pub type Word = (&'static str, String);

/// A version that lies ready.
#[derive(Clone)]
struct Ready {
    manifest: Manifest,
    staged: Staged,
    settings: Settings,
}

/// The updater of a tray application.
pub struct Updates {
    home: PathBuf,
    current: Version,
    /// Version of the ledger's tables that this program reads.
    ledger_schema: u64,
    found: Found,
    settings: ReadSettings,
    ready: Mutex<Option<Ready>>,
    is_chosen: Mutex<bool>,
    wanted: Notify,
}

impl Updates {
    /// The updater of the program at `program`, which may be inside of an AppImage.
    #[must_use]
    pub fn new(
        home: &Path,
        (current, ledger_schema): (Version, u64),
        (program, image): (&Path, Option<&Path>),
        settings: ReadSettings,
    ) -> Self {
        Self {
            home: home.to_owned(),
            current,
            ledger_schema,
            found: Installation::of(program, image),
            settings,
            ready: Mutex::new(None),
            is_chosen: Mutex::new(false),
            wanted: Notify::new(),
        }
    }

    /// Whether there is anything to look for.
    #[must_use]
    pub fn is_on(&self) -> bool {
        matches!((self.settings)(), Ok(Some(_)) | Err(_))
    }

    /// The version that is ready to be installed.
    #[must_use]
    pub fn ready(&self) -> Option<String> {
        lock(&self.ready).as_ref().map(|ready| ready.manifest.version.to_string())
    }

    /// Whether what is ready is to be installed now without asking: nothing is at work, nobody is
    /// asked anything and nobody looks at a window.
    #[must_use]
    pub fn is_due(&self, facts: &Facts, has_window: bool) -> bool {
        let is_idle = facts.runs.is_empty() && facts.asked.is_empty() && !has_window;
        is_idle && lock(&self.ready).as_ref().is_some_and(|ready| ready.settings.installs_when_idle)
    }

    /// Has it be looked for now; what comes of it is said in any case.
    pub fn look_now(&self) {
        self.wanted.notify_one();
    }

    /// Installs what is ready when the application ends.
    pub fn choose(&self) {
        *lock(&self.is_chosen) = true;
    }

    /// Looks from time to time, for as long as somebody hears what is said.
    pub async fn run(&self, words: mpsc::Sender<Word>) {
        if let Some(word) = news(&self.home)
            && words.send(word).await.is_err()
        {
            return;
        }
        let mut pause_ms = FIRST_LOOK_MS;
        loop {
            let is_wanted = tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(pause_ms)) => false,
                () = self.wanted.notified() => true,
                () = words.closed() => return,
            };
            let settings = (self.settings)();
            let check_ms =
                settings.as_ref().ok().and_then(Option::as_ref).and_then(|on| on.check_ms);
            pause_ms = check_ms.unwrap_or(SETTINGS_MS);
            if !is_wanted && check_ms.is_none() {
                continue;
            }
            let word = self.look(settings, is_wanted).await;
            let Some(word) = word else { continue };
            if words.send(word).await.is_err() {
                return;
            }
        }
    }

    /// Looks once. What is said to somebody who did not ask is only what they want to know.
    async fn look(
        &self,
        settings: Result<Option<Settings>, String>,
        is_wanted: bool,
    ) -> Option<Word> {
        let outcome = match settings {
            Ok(Some(settings)) => self.fetch(settings, is_wanted).await,
            Ok(None) => Err(UpdateError::Configuration(
                "updates are off: set updates.endpoint and updates.keys in nexus.toml".to_owned(),
            )),
            Err(why) => Err(UpdateError::Configuration(why)),
        };
        match outcome {
            Ok(Some(word)) => Some(word),
            Ok(None) => {
                is_wanted.then(|| ("Nexus is up to date", format!("This is {}.", self.current)))
            }
            Err(error) => {
                tracing::warn!(%error, "there is no update");
                let is_grave =
                    matches!(error, UpdateError::Unsigned(_) | UpdateError::Different { .. });
                (is_wanted || is_grave).then(|| ("There is no update", error.to_string()))
            }
        }
    }

    async fn fetch(
        &self,
        settings: Settings,
        is_wanted: bool,
    ) -> Result<Option<Word>, UpdateError> {
        let source = Source::new(&settings.endpoint, &settings.keys)?;
        let Some(manifest) = source.look(&self.current).await? else { return Ok(None) };
        let version = manifest.version.to_string();
        if self.ready() == Some(version.clone()) && !is_wanted {
            return Ok(None);
        }
        if !is_wanted && self.was_no_good(&manifest.version) {
            tracing::info!(version, "it was taken back once and is not tried again by itself");
            return Ok(None);
        }
        let installation = match &self.found {
            Found::Ours(installation) => installation,
            Found::Others(how) => {
                let text = format!("This is {}. Not installed from here: {how}.", self.current);
                return Ok(Some(("A new version of Nexus is out", format!("{version}. {text}"))));
            }
        };
        let staged = source.stage(&manifest, installation).await?;
        let text = match (settings.installs_when_idle, manifest.notes.trim()) {
            (true, _) => format!("{version} is installed as soon as nothing is at work."),
            (false, "") => format!("{version} is ready: Update in the menu installs it."),
            (false, notes) => {
                format!("{version} is ready: Update in the menu installs it. {notes}")
            }
        };
        *lock(&self.ready) = Some(Ready { manifest, staged, settings });
        Ok(Some(("A new version of Nexus is ready", text)))
    }

    fn was_no_good(&self, version: &Version) -> bool {
        Record::read(&self.home).is_some_and(|record| {
            record.version == *version
                && matches!(record.verdict, Verdict::TakenBack(_) | Verdict::Stuck(_))
        })
    }

    /// At the end of the application: swaps the versions if one was chosen, and starts the guard,
    /// which waits for the end of this process. What is returned is to be kept till then.
    ///
    /// # Errors
    /// When that is not possible; what was installed is still there.
    pub fn begin(&self, args: Vec<String>) -> Result<Option<ChildStdin>, UpdateError> {
        if !*lock(&self.is_chosen) {
            return Ok(None);
        }
        let (Some(ready), Found::Ours(installation)) = (lock(&self.ready).take(), &self.found)
        else {
            return Ok(None);
        };
        let record = Record {
            version: ready.manifest.version,
            from: self.current.clone(),
            installation: installation.clone(),
            args,
            start_ms: START_MS,
            trial_ms: ready.settings.trial_ms,
            can_return: ready.manifest.ledger_schema <= self.ledger_schema,
            verdict: Verdict::Trial,
            is_told: false,
        };
        nexus_update::guard::begin(&self.home, &ready.staged, &record).map(Some)
    }
}

/// What became of the latest update, once.
#[must_use]
pub fn news(home: &Path) -> Option<Word> {
    let record = Record::read(home).filter(|record| !record.is_told)?;
    let version = &record.version;
    let word = match &record.verdict {
        Verdict::Trial => return None,
        Verdict::Kept => ("Nexus was updated", format!("This is {version}.")),
        Verdict::TakenBack(why) => (
            "The update was taken back",
            format!(
                "{version} did not do well: {why}. {} runs again; nothing was lost.",
                record.from
            ),
        ),
        Verdict::Stuck(why) => (
            "The update did not do well",
            format!("{version}: {why}. It cannot be taken back: see `nexus doctor`."),
        ),
    };
    if let Err(error) = (Record { is_told: true, ..record.clone() }).write(home) {
        tracing::warn!(%error, "it will be told again");
    }
    Some(word)
}

/// The trial of the version that runs, if it is on one: it passes when the daemon was well for
/// long enough without a break.
#[derive(Default)]
pub struct Probation {
    trial: Option<Trial>,
    well_since: Option<Timestamp>,
}

impl Probation {
    /// The trial of a home.
    #[must_use]
    pub fn of(home: &Path) -> Self {
        Self { trial: Trial::of(home), well_since: None }
    }

    /// When it will have passed, if all stays well.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        Some(self.well_since?.plus_ms(self.trial.as_ref()?.trial_ms))
    }

    /// Takes in how things stand; says whether it has just passed.
    pub fn update(&mut self, facts: &Facts, now: Timestamp) -> bool {
        let is_up = matches!(facts.reach, Reach::Here | Reach::Elsewhere { .. });
        let is_well = is_up && facts.sentence.is_some();
        self.well_since = if is_well { self.well_since.or(Some(now)) } else { None };
        if self.due_at().is_none_or(|due| now < due) {
            return false;
        }
        let passed = self.trial.take().map(|trial| trial.pass());
        match passed {
            Some(Err(error)) => tracing::error!(%error, "that the update is well is not recorded"),
            _ => tracing::info!("the new version is well and stays"),
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(home: &Path, verdict: Verdict) {
        std::fs::create_dir_all(home.join("state")).unwrap();
        let record = Record {
            version: Version::new(0, 2, 0),
            from: Version::new(0, 1, 0),
            installation: Installation { path: home.join("nexus"), program: PathBuf::new() },
            args: Vec::new(),
            start_ms: 1,
            trial_ms: 60_000,
            can_return: true,
            verdict,
            is_told: false,
        };
        record.write(home).unwrap();
    }

    fn well() -> Facts {
        Facts { sentence: Some("Nothing needs you".to_owned()), ..Facts::away("") }
    }

    #[test]
    fn a_trial_passes_when_all_was_well_for_its_time_without_a_break() {
        let home = tempfile::tempdir().unwrap();
        record(home.path(), Verdict::Trial);
        let mut probation = Probation::of(home.path());
        let here = Facts { reach: Reach::Here, ..well() };
        let at = |s: i64| Timestamp(1_000_000 + s * 1_000);
        assert!(!probation.update(&Facts::starting(), at(0)));
        assert_eq!(probation.due_at(), None);
        assert!(!probation.update(&here, at(5)));
        assert!(!probation.update(&Facts::away("it crashed"), at(40)));
        assert!(!probation.update(&here, at(50)));
        assert_eq!(probation.due_at(), Some(at(110)));
        assert!(!probation.update(&here, at(109)));
        assert!(probation.update(&here, at(110)));
        assert_eq!(Record::read(home.path()).unwrap().verdict, Verdict::Kept);
        assert!(!probation.update(&here, at(500)), "it passes once");
        assert_eq!(Probation::of(home.path()).due_at(), None);
    }

    #[test]
    fn what_became_of_it_is_told_once() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(news(home.path()), None);
        record(home.path(), Verdict::Trial);
        assert_eq!(news(home.path()), None);
        record(home.path(), Verdict::TakenBack("it ended: exit status: 3".to_owned()));
        let (title, text) = news(home.path()).unwrap();
        assert!(title.contains("taken back") && text.contains("0.1.0 runs again"), "{text}");
        assert_eq!(news(home.path()), None);
    }
}
