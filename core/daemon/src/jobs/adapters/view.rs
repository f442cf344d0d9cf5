//! Adapters as people are shown them, and what people order.

use std::path::PathBuf;

use nexus_domain::failure::Failure;
use nexus_protocol::adapters::{AdapterConfinement, AdapterExit, AdapterState, AdapterView};
use nexus_protocol::bridge::Manifest;
use nexus_supervisor::Child;

use super::{Adapters, Placed, Standing};
use crate::config::AdapterConfig;
use crate::suggest;

/// One adapter, as it stands.
pub struct Shown {
    /// How it stands.
    pub view: AdapterView,
    /// As configured.
    pub config: AdapterConfig,
    /// Its handle, when the supervisor keeps it.
    pub child: Option<Child>,
    /// Its manifest, if it has one.
    pub manifest: Option<Manifest>,
    /// How far it is confined.
    pub confinement: AdapterConfinement,
    /// Its log.
    pub log: PathBuf,
}

impl Adapters {
    /// All that are configured, by name.
    #[must_use]
    pub fn all(&self) -> Vec<AdapterView> {
        self.placed().values().map(view).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// `NotFound`, with the name that may be meant.
    pub fn find(&self, name: &str) -> Result<Shown, Failure> {
        let placed = self.placed();
        let Some(found) = placed.get(name) else {
            let text = format!("there is no adapter `{}`", name.escape_debug());
            let hint = match suggest::closest(name, placed.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "what there is: nexus adapter list".to_owned(),
            };
            return Err(Failure::not_found(text).hint(hint));
        };
        let child = match &found.standing {
            Standing::Kept(child) => Some(child.clone()),
            _ => None,
        };
        Ok(Shown {
            view: view(found),
            config: found.config.clone(),
            child,
            manifest: found.manifest.clone(),
            confinement: found.confinement.clone(),
            log: self.0.log.path(name),
        })
    }
}

impl Shown {
    /// Its handle.
    ///
    /// # Errors
    /// `Unavailable`, with the reason why the supervisor does not keep it.
    pub fn kept(&self) -> Result<&Child, Failure> {
        self.child.as_ref().ok_or_else(|| {
            let (name, reason) = (&self.view.name, &self.view.reason);
            let hint = match self.config.enabled {
                true => "mend its settings; it is started as soon as it can be".to_owned(),
                false => format!("nexus config set adapters.{name}.enabled true"),
            };
            Failure::unavailable(format!("adapter `{name}` {reason}")).hint(hint)
        })
    }
}

fn view(placed: &Placed) -> AdapterView {
    let config = &placed.config;
    let mut view = AdapterView {
        name: config.name.clone(),
        account: config.account.clone(),
        state: AdapterState::Stopped,
        reason: String::new(),
        since: placed.since,
        channel: None,
        pid: None,
        n_quick_exits: 0,
        retry_at: None,
        last_exit: None,
    };
    match &placed.standing {
        Standing::Off => "is turned off in nexus.toml".clone_into(&mut view.reason),
        Standing::Safe => "is off in safe mode".clone_into(&mut view.reason),
        Standing::Waits(why) => view.reason.clone_from(why),
        Standing::Kept(child) => {
            let status = child.status().borrow().clone();
            view.state = status.state;
            view.reason = status.reason;
            view.since = status.since;
            view.channel = status.facts.map(|facts| facts.channel);
            view.pid = status.pid;
            view.n_quick_exits = status.n_quick_exits;
            view.retry_at = status.retry_at;
            view.last_exit = status.last_exit.map(|exit| AdapterExit {
                at: exit.at,
                reason: exit.reason,
                stderr: exit.stderr,
            });
        }
    }
    view
}
