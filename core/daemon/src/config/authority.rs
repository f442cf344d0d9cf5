//! How far each agent may go: presets, paths and parents, with the ceilings checked.

use nexus_domain::agent::AgentSpec;
use nexus_domain::id::AgentId;
use nexus_iam::{AgentProfile, Preset, check_ceilings};
use nexus_protocol::config::ConfigSource;

use super::Finding;
use super::typed::Getter;

/// The profiles of the configured agents; what goes further than it may is an error.
pub(super) fn profiles(
    agents: &[AgentSpec],
    get: &Getter<'_>,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> Vec<AgentProfile> {
    let profiles: Vec<_> = agents.iter().map(|agent| profile(agent, get, errors)).collect();
    for reckless in profiles.iter().filter(|profile| profile.preset == Preset::Yolo) {
        let text = format!(
            "agent `{}` is yolo: it does whatever is not forbidden without asking, and its \
             programs need no confinement; `trusted` asks",
            reckless.id
        );
        let line = get.line_at(&key_of(&reckless.id, "preset"));
        warnings.push(Finding { line, text });
    }
    for (id, problem) in check_ceilings(&profiles) {
        let line = ["preset", "parent"].iter().find_map(|key| get.line_at(&key_of(&id, key)));
        errors.push(Finding { line, text: format!("agent `{id}`: {problem}") });
    }
    profiles
}

fn key_of(id: &AgentId, key: &str) -> Vec<String> {
    ["agents", id.as_str(), key].map(str::to_owned).to_vec()
}

fn profile(agent: &AgentSpec, get: &Getter<'_>, errors: &mut Vec<Finding>) -> AgentProfile {
    let id = &agent.id;
    let parent = get.text_at(&key_of(id, "parent")).and_then(|name| {
        let parsed = AgentId::parse(&name);
        let line = get.line_at(&key_of(id, "parent"));
        let parsed = parsed.map_err(|failure| Finding { line, text: failure.to_string() });
        parsed.map_err(|finding| errors.push(finding)).ok()
    });
    // An agent of the owner works as it always did; one beneath another is the narrowest, because
    // it must be narrower than its parent.
    let usual = if parent.is_some() { Preset::Sandboxed } else { Preset::Trusted };
    let path = key_of(id, "preset");
    let name = get.text_at(&path).unwrap_or_else(|| usual.name().to_owned());
    let is_own = Preset::by_name(&name).is_none();
    let own = |key: &str| ["presets", name.as_str(), key].map(str::to_owned).to_vec();
    let (base_name, base_path) = match is_own {
        true => (get.text_at(&own("extends")), own("extends")),
        false => (Some(name.clone()), path.clone()),
    };
    let preset = base_name.as_deref().and_then(Preset::by_name);
    if preset.is_none() {
        let text = format!(
            "agent `{id}` wants the preset `{name}`: it is one of sandboxed, worker, trusted and \
             yolo, or has a table [presets.{name}] with `extends`"
        );
        errors.push(Finding { line: get.line_at(&path), text });
    }
    let is_from_file = |path: &[String]| get.source_at(path) == Some(ConfigSource::File);
    let chosen_in_file = is_from_file(&path) && is_from_file(&base_path);
    if preset == Some(Preset::Yolo) && !chosen_in_file {
        let text = format!(
            "agent `{id}` would be yolo: that can only be chosen in nexus.toml itself, not in the \
             environment or on the command line"
        );
        errors.push(Finding { line: None, text });
    }
    let set = |path: &[String]| get.source_at(path).is_some().then(|| get.texts_at(path));
    let of_preset = set(&own("tools")).filter(|_| is_own);
    let tools = match (of_preset, set(&key_of(id, "tools"))) {
        (Some(allowed), Some(own)) => {
            Some(own.into_iter().filter(|tool| allowed.contains(tool)).collect())
        }
        (allowed, own) => allowed.or(own),
    };
    let write_paths = get.texts_at(&key_of(id, "write_paths"));
    for path in write_paths.iter().filter(|path| !is_inside(path)) {
        let line = get.line_at(&key_of(id, "write_paths"));
        let text = format!(
            "agent `{id}` may not be given the path `{path}`: write it relative to the workspace, \
             without `..`, such as notes/"
        );
        errors.push(Finding { line, text });
    }
    AgentProfile {
        id: id.clone(),
        preset: preset.unwrap_or(Preset::Sandboxed),
        preset_name: name.clone(),
        tools,
        denied_tools: if is_own { get.texts_at(&own("deny_tools")) } else { Vec::new() },
        write_paths,
        parent,
        base: None,
    }
}

fn is_inside(path: &str) -> bool {
    let is_rooted = path.starts_with(['/', '\\', '~']) || path.contains(':');
    !path.is_empty() && !is_rooted && !path.split(['/', '\\']).any(|part| part == "..")
}
