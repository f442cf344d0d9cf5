//! `list_dir`: names what is in a folder.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::workspace::{Workspace, clean, explain};
use super::{Plan, Tool, ToolOutput, parse};
use crate::port::Exposure;
use crate::provider::ToolSpec;

/// Most entries in one result.
const ENTRIES_MAX: usize = 500;

pub(super) struct ListDir(pub Arc<Workspace>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    #[serde(default = "here")]
    path: String,
}

fn here() -> String {
    ".".to_owned()
}

impl Tool for ListDir {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "list_dir".to_owned(),
            description: "List a folder of the workspace; the workspace itself by default."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": { "path": { "type": "string", "minLength": 1 } },
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Read
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let mut arguments: Arguments = parse(arguments)?;
        let path = clean(&arguments.path)?;
        arguments.path = path.display().to_string();
        let workspace = Arc::clone(&self.0);
        let place = workspace.place_to_read(&path)?;
        let target = place.target();
        let summary = format!("list {}", arguments.path);
        Plan::blocking(summary, arguments, move |_, context| {
            workspace.check_place(&place)?;
            let dir = workspace.open_dir(&path)?;
            let mut rows = Vec::new();
            let mut n_entries = 0_usize;
            for entry in dir.entries().map_err(|error| explain(&path, &error))? {
                if context.stop.is_now() {
                    return Err("the run was stopped".to_owned());
                }
                let entry = entry.map_err(|error| explain(&path, &error))?;
                n_entries += 1;
                if rows.len() < ENTRIES_MAX {
                    rows.push((row(&entry), entry.file_name()));
                }
            }
            rows.sort();
            let shown: Vec<_> = rows.iter().map(|(row, _)| row.as_str()).collect();
            let mut text = shown.join("\n");
            if rows.is_empty() {
                text.push_str("[the folder is empty]");
            } else if n_entries > rows.len() {
                let _ = write!(text, "\n[{} of {n_entries} entries shown]", rows.len());
            }
            let exposure = Exposure { read: named(&path, &rows), ..Exposure::default() };
            Ok(ToolOutput { content: text, exposure, ..ToolOutput::default() })
        })
        .map(|plan| plan.on(target))
    }
}

/// What was listed, by its paths: names are content too.
fn named(folder: &Path, rows: &[(String, OsString)]) -> Vec<String> {
    rows.iter().map(|(_, name)| folder.join(name).display().to_string()).collect()
}

/// Folders end in `/`, links in `@`; files show their size in bytes.
fn row(entry: &cap_std::fs::DirEntry) -> String {
    let name: String = entry
        .file_name()
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => format!("{name}/"),
        Ok(metadata) if metadata.is_symlink() => format!("{name}@"),
        Ok(metadata) if metadata.is_file() => format!("{name}  {} bytes", metadata.len()),
        _ => format!("{name}  (special)"),
    }
}
