//! Sessions that are set, emptied, copied and removed, and queues that are put in order.

use nexus_domain::id::{AgentId, MessageId};
use nexus_domain::message::{Message, Part, Role};
use nexus_domain::session::{ForkedFrom, QueueMode, SessionDefaults};

use super::support::{Home, at, request, session, turn, turn_id};
use crate::{LedgerError, Summary, Tx};

fn id(n: u64) -> MessageId {
    MessageId::from_parts(at(n), u128::from(n))
}

/// A session with `n` messages of one ended turn, titled by the first.
fn talk(tx: &mut Tx<'_>, n: u64) -> Result<(), LedgerError> {
    let key = session("main");
    tx.sessions().ensure(&key, &AgentId::parse("main").unwrap(), at(1))?;
    tx.requests().create(&request(1))?;
    let turn = nexus_domain::agent::Turn {
        status: nexus_domain::agent::TurnStatus::Completed,
        ..turn(1, &key)
    };
    tx.turns().create(&turn)?;
    tx.sessions().touch(&key, Some("heron 1"), at(1))?;
    for n in 1..=n {
        let message = Message {
            id: id(n),
            turn_id: turn_id(1),
            request_id: None,
            role: Role::User,
            parts: vec![Part::Text(format!("heron {n}"))],
            created_at: at(n),
        };
        tx.turns().add_message(&key, &message)?;
    }
    Ok(())
}

fn texts(messages: &[Message]) -> Vec<String> {
    messages.iter().map(Message::text).collect()
}

#[tokio::test]
async fn what_is_forgotten_is_found_nowhere() {
    let home = Home::new();
    let ledger = home.open();
    let key = session("main");
    let summary = |through| Summary { through, summary: "birds", n_messages: 2, tokens_saved: 9 };
    ledger
        .write(move |tx| {
            talk(tx, 4)?;
            tx.turns().compact(&key, summary(id(2)), at(5))?;
            assert_eq!(tx.sessions().list(9, None, Some("heron"))?.0.len(), 1);
            assert_eq!(tx.sessions().forget(&key, at(6))?, 4);
            let session = tx.sessions().get(&key)?.unwrap();
            assert_eq!((session.n_messages, session.title), (0, None));
            assert!(tx.sessions().list(9, None, Some("heron"))?.0.is_empty());
            assert_eq!(tx.turns().context(&key)?, crate::SessionContext::default());
            assert!(tx.turns().get(turn_id(1))?.is_some(), "the turn is on record");

            // A name that a person gave stays.
            tx.sessions().set(&key, Some(Some("Birds")), &SessionDefaults::default())?;
            tx.sessions().forget(&key, at(7))?;
            assert_eq!(tx.sessions().get(&key)?.unwrap().title.as_deref(), Some("Birds"));
            tx.sessions().delete(&key, at(8))?;
            assert!(tx.sessions().get(&key)?.is_none());
            assert!(tx.sessions().list(9, None, None)?.0.is_empty());
            assert!(tx.sessions().ensure(&key, &AgentId::parse("x").unwrap(), at(9))?);
            let session = tx.sessions().get(&key)?.unwrap();
            assert_eq!((session.title, session.agent_id.as_str()), (None, "x"));
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_copy_has_its_own_messages_and_the_summary_that_fits() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(move |tx| {
            talk(tx, 6)?;
            let (main, copy) = (session("main"), session("copy"));
            for (through, text) in [(2, "early"), (5, "late")] {
                let summary =
                    Summary { through: id(through), summary: text, n_messages: 2, tokens_saved: 9 };
                tx.turns().compact(&main, summary, at(7))?;
            }
            tx.sessions().ensure(&copy, &AgentId::parse("main").unwrap(), at(8))?;
            let chosen = tx.turns().messages_through(&main, Some(id(4)), 99)?;
            let n = std::cell::Cell::new(100);
            let fresh = || {
                n.set(n.get() + 1);
                id(n.get())
            };
            tx.turns().copy_messages((&main, &copy), chosen, fresh, at(8))?;
            let from = ForkedFrom { session_key: main.clone(), message_id: Some(id(4)) };
            tx.sessions().forked(&copy, &from)?;

            let seen = tx.turns().context(&copy)?;
            assert_eq!(seen.summary.as_deref(), Some("early"));
            assert_eq!(texts(&seen.messages), ["heron 3", "heron 4"]);
            let session = tx.sessions().get(&copy)?.unwrap();
            assert_eq!(session.n_messages, 4);
            assert_eq!(session.title.as_deref(), Some("heron 1"));
            assert_eq!(session.forked_from, Some(from));
            // The turn has the messages that were said in it, once.
            assert_eq!(tx.turns().of_turn(turn_id(1))?.len(), 6);
            tx.sessions().forget(&main, at(9))?;
            let page = tx.turns().messages_after(&copy, Some(id(102)), 1)?;
            assert_eq!(texts(&page), ["heron 3"]);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_queue_is_put_in_order() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(move |tx| {
            let key = session("main");
            tx.sessions().ensure(&key, &AgentId::parse("main").unwrap(), at(1))?;
            let ids = [1, 2, 3].map(|n| request(n).id);
            for n in 1..=3 {
                tx.requests().create(&request(n))?;
                tx.queue().push(&key, request(n).id, QueueMode::Collect, at(n))?;
            }
            assert_eq!(tx.queue().reorder(&key, ids[2], 0)?, [ids[2], ids[0], ids[1]]);
            assert_eq!(tx.queue().reorder(&key, ids[2], 7)?, ids);
            let waiting = tx.queue().waiting(&key)?;
            assert!(waiting.iter().map(|one| one.request_id).eq(ids));
            assert!(waiting.iter().all(|one| one.mode == QueueMode::Collect));
            let stranger = tx.queue().reorder(&key, request(9).id, 0);
            assert!(matches!(stranger, Err(LedgerError::NotFound { .. })));
            assert!(tx.sessions().forget(&key, at(4)).is_err(), "something waits");
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn the_last_turn_is_the_one_that_began_last() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(move |tx| {
            talk(tx, 1)?;
            let key = session("main");
            tx.requests().create(&request(2))?;
            tx.turns().create(&turn(2, &key))?;
            assert_eq!(tx.turns().last(&key)?.unwrap().id, turn_id(2));
            assert_eq!(tx.turns().last(&session("other"))?, None);
            Ok(())
        })
        .await
        .unwrap();
}
