//! A second opinion: the rules of access control written once more in plain Rust, from what they
//! are meant to say, and compared with the engine on random cases. Neither knows of the other.
//!
//! Built with `NEXUS_IAM_CASES=1000000`, it tries that many.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use nexus_domain::Timestamp;
use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::{AgentId, GrantId};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{
    Action, AgentProfile, Effect, Engine, Facts, Grants, Preset, Query, canonical_action,
};
use nexus_tests::dice::Dice;
use serde_json::json;

const CASES: usize = 20_000;
const NOW: i64 = 1_000;

fn pick<'a, T>(dice: &mut Dice, from: &'a [T]) -> &'a T {
    &from[dice.below(from.len())]
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// What may be decided, and about whom.
struct World {
    profiles: Vec<AgentProfile>,
    grants: Vec<Grant>,
}

fn world(dice: &mut Dice) -> World {
    let mut profiles = Vec::new();
    for (name, parent) in [("main", None), ("helper", Some("main")), ("tiny", Some("helper"))] {
        let mut profile = AgentProfile::new(agent(name), *pick(dice, &Preset::ALL));
        profile.parent = parent.map(agent);
        if dice.below(3) == 0 {
            profile.tools = Some(vec!["read_file".to_owned(), "http_fetch".to_owned()]);
        }
        if dice.below(4) == 0 {
            profile.denied_tools = vec!["exec".to_owned()];
        }
        if dice.below(2) == 0 {
            profile.write_paths = vec!["notes/".to_owned(), "a.txt".to_owned()];
        }
        profiles.push(profile);
    }
    let grants = (0..dice.below(6)).map(|n| grant(dice, n)).collect();
    World { profiles, grants }
}

fn grant(dice: &mut Dice, n: usize) -> Grant {
    let verbs = [GrantVerb::Call, GrantVerb::StartRun, GrantVerb::UseTool, GrantVerb::Deliver];
    let verb = *pick(dice, &[verbs.as_slice(), &[GrantVerb::UseTool; 6]].concat());
    let resources: &[&str] = match verb {
        GrantVerb::Call => &["status", "runtime.shutdown"],
        GrantVerb::StartRun => &["main", "helper"],
        GrantVerb::UseTool => &["read_file", "write_file", "http_fetch", "exec"],
        GrantVerb::Deliver => &["echo", "mail"],
    };
    let maybe = |dice: &mut Dice, from: &[&str]| {
        (dice.below(3) == 0).then(|| (*pick(dice, from)).to_owned())
    };
    let is_tool = verb == GrantVerb::UseTool;
    let scope = GrantScope {
        resource: (dice.below(4) > 0).then(|| (*pick(dice, resources)).to_owned()),
        path: maybe(dice, &["notes/", "a.txt", "/etc/"]).filter(|_| is_tool),
        host: maybe(dice, &["example.org", "org"]).filter(|_| is_tool),
        ..GrantScope::default()
    };
    Grant {
        id: GrantId::from_parts(Timestamp(1), n as u128),
        principal: principals(dice),
        verb,
        effect: *pick(dice, &[GrantEffect::Allow, GrantEffect::Allow, GrantEffect::Deny]),
        scope,
        reason: "because".to_owned(),
        granted_by: Principal::Owner,
        permission_id: None,
        created_at: Timestamp(1),
        expires_at: pick(dice, &[None, Some(Timestamp(NOW)), Some(Timestamp(NOW + 1))]).to_owned(),
        revoked_at: None,
        revoked_by: None,
    }
}

fn invokers() -> Vec<Principal> {
    vec![
        Principal::Owner,
        Principal::Known("anna".to_owned()),
        Principal::Unknown("echo:x".to_owned()),
        Principal::Adapter("echo/main".to_owned()),
        Principal::ApiKey("ci".to_owned()),
        Principal::Job("beat".to_owned()),
        Principal::Device("phone".to_owned()),
        Principal::Hook("greet".to_owned()),
        Principal::System,
    ]
}

fn principals(dice: &mut Dice) -> Principal {
    match dice.below(3) {
        0 => pick(dice, &invokers()).clone(),
        _ => Principal::Agent(agent(pick::<&str>(dice, &["main", "helper", "tiny", "stranger"]))),
    }
}

