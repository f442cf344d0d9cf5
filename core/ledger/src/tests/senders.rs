//! Senders: who is who, who waits for a word, and conversations that change their key.

use nexus_domain::contact::{Confidence, Entity, MappingKind};
use nexus_domain::id::{DeliveryId, PermissionId};
use nexus_domain::label::{Label, LabelSource, SessionLabel};
use nexus_domain::permission::{PermissionKind, PermissionRequest, PermissionStatus};
use nexus_domain::session::QueueMode;
use proptest::prelude::*;
use rusqlite::Connection;

use super::models::{permission, run};
use super::support::{Home, agent, at, begin_turn, message, request, request_id, session, turn_id};
use crate::{ContactFilter, Delivery, Ending, Ledger, LedgerError, Mapping, Settled, Tx, schema};

fn mapping(sender_id: &str, entity_id: &str, kind: MappingKind) -> Mapping {
    let (id, name) = (entity_id.to_owned(), entity_id.to_uppercase());
    Mapping {
        channel: "echo".to_owned(),
        sender_id: sender_id.to_owned(),
        entity: Entity { id, name, is_owner: entity_id == "owner" },
        kind,
        confidence: Confidence::new(0.8).unwrap(),
    }
}

async fn write<T: Send + 'static>(
    ledger: &Ledger,
    change: impl FnOnce(&mut Tx<'_>) -> Result<T, LedgerError> + Send + 'static,
) -> T {
    ledger.write(change).await.unwrap()
}

#[tokio::test]
async fn only_a_sure_mapping_names_a_sender() {
    let home = Home::new();
    let ledger = home.open();
    let facts = || async { ledger.read(|r| r.identity().facts("echo", "anna")).await.unwrap() };
    write(&ledger, |tx| tx.identity().seen("echo", "anna", Some("Anna"), at(1))).await;
    assert_eq!(facts().await.entity_id, None);
    for (kind, expected) in [
        (MappingKind::Pending, None),
        (MappingKind::Inferred, Some("p1")),
        (MappingKind::Pending, None),
        (MappingKind::Confirmed, Some("p1")),
    ] {
        write(&ledger, move |tx| tx.identity().map(&mapping("anna", "p1", kind), at(2))).await;
        assert_eq!(facts().await.entity_id.as_deref(), expected, "{kind:?}");
        assert!(!facts().await.is_owner);
    }
    let owner = mapping("anna", "owner", MappingKind::Confirmed);
    write(&ledger, move |tx| tx.identity().map(&owner, at(3))).await;
    assert!(facts().await.is_owner);
    assert!(write(&ledger, |tx| tx.identity().unmap("echo", "anna")).await);
    assert_eq!(facts().await.entity_id, None);
    assert!(!write(&ledger, |tx| tx.identity().unmap("echo", "anna")).await);
}

#[tokio::test]
async fn senders_are_listed_with_whom_they_belong_to() {
    let home = Home::new();
    let ledger = home.open();
    write(&ledger, |tx| {
        tx.identity().map(&mapping("never", "p9", MappingKind::Confirmed), at(1))?;
        for (n, sender) in ["anna", "bert", "anna", "carl"].into_iter().enumerate() {
            let name = (n == 0).then_some("Anna");
            tx.identity().seen("echo", sender, name, at(10 + n as u64))?;
        }
        tx.identity().map(&mapping("anna", "p1", MappingKind::Inferred), at(20))?;
        tx.identity().map(&mapping("bert", "p1", MappingKind::Pending), at(20))
    })
    .await;
    let all = |unknown_only, after| {
        ledger.read(move |r| r.identity().contacts(&ContactFilter { unknown_only, after }, 2))
    };
    let names = |page: &[nexus_domain::contact::Contact]| -> Vec<String> {
        page.iter().map(|one| one.sender_id.clone()).collect()
    };
    let page = all(false, None).await.unwrap();
    assert_eq!(names(&page), ["carl", "anna"]);
    let anna = &page[1];
    assert_eq!((anna.n_seen, anna.first_seen, anna.last_seen), (2, at(10), at(12)));
    assert_eq!(anna.name.as_deref(), Some("Anna"));
    let belongs = anna.belongs_to.as_ref().unwrap();
    assert_eq!((belongs.entity.name.as_str(), belongs.kind), ("P1", MappingKind::Inferred));
    assert!((belongs.confidence.number() - 0.8).abs() < f64::EPSILON);
    let next = Some((anna.last_seen, anna.channel.clone(), anna.sender_id.clone()));
    assert_eq!(names(&all(false, next).await.unwrap()), ["bert", "never"]);
    assert_eq!(names(&all(true, None).await.unwrap()), ["carl", "bert"]);
    let never = ledger.read(|r| r.identity().contact("echo", "never")).await.unwrap().unwrap();
    assert_eq!(never.n_seen, 0);
    write(&ledger, |tx| tx.identity().seen("echo", "never", None, at(50))).await;
    let never = ledger.read(|r| r.identity().contact("echo", "never")).await.unwrap().unwrap();
    assert_eq!((never.n_seen, never.first_seen), (1, at(50)));
}

