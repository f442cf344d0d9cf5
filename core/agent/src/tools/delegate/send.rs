//! `agent_send`: gives an agent beneath something to do.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{WAIT_MS_MAX, WAIT_SECONDS_DEFAULT, name, output};
use crate::delegate::Delegate;
use crate::provider::ToolSpec;
use crate::tools::{Plan, Tool, parse};

pub(super) struct AgentSend(pub(super) Arc<dyn Delegate>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    agent: String,
    message: String,
    wait: Option<bool>,
    seconds_max: Option<u64>,
}

impl Tool for AgentSend {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "agent_send".to_owned(),
            description: "Give an agent beneath you something to do and get its reply. It knows \
                nothing of this conversation: say all it needs. With wait false you get a request \
                to wait for with agent_wait, so that several agents work side by side."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "agent": { "type": "string", "minLength": 1, "maxLength": 63 },
                    "message": { "type": "string", "minLength": 1, "maxLength": 100_000 },
                    "wait": { "type": "boolean" },
                    "seconds_max": { "type": "integer", "minimum": 1, "maximum": 3_000 },
                },
                "required": ["agent", "message"],
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Delegate
    }

    fn duration_ms_max(&self) -> u64 {
        WAIT_MS_MAX
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let arguments: Arguments = parse(arguments)?;
        let agent = name(&arguments.agent)?;
        let first = arguments.message.lines().next().unwrap_or_default();
        let first: String = first.chars().take(120).collect();
        let summary = format!("have agent {agent} work: {first}");
        let delegate = Arc::clone(&self.0);
        Plan::new(summary, arguments, move |arguments, context| {
            Box::pin(async move {
                let call = context.call.ok_or("nobody could wait for the reply")?;
                let work = delegate.send(call.id, agent, arguments.message).await?;
                if arguments.wait == Some(false) {
                    return output(&[work]);
                }
                let seconds = arguments.seconds_max.unwrap_or(WAIT_SECONDS_DEFAULT);
                output(&delegate.wait(vec![work.request], seconds * 1_000).await?)
            })
        })
    }
}
