//! `nexus daemon install` and `uninstall`: the daemon as a service of the operating system.

use std::path::PathBuf;

use nexus_client::Discovery;
use serde_json::json;

use super::doctor::configured_port;
use super::lifecycle::{down, init, start};
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, Sign};
use crate::process;
use crate::service::{self, File, Handed, Installed, Manager, Order, Scope};

/// Account of the machine's service unless another is chosen.
const ACCOUNT: &str = "nexus";
/// Home of the machine's service unless another is named.
const SYSTEM_HOME: &str = "/var/lib/nexus";
/// Where packages put the daemon.
const PACKAGED_PROGRAM: &str = "/usr/bin/nexusd";
/// Name of the home below the person's folder.
const HOME_NAME: &str = "nexus";

const INSTALL_EXAMPLES: &str = "\
Examples
  nexus daemon install
  nexus daemon install --linger
  nexus daemon install --print
  sudo nexus daemon install --system --socket
  sudo nexus daemon install --system --credential nexus.vault-key=/etc/nexus/key.cred --encrypted

Again, with other options, changes what is installed.";
const UNINSTALL_EXAMPLES: &str = "\
Examples
  nexus daemon uninstall
  sudo nexus daemon uninstall --system

The home is not touched.";

/// Has the system start the daemon, look after it, and start it again.
#[derive(Debug, clap::Args)]
#[command(after_help = INSTALL_EXAMPLES)]
pub(crate) struct Install {
    /// For the machine, under an account of its own, instead of for you
    #[arg(long)]
    system: bool,
    /// Account of the machine's service; made if need be
    #[arg(long, value_name = "ACCOUNT", requires = "system", default_value = ACCOUNT)]
    account: String,
    /// Let it run without you being logged in
    #[arg(long, conflicts_with = "system")]
    linger: bool,
    /// Have the port listened on before the daemon is up: connections wait instead of failing
    #[arg(long)]
    socket: bool,
    /// A file that systemd hands over as a credential
    #[arg(long, value_name = "NAME=FILE")]
    credential: Vec<String>,
    /// The files were made by `systemd-creds encrypt`
    #[arg(long, requires = "credential")]
    encrypted: bool,
    /// Only show what would be written
    #[arg(long)]
    print: bool,
    /// As a package brings it: for the program in /usr/bin, and for whoever turns it on
    #[arg(long, hide = true, requires = "print", conflicts_with_all = ["socket", "credential"])]
    packaged: bool,
}

/// Takes it out again.
#[derive(Debug, clap::Args)]
#[command(after_help = UNINSTALL_EXAMPLES)]
pub(crate) struct Uninstall {
    /// The machine's service instead of yours
    #[arg(long)]
    system: bool,
}

fn scope_of(is_system: bool) -> Scope {
    if is_system { Scope::System } else { Scope::User }
}

pub(crate) async fn install(install: Install, context: &Context) -> Result<Exit> {
    let scope = scope_of(install.system);
    let mut context = context.clone();
    if install.system && !context.is_home_named {
        context.home = PathBuf::from(SYSTEM_HOME);
    }
    let context = &context;
    let manager = Manager::of(service::NAME, scope, &context.environment)?;
    let order = order(&install, scope, context)?;
    let files = manager.files(&order);
    if install.print {
        return print(&files, &context.output);
    }
    refuse_another(&manager, context)?;
    if let Some(account) = &order.account {
        make_account(account, context)?;
    } else {
        init::make(context)?;
    }
    let was_running = Discovery::find(&context.home).await != Discovery::NotRunning;
    let is_changed = manager.install(&files)?;
    if is_changed && was_running {
        context.output.note("  the running daemon makes room for the service");
        down::stop(false, "nexus daemon install", context).await?;
    }
    manager.start()?;
    if install.linger {
        linger()?;
    }
    let address = match scope {
        // What the service's account keeps is not read by others, root aside.
        Scope::System => start::wait_ready_beside(context).await.ok(),
        Scope::User => Some(start::wait_ready_beside(context).await?),
    };
    report(&manager, &order, is_changed, address.map(|running| running.address), context)
}

fn order(install: &Install, scope: Scope, context: &Context) -> Result<Order> {
    let credentials = install.credential.iter().map(|given| {
        let wrong = || {
            CliError::usage(format!("`{given}` is no credential"))
                .fix("name it and its file: --credential nexus.vault-key=/etc/nexus/key")
        };
        let (name, path) = given.split_once('=').ok_or_else(wrong)?;
        let path = std::path::absolute(path).map_err(|_| wrong())?;
        if !path.is_file() {
            let what = format!("there is no file {}", path.display());
            return Err(CliError::new(Exit::NotFound, "NOT_FOUND", what));
        }
        Ok(Handed { name: name.to_owned(), path, is_encrypted: install.encrypted })
    });
    let (program, home) = match (install.packaged, scope) {
        (false, _) => (context.nexusd()?.program().to_owned(), context.home.clone()),
        (true, Scope::System) => (PACKAGED_PROGRAM.into(), SYSTEM_HOME.into()),
        (true, Scope::User) => {
            (PACKAGED_PROGRAM.into(), PathBuf::from(service::PERSON).join(HOME_NAME))
        }
    };
    let order = Order {
        name: service::NAME.to_owned(),
        scope,
        program,
        home,
        account: install.system.then(|| install.account.clone()),
        socket_port: install.socket.then(|| configured_port(context)),
        credentials: credentials.collect::<Result<_>>()?,
    };
    service::check(&order).map_err(CliError::usage)?;
    if order.account.as_deref() == Some("root") {
        return Err(CliError::usage("the service does not run as root")
            .why("what an agent may do it would do as root, and programs are confined less")
            .fix("leave out --account: an account of its own is made"));
    }
    Ok(order)
}

