//! Pause as a state of the daemon. The ledger has it, so that a restart does not end it; what is
//! kept here only wakes who waits.
//!
//! Where it holds: no turn is opened while it is in force (`engine::turn::open_next` and stage 5,
//! inside their transactions), a tool call is not begun (`engine::gate`, inside the transaction
//! that records its beginning), a model is not asked (`Gate::ready`), and a delivery is not marked
//! as being sent (`jobs::outbox::permit`).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::TurnId;
use nexus_domain::pause::{PauseMode, Paused};
use nexus_domain::principal::Principal;
use tokio::sync::watch;

use crate::context::Context;
use crate::engine;

/// Longest wait between two looks at the end of a pause, in milliseconds: the clock of the day may
/// jump, and the machine may have slept.
const LOOK_MS: u64 = 15_000;

/// What keeps runs from their next step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    paused: Option<Paused>,
    /// The daemon gives up its home: runs stay as recorded for whoever takes it.
    is_leaving: bool,
    /// When the last pause ended, in this life of the daemon.
    resumed_at: Option<Timestamp>,
}

impl State {
    fn holds_steps(&self) -> bool {
        self.is_leaving || self.paused.is_some_and(|paused| paused.holds_steps())
    }
}

/// The pause as the running daemon knows it.
#[derive(Default)]
pub struct Pause {
    state: watch::Sender<State>,
    /// Turns that wait before a step, with how many of their steps do.
    held: Mutex<HashMap<TurnId, u32>>,
    /// Whoever changes the pause: one after the other, so that what is shown is what was recorded
    /// last.
    change: tokio::sync::Mutex<()>,
}

impl Pause {
    /// The pause that an earlier life of the daemon left in force.
    #[must_use]
    pub fn new(paused: Option<Paused>) -> Self {
        let state = watch::Sender::new(State { paused, ..State::default() });
        Self { state, ..Self::default() }
    }

    /// The pause, while there is one.
    #[must_use]
    pub fn current(&self) -> Option<Paused> {
        self.state.borrow().paused
    }

    /// The pause, while there is one, and when the one before it ended: seen at the same moment.
    #[must_use]
    pub fn with_last_end(&self) -> (Option<Paused>, Option<Timestamp>) {
        let state = self.state.borrow();
        (state.paused, state.resumed_at)
    }

    /// Whether nothing may take its next step.
    #[must_use]
    pub fn holds_steps(&self) -> bool {
        self.state.borrow().holds_steps()
    }

    /// Tells of every change from now on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Has runs stop before their next step for good: the home is being given up.
    pub fn leave(&self) {
        self.state.send_modify(|state| state.is_leaving = true);
    }

    /// Waits as long as nothing may take its next step.
    pub async fn step(&self, turn_id: TurnId) {
        let mut state = self.state.subscribe();
        if !state.borrow().holds_steps() {
            return;
        }
        let _held = Held::new(self, turn_id);
        // The sender goes away with the daemon, and with it whoever waits.
        let _ = state.wait_for(|state| !state.holds_steps()).await;
    }

    /// Turns that wait before a step.
    #[must_use]
    pub fn held(&self) -> HashSet<TurnId> {
        self.counts().keys().copied().collect()
    }

    fn show(&self, paused: Option<Paused>) {
        self.state.send_modify(|state| state.paused = paused);
    }

