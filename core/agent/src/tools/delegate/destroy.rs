//! `agent_destroy`: removes an agent beneath.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::name;
use crate::delegate::Delegate;
use crate::provider::ToolSpec;
use crate::tools::{Plan, Tool, ToolOutput, parse};

pub(super) struct AgentDestroy(pub(super) Arc<dyn Delegate>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    agent: String,
}

impl Tool for AgentDestroy {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "agent_destroy".to_owned(),
            description: "Remove an agent beneath you, with all beneath it; what it is at stops."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": { "agent": { "type": "string", "minLength": 1, "maxLength": 63 } },
                "required": ["agent"],
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Delegate
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let arguments: Arguments = parse(arguments)?;
        let agent = name(&arguments.agent)?;
        let summary = format!("remove agent {agent}");
        let delegate = Arc::clone(&self.0);
        Plan::new(summary, arguments, move |_, _| {
            Box::pin(async move {
                let gone = delegate.destroy(agent).await?;
                let gone: Vec<_> = gone.iter().map(ToString::to_string).collect();
                Ok(ToolOutput::text(format!("gone: {}", gone.join(", "))))
            })
        })
    }
}
