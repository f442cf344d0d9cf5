//! `agent_create`: makes an agent beneath the one that asks.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde_json::{Value, json};

use super::told;
use crate::delegate::{Delegate, Wanted};
use crate::provider::ToolSpec;
use crate::tools::{Plan, Tool, ToolOutput, parse};

pub(super) struct AgentCreate(pub(super) Arc<dyn Delegate>);

impl Tool for AgentCreate {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "agent_create".to_owned(),
            description:
                "Make an agent that works for you, narrower than you are. sandboxed reads \
                files; worker also runs confined programs; both write only write_paths. Without a \
                name it is temporary. Then give it work with agent_send."
                    .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "name": { "type": "string", "minLength": 1, "maxLength": 62 },
                    "preset": { "enum": ["sandboxed", "worker", "trusted"] },
                    "instructions": { "type": "string", "maxLength": 16_000 },
                    "folder": { "type": "string", "minLength": 1, "description": "in your workspace" },
                    "write_paths": { "type": "array", "items": { "type": "string" }, "maxItems": 64 },
                    "disable_tools": { "type": "array", "items": { "type": "string" }, "maxItems": 64 },
                    "model": { "type": "string", "description": "provider/model" },
                },
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Delegate
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let wanted: Wanted = parse(arguments)?;
        let name = wanted
            .name
            .as_ref()
            .map_or("a temporary agent".to_owned(), |name| format!("agent {name}"));
        let preset = wanted.preset.as_deref().unwrap_or("sandboxed");
        let writes = match wanted.write_paths.as_slice() {
            [] => String::new(),
            paths => format!(", which may write {}", paths.join(", ")),
        };
        let summary = format!("make {name}, {preset}{writes}");
        let delegate = Arc::clone(&self.0);
        Plan::new(summary, wanted, move |wanted, _| {
            Box::pin(async move {
                let made = delegate.create(wanted).await?;
                Ok(ToolOutput::text(told(&made)?))
            })
        })
    }
}
