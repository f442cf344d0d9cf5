//! A client's subscription: what it asked for, and what of it is on its way.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use nexus_domain::Failure;
use nexus_domain::event::{Event, Transient};
use nexus_domain::id::Position;
use nexus_ledger::{Ledger, LedgerError};
use nexus_protocol::event::{SubscribeParams, SubscribeResult, scope_of};

use super::encode::{self, Place};
use crate::authorize::Caller;
use crate::bus::{Filter, Item, Subscription};
use crate::context::Context;

/// Most events that are handed on in one go, so that a write carries many of them.
const BATCH_LEN_MAX: usize = 64;

/// Reads params into a filter and a place to begin.
///
/// # Errors
/// `Invalid` for types that do not exist and for a position that lies in the future; `Denied` for
/// types that are named in full and not for this caller. A pattern gets what there is to see of it.
pub(super) fn begin(
    context: &Context,
    caller: &Caller,
    params: SubscribeParams,
) -> Result<(Subscription, SubscribeResult), Failure> {
    check_seen(caller, &params.types)?;
    let agents = context.ways.agents_of(&caller.principal);
    if agents.is_some() && params.transient {
        return Err(Failure::denied(
            "streaming text is not for you: you are limited to some agents",
        )
        .hint(
            "leave `transient` out to follow what is recorded of them; a run of your own \
                 brings its text: `agent`",
        ));
    }
    let latest = context.ledger.position();
    let after = params.after.unwrap_or(latest);
    check_after(after, latest)?;
    let mut filter = Filter::of_types(&params.types)?;
    if params.transient {
        filter = filter.with_transient(params.session_key);
    }
    let filter = filter.seen_with(&caller.scopes).of_agents(agents);
    let subscription = context.bus.subscribe(filter, after);
    Ok((subscription, SubscribeResult { after, latest }))
}

/// Silence about what was asked for by name would look like "nothing happens".
fn check_seen(caller: &Caller, types: &[String]) -> Result<(), Failure> {
    for kind in types {
        if let Some(scope) = scope_of(kind).filter(|scope| !caller.has(*scope)) {
            let scope = scope.name();
            return Err(Failure::denied(format!("`{kind}` is not for you"))
                .hint(format!("it takes the scope `{scope}`; leave it out to follow the rest")));
        }
    }
    Ok(())
}

/// The types of events that a caller may be told of.
pub(super) fn seen_types(caller: &Caller) -> impl Iterator<Item = &'static str> {
    let all = Event::TYPE_NAMES.iter().chain(Transient::TYPE_NAMES).copied();
    all.filter(|kind| scope_of(kind).is_some_and(|scope| caller.has(scope)))
}

fn check_after(after: Position, latest: Position) -> Result<(), Failure> {
    if after <= latest {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "there is no position {} yet; the latest is {}",
        after.0, latest.0
    ))
    .hint("the ledger may have been restored from a backup: read everything anew and go on from there")
    .details(serde_json::json!({ "latest": latest.0 })))
}

/// A subscription with its next item on the way. The future is kept between polls, so that other
/// things that happen on the connection never throw a half-done read away.
pub(super) struct Feed {
    ledger: Ledger,
    on_the_way: BoxFuture<'static, (Subscription, Result<Item, LedgerError>)>,
}

impl Feed {
    pub(super) fn new(ledger: Ledger, subscription: Subscription) -> Self {
        let on_the_way = advance(subscription, ledger.clone()).boxed();
        Self { ledger, on_the_way }
    }

    /// The next items, at least one. Dropping the future loses nothing.
    ///
    /// # Errors
    /// What the ledger says; the feed is of no more use then.
    pub(super) async fn next(&mut self) -> Result<Vec<Item>, LedgerError> {
        let (mut subscription, first) = (&mut self.on_the_way).await;
        let mut items = Vec::new();
        if let Ok(first) = first {
            items.push(first);
            while items.len() < BATCH_LEN_MAX
                && let Some(item) = subscription.take_ready()
            {
                items.push(item);
            }
            self.on_the_way = advance(subscription, self.ledger.clone()).boxed();
            return Ok(items);
        }
        self.on_the_way = std::future::pending().boxed();
        first.map(|_| items)
    }
}

async fn advance(
    mut subscription: Subscription,
    ledger: Ledger,
) -> (Subscription, Result<Item, LedgerError>) {
    let item = subscription.next(&ledger).await;
    (subscription, item)
}

/// An item as an event frame.
pub(super) fn frame(item: &Item, seq: u64) -> String {
    match item {
        Item::Recorded(event) => {
            let place = Place { position: Some(event.position), at: Some(event.at), version: None };
            encode::event(&event.kind, &event.properties, seq, place)
        }
        Item::Transient(passing) => {
            encode::event(passing.kind, &passing.properties, seq, Place::default())
        }
        Item::Lagged { after } => {
            encode::event("lagged", &lagged_json(*after), seq, Place::default())
        }
    }
}

/// Payload of `lagged`.
pub(super) fn lagged_json(after: Position) -> String {
    format!(r#"{{"after":{}}}"#, after.0)
}

/// The subscription of an event stream over HTTP; the same rules.
pub(super) fn of_stream(
    context: &Arc<Context>,
    caller: &Caller,
    params: SubscribeParams,
) -> Result<Feed, Failure> {
    let (subscription, _) = begin(context, caller, params)?;
    Ok(Feed::new(context.ledger.clone(), subscription))
}
