//! The book of agents: who there is, who stands above whom, and how far each may go. Whoever
//! wants to know anything about an agent asks here, and nowhere else.

mod book;
mod change;
mod order;
mod rests;
mod seat;
mod sends;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use nexus_domain::made::MadeAgent;
use tokio::sync::{Mutex, MutexGuard};

use crate::config::Config;

pub use book::{Agent, Book};
pub use change::{Deleted, check_model, create, delete, update};
pub use order::{Alteration, Order};
pub use rests::Rests;
pub use sends::{Sending, Sends};

/// The agents, as they are and as they change.
pub struct Agents {
    book: RwLock<Arc<Book>>,
    made: Mutex<Roll>,
    /// Messages of orchestrators that are under way.
    pub sends: Sends,
    /// Those that an orchestrator told to shut down.
    pub rests: Rests,
}

/// The made agents; held while anything about them changes.
#[derive(Default)]
struct Roll {
    made: Vec<MadeAgent>,
    /// Temporary agents so far: a name is not given twice in one life of the daemon.
    n_temp: u64,
}

impl Agents {
    /// Opens the book with the agents that the ledger keeps.
    #[must_use]
    pub fn new(config: &Config, made: Vec<MadeAgent>) -> Self {
        let book = RwLock::new(Arc::new(Book::new(config, &made)));
        let made = Mutex::new(Roll { made, n_temp: 0 });
        Self { book, made, sends: Sends::default(), rests: Rests::default() }
    }

    /// The agents at this moment.
    #[must_use]
    pub fn book(&self) -> Arc<Book> {
        Arc::clone(&self.book.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps the agents as they are while a configuration is taken over.
    pub async fn hold(&self) -> Held<'_> {
        Held { agents: self, roll: self.made.lock().await }
    }

    fn put(&self, book: Book) {
        *self.book.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(book);
    }
}

/// The agents while nobody else changes them.
pub struct Held<'a> {
    agents: &'a Agents,
    roll: MutexGuard<'a, Roll>,
}

impl Held<'_> {
    /// The book as it would be with another configuration.
    #[must_use]
    pub fn under(&self, config: &Config) -> Book {
        Book::new(config, &self.roll.made)
    }

    /// Puts such a book in force.
    pub fn put(&self, book: Book) {
        self.agents.put(book);
    }
}
