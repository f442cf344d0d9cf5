//! Who is let in by being somebody in the tailnet. An address is known for as long as somebody is
//! connected from it, and looked at again all the while: machines change hands.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use nexus_domain::Timestamp;
use nexus_domain::principal::Principal;
use nexus_iam::Holder;
use tokio::sync::{Semaphore, watch};

use super::whois::{LocalApi, Who};
use super::{Basis, Standing};
use crate::authorize::Caller;
use crate::config::{Gives, TailnetLogin};
use crate::context::Context;

/// How long an answer is taken for true when somebody comes in, in milliseconds.
const FRESH_MS: u64 = 5_000;
/// How often it is asked again about whoever stays, in milliseconds.
const LOOK_MS: u64 = 10_000;
/// Most questions to `tailscaled` at once.
const ASKS_MAX: usize = 8;
/// What the ids of persons begin with who are known by the tailnet alone.
const PERSON: &str = "tailnet:";

/// The tailnet, as far as it lets people in.
pub(crate) struct Tailnet {
    logins: RwLock<Arc<[TailnetLogin]>>,
    /// The addresses that are connected, each with how many times; as many as there are places for
    /// connections from outside.
    seats: Mutex<HashMap<IpAddr, (usize, Arc<Node>)>>,
    n_nodes: watch::Sender<usize>,
    asks: Semaphore,
}

/// A machine at an address.
struct Node {
    peer: SocketAddr,
    /// Held while it is asked about, so that many connections ask once.
    asking: tokio::sync::Mutex<()>,
    found: Mutex<Option<Found>>,
}

#[derive(Clone)]
struct Found {
    at: Timestamp,
    who: Option<Who>,
}

/// A connection that came in where the tailnet is listened on. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Seat(Arc<Taken>);

struct Taken {
    tailnet: Arc<Tailnet>,
    node: Arc<Node>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.tailnet.leave(self.node.peer.ip());
    }
}

impl Default for Tailnet {
    fn default() -> Self {
        Self {
            logins: RwLock::new(Arc::new([])),
            seats: Mutex::default(),
            n_nodes: watch::Sender::new(0),
            asks: Semaphore::new(ASKS_MAX),
        }
    }
}

impl Tailnet {
    /// Takes over who is named; says whether that changes anything. Whoever calls this begins an
    /// epoch then.
    pub(crate) fn let_in(&self, logins: &[TailnetLogin]) -> bool {
        let mut known = self.logins.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = **known != *logins;
        *known = logins.into();
        is_new
    }

    /// Takes note of a connection. Nothing is asked yet: who shows a credential needs no other.
    pub(crate) fn arrive(self: &Arc<Self>, peer: SocketAddr) -> Seat {
        let mut seats = self.seats();
        let (n_seats, node) = seats.entry(peer.ip()).or_insert_with(|| {
            let (asking, found) = (tokio::sync::Mutex::default(), Mutex::default());
            (0, Arc::new(Node { peer, asking, found }))
        });
        *n_seats += 1;
        let node = Arc::clone(node);
        self.n_nodes.send_replace(seats.len());
        Seat(Arc::new(Taken { tailnet: Arc::clone(self), node }))
    }

    fn leave(&self, address: IpAddr) {
        let mut seats = self.seats();
        if let Some((n_seats, _)) = seats.get_mut(&address) {
            *n_seats -= 1;
            if *n_seats == 0 {
                seats.remove(&address);
            }
        }
        self.n_nodes.send_replace(seats.len());
    }

    /// Who somebody at an address is as long as the configuration names it and the machine there
    /// is still its own.
    pub(super) fn standing(&self, login: &str, address: IpAddr) -> Option<Standing> {
        let node = self.seats().get(&address).map(|(_, node)| Arc::clone(node))?;
        let who = node.found().clone()?.who?;
        self.named(&who).filter(|named| named.name == login).map(|named| standing(&named))
    }

    /// The persons that are named with less than everything.
    pub(super) fn holders(&self) -> Vec<Holder> {
        let holder = |login: &TailnetLogin| match &login.gives {
            Gives::Owner => None,
            Gives::Scopes(scopes) => Some(Holder {
                principal: person(&login.name),
                scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
                agents: None,
            }),
        };
        self.logins().iter().filter_map(holder).collect()
    }

