//! The menu as a tree of lines: facts in, lines out. Drawing it is the shell's.
//!
//! Lines that inform can be chosen like the others and open the page that says more, because
//! screen readers skip lines that cannot. No menu is deeper than two levels: panels differ in what
//! they do with more.

use nexus_domain::Timestamp;
use nexus_domain::pause::PauseMode;
use serde::{Deserialize, Serialize};

use crate::facts::{Amiss, Asked, Facts, LINE_CHARS_MAX, Reach, Run};
use crate::look::Look;
use crate::words::{count, one_line};

/// Permission requests that stand in the menu themselves; the others are on their page.
pub const ASKED_MAX: usize = 5;
/// Requests at work that stand in the menu.
pub const RUNS_MAX: usize = 5;
/// Things amiss that stand in the menu.
pub const AMISS_MAX: usize = 3;
/// Longest tooltip that every desktop shows, in characters.
const TOOLTIP_CHARS_MAX: usize = 127;

/// What choosing a line does. It is the line's id, too: a click on a menu that has changed since
/// still does what its line said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Opens a page of the Control UI.
    Page(String),
    /// Allows exactly what was shown, this once.
    Allow {
        /// The permission request.
        id: String,
        /// The digest of the action that was shown.
        digest: String,
    },
    /// Denies exactly what was shown.
    Deny {
        /// The permission request.
        id: String,
        /// The digest of the action that was shown.
        digest: String,
    },
    /// Stops a request.
    Stop(String),
    /// Begins nothing new.
    PauseNew,
    /// Stands still altogether.
    PauseAll,
    /// Begins nothing new for an hour.
    PauseHour,
    /// Goes on.
    Resume,
    /// Starts the daemon that is away.
    Start,
    /// Starts it without adapters.
    StartSafely,
    /// Starts the daemon anew.
    Restart,
    /// Runs the daemon in this process from now on.
    TakeOver,
    /// Leaves the daemon to a process of its own, which goes on without the tray.
    HandOver,
    /// Opens the folder of the logs.
    Logs,
    /// Opens the Control UI in the browser.
    Browser,
    /// Turns starting at login on or off.
    Autostart(bool),
    /// Looks for a new version.
    LookForUpdate,
    /// Installs the update that is ready.
    Update,
    /// Ends the tray, and with it a daemon of its own.
    Quit,
    /// Does so when nothing is at work any more.
    QuitWhenDone,
    /// Takes that back.
    Stay,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Something to choose.
    Item {
        /// What it says.
        label: String,
        /// What it does.
        act: Act,
    },
    /// Something that is on or off.
    Check {
        /// What it says.
        label: String,
        /// Whether it is on.
        is_on: bool,
        /// What it does.
        act: Act,
    },
    /// Lines below a line.
    Sub {
        /// What it says.
        label: String,
        /// What is below.
        lines: Vec<Line>,
    },
    /// A rule between lines.
    Rule,
}

/// What the tray knows beside its daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Whether it starts at login; nothing where that cannot be found out.
    pub starts_at_login: Option<bool>,
    /// Whether the daemon can be taken over from another process, or left to one.
    pub can_hand_over: bool,
    /// Whether there is a place to look for new versions.
    pub can_update: bool,
    /// The version that is ready to be installed.
    pub update: Option<String>,
    /// Whether it quits as soon as nothing is at work any more.
    pub is_leaving: bool,
}

/// The first line of the menu.
#[must_use]
pub fn headline(facts: &Facts, clock: &dyn Fn(Timestamp) -> String) -> String {
    let sentence = match (Look::of(facts), &facts.reach) {
        (_, Reach::Starting) => "Nexus is starting".to_owned(),
        (Look::Offline, _) => "○ Nexus is not running".to_owned(),
        (Look::Approval, _) => {
            count(facts.asked.len(), "approval is waiting", "approvals are waiting")
        }
        (Look::Paused, _) => match facts.paused.and_then(|paused| paused.until) {
            Some(until) => format!("❚❚ Paused until {}", clock(until)),
            None => "❚❚ Paused".to_owned(),
        },
        (Look::Degraded, _) => {
            let reason = facts.amiss.first().map_or("something is amiss", |one| &one.reason);
            format!("▲ {}", one_line(reason, LINE_CHARS_MAX))
        }
        (Look::Working | Look::Healthy, _) => match &facts.sentence {
            Some(sentence) => format!("Nexus is running · {}", one_line(sentence, LINE_CHARS_MAX)),
            None => "Nexus is starting".to_owned(),
        },
    };
    match facts.reach {
        Reach::Elsewhere { pid } => format!("{sentence} · in process {pid}"),
        _ => sentence,
    }
}

