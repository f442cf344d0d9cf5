//! What a person is told by the desktop, when, and what a press on it may do. Pure: facts in,
//! orders out.
//!
//! A notice names the tool and the object, is taken back the moment anybody decides, and carries
//! its own random word: a press that does not know the word of the notice it belongs to, or comes
//! too late, opens the page and answers nothing.

use std::collections::{BTreeMap, BTreeSet};

use nexus_domain::Timestamp;
use nexus_domain::request::RequestStatus;

use crate::facts::{Asked, Facts, Reach, Run};
use crate::feed::News;
use crate::menu::{Act, approval_page};
use crate::words::{count, one_line};

/// Questions that have a notice each; more share one.
pub const ASKED_APART_MAX: usize = 3;
/// A run is worth a notice when it took longer, in milliseconds.
pub const LONG_RUN_MS: u64 = 2 * 60 * 1000;
/// Something amiss is worth a notice when it lasts longer, in milliseconds.
pub const TROUBLE_MS: u64 = 5 * 60 * 1000;
/// The same trouble is told once in this time, in milliseconds.
const TROUBLE_AGAIN_MS: u64 = 24 * 60 * 60 * 1000;
/// Longest body of a notice, in characters.
const BODY_CHARS_MAX: usize = 300;
/// Questions and troubles that are remembered as told; the oldest are forgotten first.
const TOLD_MAX: usize = 512;
/// The notice that many questions share.
const GROUP: &str = "asked";

/// A button of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Button {
    /// Allows what is shown, once.
    Allow,
    /// Denies what is shown.
    Deny,
    /// Opens the page.
    Open,
    /// Has nothing new begun.
    Pause,
}

impl Button {
    /// Every button.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Deny, Self::Open, Self::Pause];

    /// Its name on the desktop's wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Open => "open",
            Self::Pause => "pause",
        }
    }

    /// The button of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|button| button.name() == name)
    }
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about; a later one with the same key takes its place.
    pub key: String,
    /// Who wants what.
    pub title: String,
    /// The thing itself.
    pub body: String,
    /// Its buttons with their labels. Pressing the notice itself opens its page.
    pub buttons: Vec<(Button, &'static str)>,
    /// Whether it stays until somebody looks.
    pub is_urgent: bool,
    /// The word that a press has to bring along.
    pub nonce: String,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Shows a notice, or changes it.
    Show(Notice),
    /// Takes a notice back.
    Withdraw(String),
}

/// A press on a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// The notice.
    pub key: String,
    /// The word it brought along; none when the notice itself was pressed.
    pub nonce: Option<String>,
    /// The button; none when the notice itself was pressed.
    pub button: Option<Button>,
}

/// What a person sees anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The page of the window that has the keyboard; none when no window of ours has it.
    pub page: Option<String>,
}

impl Sight {
    fn shows(&self, asked: &Asked) -> bool {
        self.page.as_deref().is_some_and(|page| {
            page == "/"
                || page.starts_with("/approvals")
                || page.strip_prefix("/chat/").is_some_and(|session| session == asked.session)
        })
    }
}

/// A notice that is shown, and what its buttons do.
#[derive(Clone, Debug)]
struct Shown {
    nonce: String,
    page: String,
    acts: BTreeMap<Button, Act>,
}

/// What was told so far.
#[derive(Debug, Default)]
pub struct Book {
    shown: BTreeMap<String, Shown>,
    /// Questions a person was told of, or saw anyway.
    told: BTreeSet<String>,
    /// Troubles a person was told of, and when.
    troubles: BTreeMap<String, Timestamp>,
    /// Runs as they were last seen: one that has ended is not in the facts any more.
    runs: Vec<Run>,
    /// How many questions the shared notice speaks of.
    n_grouped: usize,
}

