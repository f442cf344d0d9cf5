//! Serves clients of the OpenAI API: chat completions, models and embeddings, each call a run of
//! an agent in the pipeline of the daemon, on behalf of the key it came with.
//!
//! `README.md` beside this crate says what is supported, what is refused and what is passed over.
//! A call is read ([`chat`]) without knowing the daemon, submitted and attended (`run`), and
//! answered from what comes back (`waiting`). Nothing is remembered between two calls.

mod app;
mod bridge;
pub mod chat;
mod embedding;
mod error;
mod http;
mod id;
mod model;
mod run;
mod settings;
mod spool;
mod waiting;

pub use bridge::OpenAi;
pub use error::ApiError;

#[cfg(test)]
mod tests;
