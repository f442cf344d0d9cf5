//! Long random sequences against a model small enough to be obviously right.

use nexus_domain::id::{PermissionId, RequestId};
use nexus_domain::permission::{
    CanonicalAction, PermissionKind, PermissionRequest, PermissionStatus,
};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::session::{QueueMode, Waiting};
use proptest::prelude::*;
use rusqlite::Connection;

use super::audit::COLUMNS;
use super::support::{Home, agent, at, begin_turn, request, request_id, session, turn_id};
use crate::{AuditEntry, Ending, LedgerError, PermissionFilter};

pub(super) fn run<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[derive(Clone, Debug)]
enum QueueStep {
    Push(u64, bool, QueueMode),
    Remove(Vec<u64>),
    Clear(bool),
}

fn queue_steps() -> impl Strategy<Value = Vec<QueueStep>> {
    let mode = prop_oneof![
        Just(QueueMode::Steer),
        Just(QueueMode::Interrupt),
        Just(QueueMode::Followup),
        Just(QueueMode::Collect),
        Just(QueueMode::Queue),
    ];
    let step = prop_oneof![
        6 => (0..12_u64, any::<bool>(), mode).prop_map(|(n, s, m)| QueueStep::Push(n, s, m)),
        2 => proptest::collection::vec(0..12_u64, 0..4).prop_map(QueueStep::Remove),
        1 => any::<bool>().prop_map(QueueStep::Clear),
    ];
    proptest::collection::vec(step, 1..60)
}

fn lane(is_first: bool) -> nexus_domain::id::SessionKey {
    session(if is_first { "first" } else { "second" })
}

pub(super) fn permission(n: u64, expires: u64) -> PermissionRequest {
    PermissionRequest {
        id: PermissionId::from_parts(at(n), u128::from(n)),
        kind: PermissionKind::Policy,
        request_id: request_id(1),
        turn_id: Some(turn_id(1)),
        tool_call_id: Some(format!("call-{}", n % 3)),
        sender: None,
        session_key: session("first"),
        agent_id: agent(),
        chain: Chain::of(Principal::Owner).through(agent()),
        action: CanonicalAction {
            targets: Vec::new(),
            folder: None,
            tool: "write_file".to_owned(),
            summary: "write notes.md".to_owned(),
            arguments: serde_json::json!({"path": "notes.md"}),
            digest: "d1".to_owned(),
        },
        reason: "writing asks".to_owned(),
        status: PermissionStatus::Pending,
        created_at: at(n),
        proposals: Vec::new(),
        expires_at: at(expires),
        seen_at: None,
        answer: None,
        resolved_by: None,
        resolved_at: None,
        comment: None,
        grant_id: None,
        signature: None,
    }
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    who: usize,
    status: PermissionStatus,
    at: u64,
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let status = prop_oneof![
        Just(PermissionStatus::Pending),
        Just(PermissionStatus::Approved),
        Just(PermissionStatus::Denied),
        Just(PermissionStatus::Expired),
        Just(PermissionStatus::Withdrawn),
    ];
    let answer =
        (0..8_usize, status, 0..200_u64).prop_map(|(who, status, at)| Answer { who, status, at });
    proptest::collection::vec(answer, 1..40)
}

fn decision(n: u64, text: &str) -> AuditEntry {
    AuditEntry {
        at: at(n),
        request_id: n.is_multiple_of(2).then(|| request_id(n)),
        turn_id: n.is_multiple_of(3).then(|| turn_id(n)),
        chain: Chain::of(Principal::Known("anna".to_owned())),
        action: text.to_owned(),
        resource: "notes.md".to_owned(),
        verdict: "ask".to_owned(),
        reason: "writing asks".to_owned(),
        digest: (n % 2 == 1).then(|| "d1".to_owned()),
    }
}

/// Changes one byte of one cell behind the ledger's back; false when the cell is empty.
fn flip(conn: &Connection, position: i64, column: &str, byte: usize) -> bool {
    let cell: rusqlite::types::Value = conn
        .query_row(&format!("SELECT {column} FROM audit WHERE position = ?1"), [position], |row| {
            row.get(0)
        })
        .unwrap();
    let changed: rusqlite::types::Value = match cell {
        rusqlite::types::Value::Integer(number) => (number ^ (1 << (byte % 40))).into(),
        rusqlite::types::Value::Text(text) if !text.is_empty() => {
            let mut chars: Vec<char> = text.chars().collect();
            let place = byte % chars.len();
            chars[place] = if chars[place] == 'x' { 'y' } else { 'x' };
            String::from_iter(chars).into()
        }
        _ => return false,
    };
    let update = format!("UPDATE audit SET {column} = ?2 WHERE position = ?1");
    conn.execute(&update, (position, changed)).unwrap();
    true
}

