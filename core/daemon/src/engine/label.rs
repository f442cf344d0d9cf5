//! What a session is exposed to: worked out from what its calls and messages touched, and recorded
//! in the transaction that makes the content part of the session. No model has a say in it.

use std::path::PathBuf;

use nexus_agent::port::{Ask, Exposure};
use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey, TurnId};
use nexus_domain::label::{FileLabel, Label, LabelSource, SessionLabel};
use nexus_domain::made::MadeAgent;
use nexus_domain::permission::{PathAccess, Target};
use nexus_domain::principal::Principal;
use nexus_iam::Verdict;
use nexus_ledger::{LedgerError, Reader, Tx};

use crate::config::LabelConfig;
use crate::context::Context;
use crate::place::resolved;

/// Most sources that a question names.
const SOURCES_SHOWN_MAX: usize = 6;
/// Ids of the policies that decide by labels begin so.
const POLICY_PREFIX: &str = "label-";

/// Where the files of a run lie, and which of them the owner marked.
#[derive(Clone)]
pub(super) struct Places {
    home: PathBuf,
    workspace: PathBuf,
    marks: LabelConfig,
}

impl Places {
    pub(super) fn new(context: &Context, agent_id: &AgentId) -> Self {
        let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
        Self {
            home: real(context.home.root().to_owned()),
            workspace: real(context.workspace(agent_id)),
            marks: context.config.current().labels.clone(),
        }
    }

    /// The name under which the ledger knows a path of the workspace: links are followed, so that
    /// no file has two names.
    fn name(&self, path: &str) -> String {
        let whole = resolved(&self.workspace.join(path));
        let beneath_home = whole.strip_prefix(&self.home).unwrap_or(&whole);
        beneath_home.display().to_string()
    }

    /// The name of the whole workspace.
    pub(super) fn workspace_name(&self) -> String {
        self.name(".")
    }

    /// The labels that the owner's marks give a path, as `private/` in the configuration does.
    fn marked(&self, name: &str) -> Vec<Label> {
        // A workspace may lie within another one's: the marks hold in both.
        let own = resolved(&self.home.join(name));
        let own = own.strip_prefix(&self.workspace).ok().and_then(|path| path.to_str());
        let places = [Some(workspace_part(name)), own];
        let is_marked = |marks: &[String]| {
            places.iter().flatten().any(|place| marks.iter().any(|mark| lies_in(place, mark)))
        };
        let mut labels = Vec::new();
        if is_marked(&self.marks.private_paths) {
            labels.push(Label::Private);
        }
        if is_marked(&self.marks.untrusted_paths) {
            labels.push(Label::Untrusted);
        }
        labels
    }

    /// The marked files and folders that are there.
    fn marks_present(&self) -> Vec<(Label, String)> {
        let marks = [
            (Label::Private, &self.marks.private_paths),
            (Label::Untrusted, &self.marks.untrusted_paths),
        ];
        let of = |(label, marks): (Label, &Vec<String>)| -> Vec<(Label, String)> {
            let existing = marks.iter().filter(|mark| self.workspace.join(mark).exists());
            existing.map(|mark| (label, mark.clone())).collect()
        };
        marks.into_iter().flat_map(of).collect()
    }

    /// The files that a call will write, before it runs. A program may write anywhere it is let.
    pub(super) fn will_write(&self, ask: &Ask) -> Vec<String> {
        let of = |target: &Target| match target {
            Target::Path { path, access: PathAccess::Write, .. } => Some(self.name(path)),
            Target::Command { .. } => Some(self.name(".")),
            _ => None,
        };
        ask.action.targets.iter().filter_map(of).collect()
    }

    /// What a call touched, with every file under its own name. Asks the file system, so it is
    /// not for a transaction.
    pub(super) fn touched(&self, exposure: &Exposure) -> Touched {
        let mut touched = Touched::default();
        let Some(summary) = &exposure.summary else { return touched };
        let mut found = Vec::new();
        for target in &exposure.targets {
            match target {
                Target::Path { path, access, .. } => {
                    // An edit that fails tells what the file does not hold.
                    if *access == PathAccess::Read || !exposure.is_done {
                        touched.read.push((path.clone(), self.name(path)));
                    }
                    if *access == PathAccess::Write {
                        touched.wrote.push(self.name(path));
                    }
                }
                Target::Host { .. } => {
                    found.push((Label::Untrusted, LabelSource::Tool, summary.clone()));
                }
                Target::Command { .. } | Target::Recipient { .. } => {}
            }
        }
        let runs = exposure.targets.iter().any(|target| matches!(target, Target::Command { .. }));
        if runs || exposure.is_program_output {
            touched.read.push((".".to_owned(), self.name(".")));
            touched.read_beneath = Some(self.name("."));
            let marks = self.marks_present().into_iter();
            found.extend(marks.map(|(label, mark)| (label, LabelSource::File, mark)));
        }
        touched.read.extend(exposure.read.iter().map(|path| (path.clone(), self.name(path))));
        for (path, name) in &touched.read {
            let marked = self.marked(name).into_iter();
            found.extend(marked.map(|label| (label, LabelSource::File, path.clone())));
        }
        let credentials = exposure.credentials.iter();
        found.extend(credentials.map(|c| (Label::Secret, LabelSource::Credential, c.clone())));
        touched.found = found;
        touched.sessions.clone_from(&exposure.sessions);
        if exposure.is_done {
            touched.replaced = exposure.replaced.iter().map(|path| self.name(path)).collect();
            let names = |(from, to): &(String, String)| (self.name(from), self.name(to));
            touched.moved = exposure.moved.iter().map(names).collect();
        }
        touched
    }
}

