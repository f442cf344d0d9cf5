//! Notices of the desktop. What they say is decided in [`crate::notice`]; here they are shown.

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use crate::notice::{Notice, Press};

#[cfg(target_os = "linux")]
mod linux;

/// Presses that wait to be looked at.
pub const PRESSES_MAX: usize = 16;

/// Why a notice is not shown.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// This desktop shows none.
    #[error("this desktop shows no notices: {0}")]
    None(String),
    /// This one was refused.
    #[error("the desktop refused a notice: {0}")]
    Refused(String),
}

/// A desktop that shows notices.
pub trait Notifier: Send + Sync {
    /// Shows a notice; one with the same key takes the place of the earlier one.
    fn show<'a>(&'a self, notice: &'a Notice) -> BoxFuture<'a, Result<(), NotifyError>>;

    /// Takes a notice back; one that is gone already is no mistake.
    fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;
}

/// The desktop of this session; what is pressed comes over `presses`.
///
/// # Errors
/// When it shows no notices.
#[cfg(target_os = "linux")]
pub async fn open(presses: mpsc::Sender<Press>) -> Result<Box<dyn Notifier>, NotifyError> {
    linux::Desktop::connect(presses).await
}

/// There is no way to buttons here without unsafe code, and a notice that cannot be answered is
/// not worth a second mechanism: the icon, its count and its menu say the same.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub async fn open(_presses: mpsc::Sender<Press>) -> Result<Box<dyn Notifier>, NotifyError> {
    Err(NotifyError::None("only the desktops of Linux are served so far".to_owned()))
}