/// A question about the sender of a request.
fn question(n: u64) -> PermissionRequest {
    PermissionRequest {
        kind: PermissionKind::Sender,
        request_id: request_id(n),
        turn_id: None,
        tool_call_id: None,
        ..permission(n, 1_000)
    }
}

#[tokio::test]
async fn messages_of_a_sender_wait_in_order_and_one_is_asked_about() {
    let home = Home::new();
    let ledger = home.open();
    let id = PermissionId::from_parts(at(1), 1);
    write(&ledger, |tx| {
        for n in 1..=3 {
            tx.requests().create(&request(n))?;
        }
        tx.permissions().create(&question(1))?;
        tx.sender_waits().put(request_id(2), "echo", "x", None)?;
        tx.sender_waits().put(request_id(1), "echo", "x", Some(question(1).id))?;
        // Said again without a question, the question stays.
        tx.sender_waits().put(request_id(1), "echo", "x", None)?;
        tx.sender_waits().put(request_id(3), "echo", "y", None)
    })
    .await;
    let of = |sender: &'static str| ledger.read(move |r| r.sender_waits().of("echo", sender));
    let waits = of("x").await.unwrap();
    let shown: Vec<_> = waits.iter().map(|w| (w.request_id, w.is_asked)).collect();
    assert_eq!(shown, [(request_id(1), true), (request_id(2), false)]);
    assert_eq!(ledger.read(|r| r.sender_waits().n_asked()).await.unwrap(), 1);
    let asked = ledger.read(|r| r.permissions().about_sender(request_id(1))).await.unwrap();
    assert_eq!(asked.unwrap().id, id);
    assert_eq!(ledger.read(|r| r.permissions().about_sender(request_id(2))).await.unwrap(), None);
    write(&ledger, move |tx| {
        tx.permissions().resolve(id, Ending::unanswered(PermissionStatus::Expired, at(2)))?;
        tx.sender_waits().remove(request_id(2))
    })
    .await;
    let waits = of("x").await.unwrap();
    assert!(waits.len() == 1 && !waits[0].is_asked && waits[0].permission_id == Some(id));
    assert_eq!(ledger.read(|r| r.sender_waits().n_asked()).await.unwrap(), 0);
}

/// `NOT IN` over a list with a NULL in it is never true.
#[tokio::test]
async fn a_question_about_a_sender_holds_no_delivery_back() {
    let home = Home::new();
    let ledger = home.open();
    write(&ledger, |tx| {
        tx.requests().create(&request(1))?;
        tx.permissions().create(&question(1))?;
        tx.outbox().enqueue(&Delivery {
            id: DeliveryId::from_parts(at(1), 1),
            request_id: request_id(1),
            adapter: "echo/main".to_owned(),
            target: serde_json::json!({}),
            text: "hello".to_owned(),
            idempotency_key: "k".to_owned(),
            created_at: at(1),
            due_at: at(1),
        })
    })
    .await;
    assert_eq!(
        ledger.read(|r| r.outbox().due(at(9), &["echo/main".to_owned()], 10)).await.unwrap().len(),
        1
    );
}

