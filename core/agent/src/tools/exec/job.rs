//! A call that is allowed, from the start of its program to what is told about it.

use std::sync::{Arc, PoisonError};

use nexus_sandbox::{Ended, Profile, Spawn};
use tokio_util::sync::CancellationToken;

use super::command::Command;
use super::egress::{Desk, Egress};
use super::programs::Entry;
use super::running::{Cut, Output, Watch, attend};
use super::show::Show;
use super::{Canonical, ExecConfig, words};
use crate::tools::{ToolContext, ToolOutput, ToolResult};

/// A call that is allowed.
pub(super) struct Job {
    pub config: ExecConfig,
    pub command: Command,
    pub profile: Profile,
    pub canonical: Canonical,
    pub context: ToolContext,
}

/// Does what was decided, if everything still is as it was then.
pub(super) async fn run(job: Job) -> ToolResult {
    let command = job.command.clone();
    let checked = tokio::task::spawn_blocking(move || command.check()).await;
    checked.map_err(|error| format!("the tool broke down: {error}"))??;
    match job.canonical.background {
        true => in_background(job).await,
        false => in_foreground(job).await,
    }
}

impl Job {
    /// The way out, if the call has one.
    fn egress(&self) -> Result<Option<Egress>, String> {
        if !self.canonical.network.is_any() {
            return Ok(None);
        }
        let call = self.context.call.clone();
        let call = call.ok_or("nobody is here who could decide about machines")?;
        let argv = self.command.argv.clone();
        let line = words::join(&argv);
        let desk = Desk::new(
            call,
            Arc::clone(&self.context.clock),
            (argv, line),
            self.canonical.network.clone(),
            self.config.allow_private_hosts,
        );
        Egress::open(&self.config.sockets, desk).map(Some)
    }

    async fn start(&self, egress: Option<&Egress>) -> Result<nexus_sandbox::Child, String> {
        if self.context.stop.is_now() {
            return Err("the run was stopped".to_owned());
        }
        let spawn = Spawn {
            program: self.command.program.clone(),
            argv: self.command.argv.clone(),
            cwd: self.command.cwd.clone(),
            profile: match egress {
                Some(egress) => Profile { network: egress.network(), ..self.profile.clone() },
                None => self.profile.clone(),
            },
            pty: self.canonical.pty,
            is_duplex: false,
        };
        let started = self.config.programs.sandbox().spawn(spawn).await;
        started.map_err(|error| error.to_string())
    }

    fn watch(&self, stop: CancellationToken) -> Watch {
        Watch {
            stop,
            duration_ms_max: self.canonical.timeout_ms,
            output_bytes_max: self.profile.limits.output_bytes_max,
        }
    }

    /// What people see of the run beside its output.
    fn record(&self, how: &str, egress: Option<&Egress>) -> String {
        let network = egress.map_or_else(|| vec!["none".to_owned()], Egress::record);
        let network: Vec<_> = network.iter().map(|line| format!("network: {line}")).collect();
        let network = network.join("\n");
        format!(
            "program: {}\nconfinement: {}\n{network}\nend: {how}",
            self.command.program.display(),
            self.config.programs.posture(),
        )
    }
}

async fn in_foreground(job: Job) -> ToolResult {
    let egress = job.egress()?;
    let child = job.start(egress.as_ref()).await?;
    let output = Output::new();
    // A stop drops this future, which kills the program and its way out.
    let watch = job.watch(CancellationToken::new());
    let show = Show::to(job.context.call.clone());
    let (ended, cut) = attend(child, &output, watch, &*job.context.clock, &show).await;
    if let Some(egress) = &egress {
        egress.close().await;
    }
    let how = in_words(ended, cut);
    let output = output.lock().unwrap_or_else(PoisonError::into_inner);
    let notes = egress.as_ref().map_or_else(String::new, Egress::notes);
    let content = format!("[{how}]{}{notes}", output.text());
    match (ended, cut) {
        (_, None) => {
            let record = Some(job.record(&how, egress.as_ref()));
            Ok(ToolOutput { content, record, ..ToolOutput::default() })
        }
        _ => Err(content),
    }
}

async fn in_background(job: Job) -> ToolResult {
    let stop = CancellationToken::new();
    let entry = Entry {
        session: job.config.session.clone(),
        line: words::join(&job.command.argv),
        output: Output::new(),
        ended: None,
        stop: stop.clone(),
    };
    let output = Arc::clone(&entry.output);
    let programs = Arc::clone(&job.config.programs);
    let handle = programs.enter(entry)?;
    let child = match job.start(None).await {
        Ok(child) => child,
        Err(why) => {
            programs.withdraw(handle);
            return Err(why);
        }
    };
    let record = job.record("goes on in the background", None);
    let seconds = job.canonical.timeout_ms.div_ceil(1000);
    tokio::spawn(async move {
        let watch = job.watch(stop.clone());
        // Its call ends before it does, and with that whoever watches.
        let show = Show::to(None);
        let attending = attend(child, &output, watch, &*job.context.clock, &show);
        tokio::pin!(attending);
        // The run that started it takes it along when it is stopped; not when it ends.
        let (ended, _) = tokio::select! {
            biased;
            end = &mut attending => end,
            () = job.context.stop.now() => {
                stop.cancel();
                attending.await
            }
        };
        programs.leave(handle, ended);
    });
    let content = format!(
        "[runs in the background as {handle}, for {seconds} s at most; see it with exec_process]"
    );
    Ok(ToolOutput { content, record: Some(record), ..ToolOutput::default() })
}

fn in_words(ended: Ended, cut: Option<Cut>) -> String {
    match cut {
        None => ended.to_string(),
        Some(Cut::Stopped) => "stopped".to_owned(),
        Some(Cut::Timeout { ms }) => format!("killed: it took longer than {ms} ms"),
        Some(Cut::Output { bytes_max }) => {
            format!("killed: it wrote more than {bytes_max} bytes")
        }
    }
}
