//! `nexus agent file`: the files that make up an agent's prompt.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use nexus_client::{Client, call};
use nexus_domain::id::AgentId;
use nexus_protocol::agent_file::{AgentFileName, GetParams, ListParams, ListResult, SetParams};

use super::chat;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Result};
use crate::output::table::Table;
use crate::output::{Output, Sign, text};

const LIST_EXAMPLES: &str = "\
Examples
  nexus agent file list
  nexus agent file list coder --json";
const GET_EXAMPLES: &str = "\
Examples
  nexus agent file get soul
  nexus agent file get identity --agent coder > identity.md";
const SET_EXAMPLES: &str = "\
Examples
  nexus agent file set soul --file soul.md
  echo \"You answer in one line.\" | nexus agent file set identity --agent coder";

/// A file of an agent.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Name {
    /// IDENTITY.md: who the agent is
    #[value(alias = "IDENTITY.md")]
    Identity,
    /// SOUL.md: how it speaks
    #[value(alias = "SOUL.md")]
    Soul,
}

impl Name {
    fn wire(self) -> AgentFileName {
        match self {
            Self::Identity => AgentFileName::Identity,
            Self::Soul => AgentFileName::Soul,
        }
    }
}

/// Files of an agent.
#[derive(Debug, Subcommand)]
pub(crate) enum File {
    /// Which there are
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// The agent
        #[arg(default_value = "main", value_parser = AgentId::parse)]
        agent: AgentId,
    },
    /// What one says
    #[command(after_help = GET_EXAMPLES)]
    Get {
        /// The file
        name: Name,
        /// The agent
        #[arg(long, default_value = "main", value_parser = AgentId::parse)]
        agent: AgentId,
    },
    /// Replace what one says; it counts from the next run on
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// The file
        name: Name,
        /// The agent
        #[arg(long, default_value = "main", value_parser = AgentId::parse)]
        agent: AgentId,
        /// Take the text from this file; from standard input when left out
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

pub(super) async fn run(file: File, client: &Client, context: &Context) -> Result<()> {
    let output = &context.output;
    match file {
        File::List { agent } => {
            let params = ListParams { agent_id: agent };
            let result = client.request::<call::AgentsFilesList>(params).await?;
            match output.is_json() {
                true => output.document(&result),
                false => list(&result, output),
            }
        }
        File::Get { name, agent } => {
            let params = GetParams { agent_id: agent, name: name.wire() };
            let result = client.request::<call::AgentsFilesGet>(params).await?;
            match output.is_json() {
                true => output.document(&result),
                false => output.piece(&result.text),
            }
        }
        File::Set { name, agent, file } => {
            let text = match &file {
                Some(file) => std::fs::read_to_string(file)?,
                None => chat::message(&[], context)?.ok_or_else(|| {
                    CliError::usage("there is no text").fix("pipe it in, or name a file: --file")
                })?,
            };
            let params = SetParams {
                agent_id: agent.clone(),
                name: name.wire(),
                text,
                was: None,
                idempotency_key: context.fresh_key()?,
            };
            let result = client.request::<call::AgentsFilesSet>(params).await?;
            if output.is_json() {
                return output.document(&result);
            }
            let (sign, name) = (output.sign(Sign::Good), result.file.name.name());
            output.line(&format!("{sign} {name} of {agent} counts from its next run on"))
        }
    }
}

fn list(result: &ListResult, output: &Output) -> Result<()> {
    let mut table = Table::new([("file", 0), ("bytes", 0), ("changed", 1)], "there are none");
    for file in &result.files {
        table.row([
            file.name.name().into(),
            file.size_bytes.map_or("none yet".to_owned(), |bytes| bytes.to_string()).into(),
            file.changed_at.map(|at| text::ago(at, now())).unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    output.note(&format!("they lie in {}", result.folder));
    Ok(())
}
