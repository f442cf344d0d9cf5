//! `search_files`: finds text in files.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::sinks::Lossy;
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};
use ignore::WalkBuilder;
use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::workspace::{Workspace, clean};
use super::{Plan, Tool, ToolContext, ToolOutput, ToolResult, parse};
use crate::port::Exposure;
use crate::provider::ToolSpec;

/// Most lines in one result.
const MATCHES_MAX: usize = 200;
/// Most files that are looked into.
const FILES_MAX: usize = 20_000;
/// Largest file that is looked into, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Longest line that is shown whole, in characters.
const LINE_CHARS_MAX: usize = 300;
/// Longest line that is held in memory, in bytes.
const HEAP_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Deepest folder.
const DEPTH_MAX: usize = 40;

pub(super) struct SearchFiles(pub Arc<Workspace>);

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    text: String,
    #[serde(default = "here")]
    path: String,
    #[serde(default)]
    is_regex: bool,
}

fn here() -> String {
    ".".to_owned()
}

impl Tool for SearchFiles {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "search_files".to_owned(),
            description:
                "Find lines with a text in the files of a folder. Lower-case text ignores \
                          case. Hidden and ignored files are left out."
                    .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "text": { "type": "string", "minLength": 1, "maxLength": 1000 },
                    "path": { "type": "string", "minLength": 1 },
                    "is_regex": { "type": "boolean" },
                },
                "required": ["text"],
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
        let matcher = RegexMatcherBuilder::new()
            .case_smart(true)
            .fixed_strings(!arguments.is_regex)
            .line_terminator(Some(b'\n'))
            .build(&arguments.text)
            .map_err(|error| format!("the text cannot be searched for: {error}"))?;
        let workspace = Arc::clone(&self.0);
        let place = workspace.place_to_read(&path)?;
        let target = place.target_with_all_beneath(&workspace);
        let summary = format!("search {} for {:?}", arguments.path, arguments.text);
        Plan::blocking(summary, arguments, move |_, context| {
            workspace.check_place(&place)?;
            Search::new(&workspace, &matcher, &context).run(&path)
        })
        .map(|plan| plan.on(target))
    }
}

struct Search<'a> {
    workspace: &'a Workspace,
    matcher: &'a RegexMatcher,
    context: &'a ToolContext,
    searcher: Searcher,
    found: Vec<String>,
    /// Files of which a line was found.
    read: Vec<String>,
    n_files: usize,
}

impl<'a> Search<'a> {
    fn new(workspace: &'a Workspace, matcher: &'a RegexMatcher, context: &'a ToolContext) -> Self {
        let searcher = SearcherBuilder::new()
            .binary_detection(BinaryDetection::quit(0))
            .heap_limit(Some(HEAP_BYTES_MAX))
            .build();
        Self {
            workspace,
            matcher,
            context,
            searcher,
            found: Vec::new(),
            read: Vec::new(),
            n_files: 0,
        }
    }

    fn run(mut self, path: &Path) -> ToolResult {
        // Refuses a folder that leads out of the workspace before its names are walked.
        if self.workspace.open_dir(path).is_err() {
            self.workspace.open_file(path)?;
        }
        let walk = WalkBuilder::new(self.workspace.root().join(path))
            .follow_links(false)
            .parents(false)
            .git_global(false)
            .require_git(false)
            .max_depth(Some(DEPTH_MAX))
            .sort_by_file_name(std::ffi::OsStr::cmp)
            .build();
        for entry in walk.filter_map(Result::ok) {
            if self.context.stop.is_now() {
                return Err("the run was stopped".to_owned());
            }
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            // The walk only names files; each is opened beneath the workspace's handle.
            if let Ok(name) = entry.path().strip_prefix(self.workspace.root()) {
                self.search(name);
            }
            if self.found.len() >= MATCHES_MAX || self.n_files >= FILES_MAX {
                break;
            }
        }
        let content = self.text();
        let exposure = Exposure { read: self.read, ..Exposure::default() };
        Ok(ToolOutput { content, exposure, ..ToolOutput::default() })
    }

    fn search(&mut self, path: &Path) {
        let Ok((file, n_bytes)) = self.workspace.open_file(path) else { return };
        if n_bytes > FILE_BYTES_MAX {
            return;
        }
        self.n_files += 1;
        let n_before = self.found.len();
        let (found, stop) = (&mut self.found, &self.context.stop);
        let sink = Lossy(|n_line, line| {
            let line: String = line.trim_end().chars().take(LINE_CHARS_MAX).collect();
            found.push(format!("{}:{n_line}: {line}", path.display()));
            Ok(found.len() < MATCHES_MAX && !stop.is_now())
        });
        // A file that cannot be searched (a line beyond the limit) is like one without the text.
        let _ = self.searcher.search_reader(self.matcher, file, sink);
        if self.found.len() > n_before {
            self.read.push(path.display().to_string());
        }
    }

    fn text(&self) -> String {
        if self.found.is_empty() {
            return format!("nothing found in {} files", self.n_files);
        }
        let mut text = self.found.join("\n");
        if self.found.len() >= MATCHES_MAX {
            let _ = write!(text, "\n[the first {MATCHES_MAX} lines; narrow the search for more]");
        } else if self.n_files >= FILES_MAX {
            let _ = write!(text, "\n[only the first {FILES_MAX} files were searched]");
        }
        text
    }
}
