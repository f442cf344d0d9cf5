//! Standing answers as they are kept.

use nexus_domain::Timestamp;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::GrantId;
use nexus_domain::principal::Principal;
use rusqlite::Connection;

use super::support::Home;
use crate::{GrantChange, GrantFilter, LedgerError, schema};

fn grant(n: u128, expires_at: Option<i64>) -> Grant {
    Grant {
        id: GrantId::from_parts(Timestamp(10), n),
        principal: Principal::ApiKey("ci".to_owned()),
        verb: GrantVerb::Call,
        effect: GrantEffect::Allow,
        scope: GrantScope { resource: Some("status".to_owned()), ..GrantScope::default() },
        reason: "watches the builds".to_owned(),
        granted_by: Principal::Owner,
        permission_id: None,
        created_at: Timestamp(10),
        expires_at: expires_at.map(Timestamp),
        revoked_at: None,
        revoked_by: None,
    }
}

#[tokio::test]
async fn a_grant_holds_from_its_making_to_its_end() {
    let home = Home::new();
    let ledger = home.open();
    let (kept, timed) = (grant(1, None), grant(2, Some(50)));
    let (a, b) = (kept.clone(), timed.clone());
    ledger
        .write(move |tx| {
            tx.grants().create(&a)?;
            tx.grants().create(&b)
        })
        .await
        .unwrap();
    let ids = |grants: Vec<Grant>| grants.into_iter().map(|g| g.id).collect::<Vec<_>>();
    let at = |now| ledger.read(move |r| r.grants().in_force(Timestamp(now)));
    assert_eq!(ids(at(49).await.unwrap()), [kept.id, timed.id]);
    assert_eq!(ids(at(50).await.unwrap()), [kept.id]);
    let (position, _) = ledger.read(|r| r.grants().changed_since(0)).await.unwrap();
    let id = kept.id;
    let revoked = ledger
        .write(move |tx| tx.grants().revoke(id, &Principal::Owner, Timestamp(60)))
        .await
        .unwrap();
    assert_eq!(revoked.revoked_by, Some(Principal::Owner));
    let (_, changed) = ledger.read(move |r| r.grants().changed_since(position)).await.unwrap();
    assert_eq!(changed, [revoked]);
    assert!(at(60).await.unwrap().is_empty());
    let ended = ledger.write(|tx| tx.grants().close_ended(Timestamp(60), 10)).await.unwrap();
    assert_eq!(ended, [timed.id]);
    assert_eq!(ledger.read(|r| r.grants().next_end()).await.unwrap(), None);
    let log = ledger.read(move |r| r.grants().log(timed.id, 10)).await.unwrap();
    let what: Vec<_> = log.iter().map(|entry| entry.what).collect();
    assert_eq!(what, [GrantChange::Expired, GrantChange::Created]);
    // Every change is a row of the audit, and the chain holds.
    let audit = ledger.read(|r| r.audit().list(10, None)).await.unwrap();
    let actions: Vec<_> = audit.iter().rev().filter_map(|row| row.action.as_deref()).collect();
    assert_eq!(actions, ["grant", "grant", "revoke", "expire"]);
    ledger.read(|r| r.audit().verify()).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let home = Home::new();
    let ledger = home.open();
    let agent = nexus_domain::id::AgentId::parse("main").unwrap();
    let by_agent = Grant { granted_by: Principal::Agent(agent), ..grant(1, None) };
    let refused = ledger.write(move |tx| tx.grants().create(&by_agent)).await;
    assert!(matches!(refused, Err(LedgerError::Invalid(_))), "{refused:?}");
    let refused = ledger.write(|tx| tx.grants().create(&grant(1, Some(10)))).await;
    assert!(matches!(refused, Err(LedgerError::Invalid(_))), "{refused:?}");
    ledger.write(|tx| tx.grants().create(&grant(1, Some(50)))).await.unwrap();
    let revoke = |at| {
        let id = grant(1, None).id;
        ledger.write(move |tx| tx.grants().revoke(id, &Principal::Owner, Timestamp(at)))
    };
    assert!(matches!(revoke(50).await, Err(LedgerError::Conflict { .. })), "it ran out");
    revoke(20).await.unwrap();
    assert!(matches!(revoke(21).await, Err(LedgerError::Conflict { .. })), "twice");
}

#[tokio::test]
async fn lists_and_uses_are_found() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(|tx| {
            for n in 1..=3 {
                tx.grants().create(&grant(n, None))?;
            }
            let id = grant(1, None).id;
            tx.grants().used(id, &Principal::ApiKey("ci".to_owned()), Timestamp(70))?;
            tx.grants().revoke(grant(2, None).id, &Principal::Owner, Timestamp(20)).map(|_| ())
        })
        .await
        .unwrap();
    let list = |filter: GrantFilter| {
        let ledger = ledger.clone();
        async move { ledger.read(move |r| r.grants().list(&filter, 10)).await.unwrap().len() }
    };
    assert_eq!(list(GrantFilter::default()).await, 2);
    let all = GrantFilter { include_ended: true, ..GrantFilter::default() };
    assert_eq!(list(all.clone()).await, 3);
    let of = |principal| GrantFilter { principal: Some(principal), ..all.clone() };
    assert_eq!(list(of(Principal::Owner)).await, 0);
    assert_eq!(list(of(Principal::ApiKey("ci".to_owned()))).await, 3);
    let own = GrantFilter { include_ended: false, ..of(Principal::ApiKey("ci".to_owned())) };
    assert_eq!(list(own).await, 2);
    let id = grant(1, None).id;
    let uses = ledger.read(move |r| r.grants().uses(id)).await.unwrap();
    assert_eq!((uses.n_uses, uses.last_at), (1, Some(Timestamp(70))));
    let text = id.to_string();
    assert_eq!(ledger.read(move |r| r.grants().find(&text)).await.unwrap(), id);
    let last = ledger.read(|r| r.grants().find("@last")).await.unwrap();
    assert_eq!(last, grant(3, None).id);
}

#[tokio::test]
async fn uses_from_before_they_were_counted_are_counted_once() {
    let today = Home::new();
    let ledger = today.open();
    let used = ledger.write(|tx| {
        tx.grants().create(&grant(1, None))?;
        tx.grants().create(&grant(2, None))?;
        for at in [70, 90, 80] {
            tx.grants().used(grant(1, None).id, &Principal::Owner, Timestamp(at))?;
        }
        Ok(())
    });
    used.await.unwrap();
    ledger.close().await;
    let home = Home::new();
    let mut conn = Connection::open(home.path()).unwrap();
    schema::migrate_to(&mut conn, 2).unwrap();
    conn.execute("ATTACH ?1 AS today", [today.path().to_str().unwrap()]).unwrap();
    conn.execute_batch(
        "INSERT INTO acl_grants SELECT id, principal, verb, effect, scope, reason, granted_by,
             permission_id, created_at, expires_at, revoked_at, revoked_by, is_closed
             FROM today.acl_grants;
         INSERT INTO acl_grant_log SELECT * FROM today.acl_grant_log;",
    )
    .unwrap();
    drop(conn);
    let ledger = home.open();
    let uses = |n| ledger.read(move |r| r.grants().uses(grant(n, None).id));
    let first = uses(1).await.unwrap();
    assert_eq!((first.n_uses, first.last_at), (3, Some(Timestamp(90))));
    assert_eq!(uses(2).await.unwrap(), crate::GrantUse::default());
}
