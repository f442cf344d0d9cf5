//! `nexus session export`: a conversation as a document.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nexus_client::{Client, call};
use nexus_protocol::session::{ExportFormat, ExportParams};
use serde_json::json;

use super::resolve;
use crate::failure::Result;
use crate::output::{Output, text};

pub(super) const EXAMPLES: &str = "\
Examples
  nexus session export main > main.md
  nexus session export main --format json --out main.json

Values of known credentials are blanked out.";

/// Form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown
    Md,
    /// JSON
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Its key, or @last for the latest
    #[arg(default_value = "@last")]
    key: String,
    /// Form of the export
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
    /// Write to this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, client: &Client, output: &Output) -> Result<()> {
        let key = resolve(client, &self.key).await?;
        let format = match (output.is_json(), self.format) {
            (true, _) | (_, Format::Json) => ExportFormat::Json,
            (false, Format::Md) => ExportFormat::Markdown,
        };
        let mut file = self.out.as_ref().map(File::create).transpose()?;
        let (mut cursor, mut n_messages) = (None, 0);
        loop {
            let params = ExportParams { key: key.clone(), format, cursor, limit: None };
            let page = client.request::<call::SessionsExport>(params).await?;
            match &mut file {
                Some(file) => file.write_all(page.text.as_bytes())?,
                None => output.piece(&page.text)?,
            }
            n_messages += page.n_messages;
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let Some(out) = self.out else { return Ok(()) };
        let messages = text::count(n_messages, "message");
        output.note(&format!("{messages} written to {}", out.display()));
        if output.is_json() {
            output.document(&json!({ "path": out, "messages": n_messages }))?;
        }
        Ok(())
    }
}
