//! The folder of a made agent: that it exists, that it may be had, and what of it may be written.

use std::path::{Path, PathBuf};

use nexus_domain::failure::Failure;
use nexus_domain::principal::Principal;

use super::order::Order;
use crate::context::Context;
use crate::engine::SECRET_PLACES;
use crate::pinned;
use crate::place::resolved;

/// Where an agent works.
#[derive(Clone, Debug, Default)]
pub(super) struct Seat {
    /// The folder, absolute and with its links followed; nothing for one of its own.
    pub(super) cwd: Option<String>,
    /// The same as seen from that of its parent.
    pub(super) base: Option<String>,
    /// What it may write, relative to it.
    pub(super) write_paths: Vec<String>,
}

/// Finds the folder for an order, and the paths in it.
///
/// # Errors
/// `Invalid` for what is no folder, `Denied` for what may not be had, naming the way out.
pub(super) fn find(context: &Context, order: &Order) -> Result<Seat, Failure> {
    let book = context.agents.book();
    let parents = order.parent.as_ref().map(|id| resolved(&book.workspace(&context.home, id)));
    let cwd = match (&order.cwd, &parents) {
        (Some(cwd), _) => Some(folder(cwd)?),
        (None, _) => None,
    };
    if let Some(cwd) = &cwd {
        may_be_had(context, order, cwd, parents.as_deref())?;
    }
    let base = match (&cwd, &parents) {
        (_, None) => None,
        (None, Some(_)) => Some(".".to_owned()),
        (Some(cwd), Some(parents)) => Some(relative(cwd, parents)?),
    };
    let root = cwd.clone().or(parents);
    Ok(Seat {
        write_paths: write_paths(&order.write_paths, root.as_deref())?,
        cwd: cwd.map(|cwd| text(&cwd)).transpose()?,
        base,
    })
}

fn folder(cwd: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(cwd);
    let place = |failure: Failure| failure.details(serde_json::json!({ "path": "params.cwd" }));
    if !path.is_absolute() {
        let text = format!("`cwd` is `{}`; it has to be an absolute path", cwd.escape_debug());
        return Err(place(Failure::invalid(text)));
    }
    let real = path.canonicalize().map_err(|error| {
        place(Failure::invalid(format!("the folder {} cannot be used: {error}", path.display())))
    })?;
    match real.is_dir() {
        true => Ok(real),
        false => Err(place(Failure::invalid(format!("{} is no folder", path.display())))),
    }
}

/// A folder is had from the parent; without one, the owner gives any but what holds secrets or
/// Nexus itself, and everybody else something of the common workspace.
fn may_be_had(
    context: &Context,
    order: &Order,
    cwd: &Path,
    parents: Option<&Path>,
) -> Result<(), Failure> {
    let shown = cwd.display();
    if let (Some(parents), Some(parent)) = (parents, &order.parent)
        && !cwd.starts_with(parents)
    {
        return Err(Failure::denied(format!(
            "{shown} lies outside the folder of agent `{parent}`, {}",
            parents.display()
        ))
        .hint("choose a folder within it, or leave `cwd` out"));
    }
    let root = resolved(context.home.root());
    let work = root.join("home");
    let is_work = cwd.starts_with(&work);
    if !is_work && (cwd.starts_with(&root) || root.starts_with(cwd)) {
        return Err(Failure::denied(format!("{shown} holds or is part of what Nexus keeps"))
            .hint(format!("choose a folder within {}, or one elsewhere", work.display())));
    }
    if !is_work && parents.is_none() && order.creator != Principal::Owner {
        return Err(Failure::denied(format!("{shown} is not yours to give"))
            .hint(format!("choose a folder within {}, or leave `cwd` out", work.display())));
    }
    let user = context.config.current().user_home.clone();
    let secrets = user.iter().flat_map(|user| SECRET_PLACES.iter().map(|place| user.join(place)));
    let secrets = secrets.filter(|place| place.exists()).map(|place| resolved(&place));
    if let Some(secret) =
        secrets.into_iter().find(|place| place.starts_with(cwd) || cwd.starts_with(place))
    {
        return Err(Failure::denied(format!("in {shown} lies {}", secret.display()))
            .hint("choose a folder that holds no keys"));
    }
    let pinned = pinned::named(&context.home, &context.config.current(), &context.agents.book());
    match pinned.iter().find(|place| cwd.starts_with(place)) {
        Some(place) => Err(Failure::denied(format!(
            "{shown} lies in {}, which a rule of the configuration names",
            place.display()
        ))
        .hint("see [constraints] in nexus.toml; choose another folder")),
        None => Ok(()),
    }
}

/// Paths to write as they are kept: relative, within the folder, links followed.
fn write_paths(paths: &[String], root: Option<&Path>) -> Result<Vec<String>, Failure> {
    let one = |path: &String| -> Result<String, Failure> {
        let wrong = |why: &str| {
            Failure::denied(format!("the path `{}` cannot be given: {why}", path.escape_debug()))
                .hint("name folders and files within the folder of the agent (`cwd`)")
        };
        let has_parent_part = path.split(['/', '\\']).any(|part| part == "..");
        if path.is_empty() || path.starts_with('~') || has_parent_part {
            return Err(wrong("it is empty, or has `..` or `~` in it"));
        }
        let Some(root) = root else {
            // A folder of its own, which is not there yet.
            return match Path::new(path).is_absolute() || path.contains(':') {
                true => Err(wrong("it is absolute, and the agent has a folder of its own")),
                false => Ok(plain(path)),
            };
        };
        relative(&resolved(&root.join(path)), root).map_err(|_| wrong("it leads out of there"))
    };
    let mut all = paths.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    all.sort();
    all.dedup();
    Ok(all)
}

fn plain(path: &str) -> String {
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn relative(path: &Path, root: &Path) -> Result<String, Failure> {
    let rest = path.strip_prefix(root).map_err(Failure::internal)?;
    let rest = text(rest)?;
    Ok(if rest.is_empty() { ".".to_owned() } else { rest })
}

fn text(path: &Path) -> Result<String, Failure> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::invalid(format!("the name of {} is not Unicode", path.display())))
}

/// The same for paths that are given to an agent that exists.
pub(super) fn paths_within(root: &Path, paths: &[String]) -> Result<Vec<String>, Failure> {
    write_paths(paths, Some(&resolved(root)))
}
