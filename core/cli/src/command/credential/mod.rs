//! `nexus credential`.

pub(crate) mod ask;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use nexus_client::call;
use nexus_protocol::credential::{
    AddParams, ClearSource, GetParams, ImportParams, ListParams, MigrateParams, MigrateTo,
    RemoveParams, ScanParams, UnlockParams, VerifyParams,
};

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::Sign;

const LIST_EXAMPLES: &str = "\
Examples
  nexus credential list
  nexus credential list --json";
const ADD_EXAMPLES: &str = "\
Examples
  nexus credential add provider/openai                 asks for the value, unseen
  pass show openai | nexus credential add provider/openai
  nexus credential add provider/openai --from op://Private/OpenAI/credential
  nexus credential add telegram/main --from exec:bitwarden:telegram";
const GET_EXAMPLES: &str = "\
Examples
  nexus credential get provider/openai                 where it is, who uses it
  nexus credential get provider/openai --reveal        the value; the audit notes it";
const VERIFY_EXAMPLES: &str = "\
Examples
  nexus credential verify provider/openai
  nexus credential verify --all

Ends with 6 when one is not good.";
const SCAN_EXAMPLES: &str = "\
Examples
  nexus credential scan
  nexus credential scan --json

Ends with 6 when something was found that is not stored.";
const IMPORT_EXAMPLES: &str = "\
Examples
  nexus credential import env --dry-run
  nexus credential import config
  nexus credential import dotenv ~/project/.env --key OPENAI_API_KEY
  nexus credential import file ~/token.txt --name telegram/main";
const MIGRATE_EXAMPLES: &str = "\
Examples
  nexus credential migrate --to keychain --dry-run
  nexus credential migrate --to keychain
  nexus credential migrate --to vault provider/openai

A value is read back from its new place before it leaves the old one. Without names, new
credentials go there, too, from then on. Ends with 6 when one stayed where it was.";
const REMOVE_EXAMPLES: &str = "\
Examples
  nexus credential remove telegram/main
  nexus credential remove provider/openai --json";
const UNLOCK_EXAMPLES: &str = "\
Examples
  nexus credential unlock                              asks for the passphrase, unseen
  systemd-ask-password Vault | nexus credential unlock";

/// Credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum Credential {
    /// Which there are, where they are kept, who uses them; never a value
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Keep a value, read from stdin or asked for unseen; or name where one is kept
    #[command(after_help = ADD_EXAMPLES)]
    Add {
        /// Its name, such as provider/openai
        name: String,
        /// Where it is kept: op://VAULT/ITEM/FIELD, exec:PROVIDER, systemd:NAME, file:PATH …
        #[arg(long, value_name = "PLACE")]
        from: Option<String>,
        /// Replace the one of this name
        #[arg(long)]
        replace: bool,
    },
    /// Show one; its value only with --reveal
    #[command(after_help = GET_EXAMPLES)]
    Get {
        /// Its name
        name: String,
        /// Print the value, and nothing else
        #[arg(long)]
        reveal: bool,
    },
    /// Try one: by the smallest call to its provider, or by reading it
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify {
        /// Its name
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// Try every one
        #[arg(long, conflicts_with = "name")]
        all: bool,
    },
    /// Look for credentials that lie in clear: environment, nexus.toml, .env files
    #[command(after_help = SCAN_EXAMPLES)]
    Scan,
    /// Move credentials that lie in clear into the store
    #[command(after_help = IMPORT_EXAMPLES)]
    Import {
        #[command(subcommand)]
        from: From,
    },
    /// Move values out of files and the other store into one store
    #[command(after_help = MIGRATE_EXAMPLES)]
    Migrate(Migrate),
    /// Forget one, and remove its value from keychain or vault
    #[command(after_help = REMOVE_EXAMPLES, visible_alias = "rm")]
    Remove {
        /// Its name
        name: String,
    },
    /// Open the encrypted vault with its passphrase; the first one makes it
    #[command(after_help = UNLOCK_EXAMPLES)]
    Unlock,
}

/// Where credentials lie in clear.
#[derive(Debug, Subcommand)]
pub(crate) enum From {
    /// The environment of the daemon
    #[command(after_help = IMPORT_EXAMPLES)]
    Env(Import),
    /// nexus.toml, which then points to what was stored
    #[command(after_help = IMPORT_EXAMPLES)]
    Config(Import),
    /// A file of NAME=value lines
    #[command(after_help = IMPORT_EXAMPLES)]
    Dotenv {
        /// The file
        path: PathBuf,
        #[command(flatten)]
        import: Import,
    },
    /// A file that is nothing but one value
    #[command(after_help = IMPORT_EXAMPLES)]
    File {
        /// The file
        path: PathBuf,
        #[command(flatten)]
        import: Import,
    },
}

/// What to take, and how.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Only this variable or setting; may be repeated
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
    /// The name for the one that is taken
    #[arg(long)]
    name: Option<String>,
    /// Replace credentials of the same names
    #[arg(long)]
    replace: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// What to move, and where to.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Which; all whose values can be moved when left out
    names: Vec<String>,
    /// Where the values are to be
    #[arg(long, value_enum)]
    to: Target,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// A store that values can be moved to.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Target {
    /// The keychain of the operating system
    Keychain,
    /// The encrypted vault
    Vault,
}

pub(crate) async fn run(credential: Credential, context: &Context) -> Result<Exit> {
    match credential {
        Credential::List => list(context).await,
        Credential::Add { name, from, replace } => add(name, from, replace, context).await,
        Credential::Get { name, reveal: true } => reveal(name, context).await,
        Credential::Get { name, reveal: false } => get(&name, context).await,
        Credential::Verify { name, .. } => verify(name, context).await,
        Credential::Scan => scan(context).await,
        Credential::Import { from } => import(from, context).await,
        Credential::Migrate(order) => migrate(order, context).await,
        Credential::Remove { name } => remove(name, context).await,
        Credential::Unlock => unlock(context).await,
    }
}

