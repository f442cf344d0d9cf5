//! The bus over a real ledger.

use std::time::Duration;

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_ledger::{Durability, Ledger, LedgerOptions};

use super::*;

struct Bench {
    bus: Bus,
    ledger: Ledger,
    _folder: tempfile::TempDir,
}

/// A bus that keeps few events, so that subscribers fall out of it all the time.
fn bench(capacity: usize) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let bus = Bus::new(capacity);
    let ledger = open(&folder, &bus);
    Bench { bus, ledger, _folder: folder }
}

fn open(folder: &tempfile::TempDir, bus: &Bus) -> Ledger {
    let bell = bus.clone();
    let options = LedgerOptions {
        path: folder.path().join("nexus.db"),
        durability: Durability::Process,
        n_readers: 2,
        on_commit: Some(Box::new(move |events| bell.committed(events))),
    };
    Ledger::open(options).unwrap()
}

impl Bench {
    /// Records as many events in one commit.
    async fn record(&self, n_events: usize) {
        record(&self.ledger, n_events).await;
    }

    fn ids(&self) -> (TurnId, SessionKey, MessageId) {
        let (at, key) = (Timestamp(1), SessionKey::parse("main").unwrap());
        (TurnId::from_parts(at, 1), key, MessageId::from_parts(at, 2))
    }
}

async fn record(ledger: &Ledger, n_events: usize) {
    let change = move |tx: &mut nexus_ledger::Tx<'_>| {
        for n in 0..n_events {
            let event = if n % 3 == 0 {
                Event::SystemStopping { reason: n.to_string() }
            } else {
                Event::SystemStarted { version: n.to_string() }
            };
            tx.events().record(Timestamp(0), &event)?;
        }
        Ok(())
    };
    ledger.write(change).await.unwrap();
}

/// Takes items until a position is reached; only positions of recorded events.
async fn positions_to(subscription: &mut Subscription, ledger: &Ledger, last: u64) -> Vec<u64> {
    let mut positions = Vec::new();
    while positions.last().is_none_or(|position| *position < last) {
        if let Item::Recorded(event) = subscription.next(ledger).await.unwrap() {
            positions.push(event.position.0);
        }
    }
    positions
}

async fn next(subscription: &mut Subscription, ledger: &Ledger) -> Item {
    let next = subscription.next(ledger);
    tokio::time::timeout(Duration::from_secs(20), next).await.expect("nothing came").unwrap()
}

fn is_idle(subscription: &mut Subscription, ledger: &Ledger) -> bool {
    futures_util::FutureExt::now_or_never(subscription.next(ledger)).is_none()
}

