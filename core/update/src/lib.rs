//! Updates of Nexus from signed releases, off unless a place and a key are configured.
//!
//! A release is a [`Manifest`] with its minisign signature and the files that it names by length
//! and digest. What runs is replaced by renaming, the version before stays beside it, and the new
//! one is on trial: unless it says in time that it is well, [`guard`] puts the old one back.
//!
//! What a package manager installed is never touched: see [`Installation::of`].

mod error;
mod fetch;
pub mod guard;
mod installation;
mod manifest;
mod record;
mod stage;

pub use error::UpdateError;
pub use fetch::Source;
pub use installation::{Found, Installation};
pub use manifest::{Artifact, FORMAT, Form, MANIFEST_BYTES_MAX, Manifest, target};
pub use record::{Record, Trial, Verdict};
pub use stage::Staged;