    /// What the configuration says about somebody. Of several tags that it names, the first by
    /// name counts.
    fn named(&self, who: &Who) -> Option<TailnetLogin> {
        let logins = self.logins();
        let is_named = |login: &&TailnetLogin| match who {
            Who::Person(name) => login.name == *name,
            Who::Tagged(tags) => tags.contains(&login.name),
        };
        logins.iter().find(is_named).cloned()
    }

    fn logins(&self) -> Arc<[TailnetLogin]> {
        Arc::clone(&self.logins.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<IpAddr, (usize, Arc<Node>)>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks about a machine, unless that was done a moment ago. A question without an answer is
    /// one about nobody.
    async fn ask(&self, node: &Node, context: &Context, fresh_ms: u64) -> Option<Who> {
        let _asking = node.asking.lock().await;
        let known = node.found().clone();
        let is_fresh = |found: &Found| context.clock.now().ms_since(found.at) < fresh_ms;
        if let Some(found) = known.filter(is_fresh) {
            return found.who;
        }
        let _turn = self.asks.acquire().await.ok()?;
        let config = context.config.current();
        let socket = config.expose.tailscale_socket.as_deref();
        let who = match LocalApi::at(socket, &*context.clock).who(node.peer).await {
            Ok(who) => who,
            Err(failure) => {
                tracing::warn!(%failure, peer = %node.peer, "nobody is let in by the tailnet");
                None
            }
        };
        if let Some(who) = who.as_ref().filter(|who| self.named(who).is_none()) {
            tracing::info!(?who, peer = %node.peer, "tailscale.logins does not name who knocks");
        }
        *node.found() = Some(Found { at: context.clock.now(), who: who.clone() });
        who
    }
}

impl Node {
    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who knocks at the tailnet's door and shows nothing, if the configuration names it.
pub(crate) async fn caller(context: &Context, seat: &Seat) -> Option<Caller> {
    let Taken { tailnet, node } = &*seat.0;
    if tailnet.logins().is_empty() {
        return None;
    }
    let who = tailnet.ask(node, context, FRESH_MS).await?;
    let named = tailnet.named(&who)?;
    let basis = Basis::Tailnet { login: named.name, address: node.peer.ip() };
    context.ways.caller(basis, context.clock.now())
}

/// Asks again about whoever is in by the tailnet, until the daemon stops. When a machine has become
/// somebody else's, or nothing is known about it any more, an epoch begins that cuts it off.
pub async fn run(context: Arc<Context>) {
    let tailnet = Arc::clone(context.ways.tailnet());
    let mut n_nodes = tailnet.n_nodes.subscribe();
    loop {
        let due = async {
            // An error means that the table is gone, and the daemon with it.
            let _ = n_nodes.wait_for(|n_nodes| *n_nodes > 0).await;
            context.clock.sleep(LOOK_MS).await;
        };
        tokio::select! {
            () = due => {}
            () = context.shutdown.begun() => return,
        }
        let nodes: Vec<_> = tailnet.seats().values().map(|(_, node)| Arc::clone(node)).collect();
        let mut has_changed = false;
        for node in nodes {
            let before = node.found().clone().and_then(|found| found.who);
            let Some(before) = before.filter(|who| tailnet.named(who).is_some()) else { continue };
            has_changed |= tailnet.ask(&node, &context, FRESH_MS).await != Some(before);
        }
        if !has_changed {
            continue;
        }
        tracing::info!("a machine of the tailnet has changed hands, or is not known any more");
        let now = context.clock.now();
        if let Err(failure) = context.ways.refresh(&context.ledger, &context.policies, now).await {
            tracing::warn!(?failure, "whoever came in by it is cut off when it asks for something");
        }
    }
}

fn standing(named: &TailnetLogin) -> Standing {
    match &named.gives {
        Gives::Owner => Standing::owner(),
        Gives::Scopes(scopes) => {
            Standing { principal: person(&named.name), scopes: scopes.clone() }
        }
    }
}

fn person(name: &str) -> Principal {
    Principal::Known(format!("{PERSON}{name}"))
}
