//! Lays what was downloaded beside what is installed, and swaps the two.

use std::fs;
use std::path::Path;

use crate::{Installation, UpdateError};

/// A version that lies ready beside the one that is installed.
#[derive(Clone, Debug)]
pub struct Staged {
    installation: Installation,
}

impl Staged {
    /// Makes a downloaded file ready: it can be run, or is unpacked.
    ///
    /// # Errors
    /// When it is not what such a release holds, or the disk does not take it.
    pub(crate) fn make(installation: &Installation, download: &Path) -> Result<Self, UpdateError> {
        let next = installation.next();
        remove(&next)?;
        if installation.program.as_os_str().is_empty() {
            make_runnable(download).map_err(UpdateError::file(download))?;
            fs::rename(download, &next).map_err(UpdateError::file(&next))?;
        } else {
            unpack(download, &next)?;
            fs::remove_file(download).map_err(UpdateError::file(download))?;
            let program = next.join(&installation.program);
            if !program.is_file() {
                remove(&next)?;
                let missing = installation.program.display();
                return Err(UpdateError::Malformed(format!("it lacks {missing}")));
            }
        }
        Ok(Self { installation: installation.clone() })
    }

    /// Puts it in the place of what is installed, which is kept beside it.
    ///
    /// # Errors
    /// When it cannot be renamed; what was installed is still there.
    pub fn swap(&self) -> Result<(), UpdateError> {
        let (path, previous) = (&self.installation.path, self.installation.previous());
        remove(&previous)?;
        fs::rename(path, &previous).map_err(UpdateError::file(path))?;
        fs::rename(self.installation.next(), path).map_err(|error| {
            // Nothing stands in its place: back to where it was.
            let back = fs::rename(&previous, path).err();
            let more = back.map(|back| format!("; and the old one is at {previous:?}: {back}"));
            UpdateError::File {
                path: path.clone(),
                why: format!("{error}{}", more.unwrap_or_default()),
            }
        })
    }
}

/// Puts the version before back in its place.
///
/// # Errors
/// When there is none, or it cannot be renamed.
pub(crate) fn swap_back(installation: &Installation) -> Result<(), UpdateError> {
    let (path, previous) = (&installation.path, installation.previous());
    if !previous.exists() {
        return Err(UpdateError::File { path: previous, why: "it is gone".to_owned() });
    }
    let failed = installation.next();
    remove(&failed)?;
    if path.exists() {
        fs::rename(path, &failed).map_err(UpdateError::file(path))?;
    }
    fs::rename(&previous, path).map_err(UpdateError::file(path))?;
    remove(&failed)
}

fn remove(path: &Path) -> Result<(), UpdateError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(UpdateError::file(path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn make_runnable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Unpacks a `tar.gz` whose only top folder becomes `folder`. Its digest was checked; still nothing
/// of it is put outside.
fn unpack(archive: &Path, folder: &Path) -> Result<(), UpdateError> {
    let file = fs::File::open(archive).map_err(UpdateError::file(archive))?;
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(file));
    tar.set_preserve_mtime(true);
    let malformed = |error: std::io::Error| UpdateError::Malformed(error.to_string());
    fs::create_dir(folder).map_err(UpdateError::file(folder))?;
    for entry in tar.entries().map_err(malformed)? {
        let mut entry = entry.map_err(malformed)?;
        let path = entry.path().map_err(malformed)?.into_owned();
        // Without the folder that all of it lies in.
        let inside: std::path::PathBuf = path.components().skip(1).collect();
        if inside.as_os_str().is_empty() {
            continue;
        }
        let is_plain =
            inside.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let kind = entry.header().entry_type();
        if !is_plain || !(kind.is_file() || kind.is_dir()) {
            remove(folder)?;
            let name = path.display().to_string();
            return Err(UpdateError::Malformed(format!(
                "{} is no plain file",
                name.escape_debug()
            )));
        }
        let to = folder.join(&inside);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(UpdateError::file(parent))?;
        }
        entry.unpack(&to).map_err(UpdateError::file(&to))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    /// A `tar.gz` with these files, under the names as they are.
    fn archive(path: &Path, files: &[(&str, &str)]) {
        let file = fs::File::create(path).unwrap();
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
        for (name, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o755);
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
    }

    #[test]
    fn a_file_is_swapped_and_swapped_back() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("Nexus.AppImage");
        write(&path, "old");
        let installation = Installation { path: path.clone(), program: "".into() };
        for new in ["first", "second"] {
            let download = home.path().join("download");
            write(&download, new);
            Staged::make(&installation, &download).unwrap().swap().unwrap();
            assert_eq!((read(&path), read(&installation.previous())), (new.into(), "old".into()));
            swap_back(&installation).unwrap();
            assert_eq!(read(&path), "old");
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left lying about");
        assert!(swap_back(&installation).is_err());
    }

    #[test]
    fn a_folder_is_unpacked_beside_and_swapped() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("nexus-0.1.0");
        write(&path.join("bin/nexus"), "old");
        let installation = Installation { path: path.clone(), program: "bin/nexus".into() };
        let download = home.path().join("download");
        archive(&download, &[("nexus-0.2.0/bin/nexus", "new"), ("nexus-0.2.0/bin/nexusd", "d")]);
        Staged::make(&installation, &download).unwrap().swap().unwrap();
        assert_eq!(read(&path.join("bin/nexus")), "new");
        swap_back(&installation).unwrap();
        assert_eq!(read(&path.join("bin/nexus")), "old");
    }

    #[test]
    fn nothing_is_put_outside_of_its_folder() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("nexus-0.1.0");
        write(&path.join("bin/nexus"), "old");
        let installation = Installation { path, program: "bin/nexus".into() };
        let download = home.path().join("download");
        for name in ["n/../../outside", "n/../outside"] {
            archive(&download, &[("n/bin/nexus", "new"), (name, "x")]);
            assert!(Staged::make(&installation, &download).is_err(), "{name}");
            assert!(!home.path().join("outside").exists());
        }
        archive(&download, &[("n/bin/other", "x")]);
        let error = Staged::make(&installation, &download).unwrap_err().to_string();
        assert!(error.contains("bin/nexus"), "{error}");
    }
}
