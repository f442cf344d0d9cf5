//! Moves credentials that lie in clear into the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_protocol::config::ConfigChange;
use nexus_protocol::credential::{ClearSource, ImportParams, Imported};
use nexus_secrets::CredentialName;

use super::clear::{self, Clear};
use crate::config::{self, Edit};
use crate::context::Context;
use crate::reconfigure;

/// Takes in what the params name. A credential that cannot be taken in is left alone and said;
/// the others go on.
///
/// # Errors
/// When the place cannot be read, or holds none of the keys that were named.
pub async fn run(context: &Arc<Context>, params: &ImportParams) -> Result<Vec<Imported>, Failure> {
    let config_file = context.home.config_file();
    let mut found = match params.source {
        ClearSource::Env => clear::in_environment(context.config.environment()),
        ClearSource::Config => clear::in_config(&config_file, &read_config(&config_file)?),
        ClearSource::Dotenv => clear::in_dotenv(&path(params)?)?,
        ClearSource::File => {
            let name = params.name.as_deref().ok_or_else(|| {
                Failure::invalid("a file of one value needs a name").hint("give it with --name")
            })?;
            vec![clear::in_file(&path(params)?, name.parse()?)?]
        }
    };
    if !params.keys.is_empty() {
        found.retain(|clear| params.keys.contains(&clear.key.join(".")));
    }
    if found.is_empty() {
        return Err(Failure::not_found("nothing there looks like a credential")
            .hint("see what is found, and where: nexus credential scan"));
    }
    if let Some(name) = &params.name {
        let [one] = found.as_mut_slice() else {
            return Err(Failure::invalid("a name is for one credential, and there are several")
                .hint("name its key, too: --key NAME"));
        };
        one.name = name.parse()?;
    }
    let mut imported = Vec::new();
    for clear in &found {
        imported.push(match params.dry_run {
            true => plan(context, clear, params.replace),
            false => take(context, clear, params.replace).await,
        });
    }
    if !params.dry_run && params.source == ClearSource::Config {
        settle_config(context).await;
    }
    Ok(imported)
}

fn path(params: &ImportParams) -> Result<PathBuf, Failure> {
    let path = params.path.as_ref().map(PathBuf::from).filter(|path| path.is_absolute());
    path.ok_or_else(|| Failure::invalid("the file has to be named by its whole path"))
}

fn read_config(path: &Path) -> Result<String, Failure> {
    let text = config::file::read(path).map_err(|finding| Failure::unavailable(finding.text))?;
    Ok(text.map(|file| file.text).unwrap_or_default())
}

fn said(clear: &Clear, place: Option<String>, note: impl Into<String>) -> Imported {
    Imported { key: clear.key.join("."), name: clear.name.to_string(), place, note: note.into() }
}

fn plan(context: &Context, clear: &Clear, may_replace: bool) -> Imported {
    let records = context.credentials.secrets().records().unwrap_or_default();
    let note = match records.contains_key(&clear.name) && !may_replace {
        true => "would be left alone: there is a credential of this name (--replace)".to_owned(),
        false => format!("would be stored; {}", afterwards(clear)),
    };
    said(clear, None, note)
}

async fn take(context: &Context, clear: &Clear, may_replace: bool) -> Imported {
    let secrets = context.credentials.secrets();
    let at = context.clock.now();
    let pointer = match secrets.add(&clear.name, &clear.value, at, may_replace).await {
        Ok(pointer) => pointer,
        Err(error) => {
            let failure = Failure::from(error);
            let hint = failure.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            return said(clear, None, format!("left alone: {}{hint}", failure.message));
        }
    };
    if clear.source == ClearSource::Config
        && let Err(failure) = point_config(&context.home.config_file(), &clear.key, &clear.name)
    {
        let note =
            format!("stored, but {}: write credential:{} there", failure.message, clear.name);
        return said(clear, Some(pointer.to_string()), note);
    }
    said(clear, Some(pointer.to_string()), format!("stored; {}", afterwards(clear)))
}

/// What is left to do by hand, because other programs may need the clear text where it is.
fn afterwards(clear: &Clear) -> String {
    let place = clear.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let variable = clear.key.join(".");
    match (clear.source, clear.line) {
        (ClearSource::Config, _) => format!("nexus.toml says credential:{} instead", clear.name),
        (ClearSource::Env, _) => format!("{variable} can be unset where the daemon is started"),
        (ClearSource::Dotenv, line) => {
            format!("line {} of {place} can go, if nothing else reads it", line.unwrap_or_default())
        }
        (ClearSource::File, _) => format!("{place} can go, if nothing else reads it"),
    }
}

/// Puts a pointer where the value stood; everything else in the file stays as it is. It is not
/// asked whether the file can be used: a credential in clear is out of it in any case.
fn point_config(path: &Path, key: &[String], name: &CredentialName) -> Result<(), Failure> {
    let text = read_config(path)?;
    let quoted = key.iter().map(|part| toml_edit::Key::new(part.as_str()).to_string());
    let change = ConfigChange {
        key: quoted.collect::<Vec<_>>().join("."),
        value: Some(format!("credential:{name}").into()),
        text: None,
    };
    config::file::write(path, &config::edit(&text, Edit::Set(&[change]))?)
}

/// Puts the changed configuration in force. The last good one may hold the clear text, too, and
/// goes with it.
async fn settle_config(context: &Arc<Context>) {
    if let Err(failure) = reconfigure::reload(context).await {
        tracing::warn!(%failure, "the configuration was changed and cannot be put in force");
    }
}
