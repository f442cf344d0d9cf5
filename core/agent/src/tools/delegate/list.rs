//! `agent_list`: who works beneath.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde_json::{Value, json};

use super::told;
use crate::delegate::Delegate;
use crate::provider::ToolSpec;
use crate::tools::{Plan, Tool, ToolOutput};

pub(super) struct AgentList(pub(super) Arc<dyn Delegate>);

impl Tool for AgentList {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "agent_list".to_owned(),
            description: "List the agents beneath you.".to_owned(),
            schema: json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Read
    }

    fn prepare(&self, _: Value) -> Result<Plan, String> {
        let delegate = Arc::clone(&self.0);
        Plan::new("list the agents beneath".to_owned(), json!({}), move |_, _| {
            Box::pin(async move {
                let beneath = delegate.list().await?;
                if beneath.is_empty() {
                    return Ok(ToolOutput::text("no agent is beneath you; agent_create makes one"));
                }
                Ok(ToolOutput::text(told(&beneath)?))
            })
        })
    }
}
