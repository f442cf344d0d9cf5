//! The files that make up an agent's prompt.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_domain::id::AgentId;
use nexus_domain::time::Timestamp;
use nexus_iam::Permit;
use nexus_ledger::put_in_place;
use nexus_protocol::agent_file::{
    AGENT_FILE_BYTES_MAX, AgentFile, AgentFileName, GetParams, GetResult, ListParams, ListResult,
    SetParams, SetResult,
};
use sha2::{Digest as _, Sha256};

use super::{person, sees_agent};
use crate::context::Context;

/// Lists the files that there can be.
pub async fn list(
    context: &Arc<Context>,
    permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let folder = folder(context, &permit, &params.agent_id)?;
    let shown = folder.display().to_string();
    let files = blocking(move || {
        let none = |name| AgentFile { name, size_bytes: None, changed_at: None };
        // What is wrong with one of them is said to whoever reads it.
        let all = AgentFileName::ALL.into_iter();
        Ok(all.map(|name| facts(&folder, name).unwrap_or_else(|_| none(name))).collect())
    });
    Ok(ListResult { folder: shown, files: files.await? })
}

/// Reads one of them.
pub async fn get(
    context: &Arc<Context>,
    permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let folder = folder(context, &permit, &params.agent_id)?;
    let name = params.name;
    let (file, text) = blocking(move || Ok((facts(&folder, name)?, read(&folder, name)?))).await?;
    Ok(GetResult { file, digest: digest(&text), text })
}

/// Replaces the text of one of them.
pub async fn set(
    context: &Arc<Context>,
    permit: Permit,
    params: SetParams,
) -> Result<SetResult, Failure> {
    person(&permit, "change what agents are told")?;
    if params.text.len() > AGENT_FILE_BYTES_MAX {
        return Err(Failure::invalid(format!(
            "a file of an agent has at most {AGENT_FILE_BYTES_MAX} bytes, this one {}",
            params.text.len()
        ))
        .hint("more would not be shown to a model"));
    }
    let folder = folder(context, &permit, &params.agent_id)?;
    let SetParams { name, text, was, .. } = params;
    let changed = digest(&text);
    let file = blocking(move || {
        let now = digest(&read(&folder, name)?);
        if was.is_some_and(|was| !was.eq_ignore_ascii_case(&now)) {
            return Err(Failure::conflict(format!("{} was changed by somebody else", name.name()))
                .hint("read it again, and decide on what it says now"));
        }
        write(&folder, name, &text)?;
        facts(&folder, name)
    });
    let file = file.await?;
    let (now, agent_id) = (context.clock.now(), params.agent_id);
    let preset = context.agents.book().find(&agent_id)?.profile.preset_name.clone();
    let told = context
        .ledger
        .write(move |tx| tx.events().record(now, &Event::AgentUpdated { agent_id, preset }));
    told.await?;
    Ok(SetResult { file, digest: changed })
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(act).await.map_err(Failure::internal)?
}

/// The folder of an agent that there is and that the caller may use.
fn folder(context: &Context, permit: &Permit, agent: &AgentId) -> Result<PathBuf, Failure> {
    if !sees_agent(context, permit, agent) {
        return Err(Failure::not_found("there is no such agent that you may use"));
    }
    context.agents.book().find(agent)?;
    Ok(context.home.agent_folder(agent))
}

fn facts(folder: &Path, name: AgentFileName) -> Result<AgentFile, Failure> {
    let found = look(folder, name)?;
    let changed_at = found.as_ref().and_then(|found| {
        let since = found.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok().map(Timestamp)
    });
    Ok(AgentFile { name, size_bytes: found.map(|found| found.len()), changed_at })
}

/// What lies under a name, if it is a file of its own: what a link leads to is not the agent's.
fn look(folder: &Path, name: AgentFileName) -> Result<Option<fs::Metadata>, Failure> {
    for (path, is_folder) in [(folder.to_owned(), true), (folder.join(name.name()), false)] {
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("look at", &path, &error)),
        };
        match is_folder {
            true if found.is_dir() => {}
            false if found.is_file() => return Ok(Some(found)),
            _ => {
                let path = path.display();
                return Err(Failure::conflict(format!(
                    "{path} is something else than it should be"
                ))
                .hint("it must be a file in a folder, and no link; put it right by hand"));
            }
        }
    }
    Ok(None)
}

fn read(folder: &Path, name: AgentFileName) -> Result<String, Failure> {
    let Some(found) = look(folder, name)? else { return Ok(String::new()) };
    let path = folder.join(name.name());
    if found.len() > AGENT_FILE_BYTES_MAX as u64 {
        let shown = path.display();
        return Err(Failure::invalid(format!(
            "{shown} has more than {AGENT_FILE_BYTES_MAX} bytes"
        ))
        .hint("more is not shown to a model; shorten it by hand"));
    }
    let mut bytes = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(AGENT_FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| cannot("read", &path, &error))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::invalid(format!("{} is not text in UTF-8", path.display()))
            .hint("put it right by hand")
    })
}

/// The new text stands beside the old one until it is whole.
fn write(folder: &Path, name: AgentFileName, text: &str) -> Result<(), Failure> {
    let path = folder.join(name.name());
    let beside = folder.join(format!(".{}.new", name.name()));
    let written = fs::create_dir_all(folder).and_then(|()| {
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        put_in_place(&beside, &path)
    });
    written.map_err(|error| cannot("write", &path, &error))
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::unavailable(format!("cannot {verb} {}: {error}", path.display()))
        .hint("check the disk, and that the folder belongs to you")
}
