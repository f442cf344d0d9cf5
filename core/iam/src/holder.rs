//! Who holds a credential that the owner issued: how far it reaches.

use std::collections::HashMap;
use std::sync::Arc;

use nexus_domain::id::AgentId;
use nexus_domain::principal::Principal;

use crate::profile::Preset;
use crate::query::{Action, Query};
use crate::verdict::Verdict;

/// Names the limit of a credential in verdicts.
const CEILING: &str = "holder-ceiling";

/// The holder of a key or a device, a person who may come in, or a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub principal: Principal,
    /// The scopes it was given, by name.
    pub scopes: Vec<String>,
    /// The agents it may use; `None` for all of them.
    pub agents: Option<Vec<AgentId>>,
}

/// What agents may do for a person at most. Without one, they may talk and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How far they may go.
    pub preset: Preset,
    /// The tools they may use; all of the preset's when there is none.
    pub tools: Vec<String>,
}

/// The holders of an installation. Whoever stands for a key or a device and is not among them has
/// nothing of what they have, and a hook that is not may nothing at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holders {
    by_principal: HashMap<Principal, Holder>,
    /// By the id of the person.
    people: Arc<HashMap<String, Reach>>,
}

impl Holders {
    /// The same people with other credentials.
    pub(crate) fn with(&self, holders: Vec<Holder>) -> Self {
        let holders = holders.into_iter().map(|holder| (holder.principal.clone(), holder));
        Self { by_principal: holders.collect(), people: Arc::clone(&self.people) }
    }

    /// The same credentials with other people.
    pub(crate) fn with_people(&self, people: HashMap<String, Reach>) -> Self {
        Self { by_principal: self.by_principal.clone(), people: Arc::new(people) }
    }

    pub(crate) fn all(&self) -> Vec<Holder> {
        self.by_principal.values().cloned().collect()
    }

    /// What agents may do for a person.
    pub(crate) fn reach(&self, person: &str) -> Option<&Reach> {
        self.people.get(person)
    }

    /// The scopes of a principal.
    pub(crate) fn scopes(&self, principal: &Principal) -> &[String] {
        self.by_principal.get(principal).map_or(&[], |holder| &holder.scopes)
    }

    /// What a holder may not do, whatever is granted: use other agents than its own, or tools
    /// without one.
    pub(crate) fn refuse(&self, query: &Query) -> Option<Verdict> {
        let links = query.chain.links();
        let invoker = links.first()?;
        match invoker {
            Principal::ApiKey(_) | Principal::Device(_) => {}
            Principal::Hook(_) if self.by_principal.contains_key(invoker) => {}
            Principal::Hook(name) => {
                let text = format!("no hook `{}` is configured", name.escape_debug());
                return Some(Verdict::deny(CEILING, text));
            }
            _ => return None,
        }
        let first_agent = links.iter().find_map(|link| match link {
            Principal::Agent(id) => Some(id),
            _ => None,
        });
        let agent = match (&query.action, first_agent) {
            (Action::UseTool { .. }, None) => {
                let text = format!("{invoker} uses tools through an agent, never by itself");
                return Some(Verdict::deny(CEILING, text));
            }
            (Action::StartRun { agent, .. }, None) => agent,
            (_, Some(agent)) => agent,
            (_, None) => return None,
        };
        let agents = self.by_principal.get(invoker)?.agents.as_ref()?;
        (!agents.contains(agent)).then(|| {
            let names: Vec<_> = agents.iter().map(AgentId::as_str).collect();
            let text = format!("{invoker} may use {} and not `{agent}`", names.join(", "));
            Verdict::deny(CEILING, text)
        })
    }
}
