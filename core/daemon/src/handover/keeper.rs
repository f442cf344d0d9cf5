//! Whoever keeps this daemon running: a service manager that starts it again whatever it ended
//! with would fight with the newcomer for the home.

use nexus_domain::failure::Failure;

use crate::context::Context;
use crate::home::OwnerKind;

/// Time the service manager has to answer, in milliseconds.
#[cfg(target_os = "linux")]
const ANSWER_MS_MAX: u64 = 500;

/// Refuses when the daemon would be started again as soon as it has ended. A manager that does not
/// say is trusted: a start that finds the home owned fails and does no harm.
///
/// # Errors
/// `Conflict`, with the command that stops it for good.
pub(super) async fn check(context: &Context) -> Result<(), Failure> {
    let stays_away = |why: &str| {
        Failure::conflict(format!("{why}, which would start this daemon again"))
            .hint("stop the service first: nexus daemon stop; then start the other one")
    };
    if context.is_socket_activated {
        return Err(stays_away("the port belongs to the service manager"));
    }
    if context.lease.kind != OwnerKind::Service.name() {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        let restart = tokio::select! {
            restart = systemd::restart(context.config.environment()) => restart,
            () = context.clock.sleep(ANSWER_MS_MAX) => None,
        };
        if restart.as_deref().is_some_and(is_stubborn) {
            return Err(stays_away("this is a service with Restart=always"));
        }
    }
    Ok(())
}

/// Whether a service is started again although it ended well.
#[cfg(target_os = "linux")]
fn is_stubborn(restart: &str) -> bool {
    matches!(restart, "always" | "on-success")
}

#[cfg(target_os = "linux")]
mod systemd {
    //! systemd on D-Bus (<https://www.freedesktop.org/software/systemd/man/org.freedesktop.systemd1.html>).

    use zbus::proxy::CacheProperties;
    use zbus::zvariant::OwnedObjectPath;

    use crate::config::Environment;

    /// Where the system bus is, unless the environment says otherwise.
    const SYSTEM_BUS: &str = "unix:path=/run/dbus/system_bus_socket";

    #[zbus::proxy(
        interface = "org.freedesktop.systemd1.Manager",
        default_service = "org.freedesktop.systemd1",
        default_path = "/org/freedesktop/systemd1",
        gen_blocking = false
    )]
    trait Manager {
        #[zbus(name = "GetUnitByPID")]
        fn get_unit_by_pid(&self, pid: u32) -> zbus::Result<OwnedObjectPath>;
    }

    #[zbus::proxy(
        interface = "org.freedesktop.systemd1.Service",
        default_service = "org.freedesktop.systemd1",
        gen_blocking = false
    )]
    trait Service {
        #[zbus(property)]
        fn restart(&self) -> zbus::Result<String>;
    }

    /// When the service that this process belongs to is started again, in the word of its unit: as
    /// the person's manager says, or else the machine's.
    pub(super) async fn restart(environment: &Environment) -> Option<String> {
        let own = environment.get("DBUS_SESSION_BUS_ADDRESS").map(str::to_owned);
        let runtime = environment.get("XDG_RUNTIME_DIR");
        let own = own.or_else(|| runtime.map(|folder| format!("unix:path={folder}/bus")));
        let machine = environment.get("DBUS_SYSTEM_BUS_ADDRESS").unwrap_or(SYSTEM_BUS);
        for address in own.as_deref().into_iter().chain([machine]) {
            let asked = async {
                let bus = zbus::connection::Builder::address(address)?.build().await?;
                ask(&bus).await
            };
            match asked.await {
                Ok(restart) => return Some(restart),
                Err(error) => tracing::debug!(%error, address, "no word about the service"),
            }
        }
        None
    }

    async fn ask(bus: &zbus::Connection) -> zbus::Result<String> {
        let unit = ManagerProxy::new(bus).await?.get_unit_by_pid(std::process::id()).await?;
        let service = ServiceProxy::builder(bus)
            .path(unit)?
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        service.restart().await
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_started_again_after_a_good_end_is_stubborn() {
        for (restart, is_so) in [("always", true), ("on-success", true), ("on-failure", false)] {
            assert_eq!(is_stubborn(restart), is_so, "{restart}");
        }
    }
}
