//! What the policies are meant to say, in plain Rust.

use nexus_domain::Timestamp;
use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::grant::{Grant, GrantEffect, GrantVerb};
use nexus_domain::id::AgentId;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Principal;
use nexus_iam::{Action, AgentProfile, Effect, Preset, Query};

use crate::world::World;

/// The rules, for one question.
pub(crate) struct Rules<'a> {
    /// Who may act, and what was granted.
    pub(crate) world: &'a World,
    /// The question.
    pub(crate) query: &'a Query,
    /// When it is asked, if that is known.
    pub(crate) now: Option<Timestamp>,
}

#[derive(Default)]
struct Say {
    forbids: bool,
    permits: bool,
    asks: bool,
    guards: bool,
}

impl Rules<'_> {
    fn profile(&self, id: &AgentId) -> AgentProfile {
        let known = self.world.profiles.iter().find(|profile| profile.id == *id);
        known.cloned().unwrap_or_else(|| AgentProfile::new(id.clone(), Preset::Sandboxed))
    }

    /// Nobody in a chain, nor anybody above an agent of it, may be gone past.
    pub(crate) fn verdict(&self) -> Effect {
        if self.is_past_ceiling() {
            return Effect::Deny;
        }
        let mut worst = Effect::Allow;
        for link in self.query.chain.links() {
            worst = worst.max(self.of(link));
            let mut at = link.clone();
            while let Principal::Agent(id) = &at {
                let Some(parent) = self.profile(id).parent else { break };
                at = Principal::Agent(parent);
                worst = worst.max(self.of(&at));
            }
        }
        worst
    }

    fn of(&self, who: &Principal) -> Effect {
        let mut say = Say::default();
        self.built_in(who, &mut say);
        say.guards = matches!(who, Principal::Agent(_)) && self.is_guarded();
        for grant in &self.world.grants {
            if grant.principal == *who && self.is_about(grant) {
                match grant.effect {
                    GrantEffect::Allow => say.permits = true,
                    GrantEffect::Deny => say.forbids = true,
                }
            }
        }
        match say {
            Say { forbids: true, .. } => Effect::Deny,
            Say { permits: false, asks: false, .. } => Effect::Deny,
            Say { guards: true, .. } => Effect::Ask,
            Say { permits: true, .. } => Effect::Allow,
            Say { .. } => Effect::Ask,
        }
    }

    /// Keys and hooks keep to their agents, and they and devices use tools through agents only. A
    /// hook that is not configured may nothing.
    fn is_past_ceiling(&self) -> bool {
        match self.query.chain.invoker() {
            Some(Principal::Hook(name)) if name == "forgotten" => return true,
            Some(Principal::ApiKey(_) | Principal::Device(_) | Principal::Hook(_)) => {}
            _ => return false,
        }
        let through = self.query.chain.links().get(1).map(ToString::to_string);
        let agent = match (&self.query.action, through) {
            (_, Some(agent)) => agent,
            (Action::UseTool { .. }, None) => return true,
            (Action::StartRun { agent, .. }, None) => format!("agent:{agent}"),
            _ => return false,
        };
        self.is_for_key() && agent != "agent:main"
    }

    fn is_for_key(&self) -> bool {
        matches!(self.query.chain.invoker(), Some(Principal::ApiKey(_) | Principal::Hook(_)))
    }

    /// The key has `runtime.read` and `session.write`, the device `acl.approve` and `tool.invoke`.
    fn holder(&self, who: &Principal) -> bool {
        match (who, &self.query.action) {
            (Principal::ApiKey(_), Action::Method { scope, .. }) => {
                scope == "runtime.read" || scope == "session.write"
            }
            (Principal::ApiKey(_), action) => !matches!(action, Action::Approve { .. }),
            (Principal::Device(_), action) => {
                matches!(action, Action::Approve { .. } | Action::UseTool { .. })
            }
            _ => false,
        }
    }

    fn built_in(&self, who: &Principal, say: &mut Say) {
        let (action, facts) = (&self.query.action, &self.query.facts);
        match (who, action) {
            (Principal::Owner, _) => say.permits = true,
            (Principal::ApiKey(_) | Principal::Device(_), _) => say.permits = self.holder(who),
            // One to one, what came of it where it was written, and tools through agents.
            (Principal::Hook(_), Action::StartRun { peer_kind, .. }) => {
                say.permits = *peer_kind == PeerKind::Dm;
            }
            (Principal::Hook(_), Action::Deliver { channel, .. }) => {
                say.permits = facts.channel.as_ref() == Some(channel);
            }
            (Principal::Hook(_), Action::UseTool { .. }) => say.permits = true,
            // One to one they are asked about; answered where they wrote; nothing else.
            (Principal::Unknown(_), Action::StartRun { peer_kind, .. }) => match peer_kind {
                PeerKind::Dm => say.asks = true,
                PeerKind::Group | PeerKind::Channel => say.forbids = true,
            },
            (Principal::Unknown(_), Action::Deliver { channel, .. }) => {
                let is_there = facts.channel.as_ref() == Some(channel);
                (say.permits, say.forbids) = (is_there, !is_there);
            }
            (Principal::Unknown(_), _) => say.forbids = true,
            (
                Principal::Job(_) | Principal::System,
                Action::StartRun { .. } | Action::Deliver { .. },
            ) => {
                say.permits = true;
            }
            (Principal::Known(_), Action::StartRun { peer_kind, .. }) => match peer_kind {
                PeerKind::Dm => say.permits = true,
                PeerKind::Group | PeerKind::Channel => say.forbids = true,
            },
            (Principal::Known(_), Action::Deliver { channel, .. }) => {
                say.permits = facts.channel.as_ref() == Some(channel);
            }
            (
                Principal::Adapter(id),
                Action::StartRun { channel, .. } | Action::Deliver { channel, .. },
            ) => {
                let is_own = id.split('/').next() == Some(channel);
                (say.permits, say.forbids) = (is_own, !is_own);
            }
            (Principal::Agent(_), Action::Method { .. } | Action::Approve { .. }) => {
                say.forbids = true;
            }
            (Principal::Agent(id), Action::StartRun { agent, .. }) => {
                let may_have = self.profile(id).preset >= Preset::Trusted;
                say.forbids = !may_have;
                let mut above = self.profile(agent).parent;
                while let Some(one) = above.as_ref().filter(|one| *one != id) {
                    above = self.profile(one).parent;
                }
                let is_tame = self.profile(id).preset == Preset::Trusted;
                say.permits = may_have
                    && above.is_some()
                    && (self.is_for_owner() || (self.is_for_holder() && is_tame));
            }
            (Principal::Agent(_), Action::Deliver { channel, .. }) => {
                let is_for_job = matches!(self.query.chain.invoker(), Some(Principal::Job(_)));
                say.permits = is_for_job || facts.channel.as_ref() == Some(channel);
            }
            (Principal::Agent(id), Action::UseTool { action, effect }) => {
                self.tool(&self.profile(id), &action.tool, &action.targets, *effect, say);
            }
            _ => {}
        }
    }

    /// What a conversation was exposed to asks, whatever else permits.
    fn is_guarded(&self) -> bool {
        let facts = &self.query.facts;
        let has = |label: &str| facts.labels.iter().any(|one| one == label);
        let leaks = has("untrusted") && (has("private") || has("secret"));
        match &self.query.action {
            Action::Deliver { .. } => {
                let key = facts.session_key.as_ref().map_or("", |key| key.as_str());
                leaks && (!self.is_for_owner() || key.starts_with("group:"))
            }
            Action::UseTool { action, effect } => {
                let touches = Touches::of(&action.targets);
                let goes_out = *effect == ToolEffect::Network
                    || !touches.hosts.is_empty()
                    || !touches.recipients.is_empty();
                let is_confined = facts.posture.as_deref() == Some("full");
                let runs_freely = *effect == ToolEffect::Execute && !is_confined;
                let writes_outside = *effect == ToolEffect::Write && touches.is_outside();
                let instructs = touches.paths.iter().any(|(path, access)| {
                    *access == PathAccess::Write && bare(path) == "AGENTS.md"
                });
                (leaks && goes_out)
                    || (has("untrusted")
                        && (runs_freely || writes_outside || instructs || touches.deletes()))
            }
            _ => false,
        }
    }

    fn is_for_owner(&self) -> bool {
        self.query.chain.invoker() == Some(&Principal::Owner)
    }

    fn is_for_holder(&self) -> bool {
        let invoker = self.query.chain.invoker();
        matches!(invoker, Some(Principal::ApiKey(_) | Principal::Device(_)))
    }

    fn tool(
        &self,
        profile: &AgentProfile,
        tool: &str,
        targets: &[Target],
        effect: ToolEffect,
        say: &mut Say,
    ) {
        let is_listed = profile.tools.as_ref().is_none_or(|tools| tools.iter().any(|t| t == tool));
        let is_denied = profile.denied_tools.iter().any(|t| t == tool);
        say.forbids |= !is_listed || is_denied;

        let touches = Touches::of(targets);
        let talks = !touches.hosts.is_empty();
        let is_outside = touches.is_outside();
        let is_secret = touches.paths.iter().any(|(path, _)| path.contains("/.ssh/"));
        let written: Vec<_> =
            touches.paths.iter().filter(|(_, access)| *access != PathAccess::Read).collect();
        let is_wide = profile.preset >= Preset::Trusted;
        let may_write = |path: &str| {
            let path = bare(path);
            !leaves(path)
                && match profile.write_paths.is_empty() {
                    true => is_wide,
                    false => ["notes", "a.txt"].iter().any(|given| is_within(path, given)),
                }
        };
        let says_nothing = effect == ToolEffect::Write && written.is_empty();
        let writes_well = written.iter().all(|(path, _)| may_write(path))
            && (!says_nothing || (is_wide && profile.write_paths.is_empty()));
        let is_confined = self.query.facts.posture.as_deref() == Some("full");

        if !is_wide {
            say.forbids |= is_outside || talks || !writes_well;
            say.forbids |= effect == ToolEffect::Network || touches.is_networked;
            say.forbids |= effect == ToolEffect::Delegate;
        }
        if profile.preset == Preset::Sandboxed {
            say.forbids |= effect == ToolEffect::Execute || !touches.commands.is_empty();
        }
        if matches!(self.query.chain.invoker(), Some(Principal::Hook(_)))
            && profile.preset != Preset::Yolo
        {
            say.asks = true;
            say.permits = effect == ToolEffect::Read && !is_outside;
        }
        let stays_and_keeps = !is_outside && !touches.deletes();
        if self.is_for_holder() && profile.preset != Preset::Yolo {
            say.asks = true;
            say.permits = match effect {
                ToolEffect::Read => stays_and_keeps,
                ToolEffect::Write => stays_and_keeps && writes_well,
                ToolEffect::Execute => {
                    profile.preset != Preset::Sandboxed
                        && is_confined
                        && !talks
                        && !is_outside
                        && writes_well
                }
                ToolEffect::Network | ToolEffect::Delegate => false,
            };
        }
        if !self.is_for_owner() {
            return;
        }
        match (profile.preset, effect) {
            (Preset::Yolo, _) => say.permits = true,
            (Preset::Trusted, ToolEffect::Read) => {
                say.asks = true;
                say.permits = !(is_outside && is_secret);
            }
            (Preset::Trusted, ToolEffect::Write) => {
                say.asks = true;
                say.permits = stays_and_keeps && writes_well;
            }
            (Preset::Trusted, ToolEffect::Network) => say.asks = true,
            (Preset::Trusted, ToolEffect::Delegate) => say.permits = true,
            (Preset::Trusted | Preset::Worker, ToolEffect::Execute) => {
                say.asks = true;
                say.permits = is_confined && !talks && !is_outside && writes_well;
            }
            (Preset::Worker | Preset::Sandboxed, ToolEffect::Read) => {
                say.permits = stays_and_keeps;
            }
            (Preset::Worker | Preset::Sandboxed, ToolEffect::Write) => {
                say.permits = stays_and_keeps && writes_well;
                say.asks = !is_outside && touches.deletes() && writes_well;
            }
            _ => {}
        }
    }

    /// An allowance must cover everything that is touched; a denial need only meet one thing.
    fn is_about(&self, grant: &Grant) -> bool {
        let (verb, resource) = match &self.query.action {
            Action::Method { name, .. } => (GrantVerb::Call, name.as_str()),
            Action::StartRun { agent, .. } => (GrantVerb::StartRun, agent.as_str()),
            Action::UseTool { action, .. } => (GrantVerb::UseTool, action.tool.as_str()),
            Action::Deliver { channel, .. } => (GrantVerb::Deliver, channel.as_str()),
            Action::Approve { .. } => return false,
        };
        let touches = match &self.query.action {
            Action::UseTool { action, .. } => Touches::of(&action.targets),
            Action::Deliver { target, .. } => {
                Touches { recipients: vec![target], ..Touches::default() }
            }
            _ => Touches::default(),
        };
        let digest = match &self.query.action {
            Action::UseTool { action, .. } => Some(&action.digest),
            _ => None,
        };
        let scope = &grant.scope;
        let met = |all: Vec<bool>| match grant.effect {
            GrantEffect::Allow => !all.is_empty() && all.into_iter().all(|is_met| is_met),
            GrantEffect::Deny => all.into_iter().any(|is_met| is_met),
        };
        let meets_paths = scope.path.as_deref().is_none_or(|wanted| {
            met(touches.paths.iter().map(|path| is_path(wanted, *path, grant.effect)).collect())
        });
        let meets_hosts = scope.host.as_deref().is_none_or(|wanted| {
            let is_host = |(host, port): &(&str, u16)| {
                host.to_lowercase().trim_end_matches('.') == wanted
                    && scope.port.is_none_or(|wanted| wanted == *port)
            };
            met(touches.hosts.iter().map(is_host).collect())
        });
        let meets_commands = scope.command.as_deref().is_none_or(|wanted| {
            met(touches.commands.iter().map(|command| is_command(wanted, *command)).collect())
        });
        let meets_recipients = scope
            .recipient
            .as_deref()
            .is_none_or(|wanted| met(touches.recipients.iter().map(|to| *to == wanted).collect()));
        let facts = &self.query.facts;
        let is_of_place = scope.path.is_some() || scope.host.is_some() || scope.recipient.is_some();
        let is_of_command = scope.command.is_some() || scope.digest.is_some();
        let is_too_little = grant.effect == GrantEffect::Allow
            && is_of_place
            && !is_of_command
            && !touches.commands.is_empty();
        verb == grant.verb
            && !is_too_little
            && self.holds(grant)
            && scope.resource.as_deref().is_none_or(|name| name == resource)
            && scope.session_key.as_ref().is_none_or(|key| facts.session_key.as_ref() == Some(key))
            && scope.digest.as_ref().is_none_or(|wanted| digest == Some(wanted))
            && meets_paths
            && meets_hosts
            && meets_commands
            && meets_recipients
    }

    /// Without a clock, nothing that may have ended allows, and everything that may hold denies.
    fn holds(&self, grant: &Grant) -> bool {
        let has_time_left = match (grant.expires_at, self.now) {
            (None, _) => true,
            (Some(end), Some(now)) => now.0 < end.0,
            (Some(_), None) => grant.effect == GrantEffect::Deny,
        };
        grant.revoked_at.is_none() && has_time_left
    }
}