proptest! {
    // Each opens a ledger on disk, so that a sixteenth of the usual number is enough.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(16), ..ProptestConfig::default() })]

    #[test]
    fn a_queue_behaves_like_a_list(steps in queue_steps()) {
        run(async {
            let home = Home::new();
            let ledger = home.open();
            let prepare = ledger.write(|tx| {
                tx.sessions().ensure(&session("first"), &agent(), at(0))?;
                tx.sessions().ensure(&session("second"), &agent(), at(0))?;
                (0..12).try_for_each(|n| tx.requests().create(&request(n)))
            });
            prepare.await.unwrap();
            let mut model: Vec<(bool, Waiting)> = Vec::new();
            for step in steps {
                let deed = step.clone();
                let outcome: Result<Vec<RequestId>, LedgerError> = ledger
                    .write(move |tx| match deed {
                        QueueStep::Push(n, is_first, mode) => tx
                            .queue()
                            .push(&lane(is_first), request_id(n), mode, at(n))
                            .map(|()| Vec::new()),
                        QueueStep::Remove(ns) => {
                            let ids: Vec<_> = ns.into_iter().map(request_id).collect();
                            tx.queue().remove(&ids).map(|()| Vec::new())
                        }
                        QueueStep::Clear(is_first) => tx.queue().clear(&lane(is_first)),
                    })
                    .await;
                match step {
                    QueueStep::Push(n, is_first, mode) => {
                        let is_waiting = model.iter().any(|(_, w)| w.request_id == request_id(n));
                        assert_eq!(outcome.is_err(), is_waiting);
                        if !is_waiting {
                            model.push((is_first, Waiting { request_id: request_id(n), mode }));
                        }
                    }
                    QueueStep::Remove(ns) => {
                        model.retain(|(_, w)| !ns.iter().any(|n| w.request_id == request_id(*n)));
                    }
                    QueueStep::Clear(is_first) => {
                        let (gone, kept): (Vec<_>, Vec<_>) =
                            model.into_iter().partition(|(lane, _)| *lane == is_first);
                        model = kept;
                        let gone: Vec<_> = gone.into_iter().map(|(_, w)| w.request_id).collect();
                        assert_eq!(outcome.unwrap(), gone);
                    }
                }
                for is_first in [true, false] {
                    let expected: Vec<_> = model
                        .iter()
                        .filter(|(lane, _)| *lane == is_first)
                        .map(|(_, waiting)| *waiting)
                        .collect();
                    let (found, session) = ledger
                        .read(move |r| {
                            let key = lane(is_first);
                            Ok((r.queue().waiting(&key)?, r.sessions().get(&key)?))
                        })
                        .await
                        .unwrap();
                    assert_eq!(session.unwrap().n_waiting, expected.len() as u64);
                    assert_eq!(found, expected);
                }
            }
        });
    }

    #[test]
    fn the_first_answer_wins_and_silence_means_no(
        expiries in proptest::collection::vec(20..150_u64, 8),
        answers in answers(),
    ) {
        run(async {
            let home = Home::new();
            let ledger = home.open();
            let mut model: Vec<_> =
                expiries.iter().enumerate().map(|(n, e)| permission(n as u64, *e)).collect();
            let created = model.clone();
            let prepare = ledger.write(move |tx| {
                begin_turn(tx, 1, &session("first"))?;
                created.iter().try_for_each(|permission| tx.permissions().create(permission))
            });
            prepare.await.unwrap();
            for answer in answers {
                let expected = &mut model[answer.who];
                let id = expected.id;
                let outcome = ledger
                    .write(move |tx| {
                        let ending = Ending {
                            by: Some(Principal::Owner),
                            comment: Some("no hurry".to_owned()),
                            ..Ending::unanswered(answer.status, at(answer.at))
                        };
                        tx.permissions().resolve(id, ending)
                    })
                    .await;
                let is_answer =
                    matches!(answer.status, PermissionStatus::Approved | PermissionStatus::Denied);
                let is_late = is_answer && at(answer.at) >= expected.expires_at;
                if answer.status == PermissionStatus::Pending {
                    assert!(matches!(outcome, Err(LedgerError::Invalid(_))));
                } else if expected.status != PermissionStatus::Pending {
                    let text = outcome.unwrap_err().to_string();
                    assert!(text.contains("already") && text.contains("by owner at 20"), "{text}");
                } else if is_late {
                    assert!(matches!(outcome, Err(LedgerError::Conflict { .. })));
                } else {
                    expected.status = answer.status;
                    expected.resolved_by = Some(Principal::Owner);
                    expected.resolved_at = Some(at(answer.at));
                    expected.comment = Some("no hurry".to_owned());
                    assert_eq!(outcome.unwrap(), *expected);
                }
            }
            ledger.read(move |reader| {
                let permissions = reader.permissions();
                let pending: Vec<_> = model.iter().rev()
                    .filter(|p| p.status == PermissionStatus::Pending).cloned().collect();
                let only = PermissionFilter { pending_only: true, ..PermissionFilter::default() };
                assert_eq!(permissions.list(&only, 100)?, pending);
                let mut due: Vec<_> = pending.iter().filter(|p| p.expires_at <= at(90)).collect();
                due.sort_by_key(|p| (p.expires_at, p.id));
                assert_eq!(permissions.due(at(90))?, due.iter().map(|p| p.id).collect::<Vec<_>>());
                assert_eq!(permissions.next_due()?, pending.iter().map(|p| p.expires_at).min());
                let last = pending.first().map_or(model[7].id, |p| p.id);
                assert_eq!(permissions.find("@last")?, last);
                assert_eq!(permissions.for_call(turn_id(1), "call-1")?, Some(model[7].clone()));
                assert_eq!(permissions.of_turn(turn_id(1))?, model);
                let in_session = PermissionFilter {
                    session: Some(session("first")),
                    before: Some(model[4].id),
                    pending_only: false,
                };
                let expected: Vec<_> = model[..4].iter().rev().cloned().collect();
                assert_eq!(permissions.list(&in_session, 100)?, expected);
                Ok(())
            }).await.unwrap();
        });
    }

    #[test]
    fn any_changed_byte_of_the_audit_ledger_is_found(
        texts in proptest::collection::vec("[a-zß\"\\\\]{0,12}", 1..12),
        place in any::<proptest::sample::Index>(),
        column in any::<proptest::sample::Index>(),
        byte in 0..200_usize,
    ) {
        run(async {
            let home = Home::new();
            let ledger = home.open();
            let work = ledger.write(move |tx| {
                for (n, text) in texts.iter().enumerate() {
                    let decision = tx.audit().append(&decision(n as u64, text))?;
                    if n % 2 == 0 {
                        tx.audit().outcome(decision, at(n as u64), "done")?;
                    }
                }
                Ok(())
            });
            work.await.unwrap();
            let summary = ledger.read(|r| r.audit().verify()).await.unwrap().unwrap();
            ledger.close().await;
            let conn = Connection::open(home.path()).unwrap();
            conn.execute_batch(
                "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
                 DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_cut;",
            )
            .unwrap();
            let position = place.index(summary.n_rows as usize) as u64 + 1;
            let column = COLUMNS[column.index(COLUMNS.len())];
            let has_changed = flip(&conn, position as i64, column, byte);
            let found = crate::audit::Audit(&conn).verify().unwrap();
            if has_changed {
                assert_eq!(found.unwrap_err().position.0, position, "{column}");
            } else {
                assert_eq!(found.unwrap(), summary);
            }
        });
    }
}