/// One service runs one home; another one stays as it is.
fn refuse_another(manager: &Manager, context: &Context) -> Result<()> {
    match manager.installed() {
        Some(installed) if installed.home != context.home => {
            let what = format!("the service runs another home: {}", installed.home.display());
            Err(CliError::new(Exit::Conflict, "CONFLICT", what)
                .fix(format!("nexus --home {} daemon uninstall", installed.home.display())))
        }
        _ => Ok(()),
    }
}

fn make_account(account: &str, context: &Context) -> Result<()> {
    let home = context.home.display().to_string();
    if !process::run_tool("id", &["-u", account])?.is_ok {
        let words = ["--system", "--user-group", "--no-create-home", "--home-dir", &home];
        let words = [&words[..], &["--shell", "/usr/sbin/nologin", account]].concat();
        let made = process::run_tool("useradd", &words)?;
        if !made.is_ok {
            return Err(CliError::failed(format!("the account `{account}` could not be made"))
                .why(made.stderr)
                .fix("run it as root"));
        }
        context.output.note(&format!("  made the account {account}"));
    }
    if !context.home.is_dir() {
        let words = ["-d", "-m", "700", "-o", account, "-g", account, &home];
        let made = process::run_tool("install", &words)?;
        if !made.is_ok {
            return Err(CliError::failed(format!("{home} could not be made"))
                .why(made.stderr)
                .fix("run it as root"));
        }
    }
    Ok(())
}

pub(super) fn linger() -> Result<()> {
    let done = process::run_tool("loginctl", &["enable-linger"])?;
    if done.is_ok {
        return Ok(());
    }
    Err(CliError::failed("the service ends when you log out: lingering could not be turned on")
        .why(done.stderr)
        .fix("sudo loginctl enable-linger $USER"))
}

fn print(files: &[File], output: &Output) -> Result<Exit> {
    if output.is_json() {
        let files = files.iter().map(|file| json!({ "path": file.path, "text": file.text }));
        output.document(&json!({ "files": files.collect::<Vec<_>>() }))?;
        return Ok(Exit::Ok);
    }
    for file in files {
        output.note(&format!("{}:", file.path.display()));
        output.piece(&file.text)?;
    }
    Ok(Exit::Ok)
}

fn report(
    manager: &Manager,
    order: &Order,
    is_changed: bool,
    address: Option<String>,
    context: &Context,
) -> Result<Exit> {
    let output = &context.output;
    let files = manager.files(order);
    if output.is_json() {
        let paths: Vec<_> = files.iter().map(|file| &file.path).collect();
        output.document(&json!({
            "isChanged": is_changed, "files": paths, "home": context.home,
            "address": address, "state": manager.state(), "isEnabled": manager.is_enabled(),
        }))?;
        return Ok(Exit::Ok);
    }
    let sign = output.sign(Sign::Good);
    let word = if is_changed { "wrote" } else { "as it was:" };
    for file in &files {
        output.line(&format!("{sign} {word} {}", file.path.display()))?;
    }
    let when = match manager.scope() {
        Scope::User => "when you log in",
        Scope::System => "with the machine",
    };
    let place = address.map_or(String::new(), |address| format!(", and is up at {address}"));
    output.line(&format!("{sign} the daemon starts {when}{place}"))?;
    match manager.scope() {
        Scope::User => output.note(
            "  next: nexus daemon status · nexus daemon logs -f · nexus daemon install --linger",
        ),
        Scope::System => output.note(&format!(
            "  next: sudo -u {} nexus --home {} status",
            order.account.as_deref().unwrap_or_default(),
            context.home.display()
        )),
    }
    Ok(Exit::Ok)
}

pub(crate) async fn uninstall(uninstall: Uninstall, context: &Context) -> Result<Exit> {
    let scope = scope_of(uninstall.system);
    let manager = Manager::of(service::NAME, scope, &context.environment)?;
    let output = &context.output;
    let Some(installed) = manager.installed() else {
        if output.is_json() {
            output.document(&json!({ "wasInstalled": false }))?;
        } else {
            output.line("no service was installed")?;
        }
        return Ok(Exit::Ok);
    };
    if scope == Scope::User || context.is_home_named {
        refuse_another(&manager, context)?;
    }
    manager.uninstall(&installed)?;
    if output.is_json() {
        output.document(&json!({ "wasInstalled": true, "home": installed.home }))?;
        return Ok(Exit::Ok);
    }
    let sign = output.sign(Sign::Good);
    output.line(&format!("{sign} the service is gone, and the daemon has stopped"))?;
    output.note(&format!("  {} is as it was; nexus up starts it", installed.home.display()));
    Ok(Exit::Ok)
}

/// A service as a line of `nexus daemon status`.
pub(crate) fn line(manager: &Manager, installed: &Installed) -> String {
    let whose = if manager.scope() == Scope::User { "yours" } else { "the machine's" };
    let start = if manager.is_enabled() { "starts by itself" } else { "does not start by itself" };
    let socket = if installed.has_socket { " · its port is listened on for it" } else { "" };
    format!("service: {whose}, {} · {start}{socket}", manager.state())
}
