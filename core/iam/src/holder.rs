//! Who holds a credential that the owner issued: how far it reaches.

use std::collections::HashMap;

use nexus_domain::id::AgentId;
use nexus_domain::principal::Principal;

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

/// The holders of an installation. Whoever stands for a key or a device and is not among them has
/// nothing of what they have, and a hook that is not may nothing at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holders(HashMap<Principal, Holder>);

impl Holders {
    pub(crate) fn new(holders: Vec<Holder>) -> Self {
        Self(holders.into_iter().map(|holder| (holder.principal.clone(), holder)).collect())
    }

    pub(crate) fn all(&self) -> Vec<Holder> {
        self.0.values().cloned().collect()
    }

    /// The scopes of a principal.
    pub(crate) fn scopes(&self, principal: &Principal) -> &[String] {
        self.0.get(principal).map_or(&[], |holder| &holder.scopes)
    }

    /// What a holder may not do, whatever is granted: use other agents than its own, or tools
    /// without one.
    pub(crate) fn refuse(&self, query: &Query) -> Option<Verdict> {
        let links = query.chain.links();
        let invoker = links.first()?;
        match invoker {
            Principal::ApiKey(_) | Principal::Device(_) => {}
            Principal::Hook(_) if self.0.contains_key(invoker) => {}
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
        let agents = self.0.get(invoker)?.agents.as_ref()?;
        (!agents.contains(agent)).then(|| {
            let names: Vec<_> = agents.iter().map(AgentId::as_str).collect();
            let text = format!("{invoker} may use {} and not `{agent}`", names.join(", "));
            Verdict::deny(CEILING, text)
        })
    }
}
