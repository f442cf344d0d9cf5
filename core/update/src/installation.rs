//! What is installed here, and whether it is ours to replace.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::manifest::Form;

/// What would be replaced: a file, or a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// The file or folder.
    pub path: PathBuf,
    /// The program, below a folder; empty where the file is the program.
    pub program: PathBuf,
}

/// What was found out about how this program came here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It can replace itself.
    Ours(Installation),
    /// It cannot; in words, how it is updated instead.
    Others(String),
}

/// Folders whose files belong to a package manager.
const MANAGED: &[(&str, &str)] = &[
    ("/nix", "its Nix profile updates it"),
    ("/snap", "snap updates it: snap refresh"),
    ("/opt/homebrew", "Homebrew updates it: brew upgrade"),
    ("/usr/local/Cellar", "Homebrew updates it: brew upgrade"),
    ("/home/linuxbrew", "Homebrew updates it: brew upgrade"),
    ("/usr", "its package updates it, for example: apt install --only-upgrade nexus nexus-desktop"),
    ("/bin", "its package updates it"),
];

impl Installation {
    /// Finds out how a program came here. `image` is the file that an AppImage was started from
    /// (`$APPIMAGE`).
    #[must_use]
    pub fn of(program: &Path, image: Option<&Path>) -> Found {
        if let Some(image) = image {
            return Self { path: image.to_owned(), program: PathBuf::new() }.if_writable();
        }
        if let Some((_, how)) = MANAGED.iter().find(|(folder, _)| program.starts_with(folder)) {
            return Found::Others((*how).to_owned());
        }
        if cfg!(windows) {
            return Found::Others(
                "its installer updates it: run that of the new version".to_owned(),
            );
        }
        match unpacked(program) {
            Some(installation) => installation.if_writable(),
            None => Found::Others(format!(
                "{} was not installed from a release: it is updated by building it anew",
                program.display()
            )),
        }
    }

    /// The program to start.
    #[must_use]
    pub fn program(&self) -> PathBuf {
        program_in(&self.path, &self.program)
    }

    /// What a release must hold to replace it.
    #[must_use]
    pub fn form(&self) -> Form {
        if self.program.as_os_str().is_empty() { Form::Application } else { Form::Folder }
    }

    /// The version before, once there is one.
    #[must_use]
    pub fn previous(&self) -> PathBuf {
        self.beside("previous")
    }

    /// A place for what is about to replace it.
    #[must_use]
    pub fn next(&self) -> PathBuf {
        self.beside("next")
    }

    /// The program of the version before.
    #[must_use]
    pub fn previous_program(&self) -> PathBuf {
        program_in(&self.previous(), &self.program)
    }

    /// On the same file system, so that renaming is enough; hidden, so that nobody starts it.
    fn beside(&self, what: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.{what}"))
    }

    fn if_writable(self) -> Found {
        let folder = self.path.parent().unwrap_or(&self.path);
        match tempfile_in(folder) {
            Ok(()) => Found::Ours(self),
            Err(error) => Found::Others(format!(
                "{} cannot be written to ({error}): whoever put it there updates it",
                folder.display()
            )),
        }
    }
}

fn program_in(path: &Path, program: &Path) -> PathBuf {
    if program.as_os_str().is_empty() { path.to_owned() } else { path.join(program) }
}

/// The folder of the tarball, or the bundle of macOS, that a program lies in.
fn unpacked(program: &Path) -> Option<Installation> {
    let folder = program.parent()?;
    let root = if folder.ends_with("Contents/MacOS") {
        folder.parent()?.parent()?
    } else if folder.ends_with("bin") {
        let root = folder.parent()?;
        root.join("share/doc/nexus").is_dir().then_some(root)?
    } else {
        return None;
    };
    let program = program.strip_prefix(root).ok()?.to_owned();
    Some(Installation { path: root.to_owned(), program })
}

/// Whether a file can be made in a folder.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".nexus-may-write-{}", std::process::id()));
    std::fs::File::create_new(&path)?;
    std::fs::remove_file(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_package_manager_brought_is_left_to_it() {
        for program in ["/usr/bin/nexus-app", "/nix/store/x/bin/nexus", "/opt/homebrew/bin/nexus"] {
            let found = Installation::of(Path::new(program), None);
            assert!(matches!(found, Found::Others(_)), "{program}");
        }
    }

    #[test]
    fn an_image_is_one_file_and_a_tarball_a_folder() {
        let home = tempfile::tempdir().unwrap();
        let image = home.path().join("Nexus.AppImage");
        let found = Installation::of(Path::new("/tmp/.mount_x/usr/bin/nexus-app"), Some(&image));
        let Found::Ours(installation) = found else { panic!("{found:?}") };
        assert_eq!((installation.program(), installation.form()), (image, Form::Application));
        assert_eq!(installation.previous(), home.path().join(".Nexus.AppImage.previous"));

        let root = home.path().join("nexus-0.1.0");
        std::fs::create_dir_all(root.join("share/doc/nexus")).unwrap();
        let program = root.join("bin/nexus");
        let found = Installation::of(&program, None);
        let Found::Ours(installation) = found else { panic!("{found:?}") };
        assert_eq!((installation.program(), installation.form()), (program, Form::Folder));
        assert_eq!(
            installation.previous_program(),
            home.path().join(".nexus-0.1.0.previous/bin/nexus")
        );
    }

    #[test]
    fn what_was_built_here_is_built_anew() {
        let home = tempfile::tempdir().unwrap();
        let found = Installation::of(&home.path().join("target/debug/nexus-app"), None);
        assert!(matches!(found, Found::Others(_)));
    }
}
