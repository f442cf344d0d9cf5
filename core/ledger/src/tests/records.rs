//! Each ledger gives back what was put into it, and refuses what would contradict itself.

use nexus_domain::id::{Position, RequestId};
use nexus_domain::pipeline::Stage;
use nexus_domain::request::{RequestStatus, StageOutcome, StageTrace};

use super::support::{Home, arrival, at, event, request, request_id, session};
use crate::{Admission, LedgerError, RequestFilter};

#[tokio::test]
async fn an_arrival_is_admitted_once() {
    let home = Home::new();
    let ledger = home.open();
    let admit = |id: RequestId| {
        ledger.write(move |tx| tx.arrivals().insert(&arrival("7", "Crème brûlée"), id, at(2)))
    };
    assert_eq!(admit(request_id(1)).await.unwrap(), Admission::New);
    assert_eq!(admit(request_id(2)).await.unwrap(), Admission::Duplicate(request_id(1)));
    let found = ledger.read(|r| r.arrivals().search("creme BRUL", 10)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].arrival, arrival("7", "Crème brûlée"));
    let got = ledger.read(|r| r.arrivals().get("echo:7")).await.unwrap();
    assert_eq!(got, Some(arrival("7", "Crème brûlée")));
}

#[tokio::test]
async fn a_request_keeps_its_stages_and_is_found_by_the_beginning_of_its_id() {
    let home = Home::new();
    let ledger = home.open();
    let trace = StageTrace {
        stage: Stage::ReceiveEvent,
        started_at: at(1),
        duration_us: 12,
        outcome: StageOutcome::Passed,
        note: "new".to_owned(),
    };
    let expected = {
        let mut done = request(1);
        done.stages = vec![trace.clone(), trace.clone()];
        done.status = RequestStatus::Completed;
        done.session_key = Some(session("main"));
        done
    };
    let saved = expected.clone();
    ledger
        .write(move |tx| {
            tx.requests().create(&request(1))?;
            tx.requests().create(&request(2))?;
            tx.requests().save(&saved)?;
            tx.requests().trace(saved.id, &trace)?;
            tx.requests().trace(saved.id, &trace)
        })
        .await
        .unwrap();
    ledger
        .read(move |reader| {
            let requests = reader.requests();
            assert_eq!(requests.get(request_id(1))?, Some(expected.clone()));
            assert_eq!(requests.find("@last")?, request_id(2));
            let id = expected.id.to_string();
            assert_eq!(requests.find(&id.to_lowercase())?, expected.id);
            assert!(matches!(requests.find(&id[..9]), Err(LedgerError::Invalid(_))));
            assert!(matches!(requests.find("7ZZ"), Err(LedgerError::NotFound { .. })));
            assert!(matches!(requests.find("' OR 1"), Err(LedgerError::Invalid(_))));
            assert_eq!(requests.count_active()?, 1);
            assert_eq!(requests.unfinished()?, vec![request(2)]);
            let filter = RequestFilter {
                session: Some(session("main")),
                status: Some(RequestStatus::Completed),
                before: Some(request_id(2)),
            };
            assert_eq!(requests.list(&filter, 5)?, vec![expected]);
            assert_eq!(requests.list(&RequestFilter::default(), 5)?.len(), 2);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn an_event_comes_back_as_it_was_announced() {
    let home = Home::new();
    let ledger = home.open();
    let position = ledger.write(|tx| tx.events().record(at(3), &event("1"))).await.unwrap();
    assert_eq!(position, Position(1));
    assert_eq!(ledger.position(), position);
    let events = ledger.read(|r| r.events().after(Position(0), 10)).await.unwrap();
    assert_eq!(&*events[0].properties, r#"{"version":"1"}"#);
    assert_eq!(events[0].kind, "system.started");
    assert_eq!(events[0].at, at(3));
}