    fn show_end(&self, at: Timestamp) {
        self.state.send_modify(|state| {
            state.paused = None;
            state.resumed_at = Some(at);
        });
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<TurnId, u32>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A step that waits.
struct Held<'a> {
    pause: &'a Pause,
    turn_id: TurnId,
}

impl<'a> Held<'a> {
    fn new(pause: &'a Pause, turn_id: TurnId) -> Self {
        *pause.counts().entry(turn_id).or_default() += 1;
        Self { pause, turn_id }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut counts = self.pause.counts();
        if let Some(n_steps) = counts.get_mut(&self.turn_id) {
            *n_steps = n_steps.saturating_sub(1);
            if *n_steps == 0 {
                counts.remove(&self.turn_id);
            }
        }
    }
}

/// Puts a pause in force, in the place of another one; what was paused before stays paused since
/// then. No tool call begins and no turn is opened once this answers.
///
/// # Errors
/// When the ledger cannot write; then nothing has changed.
pub async fn begin(
    context: &Arc<Context>,
    mode: PauseMode,
    for_ms: Option<u64>,
    by: Principal,
) -> Result<Paused, Failure> {
    let _alone = context.pause.change.lock().await;
    let now = context.clock.now();
    let until = for_ms.map(|ms| now.plus_ms(ms));
    let paused = context
        .ledger
        .write(move |tx| {
            let since = tx.pauses().at(now)?.map_or(now, |earlier| earlier.since);
            let paused = Paused { mode, since, until };
            tx.pauses().put(&paused)?;
            tx.events().record(now, &Event::RuntimePaused { mode, until, by })?;
            Ok(paused)
        })
        .await?;
    context.pause.show(Some(paused));
    if mode == PauseMode::NewWork {
        // It may have been a pause of everything: what belongs to running work goes on.
        engine::start_waiting(context).await?;
    }
    Ok(paused)
}

/// Ends the pause. What waited runs, oldest first in each session; nothing happens when there is
/// no pause.
///
/// # Errors
/// When the ledger cannot write; then the pause goes on.
pub async fn end(context: &Arc<Context>, by: Option<Principal>) -> Result<(), Failure> {
    let _alone = context.pause.change.lock().await;
    let now = context.clock.now();
    let has_ended = context
        .ledger
        .write(move |tx| {
            let Some(paused) = tx.pauses().recorded()? else { return Ok(false) };
            // Without somebody who ends it, only its time does; it may have been prolonged.
            if by.is_none() && !paused.is_over(now) {
                return Ok(false);
            }
            tx.pauses().end()?;
            tx.events().record(now, &Event::RuntimeResumed { by })?;
            Ok(true)
        })
        .await?;
    if has_ended {
        context.pause.show_end(now);
        engine::start_waiting(context).await?;
    }
    Ok(())
}

/// Ends pauses whose time is up, until the daemon stops.
pub async fn run(context: Arc<Context>) {
    let mut state = context.pause.state.subscribe();
    loop {
        let until = state.borrow_and_update().paused.and_then(|paused| paused.until);
        let left_ms = until.map(|until| until.ms_since(context.clock.now()));
        let wait = async {
            match left_ms {
                Some(ms) => context.clock.sleep(ms.min(LOOK_MS)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wait => {}
            _ = state.changed() => continue,
            () = context.shutdown.begun() => return,
        }
        if until.is_none_or(|until| until > context.clock.now()) {
            continue;
        }
        match end(&context, None).await {
            Ok(()) => tracing::info!("the time of the pause is up"),
            Err(failure) => {
                tracing::error!(?failure, "a pause could not be ended; trying again");
                context.clock.sleep(LOOK_MS).await;
            }
        }
    }
}

/// What somebody is told whose request has to wait.
#[must_use]
pub fn words(paused: Paused, now: Timestamp) -> String {
    let what = match paused.mode {
        PauseMode::NewWork => "New work is paused",
        PauseMode::All => "Everything is paused",
    };
    match paused.until {
        Some(until) => format!("{what} for another {}.", span(until.ms_since(now))),
        None => format!("{what}."),
    }
}

/// A length of time in the largest units that say enough.
fn span(ms: u64) -> String {
    let minutes = ms.div_ceil(60_000).max(1);
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_in_words() {
        let check = |mode, ms: Option<u64>, text: &str| {
            let until = ms.map(|ms| Timestamp(1_000).plus_ms(ms));
            let paused = Paused { mode, since: Timestamp(0), until };
            assert_eq!(words(paused, Timestamp(1_000)), text);
        };
        check(PauseMode::NewWork, None, "New work is paused.");
        check(PauseMode::All, Some(1), "Everything is paused for another 1 min.");
        check(PauseMode::All, Some(3_600_000), "Everything is paused for another 1 h.");
        check(PauseMode::All, Some(5_400_000), "Everything is paused for another 1 h 30 min.");
        check(PauseMode::NewWork, Some(90_000_000), "New work is paused for another 1 d 1 h.");
    }

    #[tokio::test]
    async fn a_step_waits_as_long_as_everything_stands_still() {
        let all = Paused { mode: PauseMode::All, since: Timestamp(0), until: None };
        let pause = Pause::new(Some(all));
        let turn_id = TurnId::from_parts(Timestamp(0), 7);
        let (mut first, mut second) =
            (Box::pin(pause.step(turn_id)), Box::pin(pause.step(turn_id)));
        assert!(futures_util::poll!(&mut first).is_pending());
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(pause.held(), HashSet::from([turn_id]));
        drop(first);
        assert_eq!(pause.held(), HashSet::from([turn_id]), "the other one still waits");
        pause.show(Some(Paused { mode: PauseMode::NewWork, ..all }));
        second.await;
        assert_eq!(pause.held(), HashSet::new());
        pause.step(turn_id).await;
    }

    #[tokio::test]
    async fn whoever_leaves_takes_no_step_whatever_becomes_of_the_pause() {
        let pause = Pause::default();
        pause.leave();
        let mut step = Box::pin(pause.step(TurnId::from_parts(Timestamp(0), 7)));
        assert!(futures_util::poll!(&mut step).is_pending());
        pause.show(None);
        assert!(futures_util::poll!(&mut step).is_pending());
    }
}
