//! Who can reach the control plane from outside this machine: which addresses are listened on, with
//! which certificate, and who is told.
//!
//! The listener on loopback is there from start to stop and is never touched. Everything else
//! follows the configuration: what it wants and is not there is opened, what is there and not
//! wanted is closed, and what cannot be done is said.

mod addresses;
mod certificate;
mod mdns;
mod status;
mod tailscale;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use nexus_domain::Failure;
use nexus_protocol::expose::StatusResult;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use certificate::Certificate;

use crate::config::{Bind, ExposeConfig, Mdns};
use crate::context::Context;
use crate::server;
use mdns::Announcement;
use status::sentence;
use tailscale::Tailscale;

/// Listeners on their way to the server.
const DOORS_MAX: usize = 16;
/// What remembers, beyond the death of the daemon, that `tailscale serve` was turned on by us.
const SERVED_FILE: &str = "tailscale-serve";

/// The certificate in use; connections take the one of their moment.
pub type CurrentCertificate = Arc<RwLock<Option<Arc<Certificate>>>>;

/// A listener that the server is to take over.
pub struct Door {
    /// It is listening.
    pub listener: TcpListener,
    /// What connections get TLS from; nothing for an address of loopback.
    pub certificate: Option<CurrentCertificate>,
    /// Closes it, and cuts what came in by it.
    pub closed: CancellationToken,
}

/// By which names the control plane may be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Addresses that are listened on for others.
    pub outside: Vec<IpAddr>,
    /// The name that is announced on the local network.
    pub announced: Option<String>,
    /// The name in the tailnet.
    pub tailnet: Option<String>,
}

/// What is open to others.
pub struct Exposure {
    doors: mpsc::Sender<Door>,
    certificate: CurrentCertificate,
    names: RwLock<Arc<Names>>,
    shown: Mutex<StatusResult>,
    held: tokio::sync::Mutex<Held>,
}

/// What is open right now; changed by one at a time.
#[derive(Default)]
struct Held {
    open: BTreeMap<IpAddr, CancellationToken>,
    announcement: Option<Announcement>,
    /// Whether the tailnet is handed on to us.
    is_served: bool,
}

