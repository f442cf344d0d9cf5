//! What came of a request, in words.

use nexus_domain::failure::Failure;
use nexus_domain::message::{Message, Role};
use nexus_domain::request::{Request, RequestStatus};

use crate::context::Context;

/// The reply to a request that has ended, or why there is none.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn outcome_text(context: &Context, request: &Request) -> Result<Option<String>, Failure> {
    let reply = match request.turn_id {
        None => None,
        Some(turn_id) => {
            let messages = context.ledger.read(move |r| r.turns().of_turn(turn_id)).await?;
            let is_reply = |message: &&Message| message.role == Role::Assistant;
            messages.iter().rev().find(is_reply).map(Message::text)
        }
    };
    Ok(match request.status {
        RequestStatus::Completed | RequestStatus::HandledByAutomation => reply,
        _ => request.error.clone().or(reply),
    })
}
