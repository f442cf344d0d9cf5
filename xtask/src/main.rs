//! Set-up, tests, code generation, packages and benchmarks: `cargo xtask <command>`.

mod bench;
mod clients;
mod codegen;
mod count;
mod dist;
mod fuzz;
mod icons;
mod licences;
mod packages;
mod run;
mod test;
mod tray_icons;
mod ui;
mod up;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  up [--release] [--no-open] [--port N]     install what is missing, build, start Nexus, show the link
  test [--long] [--step NAME] [FILTER]      install what is missing, run every check and test
                                            (FILTER: only Rust tests whose name contains it;
                                            --long: also fuzzing, 200 kills under load, a million
                                            questions to access control, the packages in a bare
                                            system, which take minutes)
  codegen [--check]                         make schemas and TypeScript types from the method table
  icons [--check]                           make the application icon in every size and form
  dist [--debug] [--out FOLDER]             make the packages, the tarball, the list of parts
                                            (--debug: of the programs that the tests run)
  bench [--only PART] [--json FILE] [--compare FILE]
                                            measure, next to the raw limits of this machine
                                            (PART: daemon, idle, app, crowd, callers, handover,
                                            programs, ledger, verdict or ui)
  tray-icons                                draw the icons of the tray anew";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(code) => code,
        Err(error) => {
            run::complain(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = args.split_first() else {
        run::say(HELP);
        return Ok(ExitCode::FAILURE);
    };
    let mut flags = Flags { rest: rest.to_vec() };
    match command.as_str() {
        "up" => up::run(&mut flags)?,
        "test" => return test::run(&mut flags),
        "codegen" => codegen::run(&mut flags)?,
        "icons" => icons::run(&mut flags)?,
        "dist" => dist::run(&mut flags)?,
        "bench" => bench::run(&mut flags)?,
        "tray-icons" => tray_icons::run(&mut flags)?,
        "help" | "-h" | "--help" => run::say(HELP),
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Arguments that are still to be understood.
pub(crate) struct Flags {
    rest: Vec<String>,
}

impl Flags {
    /// Takes a flag, if it is there.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|arg| arg != name);
        self.rest.len() != before
    }

    /// Takes a flag's value, if the flag is there.
    pub(crate) fn take_value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.rest.iter().position(|arg| arg == name) else { return Ok(None) };
        if at + 1 >= self.rest.len() {
            bail!("`{name}` needs a value");
        }
        let value = self.rest.remove(at + 1);
        self.rest.remove(at);
        Ok(Some(value))
    }

    /// Takes the one argument that is not a flag, if there is one; anything else is an error.
    pub(crate) fn finish(&mut self) -> Result<Option<String>> {
        if let Some(flag) = self.rest.iter().find(|arg| arg.starts_with('-')) {
            bail!("there is no flag `{flag}`\n\n{HELP}");
        }
        if self.rest.len() > 1 {
            bail!("too many arguments: {}\n\n{HELP}", self.rest.join(" "));
        }
        Ok(self.rest.pop())
    }

    /// Makes sure that nothing is left.
    pub(crate) fn finish_empty(&mut self) -> Result<()> {
        match self.finish()? {
            Some(word) => bail!("unexpected argument `{word}`\n\n{HELP}"),
            None => Ok(()),
        }
    }
}
