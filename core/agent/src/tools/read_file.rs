//! `read_file`: shows a text file or some of its lines.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::workspace::{Workspace, clean_file, explain};
use super::{Plan, RESULT_BYTES_MAX, Tool, ToolContext, ToolOutput, ToolResult, parse};
use crate::provider::ToolSpec;

/// Longest line that is shown whole, in bytes.
const LINE_BYTES_MAX: usize = 4_000;
/// Most lines in one result.
const LINES_MAX: u64 = 2_000;
/// Most bytes that are read to reach the wanted lines.
const SCAN_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How much of a file is looked at to tell text from binary, in bytes.
const PROBE_BYTES: usize = 4_096;

pub(super) struct ReadFile(pub Arc<Workspace>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    path: String,
    #[serde(default = "first")]
    first_line: u64,
    #[serde(default = "all")]
    n_lines: u64,
}

fn first() -> u64 {
    1
}

fn all() -> u64 {
    LINES_MAX
}

impl Tool for ReadFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "read_file".to_owned(),
            description: "Read a text file of the workspace, whole or by lines.".to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "path": { "type": "string", "minLength": 1 },
                    "first_line": { "type": "integer", "minimum": 1 },
                    "n_lines": { "type": "integer", "minimum": 1, "maximum": LINES_MAX },
                },
                "required": ["path"],
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Read
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let mut arguments: Arguments = parse(arguments)?;
        let path = clean_file(&arguments.path)?;
        arguments.path = path.display().to_string();
        let workspace = Arc::clone(&self.0);
        let place = workspace.place_to_read(&path)?;
        let target = place.target();
        let summary = format!("read {}", arguments.path);
        Plan::blocking(summary, arguments, move |arguments, context| {
            workspace.check_place(&place)?;
            let (file, n_bytes) = workspace.open_file(&path)?;
            let mut reader = BufReader::with_capacity(PROBE_BYTES, file.take(SCAN_BYTES_MAX));
            let probe = reader.fill_buf().map_err(|error| explain(&path, &error))?;
            if probe.contains(&0) {
                return Err(format!("`{}` is binary ({n_bytes} bytes)", arguments.path));
            }
            show_lines(reader, &arguments, &context)
        })
        .map(|plan| plan.on(target))
    }
}

fn show_lines(reader: impl BufRead, arguments: &Arguments, context: &ToolContext) -> ToolResult {
    let last = arguments.first_line.saturating_add(arguments.n_lines) - 1;
    let mut lines = Lines { reader, n_line: 0 };
    let mut text = String::new();
    while let Some(line) = lines.next_line().map_err(|error| error.to_string())? {
        if context.stop.is_now() {
            return Err("the run was stopped".to_owned());
        }
        if lines.n_line < arguments.first_line {
            continue;
        }
        if lines.n_line > last || text.len() + line.len() > RESULT_BYTES_MAX - 200 {
            let n = lines.n_line;
            let _ = write!(text, "[more follows: go on with first_line={n}]");
            return Ok(ToolOutput::text(text));
        }
        text.push_str(&line);
    }
    if text.is_empty() && lines.n_line > 0 {
        return Err(format!("the file has only {} lines", lines.n_line));
    }
    if text.is_empty() {
        text.push_str("[the file is empty]");
    }
    Ok(ToolOutput::text(text))
}

struct Lines<R> {
    reader: R,
    n_line: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line with its ending, cut when it is very long; a line may be larger than memory.
    fn next_line(&mut self) -> std::io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let mut n_bytes = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let n = end.unwrap_or(buffer.len());
            let room = LINE_BYTES_MAX.saturating_sub(bytes.len());
            bytes.extend_from_slice(&buffer[..n.min(room)]);
            n_bytes += n;
            self.reader.consume(n);
            if end.is_some() {
                break;
            }
        }
        if n_bytes == 0 {
            return Ok(None);
        }
        self.n_line += 1;
        let mut line = String::from_utf8_lossy(&bytes).into_owned();
        if n_bytes > bytes.len() {
            line.push_str(&format!(" [cut: line of {n_bytes} bytes]\n"));
        }
        Ok(Some(line))
    }
}
