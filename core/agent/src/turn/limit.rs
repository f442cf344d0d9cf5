//! What a run may use up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::permission::CanonicalAction;

use super::{End, Run};
use crate::port::Clock;

/// How often one and the same action may be refused in a turn; then the turn ends. A model that does
/// not take a no for an answer would go on until its steps are used up.
pub(super) const REFUSALS_MAX: u32 = 3;

/// The refusals of a turn. Calls that run side by side share it.
#[derive(Default)]
pub(super) struct Refusals(Mutex<Refused>);

#[derive(Default)]
struct Refused {
    counts: HashMap<String, u32>,
    /// What was refused too often: the action in words, and why.
    last_straw: Option<(String, String)>,
}

impl Refusals {
    /// Notes that an action was refused.
    pub(super) fn note(&self, action: &CanonicalAction, why: &str) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = refused.counts.entry(action.digest.clone()).or_default();
        *count += 1;
        if *count >= REFUSALS_MAX && refused.last_straw.is_none() {
            refused.last_straw = Some((action.summary.clone(), why.to_owned()));
        }
    }
}

/// Measures a run's time without the time it waits for people.
pub(super) struct Stopwatch {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    worked_us: u64,
    /// Since when it runs; meaningless while somebody waits.
    since_us: u64,
    n_waiting: u32,
}

/// Holds a stopwatch while a call waits for a person; calls that wait at the same time count once.
pub(super) struct Pause<'a>(&'a Stopwatch);

impl Stopwatch {
    pub(super) fn start(clock: Arc<dyn Clock>) -> Self {
        let since_us = clock.monotonic_us();
        Self { clock, state: Mutex::new(State { worked_us: 0, since_us, n_waiting: 0 }) }
    }

    pub(super) fn worked_ms(&self) -> u64 {
        let now_us = self.clock.monotonic_us();
        let state = self.lock();
        let running_us =
            if state.n_waiting == 0 { now_us.saturating_sub(state.since_us) } else { 0 };
        (state.worked_us + running_us) / 1000
    }

    pub(super) fn pause(&self) -> Pause<'_> {
        let now_us = self.clock.monotonic_us();
        let mut state = self.lock();
        if state.n_waiting == 0 {
            state.worked_us += now_us.saturating_sub(state.since_us);
        }
        state.n_waiting += 1;
        Pause(self)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        let now_us = self.0.clock.monotonic_us();
        let mut state = self.0.lock();
        state.n_waiting = state.n_waiting.saturating_sub(1);
        if state.n_waiting == 0 {
            state.since_us = now_us;
        }
    }
}

impl Run<'_> {
    /// Ends the run when the model keeps asking for what was refused.
    pub(super) fn check_refusals(&self) -> Result<(), End> {
        let refused = self.refusals.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((summary, why)) = &refused.last_straw else { return Ok(()) };
        Err(End::Limit(format!(
            "[Stopped here: the agent asked {REFUSALS_MAX} times for what was refused each time: \
             {summary}. It was told: {why}. Say what it should do instead, or \"go on\".]"
        )))
    }

    /// Ends the run when there is nothing left to spend on another step.
    pub(super) fn check_limits(&self) -> Result<(), End> {
        let limits = self.agent.limits;
        if self.n_steps >= limits.steps_max {
            let what = format!("{} model replies", limits.steps_max);
            return Err(self.limit(&what, "steps_max"));
        }
        if self.usage.total_tokens() >= limits.tokens_max {
            return Err(self.limit(&format!("{} tokens", limits.tokens_max), "tokens_max"));
        }
        if self.remaining_ms() == 0 {
            return Err(self.out_of_time());
        }
        Ok(())
    }

    /// Working time that is left, in milliseconds.
    pub(super) fn remaining_ms(&self) -> u64 {
        self.agent.limits.duration_ms_max.saturating_sub(self.stopwatch.worked_ms())
    }

    pub(super) fn out_of_time(&self) -> End {
        let seconds = self.agent.limits.duration_ms_max.div_ceil(1000);
        self.limit(&format!("{seconds} s of working time"), "duration_ms_max")
    }

    fn limit(&self, what: &str, key: &str) -> End {
        End::Limit(format!(
            "[Stopped here: this turn reached its limit of {what} ({key} of [agents.{}] in \
             nexus.toml). Say \"go on\" to continue.]",
            self.agent.id
        ))
    }
}
