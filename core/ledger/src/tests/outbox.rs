//! The small ledgers: outbox, jobs, idempotency, cool-downs.

use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::id::DeliveryId;

use super::support::{Home, at, request, request_id};
use crate::{Delivery, DueJob, Ledger, LedgerError, OutboxMut};

fn delivery(n: u64) -> Delivery {
    Delivery {
        id: DeliveryId::from_parts(at(n), u128::from(n)),
        request_id: request_id(1),
        adapter: "echo".to_owned(),
        target: serde_json::json!({"to": "anna"}),
        text: "hello".to_owned(),
        idempotency_key: format!("key-{n}"),
        created_at: at(n),
        due_at: at(n),
    }
}

fn adapters() -> Vec<String> {
    vec!["echo".to_owned()]
}

#[tokio::test]
async fn each_conversation_keeps_its_order_and_holds_no_other_up() {
    let home = Home::new();
    let ledger = home.open();
    ledger.write(|tx| tx.requests().create(&request(1))).await.unwrap();
    let to = |n, to: &str, adapter: &str| Delivery {
        target: serde_json::json!({ "to": to }),
        adapter: adapter.to_owned(),
        ..delivery(n)
    };
    let all = [
        to(1, "anna", "echo"),
        to(2, "anna", "echo"),
        to(3, "ben", "echo"),
        to(4, "anna", "other"),
    ];
    ledger
        .write(move |tx| all.iter().try_for_each(|d| tx.outbox().enqueue(d).map(|_| ())))
        .await
        .unwrap();
    let due = async || {
        let due = ledger.read(|r| r.outbox().due(at(9), &adapters(), 10)).await.unwrap();
        due.into_iter().map(|record| record.delivery.id).collect::<Vec<_>>()
    };
    assert_eq!(due().await, [delivery(1).id, delivery(3).id]);
    change(&ledger, |o, id| o.sending(id, at(9))).await.unwrap();
    assert_eq!(due().await, [delivery(3).id], "the one before is on its way");
    change(&ledger, |o, id| o.failed(id, at(9), "busy", Some(at(99)))).await.unwrap();
    assert_eq!(due().await, [delivery(3).id], "the one before is tried again later");
    change(&ledger, |o, id| o.sending(id, at(99))).await.unwrap();
    change(&ledger, |o, id| o.sent(id, at(99), &[])).await.unwrap();
    assert_eq!(due().await, [delivery(2).id, delivery(3).id]);
}

