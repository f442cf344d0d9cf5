//! `nexus acl`: who may do what.

mod details;
mod request;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::{Exit, Result};

pub(crate) use request::{Standing, action, approve, deny, extend, seen};

/// Access control.
#[derive(Debug, Subcommand)]
pub(crate) enum Acl {
    /// Permission requests
    #[command(subcommand, visible_alias = "requests")]
    Request(request::Request),
    /// The record of decisions: look things up, verify it, export it
    #[command(subcommand)]
    Audit(super::audit::Audit),
}

pub(crate) async fn run(acl: Acl, context: &Context) -> Result<Exit> {
    match acl {
        Acl::Request(request) => request::run(request, context).await,
        Acl::Audit(audit) => super::audit::run(audit, context).await,
    }
}