impl Book {
    /// What is to be shown and taken back. `nonce` makes words that nobody can guess.
    pub fn update(
        &mut self,
        facts: &Facts,
        news: &[News],
        sight: &Sight,
        now: Timestamp,
        nonce: &mut dyn FnMut() -> String,
    ) -> Vec<Order> {
        // A daemon that is away for a moment has not decided anything.
        if matches!(facts.reach, Reach::Away { .. } | Reach::Starting) {
            return Vec::new();
        }
        let mut orders = Vec::new();
        self.questions(facts, sight, nonce, &mut orders);
        for news in news {
            match news {
                News::Ended { id, status, duration_ms, error } => {
                    let is_seen = sight.page.is_some() || *duration_ms < LONG_RUN_MS;
                    if !is_seen && *status != RequestStatus::Cancelled {
                        let notice = self.ended(id, *status, error.as_deref());
                        self.show(notice, format!("/r/{id}"), BTreeMap::new(), nonce, &mut orders);
                    }
                }
                News::Budget { name, is_exhausted, percent } => {
                    let acts = BTreeMap::from([(Button::Pause, Act::PauseNew)]);
                    let notice = budget(name, *is_exhausted, *percent);
                    self.show(notice, "/usage".to_owned(), acts, nonce, &mut orders);
                }
            }
        }
        self.trouble(facts, now, nonce, &mut orders);
        self.runs.clone_from(&facts.runs);
        orders
    }

    /// When something amiss will have lasted long enough to be told of.
    #[must_use]
    pub fn due_at(&self, facts: &Facts) -> Option<Timestamp> {
        let untold = facts.amiss.iter().filter(|amiss| !self.troubles.contains_key(&amiss.id));
        untold.map(|amiss| amiss.since.plus_ms(TROUBLE_MS)).min()
    }

    /// What a press does. One that does not bring the word of its notice, or whose notice is gone,
    /// opens the page.
    pub fn pressed(&mut self, press: &Press) -> Act {
        let Some(shown) = self.shown.get(&press.key) else {
            return Act::Page("/approvals".to_owned());
        };
        let page = Act::Page(shown.page.clone());
        let Some(button) = press.button else { return page };
        if shown.nonce.is_empty() || press.nonce.as_deref() != Some(shown.nonce.as_str()) {
            return page;
        }
        let act = shown.acts.get(&button).cloned().unwrap_or(page);
        if !matches!(act, Act::Page(_)) {
            // One press, one answer.
            self.shown.remove(&press.key);
        }
        act
    }

    fn questions(
        &mut self,
        facts: &Facts,
        sight: &Sight,
        nonce: &mut dyn FnMut() -> String,
        orders: &mut Vec<Order>,
    ) {
        let n_asked = facts.asked.len();
        let is_open = |key: &str| facts.asked.iter().any(|asked| key_of(asked) == key);
        let is_grouped = n_asked > ASKED_APART_MAX;
        let gone: Vec<String> =
            self.shown.keys().filter(|key| key.starts_with("ask:")).cloned().collect();
        for key in gone.into_iter().filter(|key| is_grouped || !is_open(key)) {
            self.withdraw(&key, orders);
        }
        let is_new = |told: &BTreeSet<String>, asked: &&Asked| !told.contains(&asked.id);
        let fresh: Vec<&Asked> =
            facts.asked.iter().filter(|asked| is_new(&self.told, asked)).collect();
        let is_unseen = fresh.iter().any(|asked| !sight.shows(asked));
        if is_grouped {
            let is_known = self.shown.contains_key(GROUP);
            if is_unseen || (is_known && self.n_grouped != n_asked) {
                self.n_grouped = n_asked;
                let notice = group(facts);
                self.show(notice, "/approvals".to_owned(), BTreeMap::new(), nonce, orders);
            }
        } else {
            self.withdraw(GROUP, orders);
            for asked in fresh.iter().filter(|asked| !sight.shows(asked)) {
                let (notice, acts) = question(asked);
                self.show(notice, approval_page(&asked.id), acts, nonce, orders);
            }
        }
        self.told.retain(|id| facts.asked.iter().any(|asked| asked.id == *id));
        self.told.extend(facts.asked.iter().take(TOLD_MAX).map(|asked| asked.id.clone()));
    }

    fn ended(&self, id: &str, status: RequestStatus, error: Option<&str>) -> Notice {
        let run = self.runs.iter().find(|run| run.id == id);
        let who = run.map_or("A run", |run| run.who.as_str());
        let title = match status {
            RequestStatus::Completed | RequestStatus::HandledByAutomation => {
                format!("{who} is done")
            }
            RequestStatus::Denied => format!("{who} was not allowed to go on"),
            _ => format!("{who} has failed"),
        };
        let what = run.map_or("", |run| run.what.as_str());
        notice(format!("run:{id}"), title, error.unwrap_or(what), vec![(Button::Open, "Open")])
    }

