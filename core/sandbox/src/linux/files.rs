//! Landlock: the kernel checks every access to a file against a list of folders, refuses TCP, and
//! lets neither signals nor connections to abstract sockets across the border.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath,
    PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};

use super::namespaces;
use crate::profile::Network;
use crate::wire::Order;

/// The first version that holds back signals and abstract sockets. What is older counts as a gap.
const ABI_MIN: ABI = ABI::V6;

pub(super) fn apply(order: &Order) -> Result<(), String> {
    let status = restrict(order).map_err(|error| error.to_string())?;
    match status {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => {
            Err("this kernel has an older version of it, in force as far as it goes".to_owned())
        }
        RulesetStatus::NotEnforced => Err("this kernel does not have it".to_owned()),
    }
}

fn restrict(order: &Order) -> Result<RulesetStatus, landlock::RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI_MIN))?
        .handle_access(AccessNet::from_all(ABI_MIN))?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?;
    let read = AccessFs::from_read(ABI_MIN);
    let all = AccessFs::from_all(ABI_MIN);
    let has_namespaces = order.bwrap.is_some();
    for path in &order.profile.read {
        ruleset = allow(ruleset, path, read)?;
    }
    for path in &order.profile.write {
        for (path, access) in writable(path, &order.profile.hidden, has_namespaces) {
            ruleset = allow(ruleset, &path, access & all)?;
        }
    }
    let device = read | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
    if has_namespaces {
        // These are its own, made for it: nothing of the machine shows there.
        ruleset = allow(ruleset, Path::new("/tmp"), all)?;
        ruleset = allow(ruleset, Path::new("/proc"), read | AccessFs::WriteFile)?;
        ruleset = allow(ruleset, Path::new("/dev"), all)?;
        ruleset = allow(ruleset, Path::new(namespaces::HELPER), read)?;
    } else {
        for path in ["null", "zero", "full", "random", "urandom", "tty"] {
            ruleset = allow(ruleset, &Path::new("/dev").join(path), device)?;
        }
    }
    if let Network::Proxy { port, .. } = order.profile.network
        && has_namespaces
    {
        ruleset = ruleset.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
    }
    if let Network::Ports { connect, listen } = &order.profile.network {
        for port in connect {
            ruleset = ruleset.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
        }
        for port in listen {
            ruleset = ruleset.add_rule(NetPort::new(*port, AccessNet::BindTcp))?;
        }
    }
    Ok(ruleset.restrict_self()?.ruleset)
}

fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, landlock::RulesetError> {
    // What is not there cannot be opened either.
    let Ok(opened) = PathFd::new(path) else { return Ok(ruleset) };
    let is_folder = path.is_dir();
    let access = if is_folder { access } else { access & AccessFs::from_file(ABI_MIN) };
    ruleset.add_rule(PathBeneath::new(opened, access))
}

/// A rule holds for everything below its folder and cannot make an exception. Where nothing else
/// masks what is hidden, the folder's entries are named one by one instead, and no new ones can be
/// made beside them.
fn writable(
    folder: &Path,
    hidden: &[PathBuf],
    has_namespaces: bool,
) -> Vec<(PathBuf, BitFlags<AccessFs>)> {
    let all = AccessFs::from_all(ABI_MIN);
    if has_namespaces || !hidden.iter().any(|hidden| hidden.starts_with(folder)) {
        return vec![(folder.to_owned(), all)];
    }
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let visible = entries.flatten().filter(|entry| {
        // A link would name what it points to.
        !entry.file_type().is_ok_and(|kind| kind.is_symlink())
    });
    visible
        .map(|entry| entry.path())
        .filter(|path| !hidden.contains(path))
        .flat_map(|path| writable(&path, hidden, has_namespaces))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_gets_no_rule_and_neither_does_what_holds_it() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        for name in ["notes", "agents/main", "agents/other"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        std::os::unix::fs::symlink("/etc", at("link")).unwrap();
        let mut found: Vec<_> = writable(home.path(), &[at("agents/other")], false)
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        found.sort();
        assert_eq!(found, [at("agents/main"), at("notes")]);
        assert_eq!(writable(home.path(), &[at("agents/other")], true).len(), 1);
    }
}
