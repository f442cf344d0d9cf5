//! The ways in: every credential that lets somebody use the control plane, and whether it still
//! does. The sockets show what was presented; everything that is known about it lives here.

mod authority;
mod device;
mod ends;
mod hook;
mod key;
mod password;
mod signed;
mod tailnet;
mod whois;

pub use authority::{Authority, Basis, Signed};
#[cfg(feature = "test-util")]
pub use device::device_proves;
pub use device::{DEVICES_MAX, Pairings, Ticket, has_signed};
pub(crate) use device::{Proved, not_paired, prove};
pub use ends::run as run_ends;
pub use key::{KEYS_MAX, NewKey, new_key};
#[cfg(feature = "test-util")]
pub use signed::signed_token;
pub use signed::{SIGNED_MS_DEFAULT, SIGNED_MS_MAX, SIGNED_URL_MS_MAX};
pub use tailnet::run as run_tailnet;
pub(crate) use tailnet::{Seat, Tailnet, caller as by_tailnet};
pub(crate) use whois::LocalApi;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use nexus_domain::access::{ApiKey, Device};
use nexus_domain::budget::Budget;
use nexus_domain::id::AgentId;
use nexus_domain::principal::Principal;
use nexus_domain::{Failure, Timestamp};
use nexus_ledger::Ledger;
use nexus_protocol::Scope;
use tokio::sync::{Mutex, Semaphore};

use crate::authorize::Caller;
use crate::config::Config;
use crate::policy::Policies;
use crate::server::login::{BrowserHolder, Logins};
use device::Devices;
use ends::Ends;
use hook::Hooks;
use key::Keys;
use password::Kept;
use signed::Signer;

/// Who a basis stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) principal: Principal,
    pub(crate) scopes: Vec<Scope>,
}

impl Standing {
    fn owner() -> Self {
        Self { principal: Principal::Owner, scopes: Scope::ALL.to_vec() }
    }
}

/// Everything that opens the door. Clones share it.
#[derive(Clone)]
pub struct Ways(Arc<Inner>);

struct Inner {
    state_dir: PathBuf,
    logins: Logins,
    keys: RwLock<Keys>,
    devices: RwLock<Devices>,
    pairings: Pairings,
    password: RwLock<Option<Kept>>,
    /// Places of passwords that are being checked or wait for it.
    guesses: Semaphore,
    /// The one that is being checked.
    guess: Mutex<()>,
    signer: RwLock<Signer>,
    ends: Ends,
    tailnet: Arc<Tailnet>,
    hooks: Hooks,
}

impl Ways {
    /// Reads what opens the door. Nothing of it is in force for access control before
    /// [`Self::refresh`].
    ///
    /// # Errors
    /// When a file of the state folder cannot be read or made.
    pub fn open(state_dir: &Path, logins: Logins) -> Result<Self, Failure> {
        let secret = nexus_secrets::signing_secret(state_dir).map_err(Failure::from)?;
        let password = nexus_secrets::password_hash(state_dir).map_err(Failure::from)?;
        Ok(Self(Arc::new(Inner {
            state_dir: state_dir.to_owned(),
            logins,
            keys: RwLock::default(),
            devices: RwLock::default(),
            pairings: Pairings::default(),
            password: RwLock::new(password.map(Kept::new)),
            guesses: Semaphore::new(password::WAITING_MAX),
            guess: Mutex::default(),
            signer: RwLock::new(Signer::new(&secret)),
            ends: Ends::default(),
            tailnet: Arc::default(),
            hooks: Hooks::default(),
        })))
    }

