//! The command line as a whole: global options, and one variant per noun.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::command::{
    acl, adapter, agent, autostart, budget, chat, completions, config, contact, credential, daemon,
    db, device, doctor, events, expose, hook, key, lifecycle, login, manual, message, models,
    outbox, pause, request, runtime, schedule, server, services, session, tool, usage,
};
use crate::environment::Environment;
use crate::failure::{CliError, EXIT_CODES, Exit};
use crate::output::Output;
use crate::remote::RemoteArguments;

const EXAMPLES: &str = "\
Examples
  nexus up                         start the daemon and open the Control UI
  nexus chat                       talk to your agent
  nexus chat \"what can you do?\"    ask once
  nexus status                     what needs you, what is at work, what it cost
  nexus request show @last         the last request, stage by stage

Exit codes: nexus help exit-codes";

/// Whether to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// Runs AI agents that you can see through: one daemon, one ledger, every effect asked for.
#[derive(Debug, Parser)]
#[command(
    name = "nexus",
    version,
    after_help = EXAMPLES,
    max_term_width = 100,
    subcommand_help_heading = "Commands",
    disable_help_subcommand = true,
    infer_subcommands = false
)]
pub(crate) struct Arguments {
    /// Answer as JSON: one document, or one line per event where a command follows
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Home folder [default: $NEXUS_ROOT, else ~/nexus]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub(crate) home: Option<PathBuf>,
    /// Use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Everywhere"
    )]
    pub(crate) color: ColorChoice,
    /// Say nothing but data and errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteArguments,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// One variant per noun.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the daemon and print the link to the Control UI
    #[command(visible_alias = "start")]
    Up(lifecycle::up::Up),
    /// Drain and stop the daemon
    #[command(visible_alias = "stop")]
    Down(lifecycle::down::Down),
    /// Have agents begin nothing new, or stand still altogether
    Pause(pause::Pause),
    /// End a pause; what waited runs
    Resume(pause::Resume),
    /// Talk to an agent
    Chat(chat::Chat),
    /// Agents: those of nexus.toml and those that were made, who stands above whom
    #[command(subcommand, visible_alias = "agents")]
    Agent(agent::Agent),
    /// What needs you, what is at work, how all is, what it cost
    Status(lifecycle::status::Status),
    /// Open the Control UI by a fresh one-time link
    Ui(lifecycle::ui::Ui),
    /// Requests: what came in, and its way through the eight stages
    #[command(subcommand, visible_alias = "requests")]
    Request(request::Request),
    /// Conversations
    #[command(subcommand, visible_alias = "sessions")]
    Session(session::Session),
    /// Scheduled jobs and heartbeats: what agents do by themselves, and when
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    /// Access control: decisions that wait for you
    #[command(subcommand)]
    Acl(acl::Acl),
    /// Who writes to your agents, and who they are
    #[command(subcommand, visible_alias = "contacts")]
    Contact(contact::Command),
    /// Everything that happens, as it happens
    #[command(subcommand, visible_alias = "event")]
    Events(events::Events),
    /// Models: which there are, which is used, whether they answer
    #[command(subcommand, visible_alias = "model")]
    Models(models::Models),
    /// Tools: which an agent has, and calls of them by name
    #[command(subcommand, visible_alias = "tools")]
    Tool(tool::Tool),
    /// Your own words to somebody outside, without an agent
    #[command(subcommand, visible_alias = "messages")]
    Message(message::Message),
    /// What was sent, what waits, and what has no certain end
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// What was used, and what it cost
    Usage(usage::Usage),
    /// Budgets: how much may be spent, and how much is left
    #[command(subcommand, visible_alias = "budgets")]
    Budget(budget::Budget),
    /// Keys for programs, and signed tokens
    #[command(subcommand, visible_alias = "keys")]
    Key(key::Key),
    /// Bridges to the outside: what runs, why, and what it may
    #[command(subcommand, visible_alias = "adapters")]
    Adapter(adapter::Adapter),
    /// Webhooks: what platforms send here by themselves
    #[command(subcommand, visible_alias = "hooks")]
    Hook(hook::Hook),
    /// Paired devices
    #[command(subcommand, visible_alias = "devices")]
    Device(device::Device),
    /// Ways in for people
    #[command(subcommand)]
    Login(login::Login),
    /// The configuration in nexus.toml
    #[command(subcommand)]
    Config(config::Config),
    /// Who can reach the control plane from outside this machine
    #[command(subcommand)]
    Expose(expose::Expose),
    /// Keys and tokens: where they are kept, who uses them, whether they are good
    #[command(subcommand, visible_alias = "credentials")]
    Credential(credential::Credential),
    /// Find what is wrong and how to mend it
    Doctor(doctor::Doctor),
    /// The daemon as a process
    #[command(subcommand)]
    Daemon(daemon::Daemon),
    /// The running daemon: health, methods, any call
    #[command(subcommand)]
    Runtime(runtime::Runtime),
    /// Everything that runs, in one list: the daemon, its parts, the adapters
    #[command(subcommand, visible_alias = "service")]
    Services(services::Services),
    /// Whether the tray application starts at login
    #[command(subcommand)]
    Autostart(autostart::Command),
    /// Who listens at a port of this machine
    #[command(subcommand)]
    Server(server::Server),
    /// The database: check, back up, compact
    #[command(subcommand)]
    Db(db::Db),
    /// Make the home folder
    Init(lifecycle::init::Init),
    /// Completion script for a shell
    #[command(visible_alias = "completion")]
    Completions(completions::Completions),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Manual(manual::Manual),
    /// Version of this program
    Version,
    /// Help for a command, or `exit-codes`
    Help(Help),
}

