//! What an action touches, in the form in which policies and grants compare it. A grant holds for
//! exactly what it names: there is no pattern, no suffix and no prefix that ends inside a name.

use nexus_domain::agent::ToolEffect;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::permission::{PathAccess, PermissionKind, PermissionRequest, Target};

use crate::query::{Action, Facts, Query};

/// Most words of a command that a grant can name.
pub const COMMAND_WORDS_MAX: usize = 32;

/// A path in comparable form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TouchedPath {
    /// Without `.`, without empty parts, and without a `/` at the end; the workspace itself is `.`.
    pub(crate) path: String,
    /// What is done with it.
    pub(crate) access: PathAccess,
    /// Everything beneath it is meant, not the folder alone.
    pub(crate) is_tree: bool,
    /// It has a `..` in it, so that only the file system knows where it leads.
    pub(crate) is_ambiguous: bool,
}

impl TouchedPath {
    fn new(path: &str, access: PathAccess) -> Self {
        Self {
            is_tree: path.ends_with('/') || access == PathAccess::Delete,
            is_ambiguous: has_parent_part(path),
            path: plain(path),
            access,
        }
    }

    /// Whether it may lie outside the workspace.
    pub(crate) fn is_outside(&self) -> bool {
        self.is_ambiguous || is_absolute(&self.path)
    }
}

/// Whether a path is named from the root of a file system or from a home, on any platform.
pub(crate) fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with(['/', '\\', '~']) || (bytes.len() >= 2 && bytes[1] == b':')
}

pub(crate) fn has_parent_part(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "..")
}

/// Leaves out what does not change where a path leads. `..` stays: what it leads to depends on
/// links.
pub(crate) fn plain(path: &str) -> String {
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Whether `path` is the folder itself or lies beneath it. Both in plain form.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    if folder == "." {
        return !is_absolute(path);
    }
    let Some(rest) = path.strip_prefix(folder) else { return false };
    rest.is_empty() || rest.starts_with('/') || folder.ends_with('/')
}

/// A host name in comparable form: lower case, without the dot of the root.
pub(crate) fn plain_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix('.').map(str::to_owned).unwrap_or(host)
}

/// Everything an action touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) paths: Vec<TouchedPath>,
    pub(crate) hosts: Vec<(String, u16)>,
    pub(crate) commands: Vec<TouchedCommand>,
    pub(crate) recipients: Vec<(String, String)>,
}

/// A command in comparable form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TouchedCommand {
    pub(crate) argv: Vec<String>,
    pub(crate) program: String,
    /// It may ask for other machines.
    pub(crate) network: bool,
}

impl Touched {
    /// The names of the hosts, without their ports.
    pub(crate) fn host_names(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|(host, _)| host.as_str())
    }

    pub(crate) fn by(action: &Action) -> Self {
        let mut touched = Self::default();
        match action {
            Action::UseTool { action, .. } => {
                action.targets.iter().for_each(|target| touched.add(target));
            }
            Action::Deliver { channel, target } => {
                touched.recipients.push((channel.clone(), target.clone()));
            }
            Action::Method { .. } | Action::StartRun { .. } | Action::Approve { .. } => {}
        }
        touched
    }

    fn add(&mut self, target: &Target) {
        match target {
            Target::Path { path, access, .. } => {
                self.paths.push(TouchedPath::new(path, *access));
            }
            Target::Host { host, port } => self.hosts.push((plain_host(host), *port)),
            Target::Command { argv, program, network, .. } => {
                let (argv, program) = (argv.clone(), program.clone());
                self.commands.push(TouchedCommand { argv, program, network: *network });
            }
            Target::Recipient { channel, to } => {
                self.recipients.push((channel.clone(), to.clone()));
            }
        }
    }
}

/// The verb of an action, as grants name it; none for what no grant can be about.
pub(crate) fn verb(action: &Action) -> Option<GrantVerb> {
    match action {
        Action::Method { .. } => Some(GrantVerb::Call),
        Action::StartRun { .. } => Some(GrantVerb::StartRun),
        Action::UseTool { .. } => Some(GrantVerb::UseTool),
        Action::Deliver { .. } => Some(GrantVerb::Deliver),
        Action::Approve { .. } => None,
    }
}

/// The name of what is acted upon, as grants name it.
pub(crate) fn resource(action: &Action) -> &str {
    match action {
        Action::Method { name, .. } => name,
        Action::StartRun { agent, .. } => agent.as_str(),
        Action::UseTool { action, .. } => &action.tool,
        Action::Deliver { channel, .. } => channel,
        Action::Approve { permission } => permission,
    }
}

/// Whether a grant is about this query. What it allows must cover everything that is touched;
/// what it denies need only meet one thing of it.
pub(crate) fn covers(grant: &Grant, query: &Query, touched: &Touched) -> bool {
    let scope = &grant.scope;
    let is_of_kind = verb(&query.action) == Some(grant.verb)
        && scope.resource.as_deref().is_none_or(|name| name == resource(&query.action))
        && scope
            .session_key
            .as_ref()
            .is_none_or(|key| query.facts.session_key.as_ref() == Some(key))
        && scope.digest.as_deref().is_none_or(|digest| is_digest(&query.action, digest));
    is_of_kind && covers_targets(scope, grant.effect, touched)
}

