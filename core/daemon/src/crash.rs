//! Crash points: named places between two durable steps, where a scenario can have the process
//! die as if by `kill -9`. Without the feature `test-util` they are nothing at all.

/// A place between two durable steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// The arrival is recorded; nothing else has happened.
    Admitted,
    /// The turn is open; the model has not been called.
    TurnOpened,
    /// What a model call may cost is set aside; the model has not been called.
    Reserved,
    /// A model reply came and is not recorded.
    ReplyUnrecorded,
    /// A model reply is recorded; its tool calls have not been decided.
    ReplyRecorded,
    /// A tool call is allowed and audited; its effect has not begun.
    IntentRecorded,
    /// The effect has happened; its result is not recorded.
    EffectUnrecorded,
    /// The result of a tool call is recorded.
    ResultRecorded,
    /// The results of a step are recorded as a message.
    StepRecorded,
    /// The run has ended; that is not recorded.
    RunUnrecorded,
    /// The run and its delivery are recorded.
    RunRecorded,
    /// A person is being asked; the question is recorded.
    PermissionAsked,
    /// A person has answered; the waiting run has not been told.
    PermissionAnswered,
    /// A delivery is marked as being sent; it has not been handed over.
    DeliveryIntent,
    /// A delivery was confirmed; that is not recorded.
    DeliveryUnrecorded,
}

impl CrashPoint {
    /// Every point.
    pub const ALL: [Self; 15] = [
        Self::Admitted,
        Self::TurnOpened,
        Self::Reserved,
        Self::ReplyUnrecorded,
        Self::ReplyRecorded,
        Self::IntentRecorded,
        Self::EffectUnrecorded,
        Self::ResultRecorded,
        Self::StepRecorded,
        Self::RunUnrecorded,
        Self::RunRecorded,
        Self::PermissionAsked,
        Self::PermissionAnswered,
        Self::DeliveryIntent,
        Self::DeliveryUnrecorded,
    ];

    /// Dies here if a scenario asked for it.
    #[cfg(not(feature = "test-util"))]
    #[inline]
    pub fn pass(self) {}

    /// Dies here if a scenario asked for it.
    #[cfg(feature = "test-util")]
    pub fn pass(self) {
        armed::pass(self);
    }
}

/// Panics in the part of the daemon that a scenario named.
#[cfg(not(feature = "test-util"))]
#[inline]
pub(crate) fn panic_in(_: &'static str) {}

/// Panics in the part of the daemon that a scenario named.
#[cfg(feature = "test-util")]
pub(crate) fn panic_in(part: &'static str) {
    armed::panic_in(part);
}

/// Has a part of the daemon panic as it starts: `NAME`, or `NAME:n` for its first n starts.
#[cfg(feature = "test-util")]
pub fn arm_panic(setting: &str) {
    armed::arm_panic(setting);
}

/// Arms a point from `NAME` or `NAME:n`: die at the n-th pass. Unknown names are ignored.
#[cfg(feature = "test-util")]
pub fn arm(setting: &str) {
    armed::arm(setting);
}

/// Holds a point in the same notation: whoever passes stands still from the moment when the file
/// `held` is there until the file `go` is, so that a scenario can do harm in between.
#[cfg(feature = "test-util")]
pub fn hold(setting: &str, folder: &std::path::Path) {
    armed::hold(setting, folder);
}

#[cfg(feature = "test-util")]
mod armed {
    use std::path::{Path, PathBuf};
    use std::sync::Mutex;
    use std::time::Duration;

    use super::CrashPoint;

    /// Pause between two looks for the order to go on.
    const LOOK: Duration = Duration::from_millis(5);

    /// The held point, the passes left and the folder of the two files.
    static HELD: Mutex<Option<(String, u32, PathBuf)>> = Mutex::new(None);

    pub(super) fn hold(setting: &str, folder: &Path) {
        let (name, n) = setting.split_once(':').unwrap_or((setting, "1"));
        let held = (name.to_owned(), n.parse().unwrap_or(1), folder.to_owned());
        *HELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(held);
    }

    fn stand_still(point: CrashPoint) {
        let mut held = HELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some((name, passes, folder)) = held.as_mut() else { return };
        if *name != format!("{point:?}") {
            return;
        }
        *passes -= 1;
        if *passes > 0 {
            return;
        }
        let folder = std::mem::take(folder);
        *held = None;
        drop(held);
        let is_noted = std::fs::write(folder.join("held"), "").is_ok();
        while is_noted && !folder.join("go").exists() {
            std::thread::sleep(LOOK);
        }
    }

    /// The part that panics, and how many times it still does.
    static PANICS: Mutex<Option<(String, u32)>> = Mutex::new(None);

    pub(super) fn arm_panic(setting: &str) {
        let (name, n) = setting.split_once(':').unwrap_or((setting, "1"));
        // Once for the process, however many daemons it starts.
        PANICS
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get_or_insert((name.to_owned(), n.parse().unwrap_or(1)));
    }

    pub(super) fn panic_in(part: &str) {
        let mut panics = PANICS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some((name, n_left)) = panics.as_mut().filter(|(name, _)| name == part) else { return };
        if *n_left > 0 {
            *n_left -= 1;
            let name = name.clone();
            drop(panics);
            panic!("a scenario has {name} panic");
        }
    }

    /// The armed point and the passes left; one process dies at most once.
    static ARMED: Mutex<Option<(String, u32)>> = Mutex::new(None);

    pub(super) fn arm(setting: &str) {
        let (name, n) = setting.split_once(':').unwrap_or((setting, "1"));
        let passes = n.parse().unwrap_or(1);
        *ARMED.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some((name.to_owned(), passes));
    }

    pub(super) fn pass(point: CrashPoint) {
        stand_still(point);
        let mut armed = ARMED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((name, passes)) = armed.as_mut()
            && *name == format!("{point:?}")
        {
            *passes -= 1;
            if *passes == 0 {
                // The nearest to `kill -9` from inside: no destructor runs, nothing is flushed.
                std::process::abort();
            }
        }
    }
}
