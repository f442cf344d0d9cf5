//! `exec_process`: looks after the programs that `exec` left running.

use std::sync::{Arc, PoisonError};

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::programs::Entry;
use super::{ExecConfig, Programs};
use crate::port::Exposure;
use crate::provider::ToolSpec;
use crate::tools::{Plan, Tool, ToolOutput, ToolResult, parse};

pub(in crate::tools) struct ExecProcess {
    config: ExecConfig,
}

impl ExecProcess {
    pub(in crate::tools) fn new(config: ExecConfig) -> Self {
        Self { config }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    List,
    Output,
    Kill,
}

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    action: Wish,
    handle: Option<u64>,
}

impl Tool for ExecProcess {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "exec_process".to_owned(),
            description: "Look after the programs that exec runs in the background of this \
                conversation: list them, read what one has written so far, or kill one with \
                everything it started."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "action": { "enum": ["list", "output", "kill"] },
                    "handle": { "type": "integer", "minimum": 1 },
                },
                "required": ["action"],
                "additionalProperties": false,
            }),
        }
    }

    /// Ending one's own program changes nothing that anybody else has.
    fn effect(&self) -> ToolEffect {
        ToolEffect::Read
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let arguments: Arguments = parse(arguments)?;
        let summary = match (arguments.action, arguments.handle) {
            (Wish::List, _) => "list programs in the background".to_owned(),
            (Wish::Output, Some(handle)) => format!("read the output of program {handle}"),
            (Wish::Kill, Some(handle)) => format!("kill program {handle}"),
            _ => return Err("name the program by its handle; action list shows them".to_owned()),
        };
        let config = self.config.clone();
        Plan::new(summary, arguments, move |arguments, _| Box::pin(look_after(config, arguments)))
    }
}

async fn look_after(config: ExecConfig, arguments: Arguments) -> ToolResult {
    let programs = &config.programs;
    let entries = programs.of_session(&config.session);
    let Some(handle) = arguments.handle.filter(|_| arguments.action != Wish::List) else {
        let rows: Vec<_> = entries.iter().map(|(handle, entry)| row(*handle, entry)).collect();
        let text = if rows.is_empty() { "[none]".to_owned() } else { rows.join("\n") };
        return Ok(ToolOutput::text(text));
    };
    let found = entries.into_iter().find(|(other, _)| *other == handle);
    let (_, entry) = found.ok_or_else(|| {
        format!("there is no program {handle} in this conversation; action list shows them")
    })?;
    match arguments.action {
        Wish::Kill => kill(programs, handle, &entry).await,
        _ => {
            // The row takes the same lock, and gives it back.
            let row = row(handle, &entry);
            let output = entry.output.lock().unwrap_or_else(PoisonError::into_inner);
            let content = format!("{row}{}", output.text());
            let exposure = Exposure { is_program_output: true, ..Exposure::default() };
            Ok(ToolOutput { content, exposure, ..ToolOutput::default() })
        }
    }
}

async fn kill(programs: &Arc<Programs>, handle: u64, entry: &Entry) -> ToolResult {
    if let Some(ended) = entry.ended {
        return Ok(ToolOutput::text(format!("program {handle} had ended already: {ended}")));
    }
    entry.stop.cancel();
    programs.ended(handle).await;
    Ok(ToolOutput::text(format!("program {handle} and everything it started are gone")))
}

fn row(handle: u64, entry: &Entry) -> String {
    let output = entry.output.lock().unwrap_or_else(PoisonError::into_inner);
    let how = entry.ended.map_or("running".to_owned(), |ended| ended.to_string());
    let n_bytes = output.n_bytes();
    format!("{handle}  {how}, {n_bytes} bytes  {}", entry.line)
}
