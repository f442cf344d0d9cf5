//! Keeps what is open to others in line with the configuration, with the addresses of the machine,
//! and with the end of the certificate.

use std::sync::Arc;

use crate::config::Bind;
use crate::context::Context;
use crate::exposure;

/// How often the addresses of the machine and the certificate are looked at, in milliseconds: a
/// laptop changes its network, and files are renewed.
const LOOK_MS: u64 = 60_000;

/// Runs until the daemon stops, and then takes back what would outlive it.
pub async fn run(context: Arc<Context>) {
    let mut changes = context.config.changes();
    let mut network = context.power.network();
    loop {
        changes.mark_unchanged();
        exposure::apply(&context).await;
        let expose = context.config.current().expose.clone();
        let can_change_by_itself =
            !matches!(expose.bind, Bind::Loopback(_)) || expose.tailscale_serve;
        let look = async {
            match can_change_by_itself {
                true => context.clock.sleep(LOOK_MS).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            () = context.shutdown.begun() => break,
            changed = changes.changed() => if changed.is_err() { break },
            () = look => {}
            Ok(()) = network.changed(), if can_change_by_itself => {}
        }
    }
    exposure::close(&context).await;
}
