//! What the parts of the adapter share.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use nexus_adapter::{HookFacts, HooksAnswer};
use nexus_ingress::{Ingress, Problem};

use crate::hook::Hook;
use crate::rate::Rates;
use crate::{error, route};

/// One account at work.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) ingress: Arc<Ingress>,
    pub(crate) hooks: BTreeMap<String, Hook>,
    pub(crate) remote_per_minute: u32,
    pub(crate) by_remote: Rates<IpAddr>,
    pub(crate) by_hook: Rates<String>,
}

impl App {
    /// Counts a request of an address, whatever it brings.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub(crate) fn count_remote(&self, remote: IpAddr) -> Result<(), Problem> {
        let now_ms = nexus_adapter::now().0;
        let key = network(remote);
        let taken = self.by_remote.take(&key, self.remote_per_minute, now_ms);
        taken
            .map_err(|seconds| error::too_many("too many requests come from this address", seconds))
    }

    /// Counts a delivery of a hook that proved itself.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub(crate) fn count_hook(&self, hook: &Hook) -> Result<(), Problem> {
        let now_ms = nexus_adapter::now().0;
        let taken = self.by_hook.take(&hook.name, hook.per_minute, now_ms);
        taken.map_err(|seconds| error::too_many("too many deliveries come for this hook", seconds))
    }

    /// A hook by the last part of its address.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn hook(&self, name: &str) -> Result<&Hook, Problem> {
        self.hooks.get(name).ok_or_else(|| error::unknown_hook(name))
    }

    pub(crate) fn facts(&self) -> HooksAnswer {
        let address = self.ingress.listen.listen;
        // Which port it is, when any is fine, stands in the log.
        let base = match address.port() {
            0 => String::new(),
            _ => format!("http://{address}"),
        };
        let facts = |hook: &Hook| HookFacts {
            name: hook.name.clone(),
            url: format!("{base}{}/{}", route::PATH, hook.name),
            verify: hook.verifier.scheme.name().to_owned(),
            kind: hook.kind.name().to_owned(),
        };
        HooksAnswer { hooks: self.hooks.values().map(facts).collect() }
    }
}

/// Whoever has one IPv6 address has the whole network of it.
fn network(remote: IpAddr) -> IpAddr {
    const KEPT_BITS: u32 = 64;
    match remote.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> KEPT_BITS << KEPT_BITS).into()),
        address => address,
    }
}
