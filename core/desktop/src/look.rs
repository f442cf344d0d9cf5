//! What the icon shows. Each state has a shape of its own; colour says nothing.

use crate::facts::{Facts, Reach};

/// A state of the icon, the most urgent first: of several that hold, the first is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// No daemon answers.
    Offline,
    /// A person is asked.
    Approval,
    /// Nothing new is begun.
    Paused,
    /// It works, with something amiss.
    Degraded,
    /// All is well, and something is at work.
    Working,
    /// All is well.
    Healthy,
}

impl Look {
    /// Every state, the most urgent first.
    pub const ALL: [Self; 6] =
        [Self::Offline, Self::Approval, Self::Paused, Self::Degraded, Self::Working, Self::Healthy];

    /// What the icon is to show.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let holds = |look: &Self| match look {
            Self::Offline => matches!(facts.reach, Reach::Away { .. }),
            Self::Approval => !facts.asked.is_empty(),
            Self::Paused => facts.paused.is_some(),
            Self::Degraded => !facts.amiss.is_empty(),
            Self::Working => facts.runs.iter().any(|run| run.is_at_work),
            Self::Healthy => true,
        };
        Self::ALL.into_iter().find(holds).unwrap_or(Self::Healthy)
    }

    /// Its name in `icons/tray`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Approval => "approval",
            Self::Paused => "paused",
            Self::Degraded => "degraded",
            Self::Working => "working",
            Self::Healthy => "healthy",
        }
    }
}