/// The tooltip of the icon: it carries the words that the shape stands for.
#[must_use]
pub fn tooltip(facts: &Facts, clock: &dyn Fn(Timestamp) -> String) -> String {
    one_line(&headline(facts, clock), TOOLTIP_CHARS_MAX)
}

/// The whole menu.
#[must_use]
pub fn build(facts: &Facts, desk: &Desk, clock: &dyn Fn(Timestamp) -> String) -> Vec<Line> {
    if let Reach::Away { why } = &facts.reach {
        return offline(facts, why, desk, clock);
    }
    let mut blocks = vec![state(facts, clock), asked(facts), paused(facts)];
    blocks.push(vec![page("Open Nexus", "/"), page("New chat…", "/chat")]);
    blocks.push(working(facts));
    blocks.push(vec![pause(facts)]);
    blocks.push(facts.today.iter().map(|today| page(format!("Today {today}"), "/usage")).collect());
    blocks.push(desk_lines(facts, desk));
    blocks.push(end(facts, desk));
    ruled(blocks)
}

fn offline(
    facts: &Facts,
    why: &str,
    desk: &Desk,
    clock: &dyn Fn(Timestamp) -> String,
) -> Vec<Line> {
    let why = one_line(why, LINE_CHARS_MAX * 2);
    ruled(vec![
        vec![item(headline(facts, clock), Act::Logs), item(why, Act::Logs)],
        vec![
            item("Start Nexus", Act::Start),
            item("Start safely, without adapters", Act::StartSafely),
            item("Show logs", Act::Logs),
        ],
        autostart(desk),
        vec![item("Quit", Act::Quit)],
    ])
}

/// What holds, the most urgent first: the icon shows one state, the menu all of them.
fn state(facts: &Facts, clock: &dyn Fn(Timestamp) -> String) -> Vec<Line> {
    let first = match Look::of(facts) {
        Look::Approval => "/approvals",
        Look::Degraded => "/diagnostics",
        _ => "/",
    };
    let mut lines = vec![page(headline(facts, clock), first)];
    let is_first = Look::of(facts) == Look::Degraded;
    let rest = facts.amiss.iter().enumerate().filter(|(nth, _)| !(is_first && *nth == 0));
    lines.extend(rest.take(AMISS_MAX).map(|(_, amiss)| trouble(amiss)));
    let fixes = facts.amiss.iter().filter_map(|amiss| amiss.fix.as_ref()).take(AMISS_MAX);
    lines.extend(
        fixes.map(|fix| page(one_line(&format!("Fix: {fix}"), LINE_CHARS_MAX), "/diagnostics")),
    );
    lines
}

fn trouble(amiss: &Amiss) -> Line {
    page(format!("▲ {}", one_line(&amiss.reason, LINE_CHARS_MAX)), "/diagnostics")
}

fn asked(facts: &Facts) -> Vec<Line> {
    let mut lines: Vec<Line> = facts.asked.iter().take(ASKED_MAX).map(question).collect();
    match facts.asked.len() {
        0 => {}
        n if n > ASKED_MAX => lines.push(page(format!("All {n} approvals…"), "/approvals")),
        _ => lines.push(page("Open approvals", "/approvals")),
    }
    lines
}

fn question(asked: &Asked) -> Line {
    let answer = || (asked.id.clone(), asked.digest.clone());
    let allow = || {
        let (id, digest) = answer();
        item("Allow once", Act::Allow { id, digest })
    };
    let deny = || {
        let (id, digest) = answer();
        item("Deny", Act::Deny { id, digest })
    };
    let review = page("Review…", approval_page(&asked.id));
    let mut lines = vec![page(asked.wants.clone(), approval_page(&asked.id))];
    if asked.is_high_risk {
        lines.extend([review, deny()]);
    } else {
        lines.extend([allow(), deny(), review]);
    }
    let label = format!("{}: {}", asked.who, asked.what);
    Line::Sub { label: one_line(&label, LINE_CHARS_MAX), lines }
}

/// The page of a permission request.
#[must_use]
pub fn approval_page(id: &str) -> String {
    format!("/approvals/{id}")
}

fn paused(facts: &Facts) -> Vec<Line> {
    let Some(paused) = facts.paused else { return Vec::new() };
    let n_held =
        facts.runs.iter().filter(|run| !run.is_at_work || paused.mode == PauseMode::All).count();
    let mut lines = vec![item("Resume", Act::Resume)];
    if n_held > 0 {
        lines.insert(0, page(format!("{} on hold", count(n_held, "run", "runs")), "/activity"));
    }
    lines
}

