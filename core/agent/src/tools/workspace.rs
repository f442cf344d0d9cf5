//! The one folder that file tools see. Every path is resolved by the operating system beneath an
//! open handle of that folder, so that neither `..`, nor an absolute path, nor a symbolic link,
//! nor a race between check and use leads out of it.

use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use nexus_domain::Failure;

use super::ToolContext;

/// Longest path, in bytes.
const PATH_BYTES_MAX: usize = 1024;
/// Largest file that is read or edited whole, in bytes.
pub(super) const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// An open workspace.
pub(super) struct Workspace {
    root: PathBuf,
    dir: Dir,
}

impl Workspace {
    pub(super) fn open(root: &Path) -> Result<Self, Failure> {
        let dir = Dir::open_ambient_dir(root, ambient_authority()).map_err(|error| {
            Failure::unavailable(format!(
                "the workspace {} cannot be opened: {error}",
                root.display()
            ))
            .hint("run `nexusd init`, or check the folder's permissions")
        })?;
        Ok(Self { root: root.to_owned(), dir })
    }

    /// The open folder.
    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Where the workspace lies; only for walking names, never for opening files.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Moves a file, a folder or a link, not what it points to, into another folder.
    pub(super) fn move_out(&self, path: &Path, to: &Dir, name: &Path) -> Result<(), String> {
        self.dir.rename(path, to, name).map_err(|error| match error.kind() {
            io::ErrorKind::CrossesDevices => {
                format!("`{}` lies on another disk than the trash; it stays", path.display())
            }
            _ => explain(path, &error),
        })
    }

    /// Opens a folder.
    pub(super) fn open_dir(&self, path: &Path) -> Result<Dir, String> {
        self.dir.open_dir(path).map_err(|error| explain(path, &error))
    }

    /// Opens a regular file for reading. Opening never waits: a pipe without a writer would.
    pub(super) fn open_file(&self, path: &Path) -> Result<(File, u64), String> {
        let mut options = OpenOptions::new();
        options.read(true).nonblock(true);
        let file = self.dir.open_with(path, &options).map_err(|error| explain(path, &error))?;
        let metadata = file.metadata().map_err(|error| explain(path, &error))?;
        if metadata.is_dir() {
            return Err(format!("`{}` is a folder; use list_dir", path.display()));
        }
        if !metadata.is_file() {
            return Err(special(path));
        }
        Ok((file, metadata.len()))
    }

    /// Reads a text file whole; `None` when it does not exist.
    pub(super) fn read_text(&self, path: &Path) -> Result<Option<String>, String> {
        let (file, n_bytes) = match self.dir.symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            _ => self.open_file(path)?,
        };
        if n_bytes > FILE_BYTES_MAX {
            return Err(too_large(path, n_bytes));
        }
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| explain(path, &error))?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(too_large(path, bytes.len() as u64));
        }
        let text = String::from_utf8(bytes);
        text.map(Some).map_err(|_| format!("`{}` is not a text file (UTF-8)", path.display()))
    }

    /// Replaces a file's content in one step: whoever reads it sees the old or the new text, also
    /// after a crash. Looks at the stop signal last of all.
    pub(super) fn replace(
        &self,
        path: &Path,
        content: &str,
        context: &ToolContext,
    ) -> Result<(), String> {
        let name = path.file_name().ok_or_else(|| format!("`{}` names no file", path.display()))?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let dir = match parent {
            Some(parent) => {
                self.dir.create_dir_all(parent).map_err(|error| explain(path, &error))?;
                self.open_dir(parent)?
            }
            None => self.open_dir(Path::new("."))?,
        };
        let before = match dir.symlink_metadata(name) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(format!(
                    "`{}` is a symbolic link; name the file that it points to",
                    path.display()
                ));
            }
            Ok(metadata) if metadata.is_dir() => {
                return Err(format!("`{}` is a folder", path.display()));
            }
            Ok(metadata) if !metadata.is_file() => return Err(special(path)),
            Ok(metadata) => Some(metadata.permissions()),
            Err(_) => None,
        };
        let entropy = context.clock.entropy();
        let draft = format!(".nexus-{:016x}.tmp", entropy & u128::from(u64::MAX));
        let result = write_draft(&dir, &draft, content, before).and_then(|()| {
            if context.stop.is_now() {
                return Err(io::Error::new(io::ErrorKind::Interrupted, "the run was stopped"));
            }
            dir.rename(&draft, &dir, name)
        });
        result.map_err(|error| {
            // The draft is ours alone; if it cannot be removed either, the first error says why.
            let _ = dir.remove_file(&draft);
            explain(path, &error)
        })
    }
}

fn write_draft(
    dir: &Dir,
    draft: &str,
    content: &str,
    permissions: Option<cap_std::fs::Permissions>,
) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).follow(FollowSymlinks::No);
    let mut file = dir.open_with(draft, &options)?;
    file.write_all(content.as_bytes())?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Checks the form of a path and brings it into the form that is shown and approved.
pub(super) fn clean(path: &str) -> Result<PathBuf, String> {
    if path.len() > PATH_BYTES_MAX {
        return Err(format!("the path is longer than {PATH_BYTES_MAX} bytes"));
    }
    if let Some(bad) = path.chars().find(|c| c.is_control()) {
        return Err(format!("the path holds the character {}", bad.escape_default()));
    }
    if path == "~" || path.starts_with("~/") {
        return Err(format!(
            "`{path}` is in the home folder; only files of the workspace can be reached, named \
             from there"
        ));
    }
    let mut clean = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                return Err(format!("`{path}` holds `..`; paths start at the workspace"));
            }
            Component::RootDir | Component::Prefix(_) => {
                return Err(format!(
                    "`{path}` is an absolute path; only files of the workspace can be reached, \
                     named from there"
                ));
            }
        }
    }
    if clean.as_os_str().is_empty() {
        clean.push(".");
    }
    Ok(clean)
}

/// The same for a path that must name a file.
pub(super) fn clean_file(path: &str) -> Result<PathBuf, String> {
    let cleaned = clean(path)?;
    if cleaned == Path::new(".") || path.ends_with('/') {
        return Err(format!("`{path}` names a folder, not a file"));
    }
    Ok(cleaned)
}

/// What an error of the operating system means here.
pub(super) fn explain(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("`{path}` does not exist"),
        io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
            format!("`{path}` leads out of the workspace")
        }
        io::ErrorKind::PermissionDenied => format!("`{path}` may not be opened: {error}"),
        // Met where a folder was to be made: a link that leads out, or a file.
        io::ErrorKind::AlreadyExists => {
            format!("`{path}`: a part of the path is not a folder of the workspace")
        }
        io::ErrorKind::NotADirectory => format!("`{path}`: a part of the path is not a folder"),
        io::ErrorKind::Interrupted => format!("`{path}` was left as it is: {error}"),
        // An open that must not wait says this for a pipe that nobody reads, and for a socket.
        _ if error.raw_os_error() == Some(6) => format!("`{path}` is not a regular file"),
        _ => format!("`{path}`: {error}"),
    }
}

fn special(path: &Path) -> String {
    format!("`{}` is not a regular file", path.display())
}

pub(super) fn too_large(path: &Path, n_bytes: u64) -> String {
    let mb = FILE_BYTES_MAX / 1024 / 1024;
    format!("`{}` has {n_bytes} bytes; the limit is {mb} MB", path.display())
}
