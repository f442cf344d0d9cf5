//! `agent_wait`: waits for work that other agents were given.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use nexus_domain::id::RequestId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{WAIT_MS_MAX, WAIT_SECONDS_DEFAULT, output};
use crate::delegate::Delegate;
use crate::provider::ToolSpec;
use crate::tools::{Plan, Tool, parse};

pub(super) struct AgentWait(pub(super) Arc<dyn Delegate>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    requests: Vec<String>,
    seconds_max: Option<u64>,
}

impl Tool for AgentWait {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "agent_wait".to_owned(),
            description: "Wait until requests of agent_send have ended, and get their replies."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "requests": {
                        "type": "array", "minItems": 1, "maxItems": 32,
                        "items": { "type": "string", "minLength": 26, "maxLength": 26 },
                    },
                    "seconds_max": { "type": "integer", "minimum": 1, "maximum": 3_000 },
                },
                "required": ["requests"],
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
        let requests: Result<Vec<_>, _> =
            arguments.requests.iter().map(|id| RequestId::parse(id)).collect();
        let requests = requests.map_err(|failure| failure.to_string())?;
        let summary = format!("wait for {}", arguments.requests.join(", "));
        let delegate = Arc::clone(&self.0);
        Plan::new(summary, arguments, move |arguments, _| {
            Box::pin(async move {
                let seconds = arguments.seconds_max.unwrap_or(WAIT_SECONDS_DEFAULT);
                output(&delegate.wait(requests, seconds * 1_000).await?)
            })
        })
    }
}
