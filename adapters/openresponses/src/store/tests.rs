use nexus_adapter::StopReason;
use nexus_ingress::{Answer, Piece};
use serde_json::{Value, json};

use super::*;
use crate::tests::outcome;
use crate::writing::Manner;

const LIMITS: Limits = Limits { responses_max: 100, store_mib_max: 1, store_days_max: 30 };

struct Bench {
    home: tempfile::TempDir,
    store: Store,
}

fn item(id: &str) -> Value {
    json!({ "type": "message", "id": id, "role": "user", "content": [] })
}

impl Bench {
    fn new(limits: Limits) -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path(), limits).unwrap().0;
        Self { home, store }
    }

    async fn create(&self, id: &str, previous: Option<&str>, now: i64) -> Writing {
        let writing = Writing::new(id, "nexus/main", 1, serde_json::Map::new(), Manner::default());
        let new = New {
            id: id.to_owned(),
            principal: "api_key:a".to_owned(),
            previous: previous.map(str::to_owned),
            before: Vec::new(),
            sent: vec![item(&format!("in_{id}"))],
            writing: writing.clone(),
            is_background: true,
            is_streamed: true,
        };
        self.store.create(new, now).await.unwrap();
        writing
    }

    async fn finish(&self, id: &str, mut writing: Writing) {
        let answer = Answer { text: format!("out_{id}"), outcome: outcome(StopReason::EndTurn) };
        let mut events = writing.begin();
        events.extend(writing.take(Piece::End(Box::new(Ok(answer))), 2));
        assert!(self.store.save(id, &writing, events).await.unwrap());
    }

    async fn whole(&self, id: &str, previous: Option<&str>, now: i64) {
        let writing = self.create(id, previous, now).await;
        self.finish(id, writing).await;
    }

    async fn has(&self, id: &str) -> bool {
        self.store.get("api_key:a", id).await.unwrap().is_some()
    }

    async fn paged(&self, id: &str, after: Option<&str>, limit: usize) -> (Vec<Value>, bool) {
        let page = Page { after: after.map(str::to_owned), limit, is_ascending: true };
        let paged = self.store.page("api_key:a", id, page).await.unwrap().unwrap();
        (paged.items.iter().map(|item| item["id"].clone()).collect(), paged.has_more)
    }
}

#[tokio::test]
async fn responses_survive_the_process_and_are_their_makers_own() {
    let Bench { home, store } = {
        let bench = Bench::new(LIMITS);
        bench.whole("one", None, 1).await;
        bench.create("two", Some("one"), 2).await;
        bench
    };
    let key = Store::open(tempfile::tempdir().unwrap().path(), LIMITS).unwrap().1;
    drop(store);
    let (store, kept) = Store::open(home.path(), LIMITS).unwrap();
    assert_ne!(key, kept);
    let bench = Bench { home, store };
    assert!(bench.has("one").await && bench.store.has_ended("one").await.unwrap());
    let unfinished = bench.store.unfinished().await.unwrap();
    assert_eq!((unfinished.len(), unfinished[0].id.as_str()), (1, "two"));
    let stranger = "api_key:b";
    assert!(bench.store.get(stranger, "one").await.unwrap().is_none());
    assert!(!bench.store.delete(stranger, "one").await.unwrap());
    assert!(bench.store.item(stranger, "in_one").await.unwrap().is_none());
    let missing = Missing::Response("one".to_owned());
    assert_eq!(bench.store.conversation(stranger, "one", 1_000).await.unwrap(), Err(missing));
    assert!(bench.store.item("api_key:a", "in_one").await.unwrap().is_some());
}

#[tokio::test]
async fn a_conversation_is_everything_that_led_to_it() {
    let bench = Bench::new(LIMITS);
    bench.whole("one", None, 1).await;
    bench.whole("two", Some("one"), 2).await;
    let (items, n_bytes) =
        bench.store.conversation("api_key:a", "two", 10_000).await.unwrap().unwrap();
    let kinds: Vec<_> = items.iter().map(|item| item["role"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user", "assistant", "user", "assistant"]);
    let short = bench.store.conversation("api_key:a", "two", n_bytes - 1).await.unwrap();
    assert_eq!(short, Err(Missing::TooLong));
    let open = bench.create("three", Some("two"), 3).await;
    let read = bench.store.conversation("api_key:a", "three", 10_000).await.unwrap();
    assert_eq!(read, Err(Missing::Unfinished));
    bench.finish("three", open).await;
    assert!(bench.store.delete("api_key:a", "one").await.unwrap());
    let read = bench.store.conversation("api_key:a", "three", 10_000).await.unwrap();
    assert_eq!(read, Err(Missing::Response("one".to_owned())));
}

#[tokio::test]
async fn what_a_response_answers_comes_in_pages() {
    let bench = Bench::new(LIMITS);
    bench.whole("one", None, 1).await;
    bench.whole("two", Some("one"), 2).await;
    let (ids, has_more) = bench.paged("two", None, 2).await;
    assert_eq!((ids[0].as_str(), has_more), (Some("in_one"), true));
    let after = ids[1].as_str().unwrap();
    let (rest, has_more) = bench.paged("two", Some(after), 2).await;
    assert_eq!((rest, has_more), (vec![json!("in_two")], false));
    assert_eq!(bench.paged("two", Some("unknown"), 2).await, (Vec::new(), false));
}

#[tokio::test]
async fn the_oldest_go_when_there_are_too_many_or_they_are_too_old() {
    let bench = Bench::new(Limits { responses_max: 2, ..LIMITS });
    bench.create("running", None, 1).await;
    for (n, id) in ["one", "two", "three"].into_iter().enumerate() {
        bench.whole(id, None, 10 + i64::try_from(n).unwrap()).await;
    }
    assert!(!bench.has("one").await && bench.has("two").await && bench.has("three").await);
    assert!(bench.has("running").await, "what is being written stays");
    bench.whole("late", None, 31 * DAY_MS).await;
    assert!(!bench.has("three").await && bench.has("late").await);
}

#[tokio::test]
async fn all_together_have_a_bound_in_bytes() {
    let bench = Bench::new(LIMITS);
    let half = "x".repeat(600 * 1024);
    for (n, id) in ["one", "two"].into_iter().enumerate() {
        let writing = Writing::new(id, &half, 1, serde_json::Map::new(), Manner::default());
        let new = New {
            id: id.to_owned(),
            principal: "api_key:a".to_owned(),
            previous: None,
            before: Vec::new(),
            sent: Vec::new(),
            writing: writing.clone(),
            is_background: false,
            is_streamed: false,
        };
        bench.store.create(new, i64::try_from(n).unwrap()).await.unwrap();
        bench.finish(id, writing).await;
    }
    bench.whole("three", None, 9).await;
    assert!(!bench.has("one").await && bench.has("three").await);
}

#[tokio::test]
async fn what_is_deleted_stands_in_no_file() {
    let bench = Bench::new(LIMITS);
    bench.whole("secret-response", None, 1).await;
    let holds = |bench: &Bench| {
        let entries = std::fs::read_dir(bench.home.path()).unwrap();
        let mut bytes = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        bytes.any(|bytes| bytes.windows(15).any(|window| window == b"secret-response"))
    };
    assert!(holds(&bench));
    assert!(bench.store.delete("api_key:a", "secret-response").await.unwrap());
    assert!(!holds(&bench));
    let writing =
        Writing::new("secret-response", "m", 1, serde_json::Map::new(), Manner::default());
    assert!(!bench.store.save("secret-response", &writing, Vec::new()).await.unwrap());
    assert!(bench.store.events("secret-response", -1, 10).await.unwrap().is_empty());
}
