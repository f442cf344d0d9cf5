//! The last stage: gives up every right that the profile does not name, and becomes the program.

use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitCode, Stdio};

use super::{EXIT_FAILED, INSIDE, forward, keeper, terminal};
use crate::profile::Network;
use crate::wire::{News, Order, receive, send};

pub(super) fn run() -> ExitCode {
    let Ok(control) = keeper::control() else { return ExitCode::from(EXIT_FAILED) };
    match become_program(&control) {
        Ok(code) => code,
        Err(why) => {
            // Without a keeper there is nobody to tell.
            let _ = send(&control, &News::Failed { why });
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn become_program(control: &UnixStream) -> Result<ExitCode, String> {
    let read = control.try_clone().and_then(|control| receive(&mut BufReader::new(control)));
    let order: Order = read.map_err(|error| error.to_string())?.ok_or("the keeper said nothing")?;
    if let Network::Proxy { socket, port } = &order.profile.network
        && !order.is_forwarded
        && order.bwrap.is_some()
    {
        let begun = forward::begin(*port, socket);
        begun.map_err(|error| format!("port {port} could not be forwarded: {error}"))?;
        return with_forwarding(control, &order).map_err(|error| error.to_string());
    }
    if order.pty && !order.is_probe {
        terminal::take().map_err(|error| format!("it could not be given a terminal: {error}"))?;
    }
    if order.is_duplex && !order.is_probe {
        rustix::stdio::dup2_stdin(io::stdout())
            .map_err(|error| format!("it could not be given its input: {error}"))?;
    }
    std::env::set_current_dir(&order.cwd).map_err(|error| {
        format!("the folder {} cannot be entered: {error}", order.cwd.display())
    })?;
    let (mechanisms, gaps) = confine(&order)?;
    if let Some(missing) = order.required.iter().find(|wanted| !mechanisms.contains(wanted)) {
        return Err(format!(
            "{} is not in force though it was when the daemon started ({}); nothing was run",
            missing.name(),
            gaps.join("; ")
        ));
    }
    send(control, &News::Enforced { mechanisms, gaps }).map_err(|error| error.to_string())?;
    if order.is_probe {
        return Ok(ExitCode::SUCCESS);
    }
    let error = program(&order).exec();
    Err(format!("{} could not be started: {error}", order.program.display()))
}

fn program(order: &Order) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the home of spawning")]
    let mut command = Command::new(&order.program);
    if let Some((name, arguments)) = order.argv.split_first() {
        command.arg0(name).args(arguments);
    }
    command.env_clear().envs(&order.profile.env);
    command
}

/// Stays behind as the forwarder, outside of Landlock and seccomp but inside the namespaces, and
/// lets a stage of its own go on.
fn with_forwarding(control: &UnixStream, order: &Order) -> io::Result<ExitCode> {
    let (ours, theirs) = UnixStream::pair()?;
    #[expect(clippy::disallowed_methods, reason = "this is the home of spawning")]
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(INSIDE).env_clear().stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)));
    let mut child = command.spawn()?;
    drop(command);
    send(&ours, &Order { is_forwarded: true, ..order.clone() })?;
    let mut inside = BufReader::new(ours);
    while let Some(news) = receive::<News>(&mut inside)? {
        send(control, &news)?;
    }
    // The keeper waits for this end before it says that the program runs.
    control.shutdown(std::net::Shutdown::Both)?;
    let status = child.wait()?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(ExitCode::from(u8::try_from(code.unwrap_or(1)).unwrap_or(EXIT_FAILED)))
}

#[cfg(target_os = "linux")]
use crate::linux::confine;
#[cfg(target_os = "macos")]
use crate::macos::confine;

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn confine(_: &Order) -> Result<(Vec<crate::posture::Mechanism>, Vec<String>), String> {
    Ok((Vec::new(), vec!["this system has no confinement that Nexus knows".to_owned()]))
}
