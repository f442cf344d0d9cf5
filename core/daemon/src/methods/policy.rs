//! Policies: listed, checked, explained, tried out. Nothing here changes anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use nexus_domain::arrival::PeerKind;
use nexus_domain::failure::Failure;
use nexus_domain::id::AgentId;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{
    Action, Engine, Facts, Permit, PolicyEntry, PolicySource, Query, canonical_action_in,
};
use nexus_protocol::Method;
use nexus_protocol::policy::{
    DecidingPolicy, ExplainParams, ExplainResult, ExplainedLink, PoliciesListParams,
    PoliciesListResult, PoliciesShowParams, PoliciesShowResult, PoliciesValidateParams,
    PoliciesValidateResult, PolicyFinding, PolicyItem, Question, TestOutcome, TestParams,
    TestResult, Verb, WhoCanItem, WhoCanParams, WhoCanResult,
};

use crate::context::Context;
use crate::place::resolved;

/// Lists the policies in force.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    _params: PoliciesListParams,
) -> Result<PoliciesListResult, Failure> {
    let epoch = context.iam.epoch();
    let policies = context.iam.engine().policies().into_iter().map(item).collect();
    let folder = context.policies.folder().display().to_string();
    Ok(PoliciesListResult { policies, folder, epoch })
}

/// Shows one policy with its text.
pub async fn show(
    context: &Arc<Context>,
    _permit: Permit,
    params: PoliciesShowParams,
) -> Result<PoliciesShowResult, Failure> {
    let engine = context.iam.engine();
    let policies = engine.policies();
    let entry = policies.iter().find(|entry| entry.id == params.id).ok_or_else(|| {
        Failure::not_found(format!("there is no policy `{}`", params.id))
            .hint("nexus acl policies list shows them; a grant is shown by nexus acl grants show")
    })?;
    Ok(PoliciesShowResult { policy: item(entry), text: entry.text.clone() })
}

fn item(entry: &PolicyEntry) -> PolicyItem {
    PolicyItem {
        id: entry.id.clone(),
        kind: entry.kind.name().to_owned(),
        reason: entry.reason.clone(),
        source: entry.source.clone(),
        line: u32::try_from(entry.line).unwrap_or(u32::MAX),
    }
}

/// Checks policies without putting them in force.
pub async fn validate(
    context: &Arc<Context>,
    _permit: Permit,
    params: PoliciesValidateParams,
) -> Result<PoliciesValidateResult, Failure> {
    let (home, config) = (context.home.clone(), context.config.current());
    let book = context.agents.book();
    let check = move || match params.text {
        Some(text) => Engine::new(&[PolicySource::written("given text", text)]),
        None => crate::policy::sources(&home, &config, &book).and_then(|all| Engine::new(&all)),
    };
    let checked = tokio::task::spawn_blocking(check).await.map_err(Failure::internal)?;
    let problems = checked.err().map(|error| error.problems).unwrap_or_default();
    let findings: Vec<_> = problems
        .into_iter()
        .map(|problem| PolicyFinding {
            source: problem.source,
            line: problem.line.and_then(|line| u32::try_from(line).ok()),
            problem: problem.problem,
        })
        .collect();
    Ok(PoliciesValidateResult { is_valid: findings.is_empty(), findings })
}

/// Explains a decision: who, what, which policies, and what would be needed.
pub async fn explain(
    context: &Arc<Context>,
    _permit: Permit,
    params: ExplainParams,
) -> Result<ExplainResult, Failure> {
    let engine = context.iam.engine();
    let query = query(context, chain(&params.who)?, &params.question)?;
    let explained = engine.explain(&query, Some(context.clock.now()));
    let links = explained.links.into_iter().map(|link| ExplainedLink {
        principal: link.principal.to_string(),
        preset: match &link.principal {
            Principal::Agent(id) => Some(engine.profile(id).preset_name),
            _ => None,
        },
        verdict: link.effect.name().to_owned(),
        policies: link
            .policies
            .into_iter()
            .map(|policy| DecidingPolicy {
                id: policy.id,
                kind: policy.kind.name().to_owned(),
                reason: policy.reason,
                place: policy.place,
            })
            .collect(),
    });
    Ok(ExplainResult {
        verdict: explained.verdict.effect.name().to_owned(),
        reason: explained.verdict.to_string(),
        action: query.action.to_string(),
        links: links.collect(),
        needed: explained.needed,
    })
}

