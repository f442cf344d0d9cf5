//! Sessions, turns, messages and tool calls.

use nexus_domain::agent::{StopReason, ToolCallRecord, ToolCallStatus, TurnStatus};
use nexus_domain::message::{Cost, CostBasis, Usage};

use super::support::{
    Home, agent, arrival, at, begin_turn, message, message_id, request, request_id, session, turn,
    turn_id,
};
use crate::{LedgerError, Outbound, Summary};

#[tokio::test]
async fn a_session_has_one_turn_at_work() {
    let home = Home::new();
    let ledger = home.open();
    let key = session("main");
    ledger
        .write({
            let key = key.clone();
            move |tx| {
                begin_turn(tx, 1, &key)?;
                tx.requests().create(&request(2))
            }
        })
        .await
        .unwrap();
    let second = ledger.write({
        let key = key.clone();
        move |tx| tx.turns().create(&turn(2, &key))
    });
    assert!(matches!(second.await, Err(LedgerError::Conflict { .. })));
    let mut ended = turn(1, &key);
    ended.status = TurnStatus::Completed;
    ended.stop_reason = Some(StopReason::EndTurn);
    ended.model = Some("a/x".to_owned());
    ended.usage = Usage { input_tokens: 7, output_tokens: 3, ..Usage::default() };
    ended.cost = Cost { micro_usd: 12, basis: CostBasis::PriceTable };
    ended.n_steps = 1;
    ended.completed_at = Some(at(5));
    let saved = ended.clone();
    let expected = key.clone();
    ledger
        .write(move |tx| {
            tx.turns().save(&saved)?;
            tx.turns().create(&turn(2, &key))?;
            assert_eq!(tx.turns().active(&key)?, Some(turn(2, &key)));
            assert_eq!(tx.turns().running()?, vec![turn(2, &key)]);
            assert_eq!(tx.turns().by_ids(&[turn_id(9), turn_id(1)])?, vec![saved]);
            Ok(())
        })
        .await
        .unwrap();
    let found = ledger.read(move |r| r.sessions().get(&expected)).await.unwrap().unwrap();
    assert!(found.is_busy);
}

