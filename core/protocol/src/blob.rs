//! Files that come with a message: handed in and read piece by piece, so that none of them is
//! larger than a frame. A file is named by the SHA-256 of its bytes, which makes handing it in
//! resumable and what was handed in twice the same file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest file that is taken, in bytes.
pub const BLOB_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Largest piece of it that travels at once, in bytes before they are written as base64.
pub const BLOB_PIECE_BYTES_MAX: usize = 256 * 1024;

/// Input of `blobs.put`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutParams {
    /// SHA-256 of the whole file, lower-case hex.
    #[schemars(length(min = 64, max = 64))]
    pub digest: String,
    /// Size of the whole file in bytes.
    #[schemars(range(min = 1, max = 8_388_608))]
    pub size_bytes: u64,
    /// Where this piece begins, in bytes. A piece that does not follow what is there already
    /// changes nothing: the answer says where to go on.
    #[schemars(range(max = 8_388_608))]
    pub offset: u64,
    /// The piece, as base64; empty to ask how far the file has come.
    #[schemars(length(max = 349_528))]
    pub data: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

impl std::fmt::Debug for PutParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { digest, size_bytes, offset, .. } = self;
        f.debug_struct("PutParams")
            .field("digest", digest)
            .field("size_bytes", size_bytes)
            .field("offset", offset)
            .finish_non_exhaustive()
    }
}

/// Result of `blobs.put`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PutResult {
    /// How much of the file is there: the offset of the next piece.
    pub received_bytes: u64,
    /// Whether all of it is there and is what its name says.
    pub is_whole: bool,
}

/// Input of `blobs.get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetParams {
    /// SHA-256 of the file, lower-case hex.
    #[schemars(length(min = 64, max = 64))]
    pub digest: String,
    /// Where to begin, in bytes.
    #[serde(default)]
    pub offset: u64,
}

/// Result of `blobs.get`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetResult {
    /// Size of the whole file in bytes.
    pub size_bytes: u64,
    /// The piece from the offset on, as base64.
    pub data: String,
    /// Where the next piece begins; nothing when this was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<u64>,
}

impl std::fmt::Debug for GetResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GetResult").field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}
