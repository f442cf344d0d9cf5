//! The loop against ports that keep a diary: what happened, in which order, and what did not.

mod offline;
pub(crate) mod ports;
mod recovery;
mod spending;
mod steps;
mod stopping;