/// What a tool would touch, by kind.
#[derive(Default)]
struct Touches<'a> {
    paths: Vec<(&'a str, PathAccess)>,
    hosts: Vec<(&'a str, u16)>,
    commands: Vec<(&'a [String], &'a str)>,
    is_networked: bool,
    recipients: Vec<&'a str>,
}

impl<'a> Touches<'a> {
    fn of(targets: &'a [Target]) -> Self {
        let mut touches = Self::default();
        for target in targets {
            match target {
                Target::Path { path, access, .. } => touches.paths.push((path, *access)),
                Target::Host { host, port } => touches.hosts.push((host, *port)),
                Target::Command { argv, program, network, .. } => {
                    touches.commands.push((argv, program));
                    touches.is_networked |= *network;
                }
                Target::Recipient { to, .. } => touches.recipients.push(to),
            }
        }
        touches
    }

    fn is_outside(&self) -> bool {
        self.paths.iter().any(|(path, _)| leaves(path))
    }

    fn deletes(&self) -> bool {
        self.paths.iter().any(|(_, access)| *access == PathAccess::Delete)
    }
}

/// Whether a path is what was given, or lies beneath it.
fn is_within(path: &str, given: &str) -> bool {
    path.strip_prefix(given).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn leaves(path: &str) -> bool {
    path.starts_with('/') || path.contains("..")
}

/// A path without what changes nothing; `.` is the workspace.
fn bare(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path);
    match path.strip_suffix('/').unwrap_or(path) {
        "" => ".",
        path => path,
    }
}

/// Whether one path is meant. Nobody knows where `..` leads: no allowance covers it, every denial
/// does.
fn is_path(wanted: &str, (path, access): (&str, PathAccess), effect: GrantEffect) -> bool {
    let with_all_beneath = path.ends_with('/') || access == PathAccess::Delete;
    let (folder, touched) = (bare(wanted), bare(path));
    let is_beneath = |path: &str, folder: &str| match folder {
        "." => !path.starts_with('/'),
        folder => path == folder || path.starts_with(&format!("{folder}/")),
    };
    let is_inside = match wanted.ends_with('/') {
        true => is_beneath(touched, folder),
        false => touched == folder,
    };
    match effect {
        GrantEffect::Allow => {
            // A folder whole is more than the file of a grant; what is deleted is named itself.
            let is_more = path.ends_with('/') && access != PathAccess::Delete;
            is_inside && !path.contains("..") && (wanted.ends_with('/') || !is_more)
        }
        GrantEffect::Deny => {
            is_inside || path.contains("..") || (with_all_beneath && is_beneath(folder, touched))
        }
    }
}

/// The program by its file, or by its bare name as typed; then the words that follow.
fn is_command(wanted: &[String], (argv, program): (&[String], &str)) -> bool {
    let is_program = wanted[0] == program || (wanted[0] == argv[0] && !argv[0].contains('/'));
    is_program && wanted.len() <= argv.len() && wanted[1..] == argv[1..wanted.len()]
}