    fn trouble(
        &mut self,
        facts: &Facts,
        now: Timestamp,
        nonce: &mut dyn FnMut() -> String,
        orders: &mut Vec<Order>,
    ) {
        let is_amiss = |id: &str| facts.amiss.iter().any(|amiss| amiss.id == id);
        let told: Vec<String> = self.troubles.keys().cloned().collect();
        for id in told {
            if !is_amiss(&id) {
                self.withdraw(&format!("amiss:{id}"), orders);
            }
        }
        self.troubles.retain(|_, at| now.ms_since(*at) < TROUBLE_AGAIN_MS);
        for amiss in &facts.amiss {
            let is_long = now.ms_since(amiss.since) >= TROUBLE_MS;
            if !is_long || self.troubles.contains_key(&amiss.id) || self.troubles.len() >= TOLD_MAX
            {
                continue;
            }
            self.troubles.insert(amiss.id.clone(), now);
            let key = format!("amiss:{}", amiss.id);
            let buttons = vec![(Button::Open, "Fix…")];
            let notice = notice(key, "Nexus needs a hand".to_owned(), &amiss.reason, buttons);
            self.show(notice, "/diagnostics".to_owned(), BTreeMap::new(), nonce, orders);
        }
    }

    fn show(
        &mut self,
        mut notice: Notice,
        page: String,
        acts: BTreeMap<Button, Act>,
        nonce: &mut dyn FnMut() -> String,
        orders: &mut Vec<Order>,
    ) {
        notice.nonce = nonce();
        // Notices about what is over pile up only until the desktop has shown them.
        if self.shown.len() >= TOLD_MAX {
            self.shown.pop_first();
        }
        let shown = Shown { nonce: notice.nonce.clone(), page, acts };
        self.shown.insert(notice.key.clone(), shown);
        orders.push(Order::Show(notice));
    }

    fn withdraw(&mut self, key: &str, orders: &mut Vec<Order>) {
        if self.shown.remove(key).is_some() {
            orders.push(Order::Withdraw(key.to_owned()));
        }
    }
}

fn key_of(asked: &Asked) -> String {
    format!("ask:{}", asked.id)
}

fn question(asked: &Asked) -> (Notice, BTreeMap<Button, Act>) {
    let answer = || (asked.id.clone(), asked.digest.clone());
    let (id, digest) = answer();
    let mut acts = BTreeMap::from([(Button::Deny, Act::Deny { id, digest })]);
    let buttons = if asked.is_high_risk {
        vec![(Button::Open, "Review…"), (Button::Deny, "Deny")]
    } else {
        let (id, digest) = answer();
        acts.insert(Button::Allow, Act::Allow { id, digest });
        vec![(Button::Allow, "Allow once"), (Button::Deny, "Deny"), (Button::Open, "Review…")]
    };
    let mut notice = notice(key_of(asked), asked.wants.clone(), &asked.what, buttons);
    notice.is_urgent = asked.is_high_risk;
    (notice, acts)
}

fn group(facts: &Facts) -> Notice {
    let agents: BTreeSet<&str> = facts.asked.iter().map(|asked| asked.who.as_str()).collect();
    let who = agents.into_iter().collect::<Vec<_>>().join(", ");
    let title = count(facts.asked.len(), "approval is waiting", "approvals are waiting");
    let buttons = vec![(Button::Open, "Review…")];
    let mut notice = notice(GROUP.to_owned(), title, &format!("From {who}"), buttons);
    notice.is_urgent = facts.asked.iter().any(|asked| asked.is_high_risk);
    notice
}

fn budget(name: &str, is_exhausted: bool, percent: u64) -> Notice {
    let (title, body) = if is_exhausted {
        (
            format!("Budget {name} is used up"),
            "What needs it waits until it begins anew.".to_owned(),
        )
    } else {
        (format!("Budget {name} is nearly used up"), format!("{percent} % are spent."))
    };
    let buttons = vec![(Button::Open, "Open"), (Button::Pause, "Pause new work")];
    notice(format!("budget:{name}"), title, &body, buttons)
}

fn notice(key: String, title: String, body: &str, buttons: Vec<(Button, &'static str)>) -> Notice {
    Notice {
        key,
        title: one_line(&title, BODY_CHARS_MAX / 2),
        body: one_line(body, BODY_CHARS_MAX),
        buttons,
        is_urgent: false,
        nonce: String::new(),
    }
}

#[cfg(test)]
#[path = "notice/tests.rs"]
mod tests;
