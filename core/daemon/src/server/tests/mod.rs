//! The control plane as its clients meet it: a whole daemon, plain sockets.

mod agent_socket;
mod authority;
mod events;
mod http;
mod routes;
mod rpc;
mod stream;
mod support;
mod tools;
mod ws;
