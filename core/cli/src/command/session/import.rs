//! `nexus session import`: a conversation out of a document.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use nexus_client::{Client, call};
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::message::Role;
use nexus_protocol::session::{
    DocumentMessage, IMPORT_MESSAGES_MAX, ImportParams, ImportResult, SessionDocument,
};

use crate::context::Context;
use crate::failure::{CliError, Result};
use crate::output::{Sign, text};

pub(super) const EXAMPLES: &str = "\
Examples
  nexus session export main --format json --out main.json
  nexus session import main.json --as main-of-before
  nexus session import main.json --as copy --agent reader

The session is new; one that is there is never changed. It is marked untrusted, because nobody
vouches for a file.";
/// Largest document, in bytes.
const DOCUMENT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Most bytes of messages that go into one piece; a frame holds four times as much.
const PIECE_BYTES_EAGER: usize = 256 * 1024;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The document, as `nexus session export --format json` writes it
    file: PathBuf,
    /// Its key here; as in the document when left out
    #[arg(long = "as", value_name = "KEY", value_parser = SessionKey::parse)]
    key: Option<SessionKey>,
    /// The agent that answers in it; as in the document when left out
    #[arg(long, value_name = "NAME", value_parser = AgentId::parse)]
    agent: Option<AgentId>,
}

impl Import {
    pub(super) async fn run(self, client: &Client, context: &Context) -> Result<()> {
        let SessionDocument { document, session, labels, messages } = self.read()?;
        let (mut after, mut n_messages) = (None, 0);
        let mut last: Option<ImportResult> = None;
        for messages in pieces(messages)? {
            let piece = SessionDocument {
                document: document.clone(),
                session: session.clone(),
                labels: labels.clone(),
                messages,
            };
            let params = ImportParams {
                document: piece,
                key: self.key.clone(),
                agent_id: self.agent.clone(),
                after,
                idempotency_key: context.fresh_key()?,
            };
            let result = client.request::<call::SessionsImport>(params).await?;
            n_messages += result.n_messages;
            after = result.last_message_id;
            last = Some(result);
        }
        let (output, Some(last)) = (&context.output, last) else { return Ok(()) };
        if output.is_json() {
            return output.document(&ImportResult { n_messages, ..last });
        }
        let (sign, key) = (output.sign(Sign::Good), &last.session.key);
        let messages = text::count(n_messages, "message");
        output.line(&format!(
            "{sign} {messages} are in {key} now, with agent {}",
            last.session.agent_id
        ))
    }

    fn read(&self) -> Result<SessionDocument> {
        let mut text = Vec::new();
        File::open(&self.file)?.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut text)?;
        let path = self.file.display();
        if text.len() as u64 > DOCUMENT_BYTES_MAX {
            return Err(CliError::usage(format!("{path} has over {DOCUMENT_BYTES_MAX} bytes")));
        }
        serde_json::from_slice(&text).map_err(|error| {
            CliError::usage(format!("{path} is no exported session: {error}"))
                .fix("write one with: nexus session export <key> --format json")
        })
    }
}

/// Pieces of a document. Results stay with their calls.
fn pieces(messages: Vec<DocumentMessage>) -> Result<Vec<Vec<DocumentMessage>>> {
    let mut all = vec![Vec::new()];
    let mut n_bytes = 0;
    for message in messages {
        let length =
            serde_json::to_vec(&message).map_err(|error| CliError::failed(error.to_string()))?;
        let is_full = |piece: &Vec<_>| {
            // Room for results, which are never parted from what they answer.
            n_bytes > PIECE_BYTES_EAGER || piece.len() > IMPORT_MESSAGES_MAX / 2
        };
        if message.role != Role::Tool && all.last().is_some_and(is_full) {
            all.push(Vec::new());
            n_bytes = 0;
        }
        n_bytes += length.len();
        if let Some(piece) = all.last_mut() {
            piece.push(message);
        }
    }
    Ok(all)
}
