//! Signs of life: a child is asked how it is, again and again, whatever else it does. One that
//! says nothing at all is given up as hung.

use std::sync::Arc;

use nexus_protocol::bridge::HealthAnswer;
use serde_json::json;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::link::{CallError, Link};
use crate::pace::Pace;

/// Pause between two questions, in milliseconds.
pub(crate) const HEARTBEAT_MS: u64 = 30_000;
/// Longest wait for an answer, in milliseconds.
pub(crate) const HEARTBEAT_ANSWER_MS_MAX: u64 = 15_000;
/// Questions in a row without a sign of life before a child is killed.
pub(crate) const SILENT_MAX: u32 = 3;
/// Longest detail that is repeated, in characters.
const DETAIL_CHARS_MAX: usize = 300;

/// Longest wait for an answer after the machine woke up, in milliseconds: a child that lives answers
/// in a fraction of it.
pub(crate) const WOKEN_ANSWER_MS_MAX: u64 = 2_000;

/// How a running child is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Well.
    #[default]
    Well,
    /// Something is amiss.
    Amiss(String),
    /// The machine sleeps, or has just woken and the child was not heard since.
    Suspended,
}

impl Mood {
    /// Nothing amiss is well.
    pub(crate) fn of(amiss: Option<String>) -> Self {
        amiss.map_or(Self::Well, Self::Amiss)
    }
}

/// Sleep of the machine and changes of its network, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rings {
    /// Everything worth a look.
    pub(crate) n_looks: u64,
    /// How often the machine woke up.
    pub(crate) n_wakes: u64,
    /// Whether it is going to sleep.
    pub(crate) is_asleep: bool,
}

impl Rings {
    pub(crate) fn sleep(&mut self) {
        self.is_asleep = true;
    }

    pub(crate) fn wake(&mut self) {
        self.is_asleep = false;
        self.n_wakes += 1;
        self.look();
    }

    pub(crate) fn look(&mut self) {
        self.n_looks += 1;
    }
}

/// Asks, for as long as one process lives.
pub(crate) struct Pulse {
    pub(crate) link: Arc<Link>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) mood: watch::Sender<Mood>,
    /// Rings when the machine goes to sleep and wakes up, and when its network changed.
    pub(crate) rings: watch::Receiver<Rings>,
}

impl Pulse {
    /// Runs until the child is given up, and says why.
    pub(crate) async fn run(mut self) -> Option<String> {
        let mut n_silent = 0;
        let mut n_wakes = self.rings.borrow().n_wakes;
        loop {
            tokio::select! {
                () = self.clock.sleep(HEARTBEAT_MS) => {}
                rung = self.rings.changed() => if rung.is_err() { return None },
            }
            let rings = *self.rings.borrow_and_update();
            let is_unheard = rings.n_wakes != n_wakes;
            if rings.is_asleep || is_unheard {
                self.tell(Mood::Suspended);
            }
            if rings.is_asleep {
                continue;
            }
            let n_heard = self.link.calls.n_heard();
            let limit_ms = if is_unheard { WOKEN_ANSWER_MS_MAX } else { HEARTBEAT_ANSWER_MS_MAX };
            let answer = tokio::select! {
                biased;
                answer = self.link.call("health", json!({}), limit_ms) => answer,
                rung = self.rings.changed() => match rung {
                    // What is asked was overtaken; the ring is looked at in the next round.
                    Ok(()) => {
                        self.rings.mark_changed();
                        continue;
                    }
                    Err(_) => return None,
                },
            };
            n_wakes = rings.n_wakes;
            let amiss = match answer {
                Ok(answer) => unwell(answer),
                // It has no such method, and is there to say so.
                Err(CallError::Refused(_) | CallError::Nonsense(_)) => None,
                Err(CallError::Lost(_)) => return None,
                // Busy with something else is alive.
                Err(_) if self.link.calls.n_heard() != n_heard => None,
                Err(_) if is_unheard => {
                    let seconds = WOKEN_ANSWER_MS_MAX / 1_000;
                    return Some(format!("said nothing for {seconds} s after the machine woke up"));
                }
                Err(error) => {
                    n_silent += 1;
                    if n_silent >= SILENT_MAX {
                        return Some(format!(
                            "hung: no sign of life for {} s",
                            u64::from(SILENT_MAX) * (HEARTBEAT_MS + HEARTBEAT_ANSWER_MS_MAX)
                                / 1_000
                        ));
                    }
                    self.tell(Mood::Amiss(format!("gives no sign of life: {error}")));
                    continue;
                }
            };
            n_silent = 0;
            let amiss = amiss.or_else(|| self.pace.lament(self.clock.monotonic_us()));
            self.tell(Mood::of(amiss));
        }
    }

    fn tell(&self, mood: Mood) {
        self.mood.send_if_modified(|known| {
            let is_new = *known != mood;
            *known = mood;
            is_new
        });
    }
}

fn unwell(answer: serde_json::Value) -> Option<String> {
    let answer: HealthAnswer = serde_json::from_value(answer).ok()?;
    let detail = answer.detail.unwrap_or_else(|| "it does not say why".to_owned());
    let detail: String = detail.chars().take(DETAIL_CHARS_MAX).collect();
    (!answer.is_healthy).then(|| format!("says that it is not well: {detail}"))
}
