//! Serves clients of the Open Responses API: each response a run of an agent in the pipeline of the
//! daemon, on behalf of the key it came with.
//!
//! `README.md` beside this crate says what is supported, what is refused and what is passed over.
//! A call is read ([`request`]) without knowing the daemon; its conversation is put together
//! (`conversation`) from what it sent and what is kept (`store`); what comes back is written as
//! events and a response ([`writing`]), and served over HTTP and WebSockets (`serve`).

mod app;
mod background;
mod bridge;
mod conversation;
mod error;
mod outcome;
pub mod request;
mod seal;
mod serve;
mod settings;
mod store;
pub mod writing;

pub use bridge::OpenResponses;

#[cfg(test)]
mod tests;
