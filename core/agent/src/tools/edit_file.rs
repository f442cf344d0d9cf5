//! `edit_file`: replaces one exact piece of a text file.

use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::workspace::{FILE_BYTES_MAX, Workspace, clean_file};
use super::write_file::diff;
use super::{Plan, Tool, ToolOutput, parse};
use crate::provider::ToolSpec;

pub(super) struct EditFile(pub Arc<Workspace>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    path: String,
    old: String,
    new: String,
}

impl Tool for EditFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "edit_file".to_owned(),
            description: "Replace a piece of a text file. `old` must occur exactly once; include \
                          lines around it to make it unique."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "path": { "type": "string", "minLength": 1 },
                    "old": { "type": "string", "minLength": 1 },
                    "new": { "type": "string" },
                },
                "required": ["path", "old", "new"],
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
        let workspace = Arc::clone(&self.0);
        let place = workspace.place_to_write(&path)?;
        if place.is_new() {
            return Err(format!("`{}` does not exist", arguments.path));
        }
        let target = place.target();
        let summary = format!("edit {}", arguments.path);
        Plan::blocking(summary, arguments, move |arguments, context| {
            workspace.check_place(&place)?;
            let old = workspace
                .read_text(&path)?
                .ok_or_else(|| format!("`{}` does not exist", arguments.path))?;
            place.check_content(Some(&old))?;
            let new = replace_once(&old, &arguments.old, &arguments.new)?;
            if new.len() as u64 > FILE_BYTES_MAX {
                return Err(format!("the file would be longer than {FILE_BYTES_MAX} bytes"));
            }
            workspace.replace(&path, &new, &context)?;
            let record = diff(&path, Some(&old), &new);
            let content = format!("edited {}", arguments.path);
            Ok(ToolOutput { content, record, ..ToolOutput::default() })
        })
        .map(|plan| plan.on(target))
    }
}

/// Replaces the one occurrence of a piece.
fn replace_once(text: &str, old: &str, new: &str) -> Result<String, String> {
    if old == new {
        return Err("`old` and `new` are the same".to_owned());
    }
    let Some(at) = text.find(old) else {
        let hint = if text.contains(old.trim()) {
            "; it does without the white space around it"
        } else if text.contains(&old.replace('\n', "\r\n")) {
            "; the file's lines end in CRLF"
        } else {
            ""
        };
        return Err(format!("`old` does not occur in the file{hint}"));
    };
    // Occurrences that overlap count too: either could be meant.
    let next = at + old.chars().next().map_or(1, char::len_utf8);
    if text[next..].contains(old) {
        return Err("`old` occurs more than once; include more of what is around it".to_owned());
    }
    Ok(format!("{}{new}{}", &text[..at], &text[at + old.len()..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_unique_piece_is_replaced() {
        assert_eq!(replace_once("a b c", "b", "x").unwrap(), "a x c");
        assert!(replace_once("aaa", "aa", "x").unwrap_err().contains("more than once"));
        assert!(replace_once("abc", "d", "x").unwrap_err().contains("does not occur"));
        assert!(replace_once("a\r\nb", "a\nb", "x").unwrap_err().contains("CRLF"));
        assert!(replace_once("abc", "b", "b").is_err());
    }

    proptest! {
        #[test]
        fn an_edit_changes_nothing_else(
            before in "[a-cä\n]{0,20}", old in "[a-cä\n]{1,4}", new in "[a-dä]{0,4}",
            after in "[a-cä\n]{0,20}",
        ) {
            let text = format!("{before}{old}{after}");
            match replace_once(&text, &old, &new) {
                Ok(edited) => prop_assert_eq!(edited, format!("{before}{new}{after}")),
                Err(error) => prop_assert!(
                    old == new || text.match_indices(&old).count() > 1
                        || error.contains("more than once")
                ),
            }
        }
    }
}
