//! Connections whose authority changes while they are open.

use std::sync::Arc;

use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::GrantId;
use nexus_domain::principal::Principal;
use nexus_protocol::Scope;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::Semaphore;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_util::task::TaskTracker;

use super::stream::{read_on, read_until};
use super::support::{Client, House, hello};
use crate::authorize::Caller;
use crate::dispatch::Dispatcher;
use crate::reconfigure::reload;
use crate::server::Peer;
use crate::server::connection::{self, Arrived};
use crate::server::door::Shared;
use crate::server::socket::Socket;

/// What takes one method from everybody.
fn forbidding(method: &str) -> String {
    format!(
        "@id(\"no-{method}\") @reason(\"a test takes it back\")\n\
         forbid (principal, action == Action::\"call\", resource == Method::\"{method}\");\n"
    )
}

impl House {
    /// Puts policies in force.
    async fn rule(&self, text: &str) {
        let folder = self.daemon.context().policies.folder();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("test.cedar"), text).unwrap();
        reload(self.daemon.context()).await.unwrap();
    }

    /// Comes in as somebody else than the owner, whom no surface lets in yet.
    async fn somebody(&self, principal: Principal) -> Client<DuplexStream> {
        self.known(Caller::with(principal, Scope::ALL.to_vec())).await
    }

    /// Comes in as a caller that another surface has let in.
    pub(super) async fn known(&self, caller: Caller) -> Client<DuplexStream> {
        let context = self.daemon.context();
        let tasks = TaskTracker::new();
        let dispatcher = Dispatcher::new(Arc::clone(context));
        let shared = Arc::new(Shared::new(Arc::clone(context), dispatcher, tasks));
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let peer = Peer {
            address: self.address(),
            is_secure: false,
            seat: None,
            _place: Arc::new(place),
            recorded: Arc::default(),
        };
        let (ours, theirs) = tokio::io::duplex(1024 * 1024);
        tokio::spawn(async move {
            let socket = Box::new(Socket::new(theirs).await);
            connection::run(shared, socket, Arrived { peer, cookie_caller: Some(caller) }).await;
        });
        let ws = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
        let mut client = Client { ws, events: Vec::new() };
        client.say(&hello(None)).await;
        client
    }

    async fn grant(&self, n: u128, principal: &Principal, method: &str) -> GrantId {
        let context = self.daemon.context();
        let now = context.clock.now();
        let grant = Grant {
            id: GrantId::from_parts(now, n),
            principal: principal.clone(),
            verb: GrantVerb::Call,
            effect: GrantEffect::Allow,
            scope: GrantScope { resource: Some(method.to_owned()), ..GrantScope::default() },
            reason: String::new(),
            granted_by: Principal::Owner,
            permission_id: None,
            created_at: now,
            expires_at: None,
            revoked_at: None,
            revoked_by: None,
        };
        let row = grant.clone();
        context.ledger.write(move |tx| tx.grants().create(&row)).await.unwrap();
        context.policies.grants_changed().await.unwrap();
        grant.id
    }

    async fn revoke(&self, id: GrantId) {
        let id = id.to_string();
        let params = json!({ "id": id, "idempotencyKey": id });
        let answer = self.client().await.call("acl.grants.revoke", params).await;
        assert_eq!(answer["ok"], true, "{answer}");
    }
}

async fn greeted(client: &mut Client<DuplexStream>) {
    let answer = client.hear().await;
    assert_eq!(answer["type"], "hello-ok", "{answer}");
}

fn follow() -> Value {
    json!({ "types": ["system.*"], "after": 0 })
}

#[tokio::test]
async fn whoever_may_follow_events_no_longer_is_told_and_cut_and_the_others_stay() {
    let house = House::new().await;
    let mut following = house.client().await;
    assert_eq!(following.call("events.subscribe", follow()).await["ok"], true);
    let mut asking = house.client().await;
    let path = "/api/events/stream?types=system.*&after=0";
    let (mut stream, _) = read_until(&house, path, &[], "system.started").await;
    house.rule(&forbidding("events.subscribe")).await;
    let (code, reason) = following.goodbye().await;
    assert_eq!((code, reason.as_str()), (1008, "you may no longer follow events"));
    let end = "event: revoked\ndata: {\"reason\":\"you may no longer follow events\"}\n\n";
    read_on(&mut stream, end).await;
    assert_eq!(asking.call("status", json!({})).await["ok"], true, "it asks for no events");
    let refused = asking.call("events.subscribe", follow()).await;
    assert_eq!(refused["error"]["code"], "FORBIDDEN", "{refused}");
    assert_eq!(house.ask(&format!("GET {path}"), &[&house.bearer()]).await.status(), 403);
}

#[tokio::test]
async fn whoever_may_see_nothing_any_more_is_cut_and_not_let_in_again() {
    let house = House::new().await;
    let mut idle = house.client().await;
    house.rule(&forbidding("health")).await;
    let (code, reason) = idle.goodbye().await;
    assert_eq!((code, reason.as_str()), (1008, "your authority was taken back"));
    let mut late = house.knock(&[]).await;
    late.say(&hello(Some(&house.token()))).await;
    let answer = late.hear().await;
    assert_eq!(answer["type"], "hello-error");
    assert_eq!(answer["reason"], "no policy lets you see this daemon");
    assert_eq!(late.goodbye().await.0, 1008);
}

#[tokio::test]
async fn a_connection_lives_as_long_as_the_grant_it_lives_by() {
    let house = House::new().await;
    let device = |name: &str| Principal::Device(name.to_owned());
    let (key, other) = (device("phone"), device("other"));
    let mut stranger = house.somebody(key.clone()).await;
    assert_eq!(stranger.hear().await["reason"], "no policy lets you see this daemon");

    let sees = house.grant(1, &key, "health").await;
    let follows = house.grant(2, &key, "events.subscribe").await;
    house.grant(3, &other, "health").await;
    let mut follower = house.somebody(key.clone()).await;
    let mut watcher = house.somebody(key).await;
    let mut neighbour = house.somebody(other).await;
    for client in [&mut follower, &mut watcher, &mut neighbour] {
        greeted(client).await;
    }
    assert_eq!(follower.call("events.subscribe", follow()).await["ok"], true);
    let refused = watcher.call("status", json!({})).await;
    assert_eq!(refused["error"]["code"], "FORBIDDEN", "only what was granted: {refused}");

    house.revoke(follows).await;
    let (_, reason) = follower.goodbye().await;
    assert_eq!(reason, "you may no longer follow events");
    assert_eq!(watcher.call("health", json!({})).await["ok"], true);
    house.revoke(sees).await;
    let (_, reason) = watcher.goodbye().await;
    assert_eq!(reason, "your authority was taken back");
    assert_eq!(neighbour.call("health", json!({})).await["ok"], true);
}
