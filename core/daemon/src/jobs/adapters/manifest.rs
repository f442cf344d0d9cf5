//! What an adapter says it needs: `adapter.toml` beside its program, or what `<command> info`
//! prints. One that says nothing needs nothing.

use std::path::{Path, PathBuf};

use nexus_protocol::bridge::Manifest;
use nexus_sandbox::{Limits, Posture, Profile, Spawn, system_folders};
use nexus_supervisor::{Once, run_once};
use tokio::io::AsyncReadExt as _;

use super::spec::PATH;
use crate::clock::SupervisorClock;
use crate::config::AdapterConfig;
use crate::context::Context;

/// Name of the file.
const FILE: &str = "adapter.toml";
/// Largest manifest, in bytes.
const BYTES_MAX: usize = 64 * 1024;
/// Time that `<command> info` has, in milliseconds.
const INFO_MS_MAX: u64 = 5_000;
/// Memory that it has, in bytes.
const INFO_MEMORY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Reads the manifest of an adapter, if it has one.
pub(super) async fn read(context: &Context, config: &AdapterConfig) -> Option<Manifest> {
    let name = &config.name;
    if let Some(file) = file(&config.command) {
        let text = std::fs::read_to_string(&file).ok()?;
        return toml_edit::de::from_str(&text)
            .inspect_err(|error| tracing::warn!(%error, name, "adapter.toml cannot be read"))
            .ok();
    }
    let printed = ask(context, config).await?;
    serde_json::from_slice(&printed)
        .inspect_err(|error| tracing::debug!(%error, name, "`info` printed no manifest"))
        .ok()
}

/// Files that an adapter must be able to read to run at all: those its command names. With a
/// manifest beside its program the whole folder is the adapter's.
pub(super) fn files(command: &[String]) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        command.iter().map(PathBuf::from).filter(|p| p.is_absolute() && p.is_file()).collect();
    // A link leads elsewhere, and both ends are needed.
    let targets: Vec<_> = files.iter().filter_map(|path| path.canonicalize().ok()).collect();
    files.extend(targets);
    files.extend(file(command).and_then(|file| file.parent().map(Path::to_owned)));
    // What the system's own folders hold is there anyway, by its own name.
    let system = system_folders();
    files.retain(|path| !system.iter().any(|folder| path.starts_with(folder)));
    files.sort();
    files.dedup();
    files
}

fn file(command: &[String]) -> Option<PathBuf> {
    let named = command.iter().map(Path::new).filter(|path| path.is_absolute());
    let mut beside = named.filter_map(|path| Some(path.parent()?.join(FILE)));
    beside.find(|file| file.is_file())
}

/// Runs `<command> info`, without network and without a folder to write.
async fn ask(context: &Context, config: &AdapterConfig) -> Option<Vec<u8>> {
    let mut argv = config.command.clone();
    argv.push("info".to_owned());
    let sandbox = context.programs.sandbox();
    if !config.rights.confine || matches!(sandbox.posture(), Posture::None { .. }) {
        let once = Once {
            command: argv,
            environment: vec![("PATH".to_owned(), PATH.to_owned())],
            folder: PathBuf::from("/"),
            duration_ms_max: INFO_MS_MAX,
            stdout_bytes_max: BYTES_MAX,
        };
        let clock = std::sync::Arc::new(SupervisorClock(std::sync::Arc::clone(&context.clock)));
        let mut printed = Vec::new();
        return run_once(once, clock, &mut printed).await.is_ok().then_some(printed);
    }
    let mut read = system_folders();
    read.extend(files(&config.command));
    let limits = Limits { memory_bytes_max: INFO_MEMORY_BYTES_MAX, ..Limits::default() };
    let mut profile = Profile { read, limits, ..Profile::system() };
    profile.env.insert("PATH".to_owned(), PATH.to_owned());
    let program = PathBuf::from(config.command.first()?);
    let spawn =
        Spawn { program, argv, cwd: PathBuf::from("/usr"), profile, pty: false, is_duplex: false };
    let mut child = sandbox.spawn(spawn).await.ok()?;
    let stdout = child.stdout.take()?;
    let mut printed = Vec::new();
    let mut limited = stdout.take(BYTES_MAX as u64);
    let is_whole = tokio::select! {
        read = limited.read_to_end(&mut printed) => read.is_ok(),
        () = context.clock.sleep(INFO_MS_MAX) => false,
    };
    child.stop().await;
    is_whole.then_some(printed)
}
