//! The control plane as its clients meet it: a whole daemon, plain sockets.

mod authority;
mod devices;
mod http;
mod routes;
mod keys;
mod rpc;
mod stream;
mod support;
mod ws;