    /// Brings keys and devices up to date, for the door and for access control; to be called after
    /// the commit of whatever changed one. Whoever lost its authority is cut off by the epoch that
    /// begins here.
    ///
    /// # Errors
    /// When the ledger cannot be read. Then none of them opens the door until this succeeds: one
    /// may have been revoked.
    pub async fn refresh(
        &self,
        ledger: &Ledger,
        policies: &Policies,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let limit = u32::try_from(KEYS_MAX).unwrap_or(u32::MAX);
        let read = ledger
            .read(move |r| Ok((r.access().digests(limit)?, r.access().devices(false, limit)?)));
        let (keys, devices, failed) = match read.await {
            Ok((keys, devices)) => (Keys::new(keys, now), Devices::new(devices), None),
            Err(error) => {
                tracing::error!(%error, "keys and devices cannot be read; none opens the door");
                (Keys::default(), Devices::default(), Some(Failure::from(error)))
            }
        };
        keys.ends().for_each(|at| self.0.ends.add(at));
        let holders = keys.holders().into_iter().chain(devices.holders());
        let holders = holders.chain(self.0.tailnet.holders());
        let holders = holders.chain(self.0.hooks.holders()).collect();
        *self.0.devices.write().unwrap_or_else(PoisonError::into_inner) = devices;
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        policies.holders_changed(holders).await;
        failed.map_or(Ok(()), Err)
    }

    /// Whether an authority still holds.
    #[must_use]
    pub fn holds(&self, authority: &Authority, now: Timestamp) -> bool {
        let is_signed = authority.signed.as_ref().is_none_or(|signed| {
            now < signed.ends_at && self.signer(|signer| signer.mark() == signed.mark)
        });
        is_signed && self.is_in_force(&authority.basis, now)
    }

    fn is_in_force(&self, basis: &Basis, now: Timestamp) -> bool {
        match basis {
            Basis::Token => true,
            Basis::Key(id) => self.keys(|keys| keys.by_id(id, now).is_some()),
            other => self.standing(other, now).is_some(),
        }
    }

    /// Who a basis stands for, as long as it holds.
    pub(crate) fn standing(&self, basis: &Basis, now: Timestamp) -> Option<Standing> {
        match basis {
            Basis::Token => Some(Standing::owner()),
            Basis::Key(id) => self.keys(|keys| keys.by_id(id, now).map(|key| key.standing())),
            Basis::Browser(digest) => self.browser(digest, now),
            Basis::Password(mark) => {
                let kept = self.kept_password()?;
                (kept.mark() == mark).then(Standing::owner)
            }
            Basis::Device(id) => self.devices(|devices| devices.standing(id)),
            Basis::Tailnet { login, address } => self.0.tailnet.standing(login, *address),
        }
    }

    /// A browser has what whoever made its link had, as long as that one has it.
    fn browser(&self, digest: &str, now: Timestamp) -> Option<Standing> {
        let holder = self.0.logins.holder(digest, now)?;
        if matches!(holder.basis, Basis::Browser(_)) {
            return None;
        }
        let mut standing = self.standing(&holder.basis, now)?;
        if let Some(scopes) = holder.scopes {
            standing.scopes.retain(|scope| scopes.iter().any(|name| name == scope.name()));
        }
        Some(standing)
    }

    /// Somebody who proved to be what a basis stands for.
    pub(crate) fn caller(&self, basis: Basis, now: Timestamp) -> Option<Caller> {
        let standing = self.standing(&basis, now)?;
        Some(Caller::by(standing.principal, standing.scopes, basis.into()))
    }

    /// Who shows a text, if it is an API key or a signed token that holds. A token in an address
    /// has to be short-lived.
    pub(crate) fn by_secret(
        &self,
        presented: &str,
        now: Timestamp,
        is_address: bool,
    ) -> Option<Caller> {
        if key::is_like_key(presented) {
            if is_address {
                // It would hold for as long as the address lies in somebody's history.
                return None;
            }
            let id = self.keys(|keys| keys.by_value(presented, now).map(|key| key.id()))?;
            return self.caller(Basis::Key(id), now);
        }
        let claims = self.signer(|signer| signer.read(presented, now, is_address))?;
        let standing = self.standing(&claims.via, now)?;
        if standing.principal.to_string() != claims.sub {
            return None;
        }
        let signed = Signed {
            mark: self.signer(|signer| signer.mark().to_owned()),
            ends_at: claims.ends_at,
        };
        self.0.ends.add(signed.ends_at);
        let scopes = claims.scopes.iter().filter_map(|name| Scope::by_name(name));
        let scopes = scopes.filter(|scope| standing.scopes.contains(scope)).collect();
        let authority = Authority { basis: claims.via, signed: Some(signed) };
        Some(Caller::by(standing.principal, scopes, authority))
    }

