//! All that the tray knows about its daemon at one moment.

use nexus_domain::Timestamp;
use nexus_domain::budget::{BudgetPeriod, BudgetScope};
use nexus_domain::pause::Paused;
use nexus_domain::permission::{PermissionKind, PermissionRequest};
use nexus_domain::request::{Request, RequestStatus};
use nexus_protocol::health::HealthStatus;
use nexus_protocol::runtime::StatusResult;

use crate::words::{self, one_line};

/// Longest line of a menu about one thing, in characters.
pub const LINE_CHARS_MAX: usize = 60;

/// What the tray knows. The order of its lists is that of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Who runs the daemon.
    pub reach: Reach,
    /// The daemon's own sentence; nothing while it is away.
    pub sentence: Option<String>,
    /// Permission requests that wait.
    pub asked: Vec<Asked>,
    /// Requests that have not ended.
    pub runs: Vec<Run>,
    /// What is amiss.
    pub amiss: Vec<Amiss>,
    /// Since when and how it pauses.
    pub paused: Option<Paused>,
    /// What today cost, when it cost anything: `$1.84 of $5.00`.
    pub today: Option<String>,
    /// Where the control plane listens.
    pub address: Option<String>,
}

/// Who runs the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nobody looked yet, or it is just starting.
    Starting,
    /// This process.
    Here,
    /// Another process, which stays when the tray goes.
    Elsewhere {
        /// Its id.
        pid: u32,
    },
    /// Nobody, or nobody who answers.
    Away {
        /// Why.
        why: String,
    },
}

/// A permission request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its id.
    pub id: String,
    /// The digest of the action that is shown: an answer goes out with it.
    pub digest: String,
    /// The session that waits.
    pub session: String,
    /// Who asks: the agent, or the sender that is asked about.
    pub who: String,
    /// Who wants what kind of thing: `coder wants to use exec`.
    pub wants: String,
    /// The thing itself: `git push`.
    pub what: String,
    /// Whether it is answered on its page only.
    pub is_high_risk: bool,
}

/// A request that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The agent, or where the message came from.
    pub who: String,
    /// What it is about.
    pub what: String,
    /// Whether it is at work and not waiting.
    pub is_at_work: bool,
}

/// Something that is amiss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amiss {
    /// The check that says so.
    pub id: String,
    /// Why, in words.
    pub reason: String,
    /// A command that mends it.
    pub fix: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

impl Facts {
    /// Before anything is known.
    #[must_use]
    pub fn starting() -> Self {
        Self::without(Reach::Starting)
    }

    /// When no daemon answers.
    #[must_use]
    pub fn away(why: impl Into<String>) -> Self {
        Self::without(Reach::Away { why: why.into() })
    }

    fn without(reach: Reach) -> Self {
        Self {
            reach,
            sentence: None,
            asked: Vec::new(),
            runs: Vec::new(),
            amiss: Vec::new(),
            paused: None,
            today: None,
            address: None,
        }
    }

    /// What a daemon says about itself.
    #[must_use]
    pub fn of_status(status: &StatusResult, reach: Reach) -> Self {
        let is_starting = status.health.status == HealthStatus::Starting;
        let is_amiss = |one: &&nexus_protocol::health::HealthCheck| {
            matches!(one.status, HealthStatus::Degraded | HealthStatus::Unhealthy)
        };
        Self {
            reach,
            sentence: (!is_starting).then(|| status.summary.clone()),
            asked: status.waiting.iter().map(Asked::of).collect(),
            runs: status.working.iter().map(Run::of).collect(),
            amiss: status.health.checks.iter().filter(is_amiss).map(Amiss::of).collect(),
            paused: status.paused,
            today: today(status),
            address: Some(status.address.clone()).filter(|address| !address.is_empty()),
        }
    }
}

impl Asked {
    /// How a request is shown.
    #[must_use]
    pub fn of(asked: &PermissionRequest) -> Self {
        let (agent, tool) = (&asked.agent_id, &asked.action.tool);
        let wants = match (asked.kind, &asked.sender) {
            (PermissionKind::Sender, Some(sender)) => {
                let name = sender.name.as_deref().unwrap_or(&sender.sender_id);
                format!("{name} ({}, unknown) writes to {agent}", sender.channel)
            }
            (PermissionKind::Sender, None) => format!("somebody unknown writes to {agent}"),
            (PermissionKind::UnknownOutcome, _) => {
                format!("{agent} asks whether to repeat {tool}, which may have happened")
            }
            (PermissionKind::Policy, _) => format!("{agent} wants to use {tool}"),
        };
        let (who, what) = match &asked.sender {
            Some(sender) => {
                (sender.name.clone().unwrap_or_else(|| sender.sender_id.clone()), &sender.excerpt)
            }
            None => (agent.to_string(), &asked.action.summary),
        };
        Self {
            id: asked.id.to_string(),
            digest: asked.action.digest.clone(),
            session: asked.session_key.as_str().to_owned(),
            who: one_line(&who, LINE_CHARS_MAX / 2),
            wants: one_line(&wants, LINE_CHARS_MAX * 2),
            what: one_line(what, LINE_CHARS_MAX * 4),
            is_high_risk: asked.is_high_risk(),
        }
    }
}

impl Run {
    fn of(request: &Request) -> Self {
        let channel = request.event_id.split(':').next().unwrap_or_default();
        let who = request.agent_id.as_ref().map_or_else(|| channel.to_owned(), ToString::to_string);
        Self {
            id: request.id.to_string(),
            who,
            what: one_line(&request.purpose, LINE_CHARS_MAX),
            is_at_work: request.status == RequestStatus::Processing,
        }
    }
}

impl Amiss {
    fn of(check: &nexus_protocol::health::HealthCheck) -> Self {
        Self {
            id: check.id.clone(),
            reason: one_line(&check.reason, LINE_CHARS_MAX * 2),
            fix: check.fix.clone(),
            since: check.since,
        }
    }
}

/// What today cost, beside the daily limit that all work of this home has together.
fn today(status: &StatusResult) -> Option<String> {
    let spent = words::cost(status.cost_today)?;
    let daily = status.budgets.iter().map(|facts| &facts.budget).find(|budget| {
        budget.scope == BudgetScope::Owner
            && budget.period == BudgetPeriod::Day
            && budget.class.is_none()
    });
    Some(match daily.and_then(|budget| budget.limits.micro_usd) {
        Some(limit) => format!("{spent} of {}", words::dollars(limit)),
        None => spent,
    })
}
