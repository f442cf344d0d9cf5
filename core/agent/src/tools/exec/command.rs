//! What exactly would run: the file behind a name, and the state of every file that the command
//! names.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use nexus_domain::permission::{PathAccess, Target};
use sha2::{Digest, Sha256};

/// Largest program that is run, in bytes.
const PROGRAM_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Largest file named by an argument whose content counts, in bytes. A larger one is data.
const NAMED_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Most files named by arguments whose content counts.
const NAMED_MAX: usize = 32;

/// A command whose every part is settled.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// The file that runs.
    pub program: PathBuf,
    /// Its words.
    pub argv: Vec<String>,
    /// Where, absolute.
    pub cwd: PathBuf,
    /// SHA-256 of the program.
    pub content: String,
    /// SHA-256 of the files of the workspace that the words name; the program may be one of them.
    pub files: Vec<(PathBuf, String)>,
    workspace: PathBuf,
}

impl Command {
    /// Finds the program and reads what the command depends on. Nothing runs.
    pub(super) fn settle(
        argv: Vec<String>,
        workspace: &Path,
        cwd: &Path,
        path: &[PathBuf],
    ) -> Result<Self, String> {
        let name = argv.first().filter(|name| !name.is_empty()).ok_or("the command is empty")?;
        let workspace = workspace.canonicalize().map_err(|error| explain(workspace, &error))?;
        let cwd = workspace.join(cwd);
        let cwd = cwd.canonicalize().map_err(|error| explain(&cwd, &error))?;
        if !cwd.starts_with(&workspace) || !cwd.is_dir() {
            return Err(format!("`{}` is not a folder of the workspace", cwd.display()));
        }
        let program = find(name, &cwd, path)?;
        let digest = digest(&program, PROGRAM_BYTES_MAX)?.ok_or_else(|| {
            format!("`{}` is larger than {PROGRAM_BYTES_MAX} bytes", program.display())
        })?;
        let mut files = Vec::new();
        for word in argv.iter().skip(1).filter(|word| !word.starts_with('-')) {
            let Ok(file) = cwd.join(word).canonicalize() else { continue };
            if !file.starts_with(&workspace) || !file.is_file() || files.len() >= NAMED_MAX {
                continue;
            }
            if let Some(digest) = self::digest(&file, NAMED_BYTES_MAX)? {
                files.push((file, digest));
            }
        }
        Ok(Self { program, argv, cwd, content: digest, files, workspace })
    }

    /// What a person and the policies see. The program's own file belongs to the command: that it
    /// lies outside of the workspace, as programs do, says nothing about what it will touch.
    pub(super) fn targets(&self, env: Vec<String>, network: bool) -> Vec<Target> {
        let command = Target::Command {
            argv: self.argv.clone(),
            program: self.program.display().to_string(),
            cwd: self.cwd.display().to_string(),
            env,
            content: Some(self.content.clone()),
            network,
        };
        let named = |path: &PathBuf| {
            let inside = path.strip_prefix(&self.workspace).unwrap_or(path);
            inside.display().to_string()
        };
        let files = self.files.iter().map(|(path, digest)| Target::Path {
            path: named(path),
            access: PathAccess::Read,
            content: Some(digest.clone()),
        });
        std::iter::once(command).chain(files).collect()
    }

    /// Whether everything is still as it was when it was decided about; read right before the
    /// start.
    pub(super) fn check(&self) -> Result<(), String> {
        let program = std::iter::once((&self.program, &self.content));
        let files = self.files.iter().map(|(path, digest)| (path, digest));
        for (path, expected) in program.chain(files) {
            let now = digest(path, PROGRAM_BYTES_MAX)?;
            if now.as_ref() != Some(expected) {
                return Err(format!(
                    "`{}` has changed since this was allowed, so nothing was run; call it again to \
                     have it decided anew",
                    path.display()
                ));
            }
        }
        let is_same = self.cwd.canonicalize().is_ok_and(|cwd| cwd == self.cwd);
        if !is_same {
            return Err(format!("`{}` is no longer the same folder", self.cwd.display()));
        }
        Ok(())
    }
}

/// The file behind a name: beside the working folder if the name has a slash, else along the path.
fn find(name: &str, cwd: &Path, path: &[PathBuf]) -> Result<PathBuf, String> {
    let candidates: Vec<PathBuf> = match name.contains('/') {
        true => vec![cwd.join(name)],
        false => path.iter().map(|folder| folder.join(name)).collect(),
    };
    let found = candidates.iter().find(|candidate| is_program(candidate)).ok_or_else(|| {
        let folders: Vec<_> = path.iter().map(|folder| folder.display().to_string()).collect();
        match name.contains('/') {
            true => format!("`{name}` is not a program"),
            false => format!("there is no program `{name}` in {}", folders.join(", ")),
        }
    })?;
    found.canonicalize().map_err(|error| explain(found, &error))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path);
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// `None` for what is larger than the limit.
fn digest(path: &Path, bytes_max: u64) -> Result<Option<String>, String> {
    let file = File::open(path).map_err(|error| explain(path, &error))?;
    let metadata = file.metadata().map_err(|error| explain(path, &error))?;
    if !metadata.is_file() || metadata.len() > bytes_max {
        return Ok(None);
    }
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    let mut file = file.take(bytes_max);
    loop {
        match file.read(&mut piece).map_err(|error| explain(path, &error))? {
            0 => return Ok(Some(hex::encode(hasher.finalize()))),
            n => hasher.update(&piece[..n]),
        }
    }
}

fn explain(path: &Path, error: &io::Error) -> String {
    format!("`{}`: {error}", path.display())
}
