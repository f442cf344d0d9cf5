//! Logs: to the terminal for people or machines, and as JSON lines to a file that cannot grow
//! without end.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::Timestamp;
use nexus_secrets::Redactor;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::config::{LogFormat, LoggingConfig};

/// Name of the log in its folder.
pub const LOG_FILE: &str = "nexusd.log";
/// Size at which the log file is put aside, in bytes.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Log files that were put aside and are kept.
const LOG_FILES_MAX: u32 = 3;

/// Starts logging for the rest of the process's life. A second call is ignored.
/// No line holds a value that the redactor knows.
pub fn init(config: &LoggingConfig, folder: &Path, to_terminal: bool, redactor: &Redactor) {
    let filter = |text: &str| EnvFilter::try_new(text).unwrap_or_else(|_| EnvFilter::new("info"));
    let file = RotatingFile::open(folder.join(LOG_FILE), LOG_BYTES_MAX).map(|file| {
        let file = Arc::new(Mutex::new(file));
        let redactor = redactor.clone();
        let writer = BoxMakeWriter::new(move || Clean {
            redactor: redactor.clone(),
            inner: SharedFile(Arc::clone(&file)),
        });
        fmt::layer().json().with_writer(writer).with_filter(filter(&config.level))
    });
    let redactor = redactor.clone();
    let stderr = move || Clean { redactor: redactor.clone(), inner: io::stderr() };
    let terminal = to_terminal.then(|| match config.format {
        LogFormat::Json => {
            fmt::layer().json().with_writer(stderr).with_filter(filter(&config.level)).boxed()
        }
        LogFormat::Pretty => fmt::layer()
            .with_target(false)
            .with_writer(stderr)
            .with_filter(filter(&config.level))
            .boxed(),
    });
    // Tests and the tray application may have a subscriber of their own already.
    let _ = tracing_subscriber::registry().with(file.ok()).with(terminal).try_init();
}

/// A time as logs write it.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Blanks out known values. Each event comes as one write, so that a value is never cut in two.
struct Clean<W> {
    redactor: Redactor,
    inner: W,
}

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.inner.write_all(self.redactor.clean(text).as_bytes())?,
            Err(_) => self.inner.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file that is put aside when it has grown too large.
pub(crate) struct RotatingFile {
    path: PathBuf,
    file: File,
    n_bytes: u64,
    bytes_max: u64,
}

impl RotatingFile {
    pub(crate) fn open(path: PathBuf, bytes_max: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let n_bytes = file.metadata()?.len();
        Ok(Self { path, file, n_bytes, bytes_max })
    }

    fn rotate(&mut self) -> io::Result<()> {
        let numbered = |n: u32| PathBuf::from(format!("{}.{n}", self.path.display()));
        for n in (1..LOG_FILES_MAX).rev() {
            // A file that is missing has nothing to be moved.
            let _ = std::fs::rename(numbered(n), numbered(n + 1));
        }
        match std::fs::rename(&self.path, numbered(1)) {
            // Whoever took it away wants a new one.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        *self = Self::open(self.path.clone(), self.bytes_max)?;
        Ok(())
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.n_bytes > self.bytes_max {
            self.rotate()?;
        }
        let n_written = self.file.write(bytes)?;
        self.n_bytes += n_written as u64;
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

struct SharedFile(Arc<Mutex<RotatingFile>>);

impl Write for SharedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(folder: &Path) -> Vec<(String, u64)> {
        let mut sizes: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, entry.metadata().unwrap().len())
            })
            .collect();
        sizes.sort();
        sizes
    }

    #[test]
    fn a_log_takes_only_so_much_room_however_much_is_written() {
        const BYTES_MAX: u64 = 1_000;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOG_FILE);
        let mut log = RotatingFile::open(path.clone(), BYTES_MAX).unwrap();
        let line = [b'x'; 99];
        for n in 0..1_000_u32 {
            log.write_all(&line).unwrap();
            log.write_all(b"\n").unwrap();
            if n % 100 == 0 {
                // As a daemon that is started again.
                log = RotatingFile::open(path.clone(), BYTES_MAX).unwrap();
            }
        }
        let sizes = sizes(folder.path());
        let names: Vec<_> = sizes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["nexusd.log", "nexusd.log.1", "nexusd.log.2", "nexusd.log.3"]);
        for (name, n_bytes) in sizes {
            assert!(n_bytes <= BYTES_MAX + 100, "{name} has {n_bytes} bytes");
        }
    }

    #[test]
    fn a_log_that_somebody_took_away_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOG_FILE);
        let mut log = RotatingFile::open(path.clone(), 10).unwrap();
        log.write_all(b"more than ten bytes").unwrap();
        std::fs::remove_file(&path).unwrap();
        log.write_all(b"after").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"after");
    }
}