async fn change(
    ledger: &Ledger,
    deed: impl FnOnce(&OutboxMut<'_>, DeliveryId) -> Result<(), LedgerError> + Send + 'static,
) -> Result<(), LedgerError> {
    ledger.write(move |tx| deed(&tx.outbox(), delivery(1).id)).await
}

async fn status(ledger: &Ledger) -> (DeliveryStatus, u32) {
    let record = ledger.read(|r| r.outbox().get(delivery(1).id)).await.unwrap().unwrap();
    (record.status, record.n_tries)
}

#[tokio::test]
async fn a_delivery_is_handed_over_once_and_never_repeated_by_itself() {
    let home = Home::new();
    let ledger = home.open();
    ledger.write(|tx| tx.requests().create(&request(1))).await.unwrap();
    assert!(ledger.write(|tx| tx.outbox().enqueue(&delivery(1))).await.unwrap());
    let again = ledger.write(|tx| {
        tx.outbox().enqueue(&Delivery { idempotency_key: "key-1".to_owned(), ..delivery(2) })
    });
    assert!(!again.await.unwrap());
    let due = ledger.read(|r| r.outbox().due(at(1), &adapters(), 10)).await.unwrap();
    assert_eq!(due[0].delivery, delivery(1));
    assert!(ledger.read(|r| r.outbox().due(at(0), &adapters(), 10)).await.unwrap().is_empty());

    change(&ledger, |o, id| o.sending(id, at(2))).await.unwrap();
    let second = change(&ledger, |o, id| o.sending(id, at(2))).await;
    assert!(matches!(second, Err(LedgerError::Conflict { .. })), "{second:?}");
    assert_eq!(ledger.read(|r| r.outbox().in_flight()).await.unwrap().len(), 1);

    change(&ledger, |o, id| o.failed(id, at(3), "busy", Some(at(9)))).await.unwrap();
    assert_eq!(ledger.read(|r| r.outbox().next_at()).await.unwrap(), Some(at(9)));
    assert!(ledger.read(|r| r.outbox().due(at(8), &adapters(), 10)).await.unwrap().is_empty());
    change(&ledger, |o, id| o.sending(id, at(9))).await.unwrap();
    change(&ledger, |o, id| o.unknown(id, at(10), "the adapter died")).await.unwrap();
    assert_eq!(status(&ledger).await, (DeliveryStatus::Unknown, 2));
    assert!(ledger.read(|r| r.outbox().due(at(99), &adapters(), 10)).await.unwrap().is_empty());

    change(&ledger, |o, id| o.sent(id, at(11), &["m1".to_owned()])).await.unwrap();
    for deed in [
        change(&ledger, |o, id| o.retry(id, at(12))).await,
        change(&ledger, |o, id| o.failed(id, at(12), "late", None)).await,
        change(&ledger, |o, id| o.unknown(id, at(12), "late")).await,
    ] {
        assert!(matches!(deed, Err(LedgerError::Conflict { .. })), "{deed:?}");
    }
    let records = ledger.read(|r| r.outbox().of_request(request_id(1))).await.unwrap();
    assert_eq!(records[0].message_ids, ["m1"]);
    assert_eq!(records[0].status, DeliveryStatus::Sent);
}

#[tokio::test]
async fn a_person_can_try_an_unknown_delivery_again() {
    let home = Home::new();
    let ledger = home.open();
    ledger.write(|tx| tx.requests().create(&request(1))).await.unwrap();
    ledger.write(|tx| tx.outbox().enqueue(&delivery(1))).await.unwrap();
    change(&ledger, |o, id| o.sending(id, at(2))).await.unwrap();
    change(&ledger, |o, id| o.unknown(id, at(3), "the adapter died")).await.unwrap();
    change(&ledger, |o, id| o.retry(id, at(5))).await.unwrap();
    let due = ledger.read(|r| r.outbox().due(at(5), &adapters(), 10)).await.unwrap();
    assert_eq!((due[0].status, due[0].n_tries), (DeliveryStatus::Pending, 1));
    change(&ledger, |o, id| o.failed(id, at(6), "no such adapter", None)).await.unwrap();
    assert_eq!(status(&ledger).await.0, DeliveryStatus::Failed);
}

#[tokio::test]
async fn a_delivery_of_nothing_recorded_is_refused() {
    let home = Home::new();
    let ledger = home.open();
    let orphan = ledger.write(|tx| tx.outbox().enqueue(&delivery(1))).await;
    assert!(matches!(orphan, Err(LedgerError::Invalid(_))), "{orphan:?}");
}

#[tokio::test]
async fn a_job_is_planned_once_and_moved_by_planning_it_again() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(|tx| {
            tx.jobs().put("expire", "a", at(5))?;
            tx.jobs().put("expire", "b", at(3))?;
            tx.jobs().put("expire", "a", at(4))
        })
        .await
        .unwrap();
    let due = |n| ledger.read(move |r| r.jobs().due(at(n), 10));
    let job = |key: &str, n| DueJob { kind: "expire".into(), key: key.into(), run_at: at(n) };
    assert_eq!(due(2).await.unwrap(), []);
    assert_eq!(due(9).await.unwrap(), [job("b", 3), job("a", 4)]);
    ledger.write(|tx| tx.jobs().done("expire", "b")).await.unwrap();
    assert_eq!(ledger.read(|r| r.jobs().next_at()).await.unwrap(), Some(at(4)));
}

#[tokio::test]
async fn a_key_is_remembered_for_its_principal_alone() {
    let home = Home::new();
    let ledger = home.open();
    let remember = || {
        ledger
            .write(|tx| tx.idempotency().remember("owner", "k", "sessions.send", "d1", "{}", at(1)))
    };
    remember().await.unwrap();
    assert!(matches!(remember().await, Err(LedgerError::Conflict { .. })));
    let get = |who: &'static str| ledger.read(move |r| r.idempotency().get(who, "k"));
    assert_eq!(get("owner").await.unwrap().unwrap().params_digest, "d1");
    assert_eq!(get("api_key:x").await.unwrap(), None);
    assert_eq!(ledger.write(|tx| tx.idempotency().forget_before(at(1))).await.unwrap(), 0);
    assert_eq!(ledger.write(|tx| tx.idempotency().forget_before(at(2))).await.unwrap(), 1);
    assert_eq!(get("owner").await.unwrap(), None);
}

#[tokio::test]
async fn a_cooldown_survives_a_restart() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(|tx| {
            tx.cooldowns().set("a/x", at(1))?;
            tx.cooldowns().set("a/x", at(7))
        })
        .await
        .unwrap();
    ledger.close().await;
    let all = home.open().read(|r| r.cooldowns().all()).await.unwrap();
    assert_eq!(all, [("a/x".to_owned(), at(7))]);
}