    /// What the browser will have that comes by a link of this caller: what the caller has, as long
    /// as the caller has it.
    ///
    /// # Errors
    /// `Denied` for whoever came in by a signed token, which ends sooner than a browser's session.
    pub(crate) fn holder_by_link(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<BrowserHolder, Failure> {
        if caller.authority.signed.is_some() {
            return Err(Failure::denied("a signed token makes no links for browsers")
                .hint("make the link with the credential that the token was made with"));
        }
        not_by_tailnet(&caller.authority.basis, "a link for a browser")?;
        let scopes = Some(caller.scopes.iter().map(|scope| scope.name().to_owned()).collect());
        let is_owner = caller.scopes == Scope::ALL;
        let scopes = if is_owner { None } else { scopes };
        match &caller.authority.basis {
            // A browser stands on what its own link stood on, not on the browser that made it.
            Basis::Browser(digest) => {
                self.0.logins.holder(digest, now).ok_or_else(|| {
                    Failure::unauthenticated("the browser is not signed in any more")
                })
            }
            basis => Ok(BrowserHolder { basis: basis.clone(), scopes }),
        }
    }

    /// The agents that a principal may use; `None` for all of them.
    #[must_use]
    pub fn agents_of(&self, principal: &Principal) -> Option<Vec<AgentId>> {
        match principal {
            // One that is not known may use none; nothing else permits it anything either.
            Principal::ApiKey(id) => self.keys(|keys| keys.agents_of(id)),
            Principal::Hook(_) => Some(self.0.hooks.agents_of(principal)),
            _ => None,
        }
    }

    /// The budgets of the keys in force.
    #[must_use]
    pub fn budgets(&self) -> Vec<Budget> {
        self.keys(|keys| keys.all().filter_map(|key| key.budget()).collect())
    }

    /// The budget of one key.
    #[must_use]
    pub fn budget_of(&self, key: &str) -> Option<Budget> {
        self.keys(|keys| keys.get(key).and_then(ApiKey::budget))
    }

    /// A paired device.
    #[must_use]
    pub fn device(&self, id: &str) -> Option<Arc<Device>> {
        self.devices(|devices| devices.get(id).cloned())
    }

    /// Who is let in by being somebody in the tailnet.
    pub(crate) fn tailnet(&self) -> &Arc<Tailnet> {
        &self.0.tailnet
    }

    /// Takes over whom a configuration lets in by name: logins of the tailnet, and hooks. Says
    /// whether that changes anything; whoever calls this begins an epoch then.
    pub(crate) fn let_in(&self, config: &Config) -> bool {
        let has_new_logins = self.0.tailnet.let_in(config.expose.let_in());
        self.0.hooks.let_in(config) || has_new_logins
    }

    /// Acquaintances that are not made yet.
    #[must_use]
    pub fn pairings(&self) -> &Pairings {
        &self.0.pairings
    }

    fn devices<T>(&self, look: impl FnOnce(&Devices) -> T) -> T {
        look(&self.0.devices.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn keys<T>(&self, look: impl FnOnce(&Keys) -> T) -> T {
        look(&self.0.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn signer<T>(&self, look: impl FnOnce(&Signer) -> T) -> T {
        look(&self.0.signer.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the tailnet says holds for one machine while it is connected, and is nothing to hand on.
fn not_by_tailnet(basis: &Basis, what: &str) -> Result<(), Failure> {
    if !matches!(basis, Basis::Tailnet { .. }) {
        return Ok(());
    }
    Err(Failure::denied(format!("whoever came in by the tailnet cannot make {what}")).hint(
        "open the same address on another machine of the tailnet, or make a key: nexus key create",
    ))
}
