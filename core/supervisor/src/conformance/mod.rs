//! Whether a program keeps the adapter contract: it is started again and again, spoken to as the
//! daemon would, well and badly, and what it does is written on a card.

mod bench;
mod checks;
mod stream;

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::Clock;

/// Who is looked at.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Program and arguments.
    pub command: Vec<String>,
    /// An empty folder for it to live in.
    pub folder: PathBuf,
    /// Value of PATH.
    pub path: String,
    /// Its settings, as they stand in nexus.toml. What needs events is left out if it hands none
    /// in with them.
    pub config: Map<String, Value>,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// As the contract says.
    Passed,
    /// Not as the contract says, in a sentence.
    Failed(String),
    /// Could not be looked at, and why.
    LeftOut(String),
}

/// A line of the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A word for it.
    pub name: &'static str,
    /// What the contract wants.
    pub wants: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Makes every check, in the order of the contract; each with a process of its own. One that
/// cannot even say hello is not looked at any further.
pub async fn check(subject: &Subject, clock: Arc<dyn Clock>) -> Vec<Check> {
    let mut card = Vec::new();
    for row in checks::ALL {
        // What one check left behind must not change the next.
        let fresh = Subject { folder: subject.folder.join(row.name), ..subject.clone() };
        let outcome = (row.make)(&fresh, &clock).await.unwrap_or_else(Outcome::Failed);
        let is_stranger = row.is_first && matches!(outcome, Outcome::Failed(_));
        card.push(Check { name: row.name, wants: row.wants, outcome });
        if is_stranger {
            break;
        }
    }
    card
}
