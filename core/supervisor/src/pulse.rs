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

/// What is amiss with a running child; nothing of it when it is well.
pub(crate) type Mood = Option<String>;

/// Asks, for as long as one process lives.
pub(crate) struct Pulse {
    pub(crate) link: Arc<Link>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) mood: watch::Sender<Mood>,
    /// Rings when the machine woke up or its network changed: then it asks at once.
    pub(crate) woken: watch::Receiver<u64>,
}

impl Pulse {
    /// Runs until the child is given up, and says why.
    pub(crate) async fn run(mut self) -> Option<String> {
        let mut n_silent = 0;
        loop {
            tokio::select! {
                () = self.clock.sleep(HEARTBEAT_MS) => {}
                rung = self.woken.changed() => if rung.is_err() { return None },
            }
            let n_heard = self.link.calls.n_heard();
            let answer = self.link.call("health", json!({}), HEARTBEAT_ANSWER_MS_MAX).await;
            let amiss = match answer {
                Ok(answer) => unwell(answer),
                // It has no such method, and is there to say so.
                Err(CallError::Refused(_) | CallError::Nonsense(_)) => None,
                Err(CallError::Lost(_)) => return None,
                // Busy with something else is alive.
                Err(_) if self.link.calls.n_heard() != n_heard => None,
                Err(error) => {
                    n_silent += 1;
                    if n_silent >= SILENT_MAX {
                        return Some(format!(
                            "hung: no sign of life for {} s",
                            u64::from(SILENT_MAX) * (HEARTBEAT_MS + HEARTBEAT_ANSWER_MS_MAX)
                                / 1_000
                        ));
                    }
                    self.tell(Some(format!("gives no sign of life: {error}")));
                    continue;
                }
            };
            n_silent = 0;
            self.tell(amiss.or_else(|| self.pace.lament(self.clock.monotonic_us())));
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
