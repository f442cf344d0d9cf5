//! The service of the operating system that is to look after the daemon.

use std::path::Path;

use super::Problem;
use super::mend::Mend;
use crate::context::Context;
use crate::output::text;
use crate::service::{Manager, Scope};

/// Where logind notes whose services outlive their sessions.
const LINGER: &str = "/var/lib/systemd/linger";

/// A service that stands in the way instead of looking after the daemon.
pub(super) fn check(context: &Context) -> Vec<Problem> {
    let found = Manager::for_home(&context.home, &context.environment);
    let Some((manager, installed)) = found else { return Vec::new() };
    let again = match manager.scope() {
        Scope::User => "nexus daemon install",
        Scope::System => "sudo nexus daemon install --system",
    };
    let mut problems = Vec::new();
    if !installed.program.is_file() {
        let what = format!("it starts {}, which is gone", installed.program.display());
        problems.push(Problem::bad("service", what, again));
    }
    if let Some(files) = manager.outdated(&installed) {
        let what = "its files are of another version than this program, which writes them anew";
        let mend = Mend::Service { manager: manager.clone(), files };
        problems.push(Problem::warn("service", what, again).mended_by(mend));
    }
    if let Some((n_restarts, how)) = manager.restarts()
        && n_restarts > 0
    {
        let how = match how.as_str() {
            "watchdog" => "it gave no sign of life".to_owned(),
            "success" => "it works now".to_owned(),
            other => format!("it ended with: {other}"),
        };
        let what = format!("it was started again {}: {how}", text::count(n_restarts, "time"));
        problems.push(Problem::warn("service", what, manager.log_command()));
    }
    if manager.scope() == Scope::User && !context.environment.has_desktop && !lingers(context) {
        let what = "it ends when you log out, on a machine without a desktop";
        let problem = Problem::warn("service", what, "nexus daemon install --linger");
        problems.push(problem.mended_by(Mend::Linger));
    }
    if manager.state() == "failed" {
        let what = "it failed too often and is not started any more";
        problems.push(Problem::bad("service", what, manager.log_command()));
    }
    if !manager.is_enabled() {
        problems.push(Problem::warn("service", "it does not start by itself", again));
    }
    problems
}

/// Whether the services of this account run while nobody is logged in; yes where that is not
/// logind's.
fn lingers(context: &Context) -> bool {
    let account = context.environment.user_home.as_ref().and_then(|home| home.file_name());
    match account {
        Some(account) if Path::new(LINGER).parent().is_some_and(Path::is_dir) => {
            Path::new(LINGER).join(account).exists()
        }
        _ => true,
    }
}
