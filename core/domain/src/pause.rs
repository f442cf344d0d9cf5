//! Pause: a state of the daemon in which agents begin nothing new.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How much stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PauseMode {
    /// No request begins its run; what runs goes on to its end.
    NewWork,
    /// Nothing acts: runs stop before their next model call and their next tool call, and nothing
    /// is delivered.
    All,
}

impl PauseMode {
    /// The name on the wire, such as `new_work`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NewWork => "new_work",
            Self::All => "all",
        }
    }

    /// The mode of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::NewWork, Self::All].into_iter().find(|mode| mode.name() == name)
    }
}

/// A pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paused {
    /// How much stands still.
    pub mode: PauseMode,
    /// Since when.
    pub since: Timestamp,
    /// When it ends by itself; nothing when it lasts until somebody ends it.
    pub until: Option<Timestamp>,
}

impl Paused {
    /// Whether its time has run out.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether a request has to wait before its run. The work of an agent beneath another one
    /// belongs to the run above it, which goes on unless everything stands still.
    #[must_use]
    pub fn holds_request(&self, has_parent: bool) -> bool {
        match self.mode {
            PauseMode::NewWork => !has_parent,
            PauseMode::All => true,
        }
    }

    /// Whether what is running has to wait before its next step.
    #[must_use]
    pub fn holds_steps(&self) -> bool {
        self.mode == PauseMode::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pause_holds() {
        let pause = |mode| Paused { mode, since: Timestamp(1), until: Some(Timestamp(9)) };
        let (new_work, all) = (pause(PauseMode::NewWork), pause(PauseMode::All));
        assert!(new_work.holds_request(false) && !new_work.holds_request(true));
        assert!(all.holds_request(false) && all.holds_request(true));
        assert!(!new_work.holds_steps() && all.holds_steps());
        assert!(!all.is_over(Timestamp(8)) && all.is_over(Timestamp(9)));
        let open = Paused { until: None, ..all };
        assert!(!open.is_over(Timestamp(i64::MAX)));
    }

    #[test]
    fn names_are_those_on_the_wire() {
        for mode in [PauseMode::NewWork, PauseMode::All] {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
            assert_eq!(PauseMode::by_name(mode.name()), Some(mode));
        }
    }
}
