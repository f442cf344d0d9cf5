//! Where a path leads.

use std::path::{Component, Path, PathBuf};

/// Follows links as far as the path exists; what does not exist yet is taken as written.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    for above in path.ancestors() {
        if let Ok(real) = above.canonicalize() {
            return rest.iter().rev().fold(real, |path: PathBuf, part| path.join(part));
        }
        match above.components().next_back() {
            Some(Component::Normal(part)) => rest.push(part.to_owned()),
            Some(Component::CurDir) => {}
            _ => break,
        }
    }
    path.to_owned()
}