/// What a call touched. Files carry the names under which the ledger knows them.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Labels that need no look into the ledger.
    found: Vec<(Label, LabelSource, String)>,
    /// As the call named it, and its name.
    read: Vec<(String, String)>,
    /// Everything in this folder could be read.
    read_beneath: Option<String>,
    wrote: Vec<String>,
    replaced: Vec<String>,
    moved: Vec<(String, String)>,
    /// Conversations of other agents that were read.
    sessions: Vec<SessionKey>,
}

/// The part of a name that lies in its agent's workspace.
fn workspace_part(name: &str) -> &str {
    let Some(inside) = name.strip_prefix("home/") else { return name };
    match inside.strip_prefix("agents/").and_then(|rest| rest.split_once('/')) {
        Some((_agent, place)) => place,
        None => inside,
    }
}

/// Whether a path is what a mark names: a file, or, for a mark that ends in `/`, something in the
/// folder.
fn lies_in(path: &str, mark: &str) -> bool {
    match mark.ends_with('/') {
        true => path.starts_with(mark),
        false => path == mark || path.strip_prefix(mark).is_some_and(|rest| rest.starts_with('/')),
    }
}

/// Labels of a session, for a decision.
///
/// # Errors
/// When the ledger cannot be read; then nothing may be decided.
pub(crate) async fn of_session(
    context: &Context,
    key: &SessionKey,
) -> Result<Vec<SessionLabel>, Failure> {
    let key = key.clone();
    Ok(context.ledger.read(move |r| r.labels().of_session(&key)).await?)
}

