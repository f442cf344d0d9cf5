//! Where an action touches something, in the form in which policies about folders compare it: each
//! path with every folder above it, relative to the workspace and absolute. Case does not count,
//! because on some file systems it does not; that can only widen what a rule is about.

use std::collections::BTreeSet;

use nexus_domain::permission::PathAccess;

use crate::touch::{Touched, TouchedPath, is_absolute, plain};

/// Stands for a path of which only the file system knows where it leads.
pub(crate) const ANYWHERE: &str = "?";

/// What an action touches, for policies about places.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// Each path with every folder above it, such as `notes/a.md`, `notes` and `.`; alone and with
    /// what is done there, as in `write:notes`.
    pub(crate) places: BTreeSet<String>,
    /// The folders of which everything beneath is meant, in the same two forms.
    pub(crate) trees: BTreeSet<String>,
    /// The names of what is written or removed, and of each folder it lies in.
    pub(crate) written_names: BTreeSet<String>,
}

impl Places {
    /// `folder` is where relative paths start from, if it is known.
    pub(crate) fn of(touched: &Touched, folder: Option<&str>) -> Self {
        let mut all = Self::default();
        let folder = folder.map(plain_place);
        touched.paths.iter().for_each(|path| all.add(path, folder.as_deref()));
        all
    }

    fn add(&mut self, touched: &TouchedPath, folder: Option<&str>) {
        let access = match touched.access {
            PathAccess::Read => "read",
            PathAccess::Write => "write",
            PathAccess::Delete => "delete",
        };
        if touched.is_ambiguous {
            self.places.insert(ANYWHERE.to_owned());
            self.places.insert(format!("{access}:{ANYWHERE}"));
        }
        let path = plain_place(&touched.path);
        if touched.access != PathAccess::Read {
            // Some file systems leave out dots and spaces at the end of a name.
            let names = path.split('/').map(|name| name.trim_end_matches(['.', ' ']).to_owned());
            self.written_names.extend(names.filter(|name| !name.is_empty()));
        }
        for name in forms(&path, folder) {
            for above in folders(&name) {
                self.places.insert(above.to_owned());
                self.places.insert(format!("{access}:{above}"));
            }
            if touched.is_tree {
                self.trees.insert(format!("{access}:{name}"));
                self.trees.insert(name);
            }
        }
    }
}

/// A path in the form in which places are compared.
pub(crate) fn plain_place(path: &str) -> String {
    plain(&path.replace('\\', "/").to_lowercase())
}

/// A path and every folder above it; both in plain form.
pub(crate) fn folders(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.match_indices('/').map(|(at, _)| if at == 0 { "/" } else { &path[..at] });
    let top = (!is_absolute(path)).then_some(".");
    std::iter::once(path).chain(cuts).chain(top)
}

/// The names of one path: relative to the folder, and absolute.
fn forms(path: &str, folder: Option<&str>) -> Vec<String> {
    let mut forms = vec![path.to_owned()];
    let Some(folder) = folder else { return forms };
    if !is_absolute(path) {
        forms.push(plain(&format!("{folder}/{path}")));
    } else if let Some(rest) = path.strip_prefix(folder)
        && (rest.is_empty() || rest.starts_with('/'))
    {
        forms.push(plain(rest.trim_start_matches('/')));
    }
    forms
}

#[cfg(test)]
mod tests {
    use nexus_domain::permission::Target;
    use serde_json::json;

    use super::*;
    use crate::query::Action;

    #[track_caller]
    fn check(path: &str, access: PathAccess, places: &[&str], trees: &[&str]) {
        let target = Target::Path { path: path.to_owned(), access, content: None };
        let action = crate::canonical_action("x", String::new(), json!({}), vec![target]);
        let effect = nexus_domain::agent::ToolEffect::Read;
        let touched = Touched::by(&Action::UseTool { action, effect });
        let found = Places::of(&touched, Some("/h/Work"));
        let bare = |all: &BTreeSet<String>| -> Vec<String> {
            all.iter().filter(|name| !name.contains(':')).cloned().collect()
        };
        assert_eq!(bare(&found.places), places, "{path}");
        assert_eq!(bare(&found.trees), trees, "{path}");
    }

    #[test]
    fn a_path_lies_in_every_folder_above_it_under_both_names() {
        let read = PathAccess::Read;
        check(
            "Notes/a.md",
            read,
            &[
                ".",
                "/",
                "/h",
                "/h/work",
                "/h/work/notes",
                "/h/work/notes/a.md",
                "notes",
                "notes/a.md",
            ],
            &[],
        );
        check("/h/Work/x", read, &[".", "/", "/h", "/h/work", "/h/work/x", "x"], &[]);
        check("/h/worker/x", read, &["/", "/h", "/h/worker", "/h/worker/x"], &[]);
        check(
            "a/../b",
            read,
            &[
                ".",
                "/",
                "/h",
                "/h/work",
                "/h/work/a",
                "/h/work/a/..",
                "/h/work/a/../b",
                "?",
                "a",
                "a/..",
                "a/../b",
            ],
            &[],
        );
        check(
            "notes/",
            read,
            &[".", "/", "/h", "/h/work", "/h/work/notes", "notes"],
            &["/h/work/notes", "notes"],
        );
        check(
            "a",
            PathAccess::Delete,
            &[".", "/", "/h", "/h/work", "/h/work/a", "a"],
            &["/h/work/a", "a"],
        );
    }
}
