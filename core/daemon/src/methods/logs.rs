//! The daemon's log.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::logs::{LINES_DEFAULT, TailParams, TailResult};

use crate::context::Context;
use crate::logging::LOG_FILE;

/// Most bytes that are read from the end of the log.
const TAIL_BYTES_MAX: u64 = 512 * 1024;

/// Reads the last lines of the log. They were blanked out when they were written, and are again by
/// what is secret now.
pub async fn tail(
    context: &Arc<Context>,
    _permit: Permit,
    params: TailParams,
) -> Result<TailResult, Failure> {
    let path = context.home.logs().join(LOG_FILE);
    let read = tokio::task::spawn_blocking(move || end_of(&path)).await;
    let text = read.map_err(Failure::internal)?.map_err(|error| {
        Failure::unavailable(format!("the log cannot be read: {error}"))
            .hint("it lies in state/logs of the home")
    })?;
    let text = context.credentials.redactor().clean(&text);
    let n_lines = usize::try_from(params.lines.unwrap_or(LINES_DEFAULT)).unwrap_or_default();
    let wanted = |line: &&str| params.containing.as_ref().is_none_or(|part| line.contains(part));
    let mut lines: Vec<_> =
        text.lines().rev().filter(wanted).take(n_lines).map(str::to_owned).collect();
    lines.reverse();
    Ok(TailResult { lines })
}

/// The last whole lines of a file; nothing when there is none.
pub(super) fn end_of(path: &Path) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let n_bytes = file.metadata()?.len();
    let is_cut = n_bytes > TAIL_BYTES_MAX;
    file.seek(SeekFrom::Start(n_bytes.saturating_sub(TAIL_BYTES_MAX)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(match text.split_once('\n') {
        Some((_, whole)) if is_cut => whole.to_owned(),
        _ => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_read_from_its_end_and_by_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        assert_eq!(end_of(&path).unwrap(), "");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        assert_eq!(end_of(&path).unwrap(), "one\ntwo\n");
        let line = format!("{}\n", "x".repeat(99));
        std::fs::write(&path, line.repeat(10_000)).unwrap();
        let text = end_of(&path).unwrap();
        assert!(text.len() as u64 <= TAIL_BYTES_MAX);
        assert!(text.lines().all(|line| line.len() == 99));
    }
}