/// The labels in the form in which policies see them.
pub(crate) fn facts(labels: &[SessionLabel]) -> Vec<String> {
    let mut names: Vec<_> = labels.iter().map(|one| one.label.name().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// Adds to a verdict that was decided by labels what brought them.
pub(crate) fn explain(verdict: &mut Verdict, labels: &[SessionLabel]) {
    let mut sources: Vec<String> =
        labels.iter().take(SOURCES_SHOWN_MAX).map(ToString::to_string).collect();
    if labels.len() > SOURCES_SHOWN_MAX {
        sources.push(format!("{} more", labels.len() - SOURCES_SHOWN_MAX));
    }
    for reason in &mut verdict.reasons {
        if reason.policy.starts_with(POLICY_PREFIX) && !sources.is_empty() {
            reason.text = format!("{} ({})", reason.text, sources.join("; "));
        }
    }
}

/// Before a call runs: files it will write carry what the session holds, whatever becomes of it.
pub(super) fn before_call(
    tx: &mut Tx<'_>,
    key: &SessionKey,
    will_write: &[String],
    at: Timestamp,
) -> Result<(), LedgerError> {
    will_write.iter().try_for_each(|name| tx.labels().wrote(key, name, false, at))
}

/// With the result of a call: the session carries what the result was made from.
pub(super) fn after_call(
    tx: &mut Tx<'_>,
    (key, turn_id): (&SessionKey, TurnId),
    touched: Touched,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let mut found = touched.found;
    // What a session has written itself with a label that it holds is no new source of it.
    let held = tx.labels().held(key)?;
    let is_news = |file: &FileLabel| file.session_key != *key || !held.contains(&file.label);
    for (path, name) in &touched.read {
        let files = tx.labels().of_file(name)?;
        let files = files.iter().filter(|file| is_news(file));
        found.extend(files.map(|file| from_file(path, file)));
    }
    if let Some(folder) = &touched.read_beneath {
        let files = tx.labels().beneath(folder)?;
        let files = files.iter().filter(|file| is_news(file));
        found.extend(files.map(|file| from_file(&file.path, file)));
    }
    for (label, source, detail) in found {
        tx.label(key, SessionLabel { label, source, detail, turn_id: Some(turn_id), at })?;
    }
    for session in &touched.sessions {
        tx.inherit_labels(session, key, at)?;
    }
    // By now a folder may lead elsewhere than it did before the call.
    for name in &touched.wrote {
        tx.labels().wrote(key, name, false, at)?;
    }
    for name in &touched.replaced {
        tx.labels().wrote(key, name, true, at)?;
    }
    for (from, to) in &touched.moved {
        tx.labels().moved(from, to)?;
    }
    Ok(())
}

/// What lies in a workspace and could be read there.
pub(super) fn of_workspace(
    reader: &Reader<'_>,
    places: &Places,
) -> Result<Vec<(Label, LabelSource, String)>, LedgerError> {
    let marks = places.marks_present().into_iter();
    let mut found: Vec<_> = marks.map(|(label, mark)| (label, LabelSource::File, mark)).collect();
    let workspace = places.workspace_name();
    let files = reader.labels().of_file(&workspace)?.into_iter();
    let files = files.chain(reader.labels().beneath(&workspace)?);
    found.extend(files.map(|file| from_file(&file.path, &file)));
    Ok(found)
}

fn from_file(path: &str, file: &FileLabel) -> (Label, LabelSource, String) {
    let detail = format!("{path}, written by session {}", file.session_key);
    (file.label, LabelSource::File, detail)
}

/// With a message that joins a session: what others than the owner say is not trusted.
pub(super) fn message(
    tx: &mut Tx<'_>,
    (key, turn_id): (&SessionKey, TurnId),
    principal: &Principal,
    arrival: &Arrival,
    at: Timestamp,
) -> Result<(), LedgerError> {
    if is_owners(principal) {
        return Ok(());
    }
    let label = SessionLabel {
        label: Label::Untrusted,
        source: LabelSource::Message,
        detail: format!("{principal} on {}", arrival.channel),
        turn_id: Some(turn_id),
        at,
    };
    tx.label(key, label)
}

/// Before a run whose prompt holds the owner's profile.
///
/// # Errors
/// When the label cannot be recorded; then the profile must not be used.
pub(super) async fn profile(
    context: &Context,
    key: &SessionKey,
    turn_id: TurnId,
) -> Result<(), Failure> {
    let label = SessionLabel {
        label: Label::Private,
        source: LabelSource::File,
        detail: "state/user/IDENTITY.md, which is part of the prompt".to_owned(),
        turn_id: Some(turn_id),
        at: context.clock.now(),
    };
    let key = key.clone();
    Ok(context.ledger.write(move |tx| tx.label(&key, label)).await?)
}

/// Before a run of an agent that was made: it knows what its maker knew, and does what it was told
/// to be.
///
/// # Errors
/// When the labels cannot be recorded; then the run must not begin.
pub(super) async fn maker(
    context: &Context,
    key: &SessionKey,
    turn_id: TurnId,
    made: &MadeAgent,
) -> Result<(), Failure> {
    let at = context.clock.now();
    let stranger = (!is_owners(&made.creator)).then(|| SessionLabel {
        label: Label::Untrusted,
        source: LabelSource::Message,
        detail: format!("made for {}", made.creator),
        turn_id: Some(turn_id),
        at,
    });
    let (key, origin) = (key.clone(), made.origin.clone().filter(|origin| origin != key));
    if stranger.is_none() && origin.is_none() {
        return Ok(());
    }
    let write = move |tx: &mut Tx<'_>| {
        if let Some(origin) = origin {
            tx.inherit_labels(&origin, &key, at)?;
        }
        stranger.map_or(Ok(()), |label| tx.label(&key, label))
    };
    Ok(context.ledger.write(write).await?)
}

/// Whether what this principal says is the owner's own word, on whichever device, or the daemon's.
pub(super) fn is_owners(principal: &Principal) -> bool {
    matches!(principal, Principal::Owner | Principal::Job(_) | Principal::Device(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_names_a_file_or_what_lies_in_a_folder() {
        #[track_caller]
        fn check(name: &str, mark: &str, expected: bool) {
            assert_eq!(lies_in(workspace_part(name), mark), expected, "{name} {mark}");
        }
        check("home/private/a.md", "private/", true);
        check("home/private", "private/", false);
        check("home/privateer/a.md", "private/", false);
        check("home/agents/worker/private/a/b.md", "private/", true);
        check("home/notes/tax.md", "notes/tax.md", true);
        check("home/notes/tax.md.old", "notes/tax.md", false);
        check("home/notes/a.md", "notes", true);
        check("/elsewhere/private/a.md", "private/", false);
    }

    #[test]
    #[cfg(unix)]
    fn a_name_follows_links_as_far_as_they_go() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("home/private")).unwrap();
        std::os::unix::fs::symlink("private", root.join("home/open")).unwrap();
        let marks = LabelConfig::default();
        let places = Places { home: root.clone(), workspace: root.join("home"), marks };
        assert_eq!(places.name("open/new/a.md"), "home/private/new/a.md");
        assert_eq!(places.name("./b.md"), "home/b.md");
        assert_eq!(places.name("."), "home");
    }
}
