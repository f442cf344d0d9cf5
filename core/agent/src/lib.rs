//! What an agent is made of: model providers, the turn loop, tools and context assembly.
//!
//! The crate sees the world through the traits in [`port`], which the daemon implements: it knows
//! no database, no socket of ours and no bus. Entry point is [`turn::run`].

pub mod context;
pub mod delegate;
pub mod port;
pub mod provider;
pub mod stop;
pub mod tools;
pub mod turn;

pub use stop::StopSignal;