fn working(facts: &Facts) -> Vec<Line> {
    if facts.runs.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for run in facts.runs.iter().take(RUNS_MAX) {
        if !lines.is_empty() {
            lines.push(Line::Rule);
        }
        lines
            .push(page(one_line(&format!("Open {}", name_of(run)), LINE_CHARS_MAX), run_page(run)));
        let stop = one_line(&format!("Stop {}", name_of(run)), LINE_CHARS_MAX);
        lines.push(item(stop, Act::Stop(run.id.clone())));
    }
    if facts.runs.len() > RUNS_MAX {
        lines.push(Line::Rule);
        lines.push(page(format!("All {}…", facts.runs.len()), "/activity/requests"));
    }
    vec![Line::Sub { label: format!("Working now ({})", facts.runs.len()), lines }]
}

fn name_of(run: &Run) -> String {
    if run.what.is_empty() { run.who.clone() } else { format!("{}: {}", run.who, run.what) }
}

fn run_page(run: &Run) -> String {
    format!("/r/{}", run.id)
}

fn pause(facts: &Facts) -> Line {
    let mut lines = vec![
        item("New work", Act::PauseNew),
        item("Everything", Act::PauseAll),
        item("New work for 1 hour", Act::PauseHour),
    ];
    if facts.paused.is_some() {
        lines.push(item("Resume", Act::Resume));
    }
    Line::Sub { label: "Pause".to_owned(), lines }
}

/// What concerns this desktop.
fn desk_lines(facts: &Facts, desk: &Desk) -> Vec<Line> {
    let mut lines = vec![page("Settings…", "/settings")];
    lines.extend(autostart(desk));
    let mut daemon = vec![item("Open in the browser", Act::Browser)];
    match facts.reach {
        Reach::Elsewhere { .. } if desk.can_hand_over => {
            daemon.push(item("Take over here", Act::TakeOver));
        }
        Reach::Here => {
            // A daemon of another process is started again by whoever started it.
            daemon.push(item("Restart Nexus", Act::Restart));
            if desk.can_hand_over {
                daemon.push(item("Hand over to nexusd", Act::HandOver));
            }
        }
        Reach::Elsewhere { .. } | Reach::Starting | Reach::Away { .. } => {}
    }
    daemon.push(item("Show logs", Act::Logs));
    if desk.can_update {
        daemon.push(item("Check for updates", Act::LookForUpdate));
    }
    lines.push(Line::Sub { label: "Daemon".to_owned(), lines: daemon });
    lines
}

fn autostart(desk: &Desk) -> Vec<Line> {
    let line = desk.starts_at_login.map(|is_on| Line::Check {
        label: "Start at login".to_owned(),
        is_on,
        act: Act::Autostart(!is_on),
    });
    line.into_iter().collect()
}

fn end(facts: &Facts, desk: &Desk) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(version) = &desk.update {
        lines.push(item(format!("Update to {version}: restart"), Act::Update));
    }
    lines.push(match (&facts.reach, facts.runs.len()) {
        (Reach::Elsewhere { .. }, _) => item("Quit the tray (Nexus keeps running)", Act::Quit),
        (_, 0) => item("Quit Nexus", Act::Quit),
        (_, n) => quit(n, desk.is_leaving),
    });
    lines
}

/// With work in flight, quitting asks: the question is a second look at the menu, which is there
/// already and needs no window.
fn quit(n_runs: usize, is_leaving: bool) -> Line {
    let runs = count(n_runs, "request", "requests");
    let stop = item(format!("Quit now and stop {runs}"), Act::Quit);
    if is_leaving {
        let label = format!("Quitting after {runs}");
        return Line::Sub { label, lines: vec![item("Stay", Act::Stay), stop] };
    }
    let finish = item(format!("Finish {runs} first, then quit"), Act::QuitWhenDone);
    Line::Sub { label: "Quit Nexus…".to_owned(), lines: vec![finish, stop] }
}

fn item(label: impl Into<String>, act: Act) -> Line {
    Line::Item { label: label.into(), act }
}

fn page(label: impl Into<String>, path: impl Into<String>) -> Line {
    item(label, Act::Page(path.into()))
}

/// Blocks of lines with a rule between them; empty ones are left out.
fn ruled(blocks: Vec<Vec<Line>>) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.is_empty()) {
        if !lines.is_empty() {
            lines.push(Line::Rule);
        }
        lines.extend(block);
    }
    lines
}

#[cfg(test)]
#[path = "menu/tests.rs"]
mod tests;
