//! Serves clients of the OpenAI API: chat completions, models and embeddings, each call a run of
//! an agent in the pipeline of the daemon, on behalf of the key it came with.
//!
//! `README.md` beside this crate says what is supported, what is refused and what is passed over.
//! A call is read ([`chat`]) without knowing the daemon, submitted and attended
//! ([`nexus_ingress::Run`]), and answered from what comes back. Nothing is remembered between two
//! calls.

mod app;
mod bridge;
pub mod chat;
mod embedding;
mod error;
mod route;
mod settings;

pub use bridge::OpenAi;

#[cfg(test)]
mod tests;