/// Tries cases against what is in force.
pub async fn test(
    context: &Arc<Context>,
    _permit: Permit,
    params: TestParams,
) -> Result<TestResult, Failure> {
    let mut outcomes = Vec::new();
    for case in params.cases {
        let query = query(context, chain(&case.who)?, &case.question)?;
        let verdict = context.iam.decide(&query);
        let name = format!("{} may {}", query.chain, query.action);
        outcomes.push(TestOutcome {
            name: case.name.unwrap_or(name),
            has_passed: verdict.effect.name() == case.expect.name(),
            expected: case.expect.name().to_owned(),
            verdict: verdict.effect.name().to_owned(),
            reason: verdict.to_string(),
        });
    }
    Ok(TestResult { has_passed: outcomes.iter().all(|outcome| outcome.has_passed), outcomes })
}

/// Says who may do something: the owner, every agent, one of each other kind of principal, and
/// everybody who has a grant.
pub async fn who_can(
    context: &Arc<Context>,
    _permit: Permit,
    params: WhoCanParams,
) -> Result<WhoCanResult, Failure> {
    let now = context.clock.now();
    let granted = context.ledger.read(move |r| r.grants().in_force(now)).await?;
    let book = context.agents.book();
    let of_agents = book.all().map(|agent| book.chain(&Principal::Owner, agent.id()));
    let others = [
        Principal::Known("anybody".to_owned()),
        Principal::Unknown("anybody".to_owned()),
        Principal::Device("any".to_owned()),
        Principal::Adapter("any".to_owned()),
        Principal::ApiKey("any".to_owned()),
        Principal::Job("any".to_owned()),
        Principal::Hook("any".to_owned()),
        Principal::System,
    ];
    let of_grants = granted.into_iter().map(|grant| match grant.principal {
        Principal::Agent(agent) => Chain::of(Principal::Owner).through(agent),
        other => Chain::of(other),
    });
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    let all = std::iter::once(Chain::of(Principal::Owner)).chain(of_agents).chain(of_grants);
    for chain in all.chain(others.into_iter().map(Chain::of)) {
        let who = chain.to_string();
        if !seen.insert(who.clone()) {
            continue;
        }
        let verdict = context.iam.decide(&query(context, chain, &params.question)?);
        let (word, reason) = (verdict.effect.name().to_owned(), verdict.to_string());
        items.push(WhoCanItem { who, verdict: word, reason });
    }
    Ok(WhoCanResult { items })
}

/// Who acts for whom. An agent that is named alone acts for the owner.
fn chain(who: &[String]) -> Result<Chain, Failure> {
    let mut links = who.iter().map(|name| Principal::parse(name)).collect::<Result<Vec<_>, _>>()?;
    if matches!(links.first(), Some(Principal::Agent(_))) {
        links.insert(0, Principal::Owner);
    }
    let mut links = links.into_iter();
    let invoker = links.next().ok_or_else(|| Failure::invalid("`who` names nobody"))?;
    links.try_fold(Chain::of(invoker), |chain, link| match link {
        Principal::Agent(id) => Ok(chain.through(id)),
        other => Err(Failure::invalid(format!("{other} cannot act for somebody else"))
            .hint("after the first, only agents: owner, agent:main, agent:helper")),
    })
}