fn query(dice: &mut Dice) -> Query {
    let invoker = match dice.below(2) {
        0 => Principal::Owner,
        _ => pick(dice, &invokers()).clone(),
    };
    let mut chain = Chain::of(invoker);
    for _ in 0..dice.below(4) {
        chain = chain.through(agent(pick::<&str>(dice, &["main", "helper", "tiny", "stranger"])));
    }
    let action = match dice.below(8) {
        0 => Action::Method {
            name: (*pick(dice, &["status", "runtime.shutdown"])).to_owned(),
            scope: "runtime.read".to_owned(),
            kind: "query".to_owned(),
        },
        1 => Action::Approve { permission: "x".to_owned() },
        2 => Action::StartRun {
            agent: agent(pick::<&str>(dice, &["main", "helper", "tiny"])),
            channel: (*pick(dice, &["echo", "mail"])).to_owned(),
            peer_kind: *pick(dice, &[PeerKind::Dm, PeerKind::Group, PeerKind::Channel]),
        },
        3 => Action::Deliver {
            channel: (*pick(dice, &["echo", "mail"])).to_owned(),
            target: "42".to_owned(),
        },
        _ => tool(dice),
    };
    let facts = Facts {
        channel: pick(dice, &[None, Some("echo".to_owned())]).clone(),
        // What labels together mean has tests of its own.
        labels: pick(
            dice,
            &[
                vec![],
                vec!["untrusted".to_owned()],
                vec!["untrusted".to_owned(), "private".to_owned()],
            ],
        )
        .clone(),
        posture: pick(dice, &[None, Some("full".to_owned()), Some("partial".to_owned())]).clone(),
        ..Facts::default()
    };
    Query { chain, action, facts }
}

fn tool(dice: &mut Dice) -> Action {
    let tools = [
        ("read_file", ToolEffect::Read),
        ("write_file", ToolEffect::Write),
        ("http_fetch", ToolEffect::Network),
        ("exec", ToolEffect::Execute),
    ];
    let (name, effect) = *pick(dice, &tools);
    let mut targets = Vec::new();
    for _ in 0..dice.below(3) {
        let path =
            *pick(dice, &["notes/x", "notes2", "a.txt", "src/a", "/etc/x", "../up", "/h/.ssh/id"]);
        let access = *pick(dice, &[PathAccess::Read, PathAccess::Write]);
        targets.push(Target::Path { path: path.to_owned(), access, content: None });
    }
    if dice.below(3) == 0 {
        let host = *pick(dice, &["example.org", "evil.example.org"]);
        targets.push(Target::Host { host: host.to_owned(), port: 443 });
    }
    let action = canonical_action(name, String::new(), json!({}), targets);
    Action::UseTool { action, effect }
}

