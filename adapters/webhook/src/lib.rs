//! Takes in webhooks: each hook has an address, a secret and a way to make a message of what comes;
//! each delivery becomes a run of an agent in the pipeline of the daemon, as `hook:<name>`.
//!
//! `README.md` beside this crate says what can be configured. A delivery is proved ([`verify`]),
//! read ([`payload`]) and decided about ([`delivery`]) without knowing the daemon or the time.

pub mod delivery;
pub mod error;
mod filter;
mod hook;
pub mod payload;
mod rate;
mod settings;
pub mod template;
pub mod verify;

pub use hook::Hook;
pub use settings::Settings;
