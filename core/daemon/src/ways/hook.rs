//! Hooks of the configuration: they have no credential of ours, and no way to the control plane.
//! Their adapter says which of them speaks; which there are and whom they may have run is said
//! here.

use std::sync::{PoisonError, RwLock};

use nexus_domain::id::AgentId;
use nexus_domain::principal::Principal;
use nexus_iam::Holder;

use crate::config::Config;

/// The hooks of adapters that are turned on.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    known: RwLock<Vec<Holder>>,
}

impl Hooks {
    /// Takes over what a configuration says; says whether that changes anything.
    pub(super) fn let_in(&self, config: &Config) -> bool {
        let adapters = config.adapters.iter().filter(|adapter| adapter.enabled);
        let hooks = adapters.flat_map(|adapter| &adapter.hooks).map(|hook| Holder {
            principal: Principal::Hook(hook.name.clone()),
            scopes: Vec::new(),
            agents: Some(hook.agents.clone()),
        });
        let hooks: Vec<_> = hooks.collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = *known != hooks;
        *known = hooks;
        is_new
    }

    pub(super) fn holders(&self) -> Vec<Holder> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The agents of a hook; none for one that is not known.
    pub(super) fn agents_of(&self, principal: &Principal) -> Vec<AgentId> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|holder| holder.principal == *principal);
        found.and_then(|holder| holder.agents.clone()).unwrap_or_default()
    }
}
