//! Handlers of the method table, one file per resource. Each takes the context, the permit that
//! proves the decision, and its params.

pub mod acl;
pub mod agent;
pub mod audit;
pub mod budget;
pub mod config;
pub mod grant;
pub mod health;
pub mod model;
pub mod policy;
pub mod request;
pub mod runtime;
pub mod session;
pub mod usage;
