//! `write_file`: creates, overwrites or extends a file.

use std::path::Path;
use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use similar::TextDiff;

use super::workspace::{FILE_BYTES_MAX, Workspace, clean_file};
use super::{Plan, Tool, ToolOutput, cut, parse};
use crate::port::Exposure;
use crate::provider::ToolSpec;

/// Longest diff that is recorded, in bytes.
const RECORD_BYTES_MAX: usize = 64 * 1024;
/// Longest time that is spent to find a small diff, in milliseconds.
const DIFF_MS_MAX: u64 = 500;

pub(super) struct WriteFile(pub Arc<Workspace>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    path: String,
    content: String,
    #[serde(default)]
    append: bool,
}

impl Tool for WriteFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "write_file".to_owned(),
            description: "Create a file of the workspace or replace its content; with append, add \
                          lines to its end. Prefer edit_file for changes."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "path": { "type": "string", "minLength": 1 },
                    "content": { "type": "string" },
                    "append": { "type": "boolean" },
                },
                "required": ["path", "content"],
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Write
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let mut arguments: Arguments = parse(arguments)?;
        let path = clean_file(&arguments.path)?;
        arguments.path = path.display().to_string();
        if arguments.content.len() as u64 > FILE_BYTES_MAX {
            return Err(format!("the content is longer than {FILE_BYTES_MAX} bytes"));
        }
        let workspace = Arc::clone(&self.0);
        let place = workspace.place_to_write(&path)?;
        let target = place.target();
        let verb = if arguments.append { "append to" } else { "write" };
        let n_bytes = arguments.content.len();
        let summary = format!("{verb} {} ({n_bytes} bytes)", arguments.path);
        Plan::blocking(summary, arguments, move |arguments, context| {
            workspace.check_place(&place)?;
            // An unreadable old content (binary, too large) may be replaced, but not extended.
            let old = match workspace.read_text(&path) {
                Ok(old) => {
                    place.check_content(old.as_deref())?;
                    old
                }
                Err(error) if arguments.append => return Err(error),
                Err(_) => None,
            };
            let new = match &old {
                Some(old) if arguments.append => extended(old, &arguments.content),
                _ => arguments.content,
            };
            if new.len() as u64 > FILE_BYTES_MAX {
                return Err(format!("the file would be longer than {FILE_BYTES_MAX} bytes"));
            }
            workspace.replace(&path, &new, &context)?;
            let n_bytes = new.len();
            let did = match &old {
                None => "wrote",
                Some(_) if arguments.append => "appended to",
                Some(old) if *old == new => "left unchanged:",
                Some(_) => "replaced",
            };
            let record = diff(&path, old.as_deref(), &new);
            let content = format!("{did} {} (now {n_bytes} bytes)", path.display());
            let replaced = if arguments.append { Vec::new() } else { vec![arguments.path] };
            let exposure = Exposure { replaced, ..Exposure::default() };
            Ok(ToolOutput { content, record, exposure })
        })
        .map(|plan| plan.on(target))
    }
}

fn extended(old: &str, more: &str) -> String {
    let gap = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
    format!("{old}{gap}{more}")
}

/// A change as a unified diff; none when nothing changed.
pub(super) fn diff(path: &Path, old: Option<&str>, new: &str) -> Option<String> {
    let name = path.display();
    let before = if old.is_some() { format!("a/{name}") } else { "/dev/null".to_owned() };
    let diff = TextDiff::configure()
        .timeout(std::time::Duration::from_millis(DIFF_MS_MAX))
        .diff_lines(old.unwrap_or_default(), new);
    let text = diff.unified_diff().header(&before, &format!("b/{name}")).to_string();
    (!text.is_empty()).then(|| cut(text, RECORD_BYTES_MAX))
}