/// Whether a grant would have answered a permission request of the one it is about.
#[must_use]
pub fn would_answer(grant: &Grant, asked: &PermissionRequest) -> bool {
    if asked.kind != PermissionKind::Policy || asked.chain.actor() != Some(&grant.principal) {
        return false;
    }
    // What a tool can do to the world says nothing about what it touched.
    let action = Action::UseTool { action: asked.action.clone(), effect: ToolEffect::Read };
    let facts = Facts { session_key: Some(asked.session_key.clone()), ..Facts::default() };
    let touched = Touched::by(&action);
    covers(grant, &Query { chain: asked.chain.clone(), action, facts }, &touched)
}

fn is_digest(action: &Action, digest: &str) -> bool {
    matches!(action, Action::UseTool { action, .. } if action.digest == digest)
}

fn covers_targets(scope: &GrantScope, effect: GrantEffect, touched: &Touched) -> bool {
    // Who may work on a place may not therefore run programs on it.
    let is_of_place = scope.path.is_some() || scope.host.is_some() || scope.recipient.is_some();
    let is_of_command = scope.command.is_some() || scope.digest.is_some();
    if effect == GrantEffect::Allow && is_of_place && !is_of_command && !touched.commands.is_empty()
    {
        return false;
    }
    scope.path.as_deref().is_none_or(|path| {
        quantify(effect, &touched.paths, |touched| covers_path(path, effect, touched))
    }) && (scope.host.is_none() && scope.port.is_none()
        || quantify(effect, &touched.hosts, |(name, port)| {
            scope.host.as_deref().is_none_or(|host| plain_host(host) == *name)
                && scope.port.is_none_or(|wanted| wanted == *port)
        }))
        && scope
            .command
            .as_deref()
            .is_none_or(|words| quantify(effect, &touched.commands, |c| covers_command(words, c)))
        && scope
            .recipient
            .as_deref()
            .is_none_or(|to| quantify(effect, &touched.recipients, |(_, touched)| touched == to))
}

/// All of them for an allowance, and there must be one; any of them for a denial.
fn quantify<T>(effect: GrantEffect, touched: &[T], is_met: impl Fn(&T) -> bool) -> bool {
    match effect {
        GrantEffect::Allow => !touched.is_empty() && touched.iter().all(is_met),
        GrantEffect::Deny => touched.iter().any(is_met),
    }
}

fn covers_path(granted: &str, effect: GrantEffect, touched: &TouchedPath) -> bool {
    let (is_folder, folder) = (granted.ends_with('/'), plain(granted));
    let is_inside = match is_folder {
        true => is_within(&touched.path, &folder),
        false => touched.path == folder,
    };
    match effect {
        // What nobody can place is covered by no allowance and by every denial.
        GrantEffect::Allow => {
            !touched.is_ambiguous
                && !has_parent_part(granted)
                && is_inside
                && (is_folder || !touched.is_tree || touched.access == PathAccess::Delete)
        }
        GrantEffect::Deny => {
            touched.is_ambiguous
                || is_inside
                || (touched.is_tree && is_within(&folder, &touched.path))
        }
    }
}

/// The first word of a grant is the program: a bare name as typed, or the file that runs. A path
/// as typed is neither, because what it names depends on the folder it is typed in.
fn covers_command(words: &[String], touched: &TouchedCommand) -> bool {
    let Some((program, rest)) = words.split_first() else { return false };
    let Some((typed, arguments)) = touched.argv.split_first() else { return false };
    let is_bare = !typed.contains(['/', '\\']);
    let is_program = *program == touched.program || (is_bare && program == typed);
    is_program && arguments.starts_with(rest)
}

/// Whether a grant's scope says what it seems to say.
///
/// # Errors
/// What is wrong with it and what would be right.
pub fn check_scope(verb: GrantVerb, scope: &GrantScope) -> Result<(), String> {
    if let Some(path) = &scope.path {
        if path.trim().is_empty() {
            return Err("the path is empty; leave it out to mean every path".to_owned());
        }
        if has_parent_part(path) {
            return Err(format!("the path `{path}` has a `..` in it; write where it leads to"));
        }
        if path.contains(['*', '?']) {
            return Err(format!("the path `{path}` is no pattern; a folder ends with `/`"));
        }
    }
    if let Some(host) = &scope.host
        && (host.is_empty() || host.contains(['*', '/', ' ', '@']))
    {
        return Err(format!("`{host}` is not one host name; name each host in a grant of its own"));
    }
    if scope.port.is_some() && scope.host.is_none() {
        return Err("a port belongs to a host; name the host".to_owned());
    }
    if let Some(command) = &scope.command {
        let is_empty = command.first().is_none_or(String::is_empty);
        if is_empty || command.len() > COMMAND_WORDS_MAX {
            return Err(format!("a command has 1 to {COMMAND_WORDS_MAX} words, the program first"));
        }
    }
    let is_of_tools = scope.path.is_some()
        || scope.host.is_some()
        || scope.port.is_some()
        || scope.command.is_some()
        || scope.digest.is_some();
    if is_of_tools && verb != GrantVerb::UseTool {
        return Err("path, host, command and digest belong to the use of a tool".to_owned());
    }
    if scope.recipient.is_some() && !matches!(verb, GrantVerb::UseTool | GrantVerb::Deliver) {
        return Err("a recipient belongs to a delivery or to the use of a tool".to_owned());
    }
    Ok(())
}
