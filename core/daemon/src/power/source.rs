//! Who says that the machine goes to sleep and wakes up.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::TICK_MS;
use crate::context::Context;

/// What the operating system says.
pub enum Word {
    /// The machine is going to sleep, and waits for this to be dropped.
    Sleeps(Parked),
    /// It has woken up.
    Woke,
}

/// Held until everything is parked. The machine may sleep when it is dropped.
pub struct Parked(#[expect(dead_code, reason = "its end is what it says")] oneshot::Sender<()>);

impl Parked {
    /// The two ends: one to be dropped, one that is over then.
    #[must_use]
    pub fn new() -> (Self, oneshot::Receiver<()>) {
        let (held, dropped) = oneshot::channel();
        (Self(held), dropped)
    }
}

/// Says when the machine goes to sleep and when it has woken up, for as long as it is listened to.
pub trait PowerSource: Send {
    /// Hands in one word after the other. Returns when there is nothing to be heard on this machine.
    fn tell(self: Box<Self>, words: mpsc::Sender<Word>) -> BoxFuture<'static, ()>;
}

/// Where words come from.
pub enum Source {
    /// From the operating system, if it has any.
    System,
    /// From somebody else, such as a test.
    Given(Box<dyn PowerSource>),
    /// From nobody: sleep shows in the clocks only.
    Nobody,
}

/// How sleep of the machine is noticed.
pub struct Watched {
    /// Who says so.
    pub source: Source,
    /// Pause between two looks at the clocks, in milliseconds.
    pub tick_ms: u64,
    /// Whether a look that comes much too late means that nothing ran. It does not where time is
    /// driven by hand.
    pub sees_stalls: bool,
}

impl Default for Watched {
    fn default() -> Self {
        Self { source: Source::System, tick_ms: TICK_MS, sees_stalls: true }
    }
}

impl Watched {
    /// How soon looks follow each other, if a late one says something.
    pub(crate) fn late_tick_ms(&self) -> Option<u64> {
        self.sees_stalls.then_some(self.tick_ms)
    }

    /// For daemons whose clock is driven by hand: the clocks alone.
    #[must_use]
    pub fn nothing() -> Self {
        Self { source: Source::Nobody, tick_ms: TICK_MS, sees_stalls: false }
    }
}

/// Lets the source speak.
pub(super) fn begin(
    context: &Arc<Context>,
    source: Source,
    words: mpsc::Sender<Word>,
) -> BoxFuture<'static, ()> {
    match source {
        Source::System => system(context, words),
        Source::Given(source) => source.tell(words),
        Source::Nobody => Box::pin(std::future::ready(())),
    }
}

#[cfg(target_os = "linux")]
fn system(context: &Arc<Context>, words: mpsc::Sender<Word>) -> BoxFuture<'static, ()> {
    Box::new(super::logind::Logind::of(context)).tell(words)
}

/// Both macOS and Windows call back through interfaces that take unsafe code: there, sleep shows in
/// the clocks.
#[cfg(not(target_os = "linux"))]
fn system(_: &Arc<Context>, _: mpsc::Sender<Word>) -> BoxFuture<'static, ()> {
    Box::pin(std::future::ready(()))
}