/// A conversation with one finished turn, a question, a label and a message.
fn conversation(tx: &mut Tx<'_>, n: u64, key: &str) -> Result<(), LedgerError> {
    let key = session(key);
    begin_turn(tx, n, &key)?;
    let mut turn = tx.turns().get(turn_id(n))?.unwrap();
    turn.status = nexus_domain::agent::TurnStatus::Completed;
    tx.turns().save(&turn)?;
    tx.turns().add_message(&key, &message(n, turn_id(n), "what was said"))?;
    let mut request = tx.requests().get(request_id(n))?.unwrap();
    request.session_key = Some(key.clone());
    tx.requests().save(&request)?;
    let asked = PermissionRequest {
        session_key: key.clone(),
        request_id: request_id(n),
        turn_id: Some(turn_id(n)),
        ..permission(n, 1_000)
    };
    tx.permissions().create(&asked)?;
    let label = SessionLabel {
        label: Label::Untrusted,
        source: LabelSource::Message,
        detail: "unknown".to_owned(),
        turn_id: None,
        at: at(n),
    };
    tx.label(&key, label)
}

/// Rows under a key in every table that has one, but those that tell what was.
fn rows_under(home: &Home, key: &str) -> u64 {
    let conn = Connection::open(home.path()).unwrap();
    let mut tables = conn
        .prepare(
            "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND c.name = 'session_key'
               AND m.name NOT IN ('events', 'usage_days', 'file_labels', 'session_aliases')",
        )
        .unwrap();
    let names: Vec<String> =
        tables.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() >= 7, "{names:?}");
    let count = |table: &String| -> u64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE session_key = ?1");
        conn.query_row(&sql, [key], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
    };
    names.iter().map(count).sum()
}

#[tokio::test]
async fn a_conversation_goes_on_under_the_key_of_the_person() {
    let home = Home::new();
    let ledger = home.open();
    let (old, new) = (session("dm:echo:x"), session("dm:echo-x"));
    write(&ledger, |tx| {
        conversation(tx, 1, "dm:echo:x")?;
        tx.sessions().alias(&session("dm:echo:x"), &session("dm:echo-x"), at(5))
    })
    .await;
    // Nothing was said since: each key names what is there.
    let key = old.clone();
    assert_eq!(ledger.read(move |r| r.sessions().resolve(&key)).await.unwrap(), old);
    let before = rows_under(&home, "dm:echo:x");
    assert!(before >= 5, "{before}");
    let key = new.clone();
    let settled = write(&ledger, move |tx| tx.sessions().settle(&key)).await;
    assert_eq!(settled, Settled { key: new.clone(), earlier_key: Some(old.clone()) });
    assert_eq!((rows_under(&home, "dm:echo:x"), rows_under(&home, "dm:echo-x")), (0, before));
    let key = old.clone();
    assert_eq!(ledger.read(move |r| r.sessions().resolve(&key)).await.unwrap(), new);
    let (key, gone) = (new.clone(), old.clone());
    let (history, earlier) = ledger
        .read(move |r| Ok((r.turns().context(&key)?, r.sessions().get(&gone)?)))
        .await
        .unwrap();
    assert_eq!(history.messages.len(), 1);
    assert_eq!(earlier, None);
    // A second time there is nothing left to do; without the alias the old key begins anew.
    let key = new.clone();
    let settled = write(&ledger, move |tx| tx.sessions().settle(&key)).await;
    assert_eq!(settled.earlier_key, None);
    let key = old.clone();
    write(&ledger, move |tx| tx.sessions().unalias(&key)).await;
    let key = old.clone();
    assert_eq!(ledger.read(move |r| r.sessions().resolve(&key)).await.unwrap(), old);
}

