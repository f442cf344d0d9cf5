//! Who the tailnet says somebody is, at the door.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use nexus_domain::Failure;
use nexus_protocol::Scope;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_util::task::TaskTracker;

use super::support::{Answer, Client, House, hello, within};
use crate::authorize::{Caller, authorize_method, is_offered};
use crate::dispatch::Dispatcher;
use crate::reconfigure::reload;
use crate::server::door::Shared;
use crate::server::{Peer, routes, serve_connection};
use crate::ways::LocalApi;

const LAPTOP: &str = "100.64.0.9:50000";

/// Behaves as `tailscaled` does for what is asked of it: knows machines by address, answers as
/// `serveWhoIs` in Tailscale's source does, and refuses whatever it does not know.
struct Tailscaled {
    _folder: tempfile::TempDir,
    socket: PathBuf,
    /// Machines by address.
    machines: Arc<Mutex<HashMap<String, Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

fn machine(login: &str, tags: &[&str]) -> Value {
    let tags = if tags.is_empty() { Value::Null } else { json!(tags) };
    json!({ "login": login, "tags": tags })
}

impl Tailscaled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("tailscaled.sock");
        let own = Self { _folder: folder, socket, machines: Arc::default(), asked: Arc::default() };
        own.listen();
        own
    }

    fn listen(&self) {
        let listener = UnixListener::bind(&self.socket).unwrap();
        let (machines, asked) = (Arc::clone(&self.machines), Arc::clone(&self.asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                answer(stream, &machines, &asked).await;
            }
        });
    }

    fn knows(&self, address: &str, machine: Value) {
        self.machines.lock().unwrap().insert(address.to_owned(), machine);
    }

    fn n_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn answer(
    mut stream: UnixStream,
    machines: &Mutex<HashMap<String, Value>>,
    asked: &Mutex<Vec<String>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let line = head.lines().next().unwrap().to_owned();
    asked.lock().unwrap().push(line.clone());
    let has_host =
        head.lines().any(|line| line.eq_ignore_ascii_case("host: local-tailscaled.sock"));
    let peer = line
        .strip_prefix("GET /localapi/v0/whois?addr=")
        .and_then(|rest| rest.strip_suffix(" HTTP/1.1"))
        .and_then(|peer| peer.parse::<SocketAddr>().ok());
    let (status, body) = match peer {
        _ if !has_host => ("403 Forbidden", "invalid localapi request\n".to_owned()),
        None => ("400 Bad Request", "invalid 'addr' parameter\n".to_owned()),
        Some(peer) => match machines.lock().unwrap().get(&peer.ip().to_string()) {
            None => ("404 Not Found", "no match for IP:port\n".to_owned()),
            Some(machine) => {
                let body = json!({
                    "Node": {
                        "ID": 4_123, "StableID": "nBLYviWLGB21CNTRL", "Name": "laptop.tail1234.ts.net.",
                        "User": 7_001, "Key": "nodekey:00", "Addresses": [format!("{}/32", peer.ip())],
                        "Tags": machine["tags"], "ComputedName": "laptop", "Online": true,
                    },
                    "UserProfile": {
                        "ID": 7_001, "LoginName": machine["login"], "DisplayName": "Somebody",
                        "ProfilePicURL": "https://example.com/a.png",
                    },
                    "CapMap": { "https://tailscale.com/cap/is-owner": null },
                });
                ("200 OK", format!("{body:#}"))
            }
        },
    };
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nTailscale-Version: 1.90.6\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

/// A daemon whose doors can be knocked at from addresses of the tailnet.
struct Tailnet {
    house: House,
    shared: Arc<Shared>,
    tailscaled: Tailscaled,
}

const LOGINS: &str = "\"me@example.com\" = [\"owner\"]\n\"Friend@GitHub\" = [\"session.read\"]\n\
                      \"tag:ci\" = [\"agent.read\"]\n";

fn config(tailscaled: &Tailscaled, logins: &str) -> String {
    let socket = tailscaled.socket.display();
    format!(
        "[runtime]\nbind = \"tailnet\"\n[tailscale]\nsocket = \"{socket}\"\n\
         command = \"/nowhere/tailscale\"\n[tailscale.logins]\n{logins}"
    )
}

impl Tailnet {
    async fn new() -> Self {
        let tailscaled = Tailscaled::new();
        let house = House::with_config(&config(&tailscaled, LOGINS)).await;
        let context = house.daemon.context();
        let dispatcher = Dispatcher::new(Arc::clone(context));
        let shared = Shared::new(Arc::clone(context), dispatcher, TaskTracker::new());
        Self { shared: Arc::new(shared), house, tailscaled }
    }

    /// Somebody who connects from there, over the tailnet or not.
    async fn peer(&self, address: &str, is_tailnet: bool) -> Peer {
        let address = address.parse().unwrap();
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let tailnet = self.house.daemon.context().ways.tailnet();
        Peer {
            address,
            is_secure: true,
            seat: is_tailnet.then(|| tailnet.arrive(address)),
            _place: Arc::new(place),
            recorded: Arc::default(),
        }
    }

    async fn known(&self, peer: &Peer, lines: &[(&'static str, &str)]) -> Result<Caller, Failure> {
        let mut headers = axum::http::HeaderMap::new();
        for (name, value) in lines {
            headers.insert(*name, value.parse().unwrap());
        }
        within(self.shared.known(&headers, peer, "/rpc")).await
    }

    async fn name(&self, logins: &str) {
        let text = config(&self.tailscaled, logins);
        let path = self.house.daemon.context().home.config_file();
        std::fs::write(path, text).unwrap();
        reload(self.house.daemon.context()).await.unwrap();
    }

    /// A connection from an address of the tailnet, as the door hands it on after the handshake.
    async fn connect(&self, address: &str) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (theirs, _) = listener.accept().await.unwrap();
        // The test calls it by its name on loopback.
        let peer = Peer { is_secure: false, ..self.peer(address, true).await };
        let router = routes::router(Arc::clone(&self.shared));
        tokio::spawn(serve_connection(Arc::clone(&self.shared), router, theirs, peer));
        ours
    }

    async fn socket(&self, address: &str) -> Client {
        let url = format!("ws://{}/ws", self.house.address());
        let stream = self.connect(address).await;
        let request = url.into_client_request().unwrap();
        let (ws, _) = within(client_async(request, stream)).await.unwrap();
        let mut client = Client { ws, events: Vec::new() };
        client.say(&hello(None)).await;
        client
    }
}

#[tokio::test]
async fn who_is_named_comes_in_with_what_the_configuration_gives() {
    let tailnet = Tailnet::new().await;
    tailnet.tailscaled.knows("100.64.0.9", machine("Me@Example.com", &[]));
    tailnet.tailscaled.knows("100.64.0.10", machine("friend@github", &[]));
    tailnet.tailscaled.knows("100.64.0.11", machine("me@example.com", &["tag:web", "tag:ci"]));
    tailnet.tailscaled.knows("100.64.0.12", machine("me@example.com", &["tag:web"]));
    tailnet.tailscaled.knows("100.64.0.13", machine("stranger@example.com", &[]));
    let peer = tailnet.peer(LAPTOP, true).await;
    let me = tailnet.known(&peer, &[]).await.unwrap();
    assert_eq!((me.principal.to_string().as_str(), me.scopes.len()), ("owner", Scope::ALL.len()));
    let context = tailnet.house.daemon.context();
    let holds = |caller: &Caller| context.ways.holds(&caller.authority, context.clock.now());
    assert!(holds(&me));
    drop(peer);
    assert!(!holds(&me), "nothing is known of an address that nobody is connected from");

    let peer = tailnet.peer("100.64.0.10:1", true).await;
    let friend = tailnet.known(&peer, &[]).await.unwrap();
    assert_eq!(friend.principal.to_string(), "person:tailnet:friend@github");
    assert_eq!(friend.scopes, [Scope::RuntimeRead, Scope::SessionRead]);
    let method = |name: &str| nexus_protocol::Method::by_name(name).unwrap();
    let offers = |name: &str| is_offered(context, &friend, method(name));
    assert!(offers("sessions.list") && !offers("sessions.send") && !offers("keys.create"));
    let list = authorize_method(context, &friend, method("sessions.list")).await;
    assert!(list.is_ok(), "{:?}", list.err());

    let peer = tailnet.peer("100.64.0.11:1", true).await;
    let ci = tailnet.known(&peer, &[]).await.unwrap();
    assert_eq!(ci.principal.to_string(), "person:tailnet:tag:ci", "its tag, and no profile");
    for address in ["100.64.0.12:1", "100.64.0.13:1", "100.64.0.14:1"] {
        let peer = tailnet.peer(address, true).await;
        assert_eq!(tailnet.known(&peer, &[]).await.unwrap_err().code, "UNAUTHORIZED", "{address}");
    }
    let audit = tailnet.house.client().await.call("acl.audit.list", json!({ "limit": 200 })).await;
    let audit = audit.to_string();
    for text in ["100.64.0.9 is me@example.com", "100.64.0.10 is friend@github"] {
        assert!(audit.contains(&format!("the tailnet says that {text}")), "{audit}");
    }
}

#[tokio::test]
async fn nothing_that_somebody_sends_along_makes_it_somebody() {
    let tailnet = Tailnet::new().await;
    tailnet.tailscaled.knows("100.64.0.9", machine("me@example.com", &[]));
    let claims = [
        ("tailscale-user-login", "me@example.com"),
        ("x-forwarded-for", "100.64.0.9"),
        ("forwarded", "for=100.64.0.9"),
        ("x-real-ip", "100.64.0.9"),
    ];
    // As `tailscale serve` hands it on, by loopback, and over the tailnet from another machine.
    for (address, is_tailnet) in [("127.0.0.1:5000", false), ("100.64.0.99:5000", true)] {
        let peer = tailnet.peer(address, is_tailnet).await;
        assert!(tailnet.known(&peer, &claims).await.is_err(), "{address}");
    }
    assert!(tailnet.known(&tailnet.peer(LAPTOP, false).await, &[]).await.is_err());
    assert_eq!(tailnet.tailscaled.n_asked(), 1, "only where the tailnet is listened on");

    let peer = tailnet.peer(LAPTOP, true).await;
    let come = async |lines: &[(&'static str, &str)]| tailnet.known(&peer, lines).await.is_ok();
    assert!(come(&[("sec-fetch-site", "same-origin")]).await);
    for site in ["cross-site", "same-site"] {
        assert!(!come(&[("sec-fetch-site", site)]).await, "a page of {site} made the browser ask");
    }
    assert!(come(&[("cookie", "nexus_session=ended")]).await, "a browser cannot help it");
    let wrong = come(&[("authorization", "Bearer wrong")]);
    assert!(!tailnet.house.while_time_passes(wrong).await, "what is shown decides alone");
}

#[tokio::test]
async fn what_the_tailnet_says_is_nothing_to_hand_on() {
    let tailnet = Tailnet::new().await;
    tailnet.tailscaled.knows("100.64.0.9", machine("me@example.com", &[]));
    let mut client = tailnet.socket(LAPTOP).await;
    assert_eq!(client.hear().await["auth"]["principal"]["kind"], "owner");
    let refused = client.call("keys.token", json!({ "idempotencyKey": "a" })).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("by the tailnet"), "{refused}");
    let mut stream = tailnet.connect(LAPTOP).await;
    let request = format!(
        "POST /api/link HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        tailnet.house.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    within(stream.read_to_end(&mut text)).await.unwrap();
    let answer = Answer(String::from_utf8(text).unwrap());
    assert_eq!(answer.status(), 403, "{}", answer.0);
}

#[tokio::test]
async fn who_is_named_no_longer_is_cut_off_at_once() {
    let tailnet = Tailnet::new().await;
    tailnet.tailscaled.knows("100.64.0.9", machine("me@example.com", &[]));
    tailnet.tailscaled.knows("100.64.0.10", machine("friend@github", &[]));
    let mut me = tailnet.socket(LAPTOP).await;
    let mut friend = tailnet.socket("100.64.0.10:1").await;
    for client in [&mut me, &mut friend] {
        assert_eq!(client.hear().await["type"], "hello-ok");
    }
    tailnet.name("\"me@example.com\" = [\"owner\"]\n").await;
    assert_eq!(friend.goodbye().await, (1008, "your authority was taken back".to_owned()));
    assert_eq!(me.call("status", json!({})).await["ok"], true);
    tailnet.name("").await;
    assert_eq!(me.goodbye().await.0, 1008);
    let n_asked = tailnet.tailscaled.n_asked();
    let mut late = tailnet.socket(LAPTOP).await;
    let answer = tailnet.house.while_time_passes(late.hear()).await;
    assert_eq!(answer["type"], "hello-error", "{answer}");
    assert_eq!(
        tailnet.tailscaled.n_asked(),
        n_asked,
        "where nobody is named, nobody is asked about"
    );
}

#[tokio::test]
async fn a_machine_that_changes_hands_is_cut_off() {
    let tailnet = Tailnet::new().await;
    tailnet.tailscaled.knows("100.64.0.9", machine("me@example.com", &[]));
    let mut mine = tailnet.socket(LAPTOP).await;
    assert_eq!(mine.hear().await["type"], "hello-ok");
    tailnet.tailscaled.knows("100.64.0.9", machine("thief@example.com", &[]));
    let (code, _) = tailnet.house.while_time_passes(mine.goodbye()).await;
    assert_eq!(code, 1008);
}

#[tokio::test]
async fn while_tailscaled_is_silent_its_way_is_closed_and_no_other() {
    let tailnet = Tailnet::new().await;
    tailnet.tailscaled.knows("100.64.0.9", machine("me@example.com", &[]));
    let peer = tailnet.peer(LAPTOP, true).await;
    std::fs::remove_file(&tailnet.tailscaled.socket).unwrap();
    let come = async || tailnet.known(&peer, &[]).await.is_ok();
    assert!(!come().await);
    let bearer = format!("Bearer {}", tailnet.house.token());
    assert!(tailnet.known(&peer, &[("authorization", &bearer)]).await.is_ok());
    let context = tailnet.house.daemon.context();
    let api = LocalApi::at(Some(&tailnet.tailscaled.socket), &*context.clock);
    let failure = api.check(LAPTOP.parse().unwrap()).await.unwrap_err();
    assert!(failure.message.contains("nobody is let in by the tailnet"), "{failure}");
    tailnet.tailscaled.listen();
    // What was not answered is asked again after a moment.
    let back = async {
        while !come().await {
            tokio::task::yield_now().await;
        }
    };
    tailnet.house.while_time_passes(back).await;
    api.check(LAPTOP.parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_never_comes_holds_nobody_up_for_good() {
    let tailnet = Tailnet::new().await;
    std::fs::remove_file(&tailnet.tailscaled.socket).unwrap();
    let _silent = UnixListener::bind(&tailnet.tailscaled.socket).unwrap();
    let peer = tailnet.peer(LAPTOP, true).await;
    let come = tailnet.known(&peer, &[]);
    assert!(tailnet.house.while_time_passes(come).await.is_err());
}
