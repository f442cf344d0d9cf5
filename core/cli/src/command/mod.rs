//! The commands: one file per noun.

pub(crate) mod acl;
pub(crate) mod adapter;
pub(crate) mod agent;
pub(crate) mod agent_file;
pub(crate) mod audit;
pub(crate) mod autostart;
pub(crate) mod budget;
pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod contact;
pub(crate) mod credential;
pub(crate) mod daemon;
pub(crate) mod db;
pub(crate) mod device;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod expose;
pub(crate) mod hook;
mod install;
pub(crate) mod key;
pub(crate) mod label;
pub(crate) mod lifecycle;
pub(crate) mod login;
pub(crate) mod manual;
pub(crate) mod message;
pub(crate) mod models;
pub(crate) mod outbox;
pub(crate) mod pause;
pub(crate) mod request;
pub(crate) mod runtime;
pub(crate) mod schedule;
pub(crate) mod server;
pub(crate) mod services;
pub(crate) mod session;
pub(crate) mod tool;
pub(crate) mod usage;
pub(crate) mod version;

use crate::arguments::Command;
use crate::context::Context;
use crate::failure::{Exit, Result};

/// Runs a command.
pub(crate) async fn run(command: Option<Command>, context: &Context) -> Result<Exit> {
    match command {
        None => lifecycle::status::overview(context).await,
        Some(Command::Up(up)) => lifecycle::up::run(up, context).await,
        Some(Command::Down(down)) => lifecycle::down::run(&down, context).await,
        Some(Command::Pause(pause)) => pause::pause(&pause, context).await,
        Some(Command::Resume(_)) => pause::resume(context).await,
        Some(Command::Chat(chat)) => chat::run(chat, context).await,
        Some(Command::Agent(agent)) => agent::run(agent, context).await,
        Some(Command::Status(status)) => lifecycle::status::run(&status, context).await,
        Some(Command::Ui(ui)) => lifecycle::ui::run(&ui, context).await,
        Some(Command::Request(request)) => request::run(request, context).await,
        Some(Command::Session(session)) => session::run(session, context).await,
        Some(Command::Schedule(schedule)) => schedule::run(schedule, context).await,
        Some(Command::Acl(acl)) => acl::run(acl, context).await,
        Some(Command::Adapter(adapter)) => adapter::run(adapter, context).await,
        Some(Command::Contact(command)) => contact::run(command, context).await,
        Some(Command::Events(events)) => events::run(events, context).await,
        Some(Command::Expose(expose)) => expose::run(expose, context).await,
        Some(Command::Models(models)) => models::run(models, context).await,
        Some(Command::Usage(usage)) => usage::run(usage, context).await,
        Some(Command::Device(device)) => device::run(device, context).await,
        Some(Command::Login(login)) => login::run(login, context).await,
        Some(Command::Key(key)) => key::run(key, context).await,
        Some(Command::Budget(budget)) => budget::run(budget, context).await,
        Some(Command::Tool(tool)) => tool::run(tool, context).await,
        Some(Command::Hook(hook)) => hook::run(hook, context).await,
        Some(Command::Message(message)) => message::run(message, context).await,
        Some(Command::Outbox(outbox)) => outbox::run(outbox, context).await,
        Some(Command::Config(config)) => config::run(config, context).await,
        Some(Command::Credential(credential)) => credential::run(credential, context).await,
        Some(Command::Doctor(doctor)) => doctor::run(&doctor, context).await,
        Some(Command::Daemon(daemon)) => daemon::run(daemon, context).await,
        Some(Command::Runtime(runtime)) => runtime::run(runtime, context).await,
        Some(Command::Services(services)) => services::run(services, context).await,
        Some(Command::Autostart(command)) => autostart::run(&command, context),
        Some(Command::Server(server)) => server::run(&server, context).await,
        Some(Command::Db(db)) => db::run(db, context),
        Some(Command::Init(_)) => lifecycle::init::run(context),
        Some(Command::Completions(completions)) => completions::run(&completions, &context.output),
        Some(Command::Manual(manual)) => manual::run(&manual, &context.output),
        Some(Command::Version) => version::run(&context.output),
        // Help is shown while the command line is read.
        Some(Command::Help(_)) => Ok(Exit::Ok),
    }
}
