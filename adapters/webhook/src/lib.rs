//! Takes in webhooks: each hook has an address, a secret and a way to make a message of what comes;
//! each delivery becomes a run of an agent in the pipeline of the daemon, as `hook:<name>`.
//!
//! `README.md` beside this crate says what can be configured. A delivery is proved ([`verify`]),
//! read ([`payload`]) and decided about ([`delivery`]) without knowing the daemon or the time; what
//! is to run is handed in by `intake`. Nothing is remembered between two deliveries but how many
//! there were: what came already, the daemon knows.

mod app;
mod bridge;
pub mod delivery;
mod error;
mod filter;
mod hook;
mod intake;
pub mod payload;
mod rate;
mod route;
mod settings;
pub mod template;
pub mod verify;
mod wait;

pub use bridge::Webhook;
pub use hook::Hook;
