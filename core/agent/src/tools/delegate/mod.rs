//! Tools that have other agents work. All of them reach no further than to agents beneath.

mod create;
mod destroy;
mod list;
mod send;
mod wait;

use std::sync::Arc;

use nexus_domain::id::AgentId;
use serde::Serialize;

use super::{Tool, ToolOutput};
use crate::delegate::{Delegate, Work};
use crate::port::Exposure;

/// Longest time one call waits for other agents, in milliseconds. Their own limits count
/// meanwhile, not those of the run that waits.
const WAIT_MS_MAX: u64 = 3_600_000;
/// Time a call waits when nobody says how long, in seconds.
const WAIT_SECONDS_DEFAULT: u64 = 300;

/// All of them.
pub(super) fn tools(delegate: &Arc<dyn Delegate>) -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(create::AgentCreate(Arc::clone(delegate))),
        Box::new(send::AgentSend(Arc::clone(delegate))),
        Box::new(wait::AgentWait(Arc::clone(delegate))),
        Box::new(list::AgentList(Arc::clone(delegate))),
        Box::new(destroy::AgentDestroy(Arc::clone(delegate))),
    ]
}

fn name(text: &str) -> Result<AgentId, String> {
    AgentId::parse(text).map_err(|failure| failure.to_string())
}

fn told(what: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(what).map_err(|error| error.to_string())
}

/// What came of some work; whoever reads it learns what those conversations know.
fn output(works: &[Work]) -> Result<ToolOutput, String> {
    let content = match works {
        [one] => told(one)?,
        all => told(&all)?,
    };
    let sessions = works.iter().filter_map(|work| work.session.clone()).collect();
    let exposure = Exposure { sessions, ..Exposure::default() };
    Ok(ToolOutput { content, record: None, exposure })
}
