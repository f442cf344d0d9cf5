//! The notices of the desktop: what is decided is shown, and what is pressed comes back.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::facts::Facts;
use crate::feed::News;
use crate::menu::Act;
use crate::notice::{Book, Button, Notice, Order, Press, Sight};
use crate::notify::{self, Notifier, PRESSES_MAX};
use nexus_domain::Timestamp;
use tokio::sync::{OnceCell, mpsc};

/// What was told, and the desktop that shows it.
#[derive(Default)]
pub struct Notices {
    book: Mutex<Book>,
    desktop: OnceCell<Option<Box<dyn Notifier>>>,
}

impl Notices {
    /// Looks for a desktop that shows notices; what is pressed on them comes out here.
    pub async fn open(&self) -> mpsc::Receiver<Press> {
        let (presses, pressed) = mpsc::channel(PRESSES_MAX);
        let desktop = notify::open(presses).await;
        let desktop = desktop.inspect_err(|error| tracing::info!(%error, "no notices")).ok();
        // It is opened once.
        let _ = self.desktop.set(desktop);
        pressed
    }

    /// Shows what is new and takes back what is over.
    pub async fn update(&self, sight: &Sight, facts: &Facts, news: &[News], now: Timestamp) {
        let orders = self.book().update(facts, news, sight, now, &mut nonce);
        let Some(Some(desktop)) = self.desktop.get() else { return };
        for order in orders {
            match order {
                Order::Show(notice) => {
                    if let Err(error) = desktop.show(&notice).await {
                        tracing::warn!(%error, "a notice is not shown");
                    }
                }
                Order::Withdraw(key) => desktop.withdraw(&key).await,
            }
        }
    }

    /// Says something that needs no answer.
    pub async fn say(&self, title: &str, body: &str) {
        let Some(Some(desktop)) = self.desktop.get() else { return };
        let notice = Notice {
            key: "said".to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            buttons: vec![(Button::Open, "Open")],
            is_urgent: false,
            nonce: nonce(),
        };
        if let Err(error) = desktop.show(&notice).await {
            tracing::warn!(%error, "a notice is not shown");
        }
    }

    /// What a press does.
    pub fn pressed(&self, press: &Press) -> Act {
        self.book().pressed(press)
    }

    /// When something amiss will have lasted long enough to be told of.
    #[must_use]
    pub fn due_at(&self, facts: &Facts) -> Option<Timestamp> {
        self.book().due_at(facts)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A word nobody can guess. Without randomness there is none, and a notice opens pages only.
fn nonce() -> String {
    nexus_client::idempotency_key().unwrap_or_default()
}
