//! Files that come with a message, piece by piece.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_protocol::blob::{BLOB_PIECE_BYTES_MAX, GetParams, GetResult, PutParams, PutResult};

use crate::blob::Piece;
use crate::context::Context;

/// Takes a piece of a file.
pub async fn put(
    context: &Arc<Context>,
    _permit: Permit,
    params: PutParams,
) -> Result<PutResult, Failure> {
    let PutParams { digest, size_bytes, offset, data, .. } = params;
    let bytes = STANDARD.decode(data).map_err(|_| Failure::invalid("`data` is no base64"))?;
    if bytes.len() > BLOB_PIECE_BYTES_MAX {
        let kib = BLOB_PIECE_BYTES_MAX / 1024;
        return Err(Failure::invalid(format!("a piece has at most {kib} KiB")));
    }
    let piece = Piece { digest, size_bytes, offset, bytes };
    context.blobs.put_piece(piece, context.clock.now()).await
}

/// Reads a piece of one. Whoever knows the digest has seen the message that shows it, or the file.
pub async fn get(
    context: &Arc<Context>,
    _permit: Permit,
    params: GetParams,
) -> Result<GetResult, Failure> {
    let bytes = context.blobs.bytes(&params.digest).await?.ok_or_else(|| {
        Failure::not_found("this file is no longer kept")
            .hint("files are kept for 30 days after they were last attached")
    })?;
    let begin = usize::try_from(params.offset).unwrap_or(usize::MAX).min(bytes.len());
    let end = begin.saturating_add(BLOB_PIECE_BYTES_MAX).min(bytes.len());
    Ok(GetResult {
        size_bytes: bytes.len() as u64,
        data: STANDARD.encode(&bytes[begin..end]),
        next_offset: (end < bytes.len()).then_some(end as u64),
    })
}
