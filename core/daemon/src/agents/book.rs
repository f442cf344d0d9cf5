//! The agents as they are at one moment: those of the configuration and those that were made,
//! behind one face.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use nexus_domain::agent::{AgentSpec, ToolEffect};
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::made::{LINE_LEN_MAX, MadeAgent};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::session::MAIN_KEY;
use nexus_iam::{AgentProfile, Preset};

use crate::config::Config;
use crate::home::Home;
use crate::methods::policy::effect_of;

/// An agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// What a run of it needs.
    pub spec: AgentSpec,
    /// How far it may go by itself; whoever stands above it narrows that.
    pub profile: AgentProfile,
    /// How it was made; nothing for one of the configuration.
    pub made: Option<MadeAgent>,
}

impl Agent {
    /// Its name.
    #[must_use]
    pub fn id(&self) -> &AgentId {
        &self.spec.id
    }
}

/// All agents; a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// In the order of the configuration, then by age.
    agents: Vec<Arc<Agent>>,
    places: HashMap<AgentId, usize>,
}

impl Book {
    /// Puts the configured and the made agents together. A made one whose name the configuration
    /// has taken since stands aside.
    #[must_use]
    pub fn new(config: &Config, made: &[MadeAgent]) -> Self {
        let mut book = Self::default();
        for (spec, profile) in config.agents.iter().zip(&config.profiles) {
            book.add(Agent { spec: spec.clone(), profile: profile.clone(), made: None });
        }
        // A parent is made before its children, but a clock may have been set back in between.
        let mut left: Vec<&MadeAgent> = made.iter().collect();
        while !left.is_empty() {
            let is_next = |agent: &&MadeAgent| {
                !left.iter().any(|other| Some(&other.id) == agent.parent.as_ref())
            };
            let next = left.iter().position(is_next).unwrap_or(0);
            let agent = left.remove(next);
            if book.get(&agent.id).is_none() {
                book.add(book.made(agent));
            }
        }
        book
    }

    fn add(&mut self, agent: Agent) {
        self.places.insert(agent.id().clone(), self.agents.len());
        self.agents.push(Arc::new(agent));
    }

    /// What a made agent comes to, beneath its parent as it is now.
    fn made(&self, made: &MadeAgent) -> Agent {
        let above = made.parent.as_ref().and_then(|parent| self.get(parent));
        let model_of = above.or_else(|| self.agents.first());
        // What nobody knows is the narrowest there is.
        let preset = Preset::by_name(&made.preset).unwrap_or(Preset::Sandboxed);
        let profile = AgentProfile {
            denied_tools: made.disabled_tools.clone(),
            write_paths: made.write_paths.clone(),
            parent: made.parent.clone(),
            base: made.base.clone(),
            ..AgentProfile::new(made.id.clone(), preset)
        };
        let spec = model_of.map(|agent| &agent.spec);
        let models = match (&made.model, spec) {
            (Some(model), _) => vec![model.clone()],
            (None, spec) => spec.map(|spec| spec.models.clone()).unwrap_or_default(),
        };
        let tools = spec.map(|spec| spec.tools.clone()).unwrap_or_default();
        let spec = AgentSpec {
            id: made.id.clone(),
            models,
            tools: tools.into_iter().filter(|tool| is_in_reach(&profile, tool)).collect(),
            limits: spec.map(|spec| spec.limits).unwrap_or_default(),
            // Rules of whoever stands above are rules for whoever works beneath.
            constraints: above.map(|agent| agent.spec.constraints.clone()).unwrap_or_default(),
        };
        Agent { spec, profile, made: Some(made.clone()) }
    }

    /// An agent by name.
    #[must_use]
    pub fn get(&self, id: &AgentId) -> Option<&Arc<Agent>> {
        self.places.get(id).and_then(|place| self.agents.get(*place))
    }

    /// The same, for whoever cannot go on without it.
    ///
    /// # Errors
    /// `NotFound`, with the agents there are.
    pub fn find(&self, id: &AgentId) -> Result<&Arc<Agent>, Failure> {
        self.get(id).ok_or_else(|| {
            let shown = 12;
            let known: Vec<_> = self.all().take(shown).map(|one| one.id().to_string()).collect();
            let more = if self.agents.len() > shown { " and more" } else { "" };
            Failure::not_found(format!("there is no agent `{id}`"))
                .hint(format!("known agents: {}{more}", known.join(", ")))
        })
    }

