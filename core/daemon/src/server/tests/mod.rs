//! The control plane as its clients meet it: a whole daemon, plain sockets.

mod authority;
mod devices;
mod http;
mod keys;
mod routes;
mod rpc;
mod stream;
mod support;
mod ws;