impl Exposure {
    /// Makes one in which nothing is open, and the end at which the server takes doors over.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Door>) {
        let (doors, taken_over) = mpsc::channel(DOORS_MAX);
        let exposure = Self {
            doors,
            certificate: Arc::default(),
            names: RwLock::default(),
            shown: Mutex::default(),
            held: tokio::sync::Mutex::default(),
        };
        (exposure, taken_over)
    }

    /// By which names we may be called.
    #[must_use]
    pub fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The certificate in use, if others get TLS at all.
    #[must_use]
    pub fn certificate(&self) -> Option<Arc<Certificate>> {
        self.certificate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is open, as it was found when it was last looked at.
    #[must_use]
    pub fn status(&self) -> StatusResult {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_certificate(&self, certificate: Option<Arc<Certificate>>) {
        *self.certificate.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }
}

/// Brings what is open in line with the configuration, and says how it stands.
pub async fn apply(context: &Arc<Context>) -> StatusResult {
    let exposure = &context.exposure;
    let mut held = exposure.held.lock().await;
    let config = context.config.current().expose.clone();
    let mut problems = Vec::new();
    let wanted = wanted(&config, &mut problems);
    let certificate = certificate_for(context, &config, &wanted, &mut problems).await;
    let wanted = if certificate.is_some() { wanted } else { Vec::new() };
    if let Some(certificate) = &certificate {
        tell_of(exposure, certificate);
    }
    exposure.set_certificate(certificate.clone());
    held.open_and_close(context, &wanted, &mut problems).await;
    let tailnet = held.tailnet(context, &config, &mut problems).await;
    let open: Vec<_> = held.open.keys().copied().collect();
    status::ask_tailnet(context, &config, &open, &mut problems).await;
    held.announce(context, &config, &open, certificate.as_deref(), &mut problems);
    let announced = held.announcement.as_ref().map(|a| format!("{}.local", a.record.host));
    let names = Names { outside: open, announced, tailnet: tailnet.clone() };
    let status = status::of(context, &held, &names, certificate.as_deref(), problems);
    *exposure.names.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(names);
    *exposure.shown.lock().unwrap_or_else(PoisonError::into_inner) = status.clone();
    status::show(context, &status, certificate.as_deref());
    status
}

/// Whether something could be opened for a setting, before anything is changed for it.
///
/// # Errors
/// `Unavailable` or `Invalid` when there is no such address, or no tailnet.
pub async fn check(context: &Context, bind: Bind, tailnet: bool) -> Result<(), Failure> {
    let all = addresses::of_machine()?;
    if tailnet {
        Tailscale::of(context).name().await?;
    }
    let is_there = match bind {
        Bind::Loopback(_) => true,
        Bind::Address(ip) if ip.is_unspecified() || ip.is_loopback() => true,
        Bind::Address(ip) => all.iter().any(|(_, address)| *address == ip),
        Bind::Lan | Bind::Tailnet => !addresses::meant(bind, &all).is_empty(),
    };
    if is_there {
        return Ok(());
    }
    let has: Vec<_> =
        all.iter().filter(|(_, ip)| !ip.is_loopback()).map(|(_, ip)| ip.to_string()).collect();
    let has = if has.is_empty() { "none".to_owned() } else { has.join(", ") };
    Err(Failure::invalid("this machine has no such address")
        .hint(format!("besides loopback it has: {has}; name one: nexus expose lan --address IP")))
}

/// The addresses of this machine.
///
/// # Errors
/// `Unavailable` when the operating system does not say.
pub(crate) fn addresses() -> Result<Vec<IpAddr>, Failure> {
    Ok(addresses::of_machine()?.into_iter().map(|(_, address)| address).collect())
}

/// Whether an address is one of this machine.
#[must_use]
pub fn is_own(address: IpAddr) -> bool {
    let address = address.to_canonical();
    // What cannot be told counts as ours: nobody is anybody then.
    address.is_loopback()
        || addresses::of_machine().map_or(true, |all| all.iter().any(|(_, own)| *own == address))
}

/// Ends what would outlive the daemon.
pub async fn close(context: &Arc<Context>) {
    let mut held = context.exposure.held.lock().await;
    held.announcement = None;
    if held.is_served {
        let stopped = Tailscale::of(context).stop(&target(context)).await;
        match stopped {
            Ok(()) => forget_served(context),
            Err(failure) => tracing::warn!(%failure, "the tailnet is still handed on to us"),
        }
    }
}

fn wanted(config: &ExposeConfig, problems: &mut Vec<String>) -> Vec<IpAddr> {
    if let Bind::Loopback(_) = config.bind {
        return Vec::new();
    }
    match addresses::of_machine() {
        Ok(all) => {
            let meant = addresses::meant(config.bind, &all);
            if meant.is_empty() {
                let what = match config.bind {
                    Bind::Lan => "no address in a local network",
                    Bind::Tailnet => "no address in a tailnet",
                    _ => "no address besides loopback",
                };
                problems.push(format!("this machine has {what} right now; it is looked for again"));
            }
            meant
        }
        Err(failure) => {
            problems.push(sentence(&failure));
            Vec::new()
        }
    }
}

/// The certificate for what is wanted; nothing when nothing is, or there is none to be had: then
/// nothing is opened.
async fn certificate_for(
    context: &Arc<Context>,
    config: &ExposeConfig,
    wanted: &[IpAddr],
    problems: &mut Vec<String>,
) -> Option<Arc<Certificate>> {
    if wanted.is_empty() {
        return None;
    }
    let tls = config.tls.clone();
    let (folder, now) = (context.home.state().join("tls"), context.clock.now());
    let mut names = vec![host(), format!("{}.local", host())];
    let configured = context.config.current().runtime.allowed_hosts.clone();
    names.extend(configured.iter().filter_map(|host| host.split(':').next().map(str::to_owned)));
    names.extend(wanted.iter().map(ToString::to_string));
    names.retain(|name| name.parse::<IpAddr>().is_ok() || is_dns_name(name));
    let made = tokio::task::spawn_blocking(move || match tls.own {
        Some((certificate, key)) => certificate::own(&certificate, &key),
        None => certificate::generated(&folder, &names, now),
    });
    match made.await.unwrap_or_else(|error| Err(Failure::internal(error))) {
        Ok(certificate) => {
            if config.tls.own.is_some() && certificate.ends_soon(now) {
                problems.push("your certificate ends within 30 days; renew it".to_owned());
            }
            let is_made_here = config.tls.own.is_none();
            if let Some(days) = certificate.days_to_renewal(now).filter(|_| is_made_here) {
                problems.push(format!(
                    "the certificate is renewed within {days} days, and whoever pinned its \
                     fingerprint refuses the new one (pin its key instead, which stays: {})",
                    certificate.key_fingerprint
                ));
            }
            // The one in use goes on, with the sessions that clients may take up again.
            let in_use = context.exposure.certificate();
            let same = in_use.filter(|old| old.fingerprint == certificate.fingerprint);
            Some(same.unwrap_or_else(|| Arc::new(certificate)))
        }
        Err(failure) => {
            problems.push(sentence(&failure));
            None
        }
    }
}

fn is_dns_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

fn tell_of(exposure: &Exposure, certificate: &Certificate) {
    let is_known =
        exposure.certificate().is_some_and(|old| old.fingerprint == certificate.fingerprint);
    if !is_known {
        let fingerprint = &certificate.fingerprint;
        tracing::info!(%fingerprint, "others reach the control plane by TLS with this certificate");
    }
}

impl Held {
    async fn open_and_close(
        &mut self,
        context: &Arc<Context>,
        wanted: &[IpAddr],
        problems: &mut Vec<String>,
    ) {
        self.open.retain(|address, closed| {
            let stays = wanted.contains(address) && !closed.is_cancelled();
            if !stays {
                tracing::info!(%address, "the control plane is closed to others");
                closed.cancel();
            }
            stays
        });
        let Some(port) = context.address.get().map(SocketAddr::port) else { return };
        for ip in wanted {
            if self.open.contains_key(ip) {
                continue;
            }
            let address = SocketAddr::new(*ip, port);
            let listener = match server::bind(address) {
                Ok(listener) => listener,
                Err(error) => {
                    problems.push(format!("cannot listen on {address}: {error}"));
                    continue;
                }
            };
            let closed = CancellationToken::new();
            let certificate = Some(Arc::clone(&context.exposure.certificate));
            let door = Door { listener, certificate, closed: closed.clone() };
            // An error means that the server has stopped, and the daemon with it.
            if context.exposure.doors.send(door).await.is_ok() {
                tracing::info!(%address, "the control plane is open to others");
                self.open.insert(*ip, closed);
            }
        }
    }

    /// Turns `tailscale serve` on or off; comes back with the name in the tailnet, where we are
    /// called by it.
    async fn tailnet(
        &mut self,
        context: &Arc<Context>,
        config: &ExposeConfig,
        problems: &mut Vec<String>,
    ) -> Option<String> {
        let is_direct = config.bind == Bind::Tailnet && !self.open.is_empty();
        let was_served = self.is_served || served_file(context).exists();
        if !config.tailscale_serve && !was_served && !is_direct {
            return None;
        }
        let tailscale = Tailscale::of(context);
        if !config.tailscale_serve && was_served {
            match tailscale.stop(&target(context)).await {
                Ok(()) => forget_served(context),
                Err(failure) => problems.push(sentence(&failure)),
            }
            self.is_served = false;
        }
        let name = match tailscale.name().await {
            Ok(name) => name,
            Err(failure) if config.tailscale_serve => {
                problems.push(sentence(&failure));
                self.is_served = false;
                return None;
            }
            // Reached by its address, it needs no name.
            Err(_) => return None,
        };
        if config.tailscale_serve {
            let served = tailscale.serve(&name, &target(context)).await;
            self.is_served = served.is_ok();
            match served {
                Ok(()) => remember_served(context),
                Err(failure) => {
                    problems.push(sentence(&failure));
                    return None;
                }
            }
        }
        Some(name)
    }

    fn announce(
        &mut self,
        context: &Context,
        config: &ExposeConfig,
        open: &[IpAddr],
        certificate: Option<&Certificate>,
        problems: &mut Vec<String>,
    ) {
        let port = context.address.get().map_or(0, SocketAddr::port);
        // A tailnet knows no multicast.
        let mode = if config.bind == Bind::Tailnet { Mdns::Off } else { config.mdns };
        let record = certificate.and_then(|c| mdns::record(mode, &host(), open, port, c));
        if self.announcement.as_ref().map(|a| &a.record) == record.as_ref() {
            return;
        }
        self.announcement = None;
        match record.map(Announcement::new) {
            Some(Ok(announcement)) => self.announcement = Some(announcement),
            Some(Err(failure)) => problems.push(sentence(&failure)),
            None => {}
        }
    }
}

/// The name of this machine, as others in its network know it.
fn host() -> String {
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    let first = name.split('.').next().unwrap_or_default();
    let plain: String = first.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if plain.is_empty() { "nexus".to_owned() } else { plain.to_ascii_lowercase() }
}

/// Where the tailnet is handed on to.
fn target(context: &Context) -> String {
    context.address.get().map(|address| format!("http://{address}")).unwrap_or_default()
}

fn served_file(context: &Context) -> std::path::PathBuf {
    context.home.state().join(SERVED_FILE)
}

fn remember_served(context: &Context) {
    let path: &Path = &served_file(context);
    if let Err(error) = crate::config::file::write_private(path, &target(context)) {
        tracing::warn!(%error, "that the tailnet is handed on to us could not be noted");
    }
}

fn forget_served(context: &Context) {
    let _ = std::fs::remove_file(served_file(context));
}
