//! What adapters share that serve callers over HTTP: a listener with a limit on everything a
//! stranger can do ([`serve`]), bodies ([`read`]), and runs in the pipeline of the daemon on behalf
//! of the key that a caller shows ([`Call`], [`Run`]).
//!
//! An adapter keeps what is its own: how its API reads and writes, and how it tells a [`Problem`].
//! Agents stand in these APIs as models ([`model`]).

mod arrival;
mod body;
mod guard;
mod http;
mod id;
mod ingress;
mod listen;
pub mod model;
pub mod picture;
mod problem;
mod run;
mod spool;
mod waiting;

pub use arrival::{arrive, is_blank};
pub use body::{Whole, read, require_json};
pub use http::{Api, REQUEST_ID, Remote, agent, caller, session};
pub use id::random;
pub use ingress::Ingress;
pub use listen::{Listen, Settings, read_settings};
pub use picture::Picture;
pub use problem::{Problem, ProblemKind};
pub use run::{Call, Kept, Run};
pub use waiting::{Answer, Piece, Wait, Waiting};
