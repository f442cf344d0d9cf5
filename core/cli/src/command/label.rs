//! What a conversation has been exposed to, as people read it.

use nexus_domain::label::{Label, SessionLabel};

use crate::failure::Result;
use crate::output::{Output, style, text};

/// Most sources that are shown per label; `--json` has them all.
const SOURCES_SHOWN_MAX: usize = 3;

/// One line per label with its sources; nothing for a session without labels.
pub(crate) fn show(labels: &[SessionLabel], output: &Output) -> Result<()> {
    for label in [Label::Untrusted, Label::Private, Label::Secret] {
        let sources: Vec<_> = labels.iter().filter(|one| one.label == label).collect();
        if sources.is_empty() {
            continue;
        }
        let shown: Vec<_> = sources
            .iter()
            .take(SOURCES_SHOWN_MAX)
            .map(|one| text::one_line(&one.to_string().replacen(label.name(), "", 1)))
            .map(|one| one.trim().to_owned())
            .collect();
        let more = match sources.len().saturating_sub(SOURCES_SHOWN_MAX) {
            0 => String::new(),
            n => format!("; {n} more"),
        };
        let name = output.paint(style::WARN, label.name());
        output.line(&format!("  {name} {}{more}", shown.join("; ")))?;
    }
    Ok(())
}
