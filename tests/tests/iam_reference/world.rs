//! Random agents, grants and questions: few names, so that they meet often.

use nexus_domain::Timestamp;
use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::{AgentId, GrantId, SessionKey};
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, AgentProfile, Facts, Holder, Preset, Query, canonical_action};
use nexus_tests::dice::Dice;
use serde_json::json;

/// The instant of every question whose time is known.
pub(crate) const NOW: i64 = 1_000;

/// Words of commands, and the file that the first of them leads to.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["git", "status"], "/usr/bin/git"),
    (&["git", "push", "origin"], "/usr/bin/git"),
    (&["./git", "push"], "/w/git"),
    (&["make"], "/usr/bin/make"),
];

/// Tools with what they do.
const TOOLS: [(&str, ToolEffect); 5] = [
    ("read_file", ToolEffect::Read),
    ("write_file", ToolEffect::Write),
    ("http_fetch", ToolEffect::Network),
    ("exec", ToolEffect::Execute),
    ("agent_send", ToolEffect::Delegate),
];

fn pick<'a, T>(dice: &mut Dice, from: &'a [T]) -> &'a T {
    &from[dice.below(from.len())]
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// The key and the hook that may use one agent, and the device that may decide.
pub(crate) fn holders() -> Vec<Holder> {
    let scopes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    vec![
        Holder {
            principal: Principal::ApiKey("ci".to_owned()),
            scopes: scopes(&["runtime.read", "session.write"]),
            agents: Some(vec![agent("main")]),
        },
        Holder {
            principal: Principal::Device("phone".to_owned()),
            scopes: scopes(&["acl.approve", "tool.invoke"]),
            agents: None,
        },
        Holder {
            principal: Principal::Hook("greet".to_owned()),
            scopes: Vec::new(),
            agents: Some(vec![agent("main")]),
        },
    ]
}

/// What may be decided, and about whom.
pub(crate) struct World {
    /// The agents.
    pub(crate) profiles: Vec<AgentProfile>,
    /// The grants.
    pub(crate) grants: Vec<Grant>,
}

impl World {
    /// One of them.
    pub(crate) fn throw(dice: &mut Dice) -> Self {
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
        let grants = (0..dice.below(14)).map(|n| grant(dice, n)).collect();
        Self { profiles, grants }
    }
}

fn grant(dice: &mut Dice, n: usize) -> Grant {
    let verbs = [GrantVerb::Call, GrantVerb::StartRun, GrantVerb::UseTool, GrantVerb::Deliver];
    let verb = *pick(dice, &[verbs.as_slice(), &[GrantVerb::UseTool; 6]].concat());
    Grant {
        id: GrantId::from_parts(Timestamp(1), n as u128),
        principal: principals(dice),
        verb,
        effect: *pick(dice, &[GrantEffect::Allow, GrantEffect::Allow, GrantEffect::Deny]),
        scope: scope(dice, verb),
        reason: "because".to_owned(),
        granted_by: Principal::Owner,
        permission_id: None,
        created_at: Timestamp(1),
        expires_at: pick(dice, &[None, Some(Timestamp(NOW)), Some(Timestamp(NOW + 1))]).to_owned(),
        revoked_at: (dice.below(8) == 0).then_some(Timestamp(2)),
        revoked_by: None,
    }
}

fn scope(dice: &mut Dice, verb: GrantVerb) -> GrantScope {
    let resources: &[&str] = match verb {
        GrantVerb::Call => &["status", "runtime.shutdown"],
        GrantVerb::StartRun => &["main", "helper"],
        GrantVerb::UseTool => &["read_file", "write_file", "http_fetch", "exec"],
        GrantVerb::Deliver => &["echo", "mail"],
    };
    let maybe = |dice: &mut Dice, chance: usize, from: &[&str]| {
        (dice.below(chance) == 0).then(|| (*pick(dice, from)).to_owned())
    };
    let mut scope = GrantScope {
        resource: maybe(dice, 2, resources),
        session_key: (dice.below(8) == 0).then(|| session(dice)),
        ..GrantScope::default()
    };
    if matches!(verb, GrantVerb::UseTool | GrantVerb::Deliver) {
        scope.recipient = maybe(dice, 12, &["42", "43"]);
    }
    if verb != GrantVerb::UseTool {
        return scope;
    }
    // One field at a time, mostly: the more a grant names, the more seldom it matters.
    let which = dice.below(8);
    if which < 3 {
        scope.path = maybe(dice, 1, &["notes/", "notes", "notes/x", "a.txt", "/etc/", "./"]);
    }
    if which == 2 || which == 3 {
        scope.host = maybe(dice, 1, &["example.org", "org"]);
        scope.port = *pick(dice, &[None, None, Some(443), Some(80)]);
    }
    if which == 4 {
        let words: &[&[&str]] =
            &[&["git"], &["git", "push"], &["/usr/bin/git"], &["./git"], &["make", "all"]];
        scope.command = Some(pick(dice, words).iter().map(|word| (*word).to_owned()).collect());
    }
    if which == 5 {
        scope.digest = Some(empty("read_file").digest);
    }
    scope
}

/// A call without arguments, which a grant can name by its digest.
fn empty(tool: &str) -> nexus_domain::permission::CanonicalAction {
    canonical_action(tool, String::new(), json!({}), Vec::new())
}

