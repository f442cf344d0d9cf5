//! Which file an adapter's command means. A name alone is looked for beside the daemon's own
//! program, where the adapters that come with it lie, and then where the system's programs are.

use std::path::{Path, PathBuf};

use nexus_domain::failure::Failure;

use super::spec::PATH;
use crate::config::AdapterConfig;

/// The same settings with the program as a path, where it was given as a name.
///
/// # Errors
/// `NotFound` with the folders that were looked into.
pub(super) fn resolved(
    config: &AdapterConfig,
    beside: Option<&Path>,
) -> Result<AdapterConfig, Failure> {
    let mut config = config.clone();
    if let Some(program) = config.command.first_mut() {
        *program = find(program, beside)?;
    }
    Ok(config)
}

/// The file of a program; what is a path already stays as it is.
///
/// # Errors
/// `NotFound` with the folders that were looked into.
pub(crate) fn find(program: &str, beside: Option<&Path>) -> Result<String, Failure> {
    if program.is_empty() || program.contains(['/', '\\']) {
        return Ok(program.to_owned());
    }
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let system = PATH.split(':').map(PathBuf::from);
    let folders: Vec<_> = beside.map(Path::to_owned).into_iter().chain(system).collect();
    let found = folders.iter().map(|folder| folder.join(&file)).find(|file| file.is_file());
    found.map(|file| file.display().to_string()).ok_or_else(|| {
        let looked: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let text =
            format!("there is no program `{}` in {}", program.escape_debug(), looked.join(", "));
        Failure::not_found(text).hint("put it there, or write its whole path into `command`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_beside_the_daemon_and_then_in_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join(format!("sh{}", std::env::consts::EXE_SUFFIX));
        let failure = find("no-such-adapter", Some(folder.path())).unwrap_err();
        let looked = format!("no-such-adapter` in {}, /usr/local/bin", folder.path().display());
        assert!(failure.message.contains(&looked), "{failure:?}");
        assert!(find("sh", None).is_ok_and(|found| found.ends_with("bin/sh")));
        std::fs::write(&beside, "").unwrap();
        assert_eq!(find("sh", Some(folder.path())).unwrap(), beside.display().to_string());
        for path in ["/bin/sh", "./sh", ""] {
            assert_eq!(find(path, Some(folder.path())).unwrap(), path);
        }
    }
}
