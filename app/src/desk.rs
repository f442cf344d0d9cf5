//! What the shell knows, and the one task that keeps icon, menu and notices true to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nexus_daemon::clock::{Clock as _, SystemClock};
use nexus_desktop::autostart::{Autostart, AutostartError, HIDDEN, HOME};
use nexus_desktop::facts::Facts;
use nexus_desktop::feed::{self, Line, Update};
use nexus_desktop::menu;
use nexus_desktop::notices::Notices;
use nexus_desktop::updates::{self, Probation, Updates, Word};
use nexus_domain::Timestamp;
use tauri::async_runtime;
use tauri::{AppHandle, Manager as _};
use tokio::sync::{mpsc, watch};

use crate::act;
use crate::owner::Owner;
use crate::tray::Tray;
use crate::window;

/// What the shell knows.
pub(crate) struct Desk {
    home: PathBuf,
    /// Whether the home is where everybody looks for it.
    is_usual_home: bool,
    facts: Mutex<Facts>,
    is_leaving: Mutex<bool>,
    line: Mutex<Line>,
    notices: Notices,
    updates: Arc<Updates>,
    probation: Mutex<Probation>,
    /// Rises when the menu is to be looked at again for another reason than the daemon.
    changes: watch::Sender<u64>,
}

impl Desk {
    pub(crate) fn new(home: PathBuf, is_usual_home: bool, updates: Updates) -> Self {
        Self {
            probation: Mutex::new(Probation::of(&home)),
            updates: Arc::new(updates),
            home,
            is_usual_home,
            facts: Mutex::new(Facts::starting()),
            is_leaving: Mutex::new(false),
            line: Mutex::new(Line::default()),
            notices: Notices::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// The home folder.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// How things stand.
    pub(crate) fn facts(&self) -> Facts {
        lock(&self.facts).clone()
    }

    /// The connection to the daemon.
    pub(crate) fn line(&self) -> Line {
        lock(&self.line).clone()
    }

    /// New versions.
    pub(crate) fn updates(&self) -> &Arc<Updates> {
        &self.updates
    }

    /// What the application is started with to come back as it is.
    pub(crate) fn words(&self) -> Vec<String> {
        let home = self.home.to_string_lossy().into_owned();
        [HIDDEN, HOME].map(str::to_owned).into_iter().chain([home]).collect()
    }

    /// Quits as soon as nothing is at work any more, or takes that back.
    pub(crate) fn leave_when_done(&self, is_leaving: bool) {
        *lock(&self.is_leaving) = is_leaving;
        self.look_again();
    }

    /// Has the menu be drawn anew.
    pub(crate) fn look_again(&self) {
        self.changes.send_modify(|n_changes| *n_changes += 1);
    }

    /// Tells the person of something that did not work.
    pub(crate) async fn complain(&self, why: &str) {
        tracing::warn!(why, "something that was asked for did not work");
        self.notices.say("That did not work", why).await;
    }

    /// Tells the person something.
    pub(crate) async fn say(&self, title: &str, body: &str) {
        self.notices.say(title, body).await;
    }

    /// Starting at login.
    pub(crate) fn autostart(&self) -> Result<Autostart, AutostartError> {
        let program = std::env::current_exe().unwrap_or_default();
        Autostart::new(&program, (!self.is_usual_home).then_some(self.home.as_path()))
    }

    fn menu_facts(&self, owner: &Owner) -> menu::Desk {
        menu::Desk {
            starts_at_login: self.autostart().and_then(|entry| entry.is_on()).ok(),
            is_leaving: *lock(&self.is_leaving),
            can_update: self.updates.is_on(),
            update: self.updates.ready(),
            can_hand_over: owner.can_hand_over(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts up the icon and keeps it true.
pub(crate) fn start(app: &AppHandle, owner: Arc<Owner>) -> tauri::Result<()> {
    let desk = app.state::<Desk>();
    let tray = Tray::build(app, &desk.facts(), &desk.menu_facts(&owner))?;
    let (home, version) = (desk.home.clone(), app.package_info().version.to_string());
    let app = app.clone();
    async_runtime::spawn(async move {
        let (line, updates) = feed::start(home, &version, Arc::new(move || owner.excuse()));
        *lock(&app.state::<Desk>().line) = line;
        keep_true(app, tray, updates).await;
    });
    Ok(())
}

async fn keep_true(app: AppHandle, mut tray: Tray, mut updates: mpsc::Receiver<Update>) {
    let desk = app.state::<Desk>();
    let mut changes = desk.changes.subscribe();
    let mut presses = desk.notices.open().await;
    let mut words = looks(desk.updates());
    loop {
        let facts = desk.facts();
        let has_passed = lock(&desk.probation).update(&facts, now());
        if has_passed && let Some((title, text)) = updates::news(&desk.home) {
            desk.say(title, &text).await;
        }
        tray.show(&app, &facts, &desk.menu_facts(&app.state::<Arc<Owner>>()));
        if *lock(&desk.is_leaving) && facts.runs.is_empty() {
            app.exit(0);
        }
        if desk.updates.is_due(&facts, window::is_shown(&app)) {
            act::perform(&app, menu::Act::Update);
        }
        let mut news = Vec::new();
        tokio::select! {
            update = updates.recv() => {
                let Some(update) = update else { return };
                *lock(&desk.facts) = update.facts;
                news = update.news;
            }
            Some(press) = presses.recv() => act::perform(&app, desk.notices.pressed(&press)),
            Some((title, text)) = words.recv() => desk.say(title, &text).await,
            _ = changes.changed() => {}
            () = pause_until(lock(&desk.probation).due_at()) => {}
            () = pause_until(desk.notices.due_at(&facts)) => {}
        }
        let facts = desk.facts();
        desk.notices.update(&window::sight(&app), &facts, &news, now()).await;
    }
}

/// Starts looking for new versions; what people are to hear comes out here.
fn looks(updates: &Arc<Updates>) -> mpsc::Receiver<Word> {
    let (words, heard) = mpsc::channel(1);
    let updates = Arc::clone(updates);
    async_runtime::spawn(async move { updates.run(words).await });
    heard
}

fn now() -> Timestamp {
    SystemClock::new().now()
}

/// Waits until an instant; for ever when there is none.
async fn pause_until(at: Option<Timestamp>) {
    match at {
        Some(at) => tokio::time::sleep(Duration::from_millis(at.ms_since(now()) + 1)).await,
        None => std::future::pending().await,
    }
}
