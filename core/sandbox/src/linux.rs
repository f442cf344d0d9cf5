//! What Linux has: namespaces through bubblewrap, Landlock, seccomp, limits, cgroups.

pub(crate) mod cgroup;
mod files;
mod limits;
pub(crate) mod namespaces;
mod syscalls;
pub(crate) mod tree;

use crate::posture::Mechanism;
use crate::wire::Order;

/// What is in force, and what is not, one sentence each.
type Enforced = (Vec<Mechanism>, Vec<String>);

/// Puts everything in force that the kernel has, in the one order in which each still may.
pub(crate) fn confine(order: &Order) -> Result<Enforced, String> {
    let mut enforced = Vec::new();
    let mut gaps = Vec::new();
    let mut note = |mechanism: Mechanism, result: Result<(), String>| match result {
        Ok(()) => enforced.push(mechanism),
        Err(why) => gaps.push(format!("no {}: {why}", mechanism.name())),
    };
    let is_left_out = |mechanism| order.without.contains(&mechanism);
    let switched_off = || Err("switched off".to_owned());
    let has_namespaces = order.bwrap.is_some();
    if has_namespaces {
        note(Mechanism::Namespaces, Ok(()));
        note(Mechanism::Tree, Ok(()));
    } else {
        // Why there are none is known to the one who ordered.
        note(Mechanism::Tree, tree::is_held());
    }
    note(
        Mechanism::Limits,
        match is_left_out(Mechanism::Limits) {
            true => switched_off(),
            false => limits::apply(&order.profile.limits, has_namespaces),
        },
    );
    note(
        Mechanism::Landlock,
        match is_left_out(Mechanism::Landlock) {
            true => switched_off(),
            false => files::apply(order),
        },
    );
    note(
        Mechanism::Seccomp,
        match is_left_out(Mechanism::Seccomp) {
            true => switched_off(),
            false => syscalls::apply(&order.profile.network, has_namespaces),
        },
    );
    Ok((enforced, gaps))
}