#[tokio::test]
async fn a_reader_of_the_past_gets_all_of_it_from_the_ledger() {
    let bench = bench(16);
    bench.record(1_000).await;
    let mut subscription = bench.bus.subscribe(Filter::all(), Position(0));
    let positions = positions_to(&mut subscription, &bench.ledger, 1_000).await;
    assert_eq!(positions, (1..=1_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_restart_of_the_daemon_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&folder, &Bus::new(16));
    record(&ledger, 300).await;
    ledger.close().await;
    let bus = Bus::new(16);
    let ledger = open(&folder, &bus);
    let mut subscription = bus.subscribe(Filter::all(), Position(10));
    let positions = positions_to(&mut subscription, &ledger, 300).await;
    assert_eq!(positions, (11..=300).collect::<Vec<_>>());
    assert!(is_idle(&mut subscription, &ledger));
    record(&ledger, 5).await;
    let positions = positions_to(&mut subscription, &ledger, 305).await;
    assert_eq!(positions, (301..=305).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_filter_skips_and_never_stalls() {
    let bench = bench(8);
    let filter = || Filter::of_types(&["system.stopping"]).unwrap();
    let mut live = bench.bus.subscribe(filter(), Position(0));
    for _ in 0..10 {
        bench.record(30).await;
    }
    let mut late = bench.bus.subscribe(filter(), Position(0));
    let expect: Vec<u64> = (1..=300).filter(|n| (n - 1) % 30 % 3 == 0).collect();
    let last = *expect.last().unwrap();
    assert_eq!(positions_to(&mut live, &bench.ledger, last).await, expect);
    assert_eq!(positions_to(&mut late, &bench.ledger, last).await, expect);
}

/// Cut and resumed at random places while events are being recorded, the list is the same as
/// that of a subscriber that never went away.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_cuts_lose_and_double_nothing() {
    const N_COMMITS: usize = 400;
    const LAST: u64 = 400 * 5;
    let bench = Arc::new(bench(32));
    let writer = tokio::spawn({
        let bench = bench.clone();
        async move {
            for _ in 0..N_COMMITS {
                bench.record(5).await;
            }
        }
    });
    let uncut = tokio::spawn({
        let bench = bench.clone();
        async move {
            let mut subscription = bench.bus.subscribe(Filter::all(), Position(0));
            positions_to(&mut subscription, &bench.ledger, LAST).await
        }
    });
    let mut seed = 0x9e37_79b9_u64;
    let mut cut = Vec::new();
    let mut n_cuts = 0;
    while cut.last() != Some(&LAST) {
        let after = cut.last().copied().unwrap_or(0);
        let mut subscription = bench.bus.subscribe(Filter::all(), Position(after));
        // A small generator of our own: the places differ, and a failure can be repeated.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let n_items = if n_cuts < 200 { (seed >> 33) % 10 + 1 } else { u64::MAX };
        for _ in 0..n_items {
            let Item::Recorded(event) = next(&mut subscription, &bench.ledger).await else {
                panic!("only recorded events were asked for");
            };
            cut.push(event.position.0);
            if event.position.0 == LAST {
                break;
            }
        }
        n_cuts += 1;
    }
    writer.await.unwrap();
    assert_eq!(uncut.await.unwrap(), (1..=LAST).collect::<Vec<_>>());
    assert_eq!(cut, (1..=LAST).collect::<Vec<_>>());
    assert!(n_cuts >= 200, "{n_cuts} cuts");
}

#[tokio::test]
async fn whoever_joins_in_the_middle_gets_the_text_so_far_then_deltas() {
    let bench = bench(16);
    let (turn, key, message) = bench.ids();
    bench.bus.reply_started(turn, &key, message);
    bench.bus.reply_text(turn, &key, message, "Hel");
    let filter = Filter::all().with_transient(Some(key.clone()));
    let mut subscription = bench.bus.subscribe(filter, bench.ledger.position());
    let text = |item: Item| match item {
        Item::Transient(passing) => (passing.kind, passing.properties.clone()),
        other => panic!("{other:?}"),
    };
    let (kind, properties) = text(next(&mut subscription, &bench.ledger).await);
    assert_eq!(kind, "agent.streaming.snapshot");
    assert!(properties.contains(r#""seq":1,"text":"Hel""#), "{properties}");
    bench.bus.reply_text(turn, &key, message, "lo");
    let (kind, properties) = text(next(&mut subscription, &bench.ledger).await);
    assert_eq!(kind, "agent.streaming.token");
    assert!(properties.contains(r#""seq":2,"delta":"lo""#), "{properties}");
    let other = SessionKey::parse("other").unwrap();
    bench.bus.reply_started(turn, &other, message);
    assert!(is_idle(&mut subscription, &bench.ledger), "another session is none of its business");
}

#[tokio::test]
async fn text_comes_before_the_record_of_it() {
    let bench = bench(16);
    let (turn, key, message) = bench.ids();
    bench.record(1).await;
    let filter = Filter::all().with_transient(None);
    let mut subscription = bench.bus.subscribe(filter, bench.ledger.position());
    assert!(is_idle(&mut subscription, &bench.ledger));
    bench.bus.reply_started(turn, &key, message);
    bench.bus.reply_text(turn, &key, message, "a");
    bench.record(1).await;
    bench.bus.reply_text(turn, &key, message, "b");
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(match next(&mut subscription, &bench.ledger).await {
            Item::Recorded(event) => event.kind.to_string(),
            Item::Transient(passing) => passing.kind.to_owned(),
            Item::Lagged { .. } => "lagged".to_owned(),
        });
    }
    let token = "agent.streaming.token";
    assert_eq!(seen, ["agent.streaming.snapshot", token, "system.stopping", token]);
}

#[tokio::test]
async fn a_slow_subscriber_loses_deltas_and_gets_the_text_instead() {
    let bench = bench(16);
    let (turn, key, message) = bench.ids();
    let filter = Filter::all().with_transient(None);
    bench.record(1).await;
    let mut subscription = bench.bus.subscribe(filter, bench.ledger.position());
    assert!(is_idle(&mut subscription, &bench.ledger));
    bench.bus.reply_started(turn, &key, message);
    for _ in 0..2 * PASSING_LEN_MAX {
        bench.bus.reply_text(turn, &key, message, "x");
    }
    let item = next(&mut subscription, &bench.ledger).await;
    assert!(matches!(item, Item::Lagged { after: Position(1) }), "{item:?}");
    let Item::Transient(passing) = next(&mut subscription, &bench.ledger).await else {
        panic!("no text so far");
    };
    assert!(passing.properties.contains(&"x".repeat(2 * PASSING_LEN_MAX)));
    assert!(is_idle(&mut subscription, &bench.ledger));
}

#[tokio::test]
async fn many_joiners_share_one_serialization() {
    let bench = bench(16);
    let (turn, key, message) = bench.ids();
    bench.bus.reply_started(turn, &key, message);
    bench.bus.reply_text(turn, &key, message, "x");
    bench.record(1).await;
    let mut shared: Option<Arc<Passing>> = None;
    for _ in 0..10 {
        let filter = Filter::of_types(&["turn.*"]).unwrap().with_transient(None);
        let mut subscription = bench.bus.subscribe(filter, bench.ledger.position());
        let Item::Transient(passing) = next(&mut subscription, &bench.ledger).await else {
            panic!("no text so far");
        };
        assert!(shared.as_ref().is_none_or(|first| Arc::ptr_eq(first, &passing)));
        shared = Some(passing);
    }
}

/// Streaming and recording at once, with a slow reader: whatever is dropped, text that is put
/// together from snapshots and deltas is always right, and recorded events are complete.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn text_put_together_from_what_came_is_the_text() {
    let bench = Arc::new(bench(64));
    let (turn, key, message) = bench.ids();
    let filter = Filter::all().with_transient(Some(key.clone()));
    let mut subscription = bench.bus.subscribe(filter, Position(0));
    let writer = tokio::spawn({
        let (bench, key) = (bench.clone(), key.clone());
        async move {
            bench.bus.reply_started(turn, &key, message);
            for n in 0..20_000_u32 {
                bench.bus.reply_text(turn, &key, message, &format!("{n},"));
                if n % 200 == 0 {
                    bench.record(3).await;
                }
            }
            bench.record(1).await;
        }
    });
    let (mut text, mut seq, mut last) = (String::new(), 0, 0);
    // A reader of the past gets records from the ledger first; then the text is behind them.
    while last < 301 || seq < 20_000 {
        match next(&mut subscription, &bench.ledger).await {
            Item::Recorded(event) => {
                assert_eq!(event.position.0, last + 1);
                last = event.position.0;
            }
            Item::Transient(passing) => {
                let properties: serde_json::Value =
                    serde_json::from_str(&passing.properties).unwrap();
                let now = properties["seq"].as_u64().unwrap();
                match properties["text"].as_str() {
                    Some(whole) => whole.clone_into(&mut text),
                    None => {
                        assert_eq!(now, seq + 1, "a gap without a snapshot");
                        text.push_str(properties["delta"].as_str().unwrap());
                    }
                }
                seq = now;
            }
            Item::Lagged { .. } => {}
        }
        if last % 50 == 7 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    writer.await.unwrap();
    let expect: String = (0..20_000).map(|n| format!("{n},")).collect();
    assert!(text == expect, "the text differs");
}