fn session(dice: &mut Dice) -> SessionKey {
    SessionKey::parse(pick::<&str>(dice, &["main", "group:echo:1"])).unwrap()
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
        Principal::Hook("forgotten".to_owned()),
        Principal::System,
    ]
}

fn principals(dice: &mut Dice) -> Principal {
    match dice.below(3) {
        0 => pick(dice, &invokers()).clone(),
        _ => Principal::Agent(agent(pick::<&str>(dice, &["main", "helper", "tiny", "stranger"]))),
    }
}

/// A question; every other one is about what a grant of this world names, or nearly so.
pub(crate) fn query(dice: &mut Dice, world: &World) -> Query {
    let mut query = anything(dice);
    if dice.below(2) == 0 || world.grants.is_empty() {
        return query;
    }
    let grant = pick(dice, &world.grants);
    query.chain = match &grant.principal {
        Principal::Agent(id) => Chain::of(Principal::Owner).through(id.clone()),
        invoker => Chain::of(invoker.clone()),
    };
    if grant.scope.session_key.is_some() {
        query.facts.session_key.clone_from(&grant.scope.session_key);
    }
    if grant.verb == GrantVerb::UseTool {
        query.action = tool_for(dice, &grant.scope);
    }
    query
}

/// A use of a tool that a scope covers, or misses by little.
fn tool_for(dice: &mut Dice, scope: &GrantScope) -> Action {
    let name = scope.resource.clone().unwrap_or_else(|| pick(dice, &TOOLS).0.to_owned());
    let effect = TOOLS.iter().find(|(tool, _)| *tool == name).map_or(ToolEffect::Read, |t| t.1);
    let mut targets = Vec::new();
    if let Some(path) = &scope.path {
        let bare = path.trim_end_matches('/');
        let near =
            [bare.to_owned(), format!("{bare}/"), format!("{bare}/deep/x"), format!("{bare}2")];
        let path = pick(dice, &near).replace("//", "/");
        targets.push(Target::Path { path, access: access(dice), content: None });
    }
    if let Some(host) = &scope.host {
        let host = pick(dice, &[host.clone(), format!("x.{host}"), host.to_uppercase()]).clone();
        targets.push(Target::Host { host, port: *pick(dice, &[443, 80]) });
    }
    if scope.command.is_some() {
        targets.push(command(dice));
    }
    if let Some(to) = &scope.recipient {
        targets.push(Target::Recipient { channel: "echo".to_owned(), to: to.clone() });
    }
    if dice.below(4) == 0
        && let Action::UseTool { action, .. } = tool(dice)
    {
        targets.extend(action.targets.into_iter().take(1));
    }
    let action = canonical_action(&name, String::new(), json!({}), targets);
    Action::UseTool { action, effect }
}

fn access(dice: &mut Dice) -> PathAccess {
    use PathAccess::{Delete, Read, Write};
    *pick(dice, &[Read, Read, Write, Write, Delete])
}

fn command(dice: &mut Dice) -> Target {
    let (argv, program) = pick(dice, COMMANDS);
    Target::Command {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        program: (*program).to_owned(),
        cwd: ".".to_owned(),
        env: Vec::new(),
        content: None,
        network: dice.below(2) == 0,
    }
}

fn anything(dice: &mut Dice) -> Query {
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
            target: (*pick(dice, &["42", "43"])).to_owned(),
        },
        _ => tool(dice),
    };
    let labels: &[&[&str]] = &[
        &[],
        &["untrusted"],
        &["private"],
        &["untrusted", "private"],
        &["secret", "untrusted"],
        &["private", "secret"],
    ];
    let facts = Facts {
        session_key: (dice.below(2) == 0).then(|| session(dice)),
        channel: pick(dice, &[None, Some("echo".to_owned())]).clone(),
        labels: pick(dice, labels).iter().map(|label| (*label).to_owned()).collect(),
        posture: pick(dice, &[None, Some("full".to_owned()), Some("partial".to_owned())]).clone(),
    };
    Query { chain, action, facts }
}

fn tool(dice: &mut Dice) -> Action {
    let (name, effect) = *pick(dice, &TOOLS);
    let mut targets = Vec::new();
    let paths = [
        "notes/x",
        "notes/",
        "notes2",
        "a.txt",
        "src/a",
        "./AGENTS.md",
        "/etc/x",
        "../up",
        "/h/.ssh/id",
        ".",
    ];
    for _ in 0..dice.below(3) {
        let path = *pick(dice, &paths);
        targets.push(Target::Path { path: path.to_owned(), access: access(dice), content: None });
    }
    if dice.below(3) == 0 {
        let host = *pick(dice, &["example.org", "Example.org.", "evil.example.org"]);
        targets.push(Target::Host { host: host.to_owned(), port: *pick(dice, &[443, 80]) });
    }
    if dice.below(4) == 0 || effect == ToolEffect::Execute {
        targets.push(command(dice));
    }
    if dice.below(8) == 0 {
        let to = (*pick(dice, &["42", "43"])).to_owned();
        targets.push(Target::Recipient { channel: "echo".to_owned(), to });
    }
    let action = canonical_action(name, String::new(), json!({}), targets);
    Action::UseTool { action, effect }
}