    /// All of them: those of the configuration first, then the made ones.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Agent>> {
        self.agents.iter()
    }

    /// The agent that answers when none is named.
    #[must_use]
    pub fn default_agent(&self) -> Option<&Arc<Agent>> {
        self.agents.first()
    }

    /// How far each of them may go.
    #[must_use]
    pub fn profiles(&self) -> Vec<AgentProfile> {
        self.agents.iter().map(|agent| agent.profile.clone()).collect()
    }

    /// The agents right beneath one.
    pub fn children<'a>(&'a self, id: &'a AgentId) -> impl Iterator<Item = &'a Arc<Agent>> {
        self.all().filter(move |agent| agent.profile.parent.as_ref() == Some(id))
    }

    /// Everything beneath an agent, the lowest first.
    #[must_use]
    pub fn beneath(&self, id: &AgentId) -> Vec<AgentId> {
        let is_beneath =
            |agent: &&Arc<Agent>| agent.id() != id && self.line(agent.id()).contains(id);
        let mut found: Vec<_> =
            self.all().filter(is_beneath).map(|agent| agent.id().clone()).collect();
        found.sort_by_key(|id| std::cmp::Reverse(self.line(id).len()));
        found
    }

    /// An agent with everybody above it, from the top down. Whoever is gone keeps its place, so
    /// that nobody gains by it.
    #[must_use]
    pub fn line(&self, id: &AgentId) -> Vec<AgentId> {
        let mut line = vec![id.clone()];
        // What goes round in a circle is refused with the configuration.
        while line.len() <= LINE_LEN_MAX {
            let last = line.last().and_then(|id| self.get(id));
            let Some(parent) = last.and_then(|agent| agent.profile.parent.clone()) else { break };
            if line.contains(&parent) {
                break;
            }
            line.push(parent);
        }
        line.reverse();
        line
    }

    /// Who acts when an agent works for somebody: that one, then the line of the agent. An agent
    /// that a program or a person other than the owner had made works for that one, whoever talks
    /// to it.
    #[must_use]
    pub fn chain(&self, invoker: &Principal, id: &AgentId) -> Chain {
        self.chain_from(Chain::of(invoker.clone()), id)
    }

    /// The same for somebody who may act through a scheduled job.
    #[must_use]
    pub fn chain_from(&self, start: Chain, id: &AgentId) -> Chain {
        let line = self.line(id);
        let creators = line.iter().filter_map(|id| self.get(id)?.made.as_ref());
        let narrower = creators.map(|made| &made.creator).find(|one| **one != Principal::Owner);
        let start = match (narrower, start.job()) {
            (None, _) => start,
            (Some(creator), None) => Chain::of(creator.clone()),
            (Some(creator), Some(job)) => Chain::of(creator.clone()).by_job(&job),
        };
        line.into_iter().fold(start, |chain, id| chain.through(id))
    }

    /// Whether somebody may have an agent work at all: one that was made for somebody works for
    /// that one and the owner.
    ///
    /// # Errors
    /// `Denied`, saying for whom it works.
    pub fn check_invoker(&self, invoker: &Principal, id: &AgentId) -> Result<(), Failure> {
        if *invoker == Principal::Owner {
            return Ok(());
        }
        let made = self.get(id).and_then(|agent| agent.made.as_ref());
        match made.map(|made| &made.creator) {
            Some(creator) if creator != invoker => {
                Err(Failure::denied(format!("agent `{id}` works for {creator}, not for {invoker}"))
                    .hint("make one of your own: agents.create"))
            }
            _ => Ok(()),
        }
    }

    /// The folder an agent works in.
    #[must_use]
    pub fn workspace(&self, home: &Home, id: &AgentId) -> PathBuf {
        let mut at = id;
        for _ in 0..=LINE_LEN_MAX {
            let Some(made) = self.get(at).and_then(|agent| agent.made.as_ref()) else { break };
            match (&made.cwd, &made.parent) {
                (Some(cwd), _) => return PathBuf::from(cwd),
                (None, Some(parent)) => at = parent,
                (None, None) => break,
            }
        }
        home.workspace(at)
    }

    /// The conversation that is an agent's own.
    ///
    /// # Errors
    /// When its name cannot be one, which no agent name is.
    pub fn session_key(&self, id: &AgentId) -> Result<SessionKey, Failure> {
        if let Some(made) = self.get(id).and_then(|agent| agent.made.as_ref()) {
            return Ok(made.session_key.clone());
        }
        let is_default = self.default_agent().is_some_and(|agent| agent.id() == id);
        SessionKey::parse(if is_default { MAIN_KEY } else { id.as_str() })
    }
}

/// Whether an agent could ever use a tool; what it cannot use is not offered to its model.
fn is_in_reach(profile: &AgentProfile, tool: &str) -> bool {
    let is_wide = profile.preset.may_have_children();
    profile.offers(tool)
        && match effect_of(tool) {
            Some(ToolEffect::Network | ToolEffect::Delegate) => is_wide,
            Some(ToolEffect::Read) => is_wide || tool != "agent_list",
            Some(ToolEffect::Execute) => profile.preset >= Preset::Worker,
            Some(ToolEffect::Write) => is_wide || !profile.write_paths.is_empty(),
            None => true,
        }
}
