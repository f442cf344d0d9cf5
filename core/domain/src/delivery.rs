//! Deliveries: what goes out to other media.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It waits: for its time, its adapter, the one before it, or to be tried again.
    Pending,
    /// Handed to the adapter; it may have happened.
    Sending,
    /// Confirmed.
    Sent,
    /// Given up.
    Failed,
    /// Handed over, and nobody knows how it ended.
    Unknown,
    /// A person decided that it is not to be sent, or not again.
    Dropped,
}
