//! `nexus acl`: who may do what.

mod details;
pub(crate) mod grants;
mod policies;
mod request;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::{Exit, Result};

pub(crate) use request::{Standing, action, approve, became_person, deny, extend, seen};

/// Access control.
#[derive(Debug, Subcommand)]
pub(crate) enum Acl {
    /// Permission requests
    #[command(subcommand, visible_alias = "requests")]
    Request(request::Request),
    /// The record of decisions: look things up, verify it, export it
    #[command(subcommand)]
    Audit(super::audit::Audit),
    /// Standing answers: what was allowed or refused beyond one call
    #[command(subcommand, visible_alias = "grant")]
    Grants(grants::Grants),
    /// The rules that decide
    #[command(subcommand, visible_alias = "policy")]
    Policies(policies::Policies),
    /// Why something is allowed, asked or denied, and what it would need
    #[command(after_help = policies::EXPLAIN_EXAMPLES)]
    Explain {
        /// Who, such as owner or agent:main; a chain with commas, the invoker first
        who: String,
        #[command(flatten)]
        what: Box<policies::What>,
    },
    /// Compare decisions with those that a file expects
    #[command(after_help = policies::TEST_EXAMPLES)]
    Test {
        /// The file, in JSON
        file: std::path::PathBuf,
    },
    /// Who may do something
    #[command(after_help = policies::WHO_CAN_EXAMPLES)]
    WhoCan(Box<policies::What>),
}

pub(crate) async fn run(acl: Acl, context: &Context) -> Result<Exit> {
    match acl {
        Acl::Request(request) => request::run(request, context).await,
        Acl::Audit(audit) => super::audit::run(audit, context).await,
        Acl::Grants(command) => grants::run(command, context).await,
        Acl::Policies(command) => policies::policies(command, context).await,
        Acl::Explain { who, what } => {
            let who = who.split(',').map(str::to_owned).collect();
            policies::explain(who, *what, context).await
        }
        Acl::Test { file } => policies::test(file, context).await,
        Acl::WhoCan(what) => policies::who_can(*what, context).await,
    }
}
