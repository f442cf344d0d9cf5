//! Where a path leads and what stands there, noted when a call is prepared and compared right
//! before it acts: a link or a file that was swapped in between is not what was approved.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use nexus_domain::permission::{PathAccess, Target};
use sha2::{Digest, Sha256};

use super::workspace::{Workspace, explain};

/// Largest file whose content is compared, in bytes; a larger one is not replaced by a tool.
const COMPARED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// What is read at a time, in bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// A path as it was when the call was prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// As the model named it.
    named: PathBuf,
    /// Where that led: no part of it was a link, as far as it existed.
    real: PathBuf,
    access: PathAccess,
    /// SHA-256 of what stood there, for a write.
    content: Option<String>,
}

impl Place {
    /// What the action touches, for policies, grants and people.
    pub(super) fn target(&self) -> Target {
        Target::Path {
            path: self.real.display().to_string(),
            access: self.access,
            content: self.content.clone(),
        }
    }

    /// The same for a tool that goes into everything beneath a folder.
    pub(super) fn target_with_all_beneath(&self, workspace: &Workspace) -> Target {
        let is_folder = workspace.open_dir(&self.real).is_ok();
        let end = if is_folder { "/" } else { "" };
        Target::Path {
            path: format!("{}{end}", self.real.display()),
            access: self.access,
            content: self.content.clone(),
        }
    }

    /// Whether nothing stood there.
    pub(super) fn is_new(&self) -> bool {
        self.content.is_none()
    }

    /// Refuses a text that is not the one that stood there.
    pub(super) fn check_content(&self, text: Option<&str>) -> Result<(), String> {
        let found = text.map(|text| hex::encode(Sha256::digest(text.as_bytes())));
        if found == self.content { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> String {
        format!(
            "`{}` has changed since the call was decided; look at it again",
            self.named.display()
        )
    }
}

impl Workspace {
    /// Notes where a path leads that will be read.
    pub(super) fn place_to_read(&self, named: &Path) -> Result<Place, String> {
        Ok(Place {
            named: named.to_owned(),
            real: self.resolve(named)?,
            access: PathAccess::Read,
            content: None,
        })
    }

    /// Notes where a path leads that will be written, and what stands there.
    pub(super) fn place_to_write(&self, named: &Path) -> Result<Place, String> {
        let shown = named.display();
        let name = named.file_name().ok_or_else(|| format!("`{shown}` names no file"))?;
        let is_link = self.is_link(named);
        let real = match named.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => self.resolve(parent)?.join(name),
            None => PathBuf::from(name),
        };
        if is_link {
            return Err(match self.resolve(named) {
                Ok(_) => format!("`{shown}` is a symbolic link; name the file that it points to"),
                Err(why) => format!("`{shown}` is a symbolic link: {why}"),
            });
        }
        let content = self.fingerprint(named)?;
        Ok(Place { named: named.to_owned(), real, access: PathAccess::Write, content })
    }

    /// Notes what will be removed: a link itself, not what it leads to.
    pub(super) fn place_to_delete(&self, named: &Path) -> Result<Place, String> {
        let shown = named.display();
        let name = named.file_name().ok_or_else(|| format!("`{shown}` names no file"))?;
        let metadata =
            self.dir().symlink_metadata(named).map_err(|error| explain(named, &error))?;
        let real = match named.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => self.resolve(parent)?.join(name),
            None => PathBuf::from(name),
        };
        let content = if metadata.is_file() { self.fingerprint(named)? } else { None };
        Ok(Place { named: named.to_owned(), real, access: PathAccess::Delete, content })
    }

    /// Refuses a place that is no longer what it was.
    pub(super) fn check_place(&self, place: &Place) -> Result<(), String> {
        let now = match place.access {
            PathAccess::Read => self.place_to_read(&place.named),
            PathAccess::Write => self.place_to_write(&place.named),
            PathAccess::Delete => self.place_to_delete(&place.named),
        };
        if now.is_ok_and(|now| now == *place) { Ok(()) } else { Err(place.changed()) }
    }

    /// Where a path leads: links are followed as far as it exists.
    fn resolve(&self, path: &Path) -> Result<PathBuf, String> {
        let mut missing = Vec::new();
        let mut head = path;
        loop {
            match self.dir().canonicalize(head) {
                Ok(real) => {
                    return Ok(missing.iter().rev().fold(real, |path, name| path.join(name)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(explain(path, &error)),
            }
            let (Some(parent), Some(name)) = (head.parent(), head.file_name()) else {
                return Ok(path.to_owned());
            };
            missing.push(name);
            if parent.as_os_str().is_empty() {
                return Ok(missing.iter().rev().collect());
            }
            head = parent;
        }
    }

    fn is_link(&self, path: &Path) -> bool {
        self.dir().symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
    }

    /// SHA-256 of a file, lower-case hex; `None` when there is none.
    fn fingerprint(&self, path: &Path) -> Result<Option<String>, String> {
        match self.dir().symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(explain(path, &error)),
            Ok(_) => {}
        }
        let (mut file, n_bytes) = self.open_file(path)?;
        if n_bytes > COMPARED_BYTES_MAX {
            let mb = COMPARED_BYTES_MAX / 1024 / 1024;
            return Err(format!("`{}` is larger than {mb} MB; it stays as it is", path.display()));
        }
        let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
        loop {
            let n = file.read(&mut piece).map_err(|error| explain(path, &error))?;
            if n == 0 {
                return Ok(Some(hex::encode(hasher.finalize())));
            }
            hasher.update(&piece[..n]);
        }
    }
}