fn query(context: &Context, chain: Chain, question: &Question) -> Result<Query, Failure> {
    let name = question.resource.clone();
    let action = match question.verb {
        Verb::Call => {
            let method = Method::by_name(&name)
                .ok_or_else(|| Failure::not_found(format!("there is no method `{name}`")))?;
            Action::Method {
                name,
                scope: method.scope().name().to_owned(),
                kind: method.kind().name().to_owned(),
            }
        }
        Verb::StartRun => Action::StartRun {
            agent: AgentId::parse(&name)?,
            channel: question.channel.clone().unwrap_or_else(|| "control".to_owned()),
            peer_kind: question.peer_kind.unwrap_or(PeerKind::Dm),
        },
        Verb::UseTool => tool(question, folder(context, &chain))?,
        Verb::Deliver => Action::Deliver {
            channel: name,
            target: question.recipient.clone().unwrap_or_default(),
        },
        Verb::Approve => Action::Approve { permission: name },
    };
    let facts = Facts {
        session_key: question.session_key.clone(),
        channel: question.channel.clone(),
        labels: question.labels.clone(),
        posture: question.posture.clone(),
    };
    Ok(Query { chain, action, facts })
}

/// Where the paths of the agent that acts start from.
fn folder(context: &Context, chain: &Chain) -> Option<String> {
    let Some(Principal::Agent(agent)) = chain.actor() else { return None };
    Some(resolved(&context.workspace(agent)).display().to_string())
}

fn tool(question: &Question, folder: Option<String>) -> Result<Action, Failure> {
    let name = &question.resource;
    let effect = question.effect.or_else(|| effect_of(name)).ok_or_else(|| {
        Failure::invalid(format!("what the tool `{name}` can do to the world is not known"))
            .hint("say it: `effect` is read, write, network, execute or delegate")
    })?;
    let mut targets = Vec::new();
    if let Some(path) = &question.path {
        let access = question.access.unwrap_or(match effect {
            _ if name == "delete_file" => PathAccess::Delete,
            ToolEffect::Write => PathAccess::Write,
            ToolEffect::Read | ToolEffect::Network | ToolEffect::Execute | ToolEffect::Delegate => {
                PathAccess::Read
            }
        });
        targets.push(Target::Path { path: path.clone(), access, content: None });
    }
    if let Some(host) = &question.host {
        targets.push(Target::Host { host: host.clone(), port: 443 });
    }
    if let Some(argv) = &question.command {
        targets.push(Target::Command {
            argv: argv.clone(),
            program: argv.first().cloned().unwrap_or_default(),
            cwd: ".".to_owned(),
            env: Vec::new(),
            content: None,
            network: false,
        });
    }
    if let Some(to) = &question.recipient {
        let channel = question.channel.clone().unwrap_or_default();
        targets.push(Target::Recipient { channel, to: to.clone() });
    }
    let action = canonical_action_in(folder, name, String::new(), serde_json::Value::Null, targets);
    Ok(Action::UseTool { action, effect })
}

/// What the tools of the daemon can do to the world.
const EFFECTS: &[(&str, ToolEffect)] = &[
    ("read_file", ToolEffect::Read),
    ("list_dir", ToolEffect::Read),
    ("search_files", ToolEffect::Read),
    ("write_file", ToolEffect::Write),
    ("edit_file", ToolEffect::Write),
    ("delete_file", ToolEffect::Write),
    ("http_fetch", ToolEffect::Network),
    ("time", ToolEffect::Read),
    ("exec", ToolEffect::Execute),
    ("exec_process", ToolEffect::Execute),
    ("agent_create", ToolEffect::Delegate),
    ("agent_send", ToolEffect::Delegate),
    ("agent_wait", ToolEffect::Delegate),
    ("agent_list", ToolEffect::Read),
    ("agent_destroy", ToolEffect::Delegate),
];

/// What a tool can do to the world; `None` when there is no such tool.
pub(crate) fn effect_of(tool: &str) -> Option<ToolEffect> {
    EFFECTS.iter().find(|(name, _)| *name == tool).map(|(_, effect)| *effect)
}

/// The names of the tools.
pub(crate) fn tool_names() -> impl Iterator<Item = &'static str> {
    EFFECTS.iter().map(|(name, _)| *name)
}
