//! The control plane as its clients meet it: a whole daemon, plain sockets.

mod agent_socket;
mod authority;
mod browsers;
mod devices;
mod events;
mod form;
mod http;
mod keys;
mod outside;
mod routes;
mod rpc;
mod stream;
mod support;
#[cfg(unix)]
mod tailnet;
mod tools;
mod ws;