#[tokio::test]
async fn a_turn_without_its_session_is_refused() {
    let home = Home::new();
    let ledger = home.open();
    let orphan = ledger.write(|tx| tx.turns().create(&turn(1, &session("main")))).await;
    assert!(matches!(orphan, Err(LedgerError::Invalid(_))), "{orphan:?}");
    let missing = ledger.write(|tx| tx.turns().save(&turn(1, &session("main")))).await;
    assert!(matches!(missing, Err(LedgerError::NotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_summary_stands_for_what_came_before_it() {
    let home = Home::new();
    let ledger = home.open();
    let key = session("main");
    let work = move |n: u64| message(n, turn_id(1), &format!("message number {n}"));
    ledger
        .write({
            let key = key.clone();
            move |tx| {
                begin_turn(tx, 1, &key)?;
                (1..=10).try_for_each(|n| tx.turns().add_message(&key, &work(n)))?;
                let summary = Summary {
                    through: message_id(6),
                    summary: "six",
                    n_messages: 6,
                    tokens_saved: 60,
                };
                tx.turns().compact(&key, summary, at(11))?;
                let back = Summary { through: message_id(4), ..summary };
                let refused = tx.turns().compact(&key, back, at(12));
                assert!(matches!(refused, Err(LedgerError::Conflict { .. })), "{refused:?}");
                let stranger = Summary { through: message_id(99), ..summary };
                let refused = tx.turns().compact(&key, stranger, at(12));
                assert!(matches!(refused, Err(LedgerError::NotFound { .. })), "{refused:?}");
                Ok(())
            }
        })
        .await
        .unwrap();
    ledger
        .read(move |reader| {
            let context = reader.turns().context(&key)?;
            assert_eq!(context.summary.as_deref(), Some("six"));
            assert_eq!(context.messages, (7..=10).map(work).collect::<Vec<_>>());
            let page = reader.turns().messages(&key, None, 3)?;
            assert_eq!(page, (8..=10).map(work).collect::<Vec<_>>());
            let page = reader.turns().messages(&key, Some(message_id(8)), 100)?;
            assert_eq!(page, (1..=7).map(work).collect::<Vec<_>>());
            assert_eq!(reader.turns().of_turn(turn_id(1))?.len(), 10);
            assert_eq!(reader.sessions().get(&key)?.unwrap().n_messages, 10);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_tool_call_is_kept_in_its_place_as_it_changes() {
    let home = Home::new();
    let ledger = home.open();
    let call = |id: &str, status| ToolCallRecord {
        id: id.to_owned(),
        turn_id: turn_id(1),
        name: "read_file".to_owned(),
        arguments: serde_json::json!({"path": "notes.md"}),
        status,
        result: None,
        record: None,
        started_at: Some(at(1)),
        completed_at: None,
    };
    let calls = ledger.write(move |tx| {
        begin_turn(tx, 1, &session("main"))?;
        tx.turns().put_tool_call(&call("b", ToolCallStatus::Pending))?;
        tx.turns().put_tool_call(&call("a", ToolCallStatus::Pending))?;
        tx.turns().put_tool_call(&call("b", ToolCallStatus::Completed))?;
        tx.turns().tool_calls(&[turn_id(1), turn_id(2)])
    });
    let expected = [call("b", ToolCallStatus::Completed), call("a", ToolCallStatus::Pending)];
    assert_eq!(calls.await.unwrap(), expected);
}

#[tokio::test]
async fn sessions_are_paged_by_cursor_and_found_by_what_was_said() {
    let home = Home::new();
    let ledger = home.open();
    ledger
        .write(|tx| {
            for n in 1..=7 {
                let key = session(&format!("s:{n}"));
                // Two each share an instant: the key breaks the tie.
                tx.sessions().ensure(&key, &agent(), at(n / 2))?;
            }
            assert!(!tx.sessions().ensure(&session("s:1"), &agent(), at(9))?);
            tx.sessions().touch(&session("s:3"), Some("Réunion"), at(1))?;
            tx.sessions().touch(&session("s:3"), Some("something else"), at(1))?;
            tx.requests().create(&request(1))?;
            tx.turns().create(&turn(1, &session("s:5")))?;
            let said = message(0, turn_id(1), "We were running through Köln");
            tx.turns().add_message(&session("s:5"), &said)
        })
        .await
        .unwrap();
    ledger
        .read(|reader| {
            let mut keys = Vec::new();
            let mut cursor = None;
            loop {
                let (page, next) = reader.sessions().list(3, cursor.as_deref(), None)?;
                assert!(!page.is_empty());
                keys.extend(page.into_iter().map(|session| session.key.to_string()));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(keys, ["s:7", "s:6", "s:5", "s:4", "s:3", "s:2", "s:1"]);
            let found = |text: &str| -> Result<Vec<String>, LedgerError> {
                let (page, _) = reader.sessions().list(10, None, Some(text))?;
                Ok(page.into_iter().map(|session| session.key.to_string()).collect())
            };
            assert_eq!(found("koln run")?, ["s:5"]);
            assert_eq!(found("Réunion")?, ["s:3"]);
            assert_eq!(found("\" OR *")?, Vec::<String>::new());
            assert_eq!(found("!!")?, Vec::<String>::new());
            assert_eq!(found(" ")?.len(), 7);
            let wrong = reader.sessions().list(3, Some("nonsense"), None);
            assert!(matches!(wrong, Err(LedgerError::Invalid(_))));
            let session = reader.sessions().get(&session("s:3"))?.unwrap();
            assert_eq!(session.title.as_deref(), Some("Réunion"), "the first title stays");
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_we_sent_is_found_beside_what_arrived() {
    let home = Home::new();
    let ledger = home.open();
    let sent = Outbound {
        event_id: "d1".to_owned(),
        request_id: request_id(1),
        channel: "echo".to_owned(),
        account_id: "main".to_owned(),
        peer_id: "anna".to_owned(),
        peer_kind: nexus_domain::arrival::PeerKind::Dm,
        thread_id: None,
        reply_to_id: Some("7".to_owned()),
        text: "good evening".to_owned(),
        at: at(3),
    };
    let found = ledger.write(move |tx| {
        tx.arrivals().insert(&arrival("7", "good morning"), request_id(1), at(2))?;
        tx.arrivals().outbound(&sent)?;
        tx.arrivals().outbound(&sent)?;
        tx.arrivals().search("good", 10)
    });
    let found = found.await.unwrap();
    let directions: Vec<_> = found.iter().map(|record| record.direction).collect();
    assert_eq!(directions, [crate::Direction::Outbound, crate::Direction::Inbound]);
    let mut odd = arrival("7", "hello");
    odd.channel = "a:b".to_owned();
    let refused = ledger.write(move |tx| tx.arrivals().insert(&odd, request_id(2), at(2))).await;
    assert!(matches!(refused, Err(LedgerError::Invalid(_))), "{refused:?}");
}