#[tokio::test]
async fn a_conversation_at_work_keeps_its_key_until_it_rests() {
    let home = Home::new();
    let ledger = home.open();
    write(&ledger, |tx| {
        begin_turn(tx, 1, &session("dm:echo:x"))?;
        tx.sessions().alias(&session("dm:echo:x"), &session("dm:p"), at(5))
    })
    .await;
    let settle = || write(&ledger, |tx| tx.sessions().settle(&session("dm:p")));
    assert_eq!(settle().await, Settled { key: session("dm:echo:x"), earlier_key: None });
    write(&ledger, |tx| {
        let mut turn = tx.turns().get(turn_id(1))?.unwrap();
        turn.status = nexus_domain::agent::TurnStatus::Completed;
        tx.turns().save(&turn)?;
        tx.requests().create(&request(2))?;
        tx.queue().push(&session("dm:echo:x"), request_id(2), QueueMode::Followup, at(6))
    })
    .await;
    assert_eq!(settle().await.key, session("dm:echo:x"), "something waits in it");
    write(&ledger, |tx| tx.queue().remove(&[request_id(2)])).await;
    assert_eq!(settle().await.earlier_key, Some(session("dm:echo:x")));
}

#[tokio::test]
async fn a_file_of_the_step_before_keeps_its_questions() {
    let home = Home::new();
    let mut conn = Connection::open(home.path()).unwrap();
    schema::migrate_to(&mut conn, 2).unwrap();
    conn.execute_batch(
        "INSERT INTO requests VALUES ('01JDQ7M2Z3N4P5Q6R7S8T9V0W1', 'e', 'parked', 'runAgent',
             NULL, 'main', 'main', NULL, 'followup', 'p', NULL, 1, NULL, '[]');
         INSERT INTO sessions VALUES ('main', 'main', NULL, 1, 1, 0);
         INSERT INTO turns VALUES ('01JDQ7M2Z3N4P5Q6R7S8T9V0W2', 'main',
             '01JDQ7M2Z3N4P5Q6R7S8T9V0W1', 'main', 'parked', NULL, 0, 0, 0, 0, 0, 0, 'free', 0,
             NULL, NULL, 1, NULL);",
    )
    .unwrap();
    conn.execute_batch(
        r#"INSERT INTO permission_requests (id, kind, request_id, turn_id, tool_call_id,
             session_key, agent_id, chain, action, reason, status, created_at, expires_at)
         SELECT '01JDQ7M2Z3N4P5Q6R7S8T9V0W3', 'policy', request_id, id, 'c1', 'main', 'main',
             '[{"kind":"owner"}]', '{"tool":"t","summary":"s","arguments":{},"digest":"d"}',
             'r', 'pending', 1, 99 FROM turns;"#,
    )
    .unwrap();
    drop(conn);
    let ledger = home.open();
    let id = PermissionId::parse("01JDQ7M2Z3N4P5Q6R7S8T9V0W3").unwrap();
    let kept = ledger.read(move |r| r.permissions().get(id)).await.unwrap().unwrap();
    assert_eq!((kept.tool_call_id.as_deref(), kept.reason.as_str()), (Some("c1"), "r"));
    assert!(kept.turn_id.is_some() && kept.sender.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever leads where: the input of a session goes into one that holds all that was said in
    /// it, nothing is said in two places, and no session is lost.
    #[test]
    fn settling_loses_no_conversation(
        steps in proptest::collection::vec((0..3_u64, 0..2_u64, any::<bool>()), 1..14)
    ) {
        run(async {
            let home = Home::new();
            let ledger = home.open();
            let mut n_said = 0_usize;
            for (n, (sender, person, says)) in steps.into_iter().enumerate() {
                let n = n as u64 + 1;
                let (old, new) = (format!("dm:echo:{sender}"), format!("dm:p{person}"));
                n_said += usize::from(says);
                write(&ledger, move |tx| {
                    if !says {
                        return tx.sessions().alias(&session(&old), &session(&new), at(n));
                    }
                    let key = tx.sessions().settle(&session(&new))?.key;
                    tx.sessions().ensure(&key, &agent(), at(n))?;
                    conversation(tx, n, key.as_str())
                }).await;
            }
            let sessions = ledger.read(|r| r.sessions().list(100, None, None)).await.unwrap().0;
            let mut n_found = 0;
            for one in sessions {
                let context = ledger.read(move |r| r.turns().context(&one.key)).await.unwrap();
                n_found += context.messages.len();
            }
            assert_eq!(n_found, n_said);
        });
    }
}
