//! What an agent may do at most: its preset, its tools, its paths and the agents above it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use nexus_domain::agent::ToolEffect;
use nexus_domain::id::AgentId;
use nexus_domain::permission::PathAccess;

use crate::query::{Action, Query};
use crate::touch::{Touched, is_within, plain};

/// Most agents above an agent.
pub const AGENT_DEPTH_MAX: usize = 5;

/// How far an agent may go. Ordered from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// Reads the workspace and writes where it is told to; nothing it can do is dangerous.
    Sandboxed,
    /// The same, and runs confined programs.
    Worker,
    /// Works in the whole workspace and asks before it leaves it.
    Trusted,
    /// Whatever is not forbidden.
    Yolo,
}

impl Preset {
    /// All of them, the narrowest first.
    pub const ALL: [Self; 4] = [Self::Sandboxed, Self::Worker, Self::Trusted, Self::Yolo];

    /// The word in the configuration and in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandboxed => "sandboxed",
            Self::Worker => "worker",
            Self::Trusted => "trusted",
            Self::Yolo => "yolo",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// Whether its agents may have agents of their own.
    #[must_use]
    pub fn may_have_children(self) -> bool {
        self >= Self::Trusted
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An agent, as far as its authority goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentProfile {
    /// Its name.
    pub id: AgentId,
    /// How far it may go.
    pub preset: Preset,
    /// The name of the preset where a person made one; else that of `preset`.
    pub preset_name: String,
    /// The tools it may use; `None` for all.
    pub tools: Option<Vec<String>>,
    /// Tools it may not use, whatever `tools` says.
    pub denied_tools: Vec<String>,
    /// Files, and folders with everything beneath them, that it may write; relative to the
    /// workspace. Empty: none for `sandboxed` and `worker`, the workspace for the others.
    pub write_paths: Vec<String>,
    /// The agent above it.
    pub parent: Option<AgentId>,
    /// Where its workspace lies in that of its parent: `.` for the same folder. Without it the
    /// two have folders of their own, and the rules of the parent hold in the child's by name.
    pub base: Option<String>,
}

impl AgentProfile {
    /// An agent with nothing but a preset.
    #[must_use]
    pub fn new(id: AgentId, preset: Preset) -> Self {
        Self {
            id,
            preset,
            preset_name: preset.name().to_owned(),
            tools: None,
            denied_tools: Vec::new(),
            write_paths: Vec::new(),
            parent: None,
            base: None,
        }
    }

    /// Whether it may use a tool at all.
    #[must_use]
    pub fn offers(&self, tool: &str) -> bool {
        let is_named = |tools: &[String]| tools.iter().any(|name| name == tool);
        self.tools.as_deref().is_none_or(is_named) && !is_named(&self.denied_tools)
    }

    /// Whether everything that a query writes lies where the agent may write. `base` is where the
    /// workspace of the one that acts lies in this agent's.
    pub(crate) fn reaches_writes(&self, query: &Query, touched: &Touched, base: &str) -> bool {
        let writes = || touched.paths.iter().filter(|path| path.access != PathAccess::Read);
        let may_write = |path: &str| match self.write_paths.is_empty() {
            true => self.preset.may_have_children(),
            false => self.write_paths.iter().any(|folder| is_within(path, &plain(folder))),
        };
        let is_writing = matches!(&query.action, Action::UseTool { effect: ToolEffect::Write, .. });
        // A tool that writes without saying where can only be trusted with the whole workspace.
        let says_where = !is_writing || writes().next().is_some();
        let is_free = self.preset.may_have_children() && self.write_paths.is_empty();
        (says_where || is_free)
            && writes().all(|path| !path.is_outside() && may_write(&beneath(base, &path.path)))
    }
}

/// A path of a folder as seen from where the folder lies. Both in plain form.
fn beneath(base: &str, path: &str) -> String {
    match (base, path) {
        (".", path) => path.to_owned(),
        (base, ".") => base.to_owned(),
        (base, path) => format!("{base}/{path}"),
    }
}

/// What of a path lies in a folder, as seen from there; the whole folder when the path holds it.
/// Both in plain form.
fn inside(base: &str, path: &str) -> Option<String> {
    if is_within(base, path) {
        return Some(".".to_owned());
    }
    let rest = if base == "." { Some(path) } else { path.strip_prefix(base) };
    let rest = rest.filter(|_| is_within(path, base));
    rest.map(|rest| rest.trim_start_matches('/').to_owned())
}

/// The agents of an installation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profiles(HashMap<AgentId, AgentProfile>);

impl Profiles {
    pub(crate) fn new(profiles: Vec<AgentProfile>) -> Self {
        Self(profiles.into_iter().map(|profile| (profile.id.clone(), profile)).collect())
    }

    /// An agent that nobody configured may do what nobody needs to be asked about.
    pub(crate) fn get(&self, id: &AgentId) -> Cow<'_, AgentProfile> {
        let unknown = || Cow::Owned(AgentProfile::new(id.clone(), Preset::Sandboxed));
        self.0.get(id).map_or_else(unknown, Cow::Borrowed)
    }

    pub(crate) fn known(&self, id: &AgentId) -> Option<&AgentProfile> {
        self.0.get(id)
    }

    /// The agents above one, the nearest first.
    pub(crate) fn above(&self, id: &AgentId) -> Result<Vec<AgentId>, String> {
        let mut above: Vec<AgentId> = Vec::new();
        let mut at = id;
        while let Some(parent) = self.0.get(at).and_then(|profile| profile.parent.as_ref()) {
            if above.len() >= AGENT_DEPTH_MAX {
                return Err(format!("more than {AGENT_DEPTH_MAX} agents stand above `{id}`"));
            }
            above.push(parent.clone());
            at = parent;
        }
        Ok(above)
    }

    /// Where the workspace of an agent lies in that of one above it; `.` where both have folders
    /// of their own, so that paths are compared by name.
    pub(crate) fn base(&self, from: &AgentId, to: &AgentId) -> String {
        let mut base = ".".to_owned();
        let mut at = from;
        for _ in 0..=AGENT_DEPTH_MAX {
            if at == to {
                return base;
            }
            let Some(profile) = self.0.get(at) else { break };
            base = profile.base.as_deref().map_or(base.clone(), |own| beneath(&plain(own), &base));
            let Some(parent) = &profile.parent else { break };
            at = parent;
        }
        ".".to_owned()
    }

    /// The paths of the workspace that an agent may write, and everybody above it; `None` for all
    /// of them.
    pub(crate) fn writes(&self, id: &AgentId) -> Option<Vec<String>> {
        let Ok(above) = self.above(id) else { return Some(Vec::new()) };
        let actor = id;
        std::iter::once(id).chain(&above).fold(None, |reach, id| {
            let profile = self.get(id);
            let own = match profile.write_paths.is_empty() {
                true if profile.preset.may_have_children() => return reach,
                _ => profile.into_owned().write_paths,
            };
            let own = match self.base(actor, id) {
                base if base == "." => own,
                base => own.iter().filter_map(|path| inside(&base, &plain(path))).collect(),
            };
            let Some(reach) = reach else { return Some(own) };
            let lies_in = |inner: &String, outer: &[String]| {
                outer.iter().any(|outer| is_within(&plain(inner), &plain(outer)))
            };
            let narrower = reach.iter().filter(|path| lies_in(path, &own));
            let inner = own.iter().filter(|path| lies_in(path, &reach));
            let mut both: Vec<_> = narrower.chain(inner).cloned().collect();
            both.sort();
            both.dedup();
            Some(both)
        })
    }
}

/// What of a set of agents goes further than it may: each finding names the agent, what is wrong
/// and what would be right.
#[must_use]
pub fn check_ceilings(profiles: &[AgentProfile]) -> Vec<(AgentId, String)> {
    let all = Profiles::new(profiles.to_vec());
    let mut findings = Vec::new();
    for profile in profiles {
        let mut find = |text: String| findings.push((profile.id.clone(), text));
        let Some(parent_id) = &profile.parent else { continue };
        let Some(parent) = all.known(parent_id) else {
            find(format!("its parent `{parent_id}` is not an agent"));
            continue;
        };
        if let Err(problem) = all.above(&profile.id) {
            find(format!("{problem}; a parent cannot be its own descendant either"));
            continue;
        }
        if !parent.preset.may_have_children() {
            find(format!(
                "its parent `{parent_id}` is {}; only a trusted or yolo agent has agents of its own",
                parent.preset
            ));
        } else if profile.preset >= parent.preset {
            find(format!(
                "it is {}, but its parent `{parent_id}` is {}; an agent is narrower than its parent",
                profile.preset, parent.preset
            ));
        }
        for path in &profile.write_paths {
            let seen = beneath(&plain(profile.base.as_deref().unwrap_or(".")), &plain(path));
            let reach = |folder: &String| is_within(&seen, &plain(folder));
            if !parent.write_paths.is_empty() && !parent.write_paths.iter().any(reach) {
                find(format!("it may write `{path}`, but its parent `{parent_id}` may not"));
            }
        }
        for tool in profile.tools.iter().flatten() {
            if profile.offers(tool) && !parent.offers(tool) {
                find(format!("it has the tool `{tool}`, but its parent `{parent_id}` has not"));
            }
        }
    }
    findings
}