async fn list(context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let result = client.request::<call::CredentialsList>(ListParams {}).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => show::list(&result, &context.output)?,
    }
    Ok(Exit::Ok)
}

async fn add(
    name: String,
    pointer: Option<String>,
    replace: bool,
    context: &Context,
) -> Result<Exit> {
    // A connection first: nobody should type a value that then cannot be kept.
    let client = context.connect().await?;
    let value = match pointer {
        Some(_) => None,
        None => Some(ask::secret(context, &format!("value of {name}"))?),
    };
    let idempotency_key = context.fresh_key()?;
    let params = AddParams { name, value, pointer, replace, idempotency_key };
    let result = client.request::<call::CredentialsAdd>(params).await?;
    if context.output.is_json() {
        context.output.document(&result)?;
    } else {
        let sign = context.output.sign(Sign::Good);
        context.output.line(&format!("{sign} {} is kept at {}", result.name, result.place))?;
        context.output.note(&format!("try it: nexus credential verify {}", result.name));
    }
    Ok(Exit::Ok)
}

async fn reveal(name: String, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let result = client.request::<call::CredentialsGet>(GetParams { name }).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => context.output.line(result.value.expose())?,
    }
    Ok(Exit::Ok)
}

async fn get(name: &str, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let result = client.request::<call::CredentialsList>(ListParams {}).await?;
    let found = result.credentials.into_iter().find(|credential| credential.name == name);
    let Some(found) = found else {
        let what = format!("there is no credential `{name}`");
        return Err(CliError::new(Exit::NotFound, "NOT_FOUND", what)
            .fix("nexus credential list")
            .fix(format!("nexus credential add {name}")));
    };
    match context.output.is_json() {
        true => context.output.document(&found)?,
        false => show::one(&found, &context.output)?,
    }
    Ok(Exit::Ok)
}

async fn verify(name: Option<String>, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let names = match name {
        Some(name) => vec![name],
        None => {
            let all = client.request::<call::CredentialsList>(ListParams {}).await?.credentials;
            all.into_iter().map(|credential| credential.name).collect()
        }
    };
    let mut results = Vec::new();
    for name in names {
        let params = VerifyParams { name, idempotency_key: context.fresh_key()? };
        let result = client.request::<call::CredentialsVerify>(params).await?;
        if !context.output.is_json() {
            show::verified(&result, &context.output)?;
        }
        results.push(result);
    }
    if context.output.is_json() {
        context.output.document(&results)?;
    }
    let are_good = results.iter().all(|result| result.is_ok);
    Ok(if are_good { Exit::Ok } else { Exit::Found })
}

async fn scan(context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let result = client.request::<call::CredentialsScan>(ScanParams {}).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => show::scanned(&result, &context.output)?,
    }
    let is_clean = result.found.iter().all(|one| one.is_stored);
    Ok(if is_clean { Exit::Ok } else { Exit::Found })
}

async fn import(from: From, context: &Context) -> Result<Exit> {
    let (source, path, import) = match from {
        From::Env(import) => (ClearSource::Env, None, import),
        From::Config(import) => (ClearSource::Config, None, import),
        From::Dotenv { path, import } => (ClearSource::Dotenv, Some(path), import),
        From::File { path, import } => (ClearSource::File, Some(path), import),
    };
    // The daemon has a working directory of its own.
    let path = path.map(std::path::absolute).transpose()?;
    let client = context.connect().await?;
    let params = ImportParams {
        source,
        path: path.map(|path| path.display().to_string()),
        keys: import.keys,
        name: import.name,
        replace: import.replace,
        dry_run: import.dry_run,
        idempotency_key: context.fresh_key()?,
    };
    let result = client.request::<call::CredentialsImport>(params).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => show::imported(&result, &context.output)?,
    }
    Ok(Exit::Ok)
}

async fn migrate(order: Migrate, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let params = MigrateParams {
        to: match order.to {
            Target::Keychain => MigrateTo::Keychain,
            Target::Vault => MigrateTo::Vault,
        },
        names: order.names,
        dry_run: order.dry_run,
        idempotency_key: context.fresh_key()?,
    };
    let result = client.request::<call::CredentialsMigrate>(params).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => show::migrated(&result, order.dry_run, &context.output)?,
    }
    Ok(if result.n_failed == 0 { Exit::Ok } else { Exit::Found })
}

async fn remove(name: String, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let params = RemoveParams { name, idempotency_key: context.fresh_key()? };
    let result = client.request::<call::CredentialsRemove>(params).await?;
    if context.output.is_json() {
        context.output.document(&result)?;
    } else {
        let sign = context.output.sign(Sign::Good);
        context
            .output
            .line(&format!("{sign} {} is forgotten (it was at {})", result.name, result.place))?;
    }
    Ok(Exit::Ok)
}

async fn unlock(context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let passphrase = ask::secret(context, "passphrase of the vault")?;
    let params = UnlockParams { passphrase, idempotency_key: context.fresh_key()? };
    let result = client.request::<call::CredentialsUnlock>(params).await?;
    if context.output.is_json() {
        context.output.document(&result)?;
        return Ok(Exit::Ok);
    }
    let sign = context.output.sign(Sign::Good);
    let words = if result.is_new { "the vault is made, and open" } else { "the vault is open" };
    context.output.line(&format!("{sign} {words}"))?;
    if result.is_new {
        context.output.note("keep the passphrase: nothing in the vault can be read without it");
    }
    Ok(Exit::Ok)
}
