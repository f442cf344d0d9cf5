//! Seccomp: system calls that no tool needs and that have led out of sandboxes before.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use crate::profile::Network;

/// Looking into and steering other processes.
const PROCESSES: &[libc::c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
];
/// Changing what files are seen.
const MOUNTS: &[libc::c_long] = &[
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
];
/// Namespaces and keys.
const SPACES: &[libc::c_long] = &[
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
];
/// The kernel itself: code in it, its clock, its log; and rings of requests, which would pass by
/// this very filter.
const KERNEL: &[libc::c_long] = &[
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_vhangup,
];
#[cfg(target_arch = "x86_64")]
const MACHINE: &[libc::c_long] =
    &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_kexec_file_load];
#[cfg(not(target_arch = "x86_64"))]
const MACHINE: &[libc::c_long] = &[];

/// Flags of `clone` that make namespaces. The one for time shares its bit with the exit signal and
/// works with `clone3` and `unshare` only.
const NAMESPACE_FLAGS: [u64; 7] = [
    libc::CLONE_NEWNS as u64,
    libc::CLONE_NEWUSER as u64,
    libc::CLONE_NEWPID as u64,
    libc::CLONE_NEWNET as u64,
    libc::CLONE_NEWIPC as u64,
    libc::CLONE_NEWUTS as u64,
    libc::CLONE_NEWCGROUP as u64,
];

/// Calls of the 32-bit pointers' ABI of x86-64 carry this bit; without rules of their own they
/// would pass by the list.
#[cfg(target_arch = "x86_64")]
const X32_BIT: libc::c_long = 0x4000_0000;
/// Calls that have numbers of their own there: ptrace, process_vm_readv, process_vm_writev.
#[cfg(target_arch = "x86_64")]
const X32_ONLY: &[libc::c_long] = &[521, 539, 540];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

pub(super) fn apply(network: &Network, has_namespaces: bool) -> Result<(), String> {
    let refused = refused(network, has_namespaces).map_err(|error| error.to_string())?;
    // `clone3` keeps its flags in memory, where a filter cannot look. Told that it does not exist,
    // the C library takes `clone`.
    let absent = with_x32(BTreeMap::from([(libc::SYS_clone3, Vec::new())]));
    for (rules, errno) in [(refused, libc::EPERM), (absent, libc::ENOSYS)] {
        let program = program(rules, errno).map_err(|error| error.to_string())?;
        seccompiler::apply_filter(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn program(rules: Rules, errno: i32) -> Result<BpfProgram, seccompiler::BackendError> {
    let refuse = SeccompAction::Errno(errno.unsigned_abs());
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()
}

fn refused(network: &Network, has_namespaces: bool) -> Result<Rules, seccompiler::BackendError> {
    let lists = [PROCESSES, MOUNTS, SPACES, KERNEL, MACHINE];
    let mut rules: Rules = lists.concat().into_iter().map(|call| (call, Vec::new())).collect();
    let flags = NAMESPACE_FLAGS.into_iter().map(|flag| {
        SeccompRule::new(vec![SeccompCondition::new(0, Len::Qword, Op::MaskedEq(flag), flag)?])
    });
    rules.insert(libc::SYS_clone, flags.collect::<Result<_, _>>()?);
    // Typing into a terminal on behalf of whoever sits at it.
    let typing = [libc::TIOCSTI, libc::TIOCLINUX].into_iter().map(|request| {
        SeccompRule::new(vec![SeccompCondition::new(1, Len::Dword, Op::Eq, request)?])
    });
    rules.insert(libc::SYS_ioctl, typing.collect::<Result<_, _>>()?);
    rules.insert(libc::SYS_socket, foreign_sockets(network, has_namespaces)?);
    Ok(with_x32(rules))
}

/// Kinds of sockets that are refused: all but the ones whose other end can only be inside. Some,
/// like those to the machine's host (vsock), know nothing of network namespaces. An empty list of
/// conditions refuses every one.
fn foreign_sockets(
    network: &Network,
    has_namespaces: bool,
) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let families: &[i32] = match (has_namespaces, network) {
        (true, Network::None) => &[libc::AF_UNIX],
        (true, Network::Proxy { .. }) => &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6],
        // Names are looked up with the help of netlink.
        (_, Network::Ports { .. }) => {
            &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK]
        }
        (false, _) => return Ok(Vec::new()),
    };
    let conditions = families.iter().map(|family| {
        SeccompCondition::new(0, Len::Dword, Op::Ne, u64::from(family.unsigned_abs()))
    });
    Ok(vec![SeccompRule::new(conditions.collect::<Result<_, _>>()?)?])
}

#[cfg(target_arch = "x86_64")]
fn with_x32(mut rules: Rules) -> Rules {
    let doubled: Vec<_> =
        rules.iter().map(|(call, rules)| (call | X32_BIT, rules.clone())).collect();
    rules.extend(doubled);
    rules.extend(X32_ONLY.iter().map(|call| (call | X32_BIT, Vec::new())));
    rules
}

#[cfg(not(target_arch = "x86_64"))]
fn with_x32(rules: Rules) -> Rules {
    rules
}