/// The rules.
struct Rules<'a> {
    world: &'a World,
    query: &'a Query,
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
    fn verdict(&self) -> Effect {
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

    fn built_in(&self, who: &Principal, say: &mut Say) {
        let (action, facts) = (&self.query.action, &self.query.facts);
        match (who, action) {
            (Principal::Owner, _) => say.permits = true,
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
                let is_child = self.profile(agent).parent.as_ref() == Some(id);
                say.permits = may_have && is_child && self.is_for_owner();
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
                let any = |is: fn(&Target) -> bool| action.targets.iter().any(is);
                let goes_out = *effect == ToolEffect::Network
                    || any(|t| matches!(t, Target::Host { .. } | Target::Recipient { .. }));
                let leaves = any(|t| match t {
                    Target::Path { path, .. } => path.starts_with('/') || path.contains(".."),
                    _ => false,
                });
                let is_confined = facts.posture.as_deref() == Some("full");
                (leaks && goes_out)
                    || (has("untrusted") && *effect == ToolEffect::Execute && !is_confined)
                    || (has("untrusted") && *effect == ToolEffect::Write && leaves)
            }
            _ => false,
        }
    }

    fn is_for_owner(&self) -> bool {
        self.query.chain.invoker() == Some(&Principal::Owner)
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

        let paths: Vec<(&str, PathAccess)> = targets
            .iter()
            .filter_map(|target| match target {
                Target::Path { path, access, .. } => Some((path.as_str(), *access)),
                _ => None,
            })
            .collect();
        let talks = targets.iter().any(|target| matches!(target, Target::Host { .. }));
        let leaves = |path: &str| path.starts_with('/') || path.contains("..");
        let is_outside = paths.iter().any(|(path, _)| leaves(path));
        let is_secret = paths.iter().any(|(path, _)| path.contains("/.ssh/"));
        let written: Vec<_> =
            paths.iter().filter(|(_, access)| *access != PathAccess::Read).collect();
        let is_wide = profile.preset >= Preset::Trusted;
        let may_write = |path: &str| {
            !leaves(path)
                && match profile.write_paths.is_empty() {
                    true => is_wide,
                    false => path.starts_with("notes/") || path == "a.txt",
                }
        };
        let says_nothing = effect == ToolEffect::Write && written.is_empty();
        let writes_well = written.iter().all(|(path, _)| may_write(path))
            && (!says_nothing || (is_wide && profile.write_paths.is_empty()));
        let is_confined = self.query.facts.posture.as_deref() == Some("full");

        if !is_wide {
            say.forbids |= is_outside || talks || !writes_well || effect == ToolEffect::Network;
            say.forbids |= profile.preset == Preset::Sandboxed && effect == ToolEffect::Execute;
        }
        if !self.is_for_owner() {
            return;
        }
        let runs_safely = is_confined && !talks && !is_outside && writes_well;
        match (profile.preset, effect) {
            (Preset::Yolo, _) => say.permits = true,
            (Preset::Trusted, ToolEffect::Read) => {
                say.asks = true;
                say.permits = !(is_outside && is_secret);
            }
            (Preset::Trusted, ToolEffect::Write) => {
                say.asks = true;
                say.permits = !is_outside && writes_well;
            }
            (Preset::Trusted, ToolEffect::Network) => say.asks = true,
            (Preset::Trusted | Preset::Worker, ToolEffect::Execute) => {
                say.asks = true;
                say.permits = runs_safely;
            }
            (Preset::Worker | Preset::Sandboxed, ToolEffect::Read) => say.permits = !is_outside,
            (Preset::Worker | Preset::Sandboxed, ToolEffect::Write) => {
                say.permits = !is_outside && writes_well;
            }
            _ => {}
        }
    }

    fn is_about(&self, grant: &Grant) -> bool {
        let (verb, resource) = match &self.query.action {
            Action::Method { name, .. } => (GrantVerb::Call, name.as_str()),
            Action::StartRun { agent, .. } => (GrantVerb::StartRun, agent.as_str()),
            Action::UseTool { action, .. } => (GrantVerb::UseTool, action.tool.as_str()),
            Action::Deliver { channel, .. } => (GrantVerb::Deliver, channel.as_str()),
            Action::Approve { .. } => return false,
        };
        let targets = match &self.query.action {
            Action::UseTool { action, .. } => action.targets.as_slice(),
            _ => &[],
        };
        let holds_now = grant.expires_at.is_none_or(|end| end.0 > NOW);
        let is_named = grant.scope.resource.as_deref().is_none_or(|name| name == resource);
        let mut paths = Vec::new();
        let mut hosts = Vec::new();
        for target in targets {
            match target {
                Target::Path { path, .. } => paths.push(path.as_str()),
                Target::Host { host, .. } => hosts.push(host.as_str()),
                _ => {}
            }
        }
        let is_path = |wanted: &str, path: &str| match wanted.strip_suffix('/') {
            Some(folder) => path == folder || path.starts_with(wanted),
            None => path == wanted,
        };
        let meets_paths = grant.scope.path.as_deref().is_none_or(|wanted| match grant.effect {
            GrantEffect::Allow => {
                !paths.is_empty()
                    && paths.iter().all(|path| is_path(wanted, path) && !path.contains(".."))
            }
            GrantEffect::Deny => {
                paths.iter().any(|path| is_path(wanted, path) || path.contains(".."))
            }
        });
        let meets_hosts = grant.scope.host.as_deref().is_none_or(|wanted| match grant.effect {
            GrantEffect::Allow => !hosts.is_empty() && hosts.iter().all(|host| *host == wanted),
            GrantEffect::Deny => hosts.contains(&wanted),
        });
        verb == grant.verb && holds_now && is_named && meets_paths && meets_hosts
    }
}

#[test]
fn the_engine_agrees_with_the_rules_written_once_more() {
    let wanted = option_env!("NEXUS_IAM_CASES");
    let n_cases = wanted.map_or(CASES, |text| text.parse().expect("a number of cases"));
    let engine = Engine::built_in().unwrap();
    let mut dice = Dice::seeded(7);
    let mut counts = [0_usize; 3];
    let mut n = 0;
    while n < n_cases {
        let world = world(&mut dice);
        let engine = engine
            .with_agents(world.profiles.clone())
            .with_grants(Grants::new(world.grants.clone()));
        // Many questions to each world.
        for _ in 0..20 {
            let query = query(&mut dice);
            let expected = Rules { world: &world, query: &query }.verdict();
            let verdict = engine.decide_at(&query, Some(Timestamp(NOW)));
            assert_eq!(
                verdict.effect, expected,
                "case {n} differs: the engine says {verdict}\n{query:#?}\n{:#?}\n{:#?}",
                world.profiles, world.grants
            );
            counts[verdict.effect as usize] += 1;
            n += 1;
        }
    }
    // A comparison that only ever meets one answer compares nothing.
    assert!(counts.iter().all(|count| *count > n_cases / 200), "{counts:?}");
}
