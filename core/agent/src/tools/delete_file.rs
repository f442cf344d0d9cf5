//! `delete_file`: moves a file or folder into the trash, from where it can be taken back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::workspace::{Workspace, clean};
use super::{Plan, Tool, ToolContext, ToolOutput, ToolResult, parse};
use crate::port::Exposure;
use crate::provider::ToolSpec;

/// Name of the note that lies beside each deleted thing.
const NOTE: &str = "undo.json";

pub(super) struct DeleteFile {
    workspace: Arc<Workspace>,
    trash: Arc<PathBuf>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    path: String,
}

impl DeleteFile {
    pub(super) fn new(workspace: Arc<Workspace>, trash: PathBuf) -> Self {
        Self { workspace, trash: Arc::new(trash) }
    }
}

impl Tool for DeleteFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "delete_file".to_owned(),
            description: "Delete a file or folder of the workspace. It goes into the owner's \
                          trash, so it can be taken back."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": { "path": { "type": "string", "minLength": 1 } },
                "required": ["path"],
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Write
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let mut arguments: Arguments = parse(arguments)?;
        let path = clean(&arguments.path)?;
        if path == Path::new(".") {
            return Err("the workspace itself cannot be deleted".to_owned());
        }
        arguments.path = path.display().to_string();
        let place = self.workspace.place_to_delete(&path)?;
        let target = place.target();
        let (workspace, trash) = (Arc::clone(&self.workspace), Arc::clone(&self.trash));
        let summary = format!("delete {} (into the trash)", arguments.path);
        Plan::blocking(summary, arguments, move |_, context| {
            delete(&workspace, &trash, &path, &place, &context)
        })
        .map(|plan| plan.on(target))
    }
}

fn delete(
    workspace: &Workspace,
    trash: &Path,
    path: &Path,
    place: &Place,
    context: &ToolContext,
) -> ToolResult {
    workspace.check_place(place)?;
    // One folder per deletion: nothing in the trash is ever overwritten.
    let entropy = context.clock.entropy() & u128::from(u64::MAX);
    let slot = trash.join(format!("{}-{entropy:016x}", context.clock.now().0));
    let broken = |error: std::io::Error| {
        format!("the trash {} cannot be used, so nothing was deleted: {error}", trash.display())
    };
    std::fs::create_dir_all(&slot).map_err(broken)?;
    let dir = Dir::open_ambient_dir(&slot, ambient_authority()).map_err(broken)?;
    let from = workspace.root().join(path);
    let note = json!({ "path": from, "deleted_at_ms": context.clock.now().0 });
    dir.write(NOTE, format!("{note:#}\n")).map_err(broken)?;
    let moved = match context.stop.is_now() {
        true => Err("the run was stopped".to_owned()),
        false => workspace.move_out(path, &dir, Path::new("content")),
    };
    if let Err(why) = moved {
        // The empty slot is ours alone; if it stays, it holds a note and nothing else.
        let _ = std::fs::remove_dir_all(&slot);
        return Err(why);
    }
    let kept = slot.join("content");
    let content = format!("deleted {}; the owner can take it back", path.display());
    let record = format!("take back: mv {:?} {:?}", kept.display().to_string(), from);
    let moved = vec![(path.display().to_string(), kept.display().to_string())];
    Ok(ToolOutput {
        content,
        record: Some(record),
        exposure: Exposure { moved, ..Exposure::default() },
    })
}
