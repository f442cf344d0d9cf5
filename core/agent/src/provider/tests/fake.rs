//! A server on raw TCP: it sends exactly the bytes it is told to, when it is told to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What the server does once it has read a request.
#[derive(Clone)]
pub(super) enum Step {
    /// Sends these bytes at once.
    Send(Vec<u8>),
    /// Sends these bytes in packets of so many.
    Drip(Vec<u8>, usize),
    /// Waits until the client closes.
    Hang,
}

/// A running server.
pub(super) struct Fake {
    pub(super) url: String,
    /// Whole requests, head and body.
    pub(super) requests: Arc<Mutex<Vec<String>>>,
    /// A client closed its connection while the server hung.
    pub(super) closed: Arc<Notify>,
}

impl Fake {
    /// Answers each connection with the next script; the connection then closes.
    pub(super) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (requests, closed) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(Notify::new()));
        let fake = Self { url, requests: requests.clone(), closed: closed.clone() };
        tokio::spawn(async move {
            for script in scripts {
                let (mut socket, _) = listener.accept().await.unwrap();
                socket.set_nodelay(true).unwrap();
                let request = read_request(&mut socket).await;
                requests.lock().unwrap().push(request);
                play(&mut socket, script, &closed).await;
            }
        });
        fake
    }

    pub(super) fn body(&self, n: usize) -> serde_json::Value {
        let request = self.requests.lock().unwrap()[n].clone();
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }
}

async fn play(socket: &mut TcpStream, script: Vec<Step>, closed: &Notify) {
    for step in script {
        match step {
            Step::Send(bytes) => socket.write_all(&bytes).await.unwrap(),
            Step::Drip(bytes, size) => {
                for packet in bytes.chunks(size) {
                    socket.write_all(packet).await.unwrap();
                    socket.flush().await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
            Step::Hang => {
                let mut rest = [0; 64];
                while matches!(socket.read(&mut rest).await, Ok(n) if n > 0) {}
                closed.notify_one();
            }
        }
    }
    // The client may be gone already.
    let _ = socket.shutdown().await;
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let n = socket.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
        });
        if body.len() >= length.unwrap_or(0) || n == 0 {
            return text;
        }
    }
}

/// The head of a response.
pub(super) fn head(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\n\r\n").into_bytes()
}

/// The head of a stream whose end is the end of the connection.
pub(super) fn stream_head() -> Vec<u8> {
    head("200 OK", "content-type: text/event-stream\r\n")
}

/// A stream in one piece.
pub(super) fn stream(body: &str) -> Vec<Step> {
    vec![Step::Send(stream_head()), Step::Send(body.as_bytes().to_vec())]
}

/// A whole answer that is no stream.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> Vec<Step> {
    let headers = format!("{headers}content-length: {}\r\n", body.len());
    vec![Step::Send(head(status, &headers)), Step::Send(body.as_bytes().to_vec())]
}