#[tokio::test]
async fn the_audit_ledger_is_append_only() {
    let home = Home::new();
    let ledger = home.open();
    let work = ledger.write(|tx| {
        let first = tx.audit().append(&decision(1, "a"))?;
        tx.audit().append(&decision(2, "b"))?;
        tx.audit().outcome(first, at(3), "done")?;
        Ok(first)
    });
    let first = work.await.unwrap();
    for change in [
        "UPDATE audit SET verdict = 'allow' WHERE position = 1",
        "DELETE FROM audit WHERE position = 3",
        "UPDATE audit SET outcome = 'failed' WHERE position = 3",
    ] {
        let attempt = ledger.write(move |tx| crate::sql::run(tx.audit().0.0, change, ())).await;
        assert!(matches!(attempt, Err(LedgerError::Conflict { .. })), "{change}: {attempt:?}");
    }
    let missing = ledger.write(|tx| tx.audit().outcome(crate::AuditPosition(3), at(4), "x")).await;
    assert!(matches!(missing, Err(LedgerError::NotFound { .. })), "an outcome has no outcome");
    let rows = ledger.read(|r| r.audit().list(2, None)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.position.0).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(rows[0].decision, Some(first));
    let of_request = ledger.read(|r| r.audit().of_request(request_id(2))).await.unwrap();
    assert_eq!(of_request.len(), 1);
    ledger.close().await;
    let conn = Connection::open(home.path()).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER audit_is_never_cut;
         DELETE FROM audit WHERE position >= 2;",
    )
    .unwrap();
    let cut = crate::audit::Audit(&conn).verify().unwrap().unwrap_err();
    assert_eq!((cut.position.0, cut.reason.as_str()), (2, "the last rows are missing"));
}