/// Shows help.
#[derive(Debug, clap::Args)]
pub(crate) struct Help {
    /// A command, such as `request show`, or `exit-codes`
    topic: Vec<String>,
}

/// What came of the command line.
pub(crate) enum Parsed {
    /// A command to run.
    Run(Arguments),
    /// Help was shown, or the line was wrong and that was said.
    Done(Exit),
}

/// Reads the command line. Whatever ends here was printed already.
pub(crate) fn parse(environment: &Environment) -> Parsed {
    let words: Vec<_> = std::env::args_os().collect();
    let mut command = Arguments::command();
    let parsed = command
        .try_get_matches_from_mut(&words)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    match parsed {
        Ok(Arguments { command: Some(Command::Help(help)), json, quiet, color, .. }) => {
            let output = Output::new(environment, json, quiet, color);
            match show_help(&mut command, &help.topic, &output) {
                Ok(()) => Parsed::Done(Exit::Ok),
                Err(error) => {
                    output.complain(&error);
                    Parsed::Done(error.exit)
                }
            }
        }
        Ok(arguments) => Parsed::Run(arguments),
        Err(error) => {
            let is_json = words.iter().any(|word| word == "--json");
            Parsed::Done(say(&error, is_json, environment))
        }
    }
}

fn show_help(
    command: &mut clap::Command,
    topic: &[String],
    output: &Output,
) -> Result<(), CliError> {
    if topic == ["exit-codes"] {
        return output.line(EXIT_CODES);
    }
    command.build();
    let mut at = command;
    for word in topic {
        at = at.find_subcommand_mut(word).ok_or_else(|| {
            CliError::usage(format!("there is no command `{}`", topic.join(" ")))
                .fix("nexus --help")
        })?;
    }
    output.line(at.render_help().to_string().trim_end())
}

/// Says what clap found: help to stdout, errors in our own form.
fn say(error: &clap::Error, is_json: bool, environment: &Environment) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return Exit::Ok;
    }
    let output = Output::new(environment, is_json, false, ColorChoice::Auto);
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !is_json {
        let _ = error.print();
        return Exit::Usage;
    }
    output.complain(&usage_error(&error.render().to_string()));
    Exit::Usage
}

/// Turns clap's text into what, why and fix: its first line says what, its tips and usage how.
fn usage_error(text: &str) -> CliError {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("the command line is wrong");
    let what = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    let mut error = CliError::usage(what);
    let mut why = Vec::new();
    for line in lines {
        if let Some(tip) = line.strip_prefix("tip: ") {
            error.fix.push(tip.to_owned());
        } else if let Some(usage) = line.strip_prefix("Usage: ") {
            error.fix.push(usage.to_owned());
        } else if !line.starts_with("For more information") {
            why.push(line.to_owned());
        }
    }
    if !why.is_empty() {
        error.why = Some(why.join(" "));
    }
    if error.fix.is_empty() {
        error.fix.push("nexus --help".to_owned());
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    /// Every command that does something explains itself by examples.
    #[test]
    fn every_command_shows_two_examples() {
        fn visit(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            if command.has_subcommands() {
                command.get_subcommands().for_each(|sub| visit(sub, &path, missing));
                return;
            }
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let n_examples = help.lines().filter(|line| line.contains("nexus ")).count();
            let is_plain = matches!(command.get_name(), "version" | "help");
            if !is_plain && n_examples < 2 {
                missing.push(path);
            }
        }
        let mut missing = Vec::new();
        visit(&Arguments::command(), "", &mut missing);
        assert!(missing.is_empty(), "no examples: {missing:#?}");
    }

    #[test]
    fn plural_and_old_forms_are_understood() {
        for line in [
            "sessions list",
            "requests list",
            "acl requests list",
            "event tail",
            "model list",
            "completion bash",
            "start --no-open",
        ] {
            let words = ["nexus"].into_iter().chain(line.split(' '));
            assert!(Arguments::try_parse_from(words).is_ok(), "{line}");
        }
    }

    #[test]
    fn an_error_of_the_parser_takes_our_form() {
        let error = Arguments::try_parse_from(["nexus", "sesion", "list"]).unwrap_err();
        let error = usage_error(&error.render().to_string());
        assert_eq!(error.what, "unrecognized subcommand 'sesion'");
        assert!(error.fix.iter().any(|fix| fix.contains("'session'")), "{:?}", error.fix);
    }
}
