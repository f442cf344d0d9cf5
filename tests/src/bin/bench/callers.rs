//! What the way through the adapter and the pipeline costs a client of the OpenAI API: the same call
//! made at the provider itself and through Nexus, in turn, in the same minute.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use crate::Bench;
use crate::daemon::{self, Home, Server};
use crate::load::{connect, wait_for};
use crate::table::{Row, percentile};

/// Calls that open the connections before anything is measured.
const N_WARM: usize = 20;
/// Clients side by side, and calls of each.
const LOADS: [(usize, usize); 3] = [(1, 200), (8, 50), (64, 15)];
/// Longest wait for the adapter to listen, in milliseconds.
const START_MS_MAX: u128 = 10_000;

/// Where calls go.
#[derive(Clone)]
struct Place {
    url: String,
    key: String,
    model: &'static str,
    client: reqwest::Client,
}

/// What one call took, in milliseconds.
struct Call {
    first_ms: f64,
    total_ms: f64,
}

/// Measures it with a daemon of its own.
pub(crate) async fn measure(bench: &Bench, base_url: &str) -> Result<Vec<Row>> {
    let port = free_port()?;
    let home = Home::new(base_url)?;
    let adapter = daemon::program(bench, "nexus-adapter-openai");
    home.add(&format!(
        "\n[adapters.openai]\ncommand = [{adapter:?}]\naccount = \"main\"\n\n\
         [adapters.openai.settings]\nlisten = \"127.0.0.1:{port}\"\n"
    ))?;
    let server = daemon::start(bench, &home).await?;
    let client = reqwest::Client::builder().tcp_nodelay(true).build()?;
    let ours = Place {
        url: format!("http://127.0.0.1:{port}/v1/chat/completions"),
        key: key(&server).await?,
        model: "nexus/main",
        client: client.clone(),
    };
    let direct = Place {
        url: format!("{base_url}/chat/completions"),
        key: "none".to_owned(),
        model: "instant",
        client,
    };
    listening(&ours).await?;
    for place in [&ours, &direct] {
        run(place, 1, N_WARM).await?;
    }
    let mut rows = Vec::new();
    for ((n_clients, n_calls), names) in LOADS.into_iter().zip(NAMES) {
        let begin = Instant::now();
        let through = run(&ours, n_clients, n_calls).await?;
        let rate = through.len() as f64 / begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let past = run(&direct, n_clients, n_calls).await?;
        let direct_rate = past.len() as f64 / begin.elapsed().as_secs_f64();
        let firsts = |calls: &[Call]| calls.iter().map(|call| call.first_ms).collect::<Vec<_>>();
        let totals = |calls: &[Call]| calls.iter().map(|call| call.total_ms).collect::<Vec<_>>();
        let all = [
            (firsts(&through), firsts(&past), 0.5),
            (firsts(&through), firsts(&past), 0.99),
            (totals(&through), totals(&past), 0.5),
            (totals(&through), totals(&past), 0.99),
        ];
        for ((id, what), (through, past, share)) in names.iter().zip(all) {
            let row = Row::new(id, what, percentile(&through, share), "ms");
            rows.push(row.limit(percentile(&past, share)));
        }
        let (id, what) = names[4];
        rows.push(Row::new(id, what, rate, "/s").limit(direct_rate));
    }
    Ok(rows)
}

/// Names of the rows of each load.
const NAMES: [[(&str, &str); 5]; 3] = [
    [
        ("openai.1.first.p50", "OpenAI API, 1 client, first text, p50"),
        ("openai.1.first.p99", "OpenAI API, 1 client, first text, p99"),
        ("openai.1.total.p50", "OpenAI API, 1 client, whole, p50"),
        ("openai.1.total.p99", "OpenAI API, 1 client, whole, p99"),
        ("openai.1.rate", "OpenAI API, 1 client"),
    ],
    [
        ("openai.8.first.p50", "OpenAI API, 8 clients, first text, p50"),
        ("openai.8.first.p99", "OpenAI API, 8 clients, first text, p99"),
        ("openai.8.total.p50", "OpenAI API, 8 clients, whole, p50"),
        ("openai.8.total.p99", "OpenAI API, 8 clients, whole, p99"),
        ("openai.8.rate", "OpenAI API, 8 clients"),
    ],
    [
        ("openai.64.first.p50", "OpenAI API, 64 clients, first text, p50"),
        ("openai.64.first.p99", "OpenAI API, 64 clients, first text, p99"),
        ("openai.64.total.p50", "OpenAI API, 64 clients, whole, p50"),
        ("openai.64.total.p99", "OpenAI API, 64 clients, whole, p99"),
        ("openai.64.rate", "OpenAI API, 64 clients"),
    ],
];

/// A port that nobody uses at this moment.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

async fn key(server: &Server) -> Result<String> {
    let mut owner = connect(&server.target).await?;
    let params = json!({ "label": "bench", "scopes": ["session.write"], "idempotencyKey": "make" });
    let call = json!({ "type": "req", "id": "make", "method": "keys.create", "params": params });
    owner.send(Message::text(call.to_string())).await?;
    let answer: Value = serde_json::from_str(&wait_for(&mut owner, "\"id\":\"make\"").await?)?;
    let value = answer["payload"]["value"].as_str();
    Ok(value.with_context(|| format!("no key was made: {answer}"))?.to_owned())
}

async fn listening(place: &Place) -> Result<()> {
    let begin = Instant::now();
    while let Err(error) = call(place).await {
        ensure!(begin.elapsed().as_millis() < START_MS_MAX, "the adapter does not answer: {error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn run(place: &Place, n_clients: usize, n_calls: usize) -> Result<Vec<Call>> {
    let mut clients = JoinSet::new();
    for _ in 0..n_clients {
        let place = place.clone();
        clients.spawn(async move {
            let mut calls = Vec::with_capacity(n_calls);
            for _ in 0..n_calls {
                calls.push(call(&place).await?);
            }
            Ok::<_, anyhow::Error>(calls)
        });
    }
    let mut calls = Vec::new();
    while let Some(client) = clients.join_next().await {
        calls.extend(client??);
    }
    Ok(calls)
}

async fn call(place: &Place) -> Result<Call> {
    let body = json!({
        "model": place.model, "stream": true,
        "messages": [{ "role": "user", "content": "hi" }],
    });
    let begin = Instant::now();
    let since = || begin.elapsed().as_secs_f64() * 1_000.0;
    let request = place.client.post(&place.url).bearer_auth(&place.key).json(&body);
    let response = request.send().await?;
    let status = response.status();
    ensure!(status.is_success(), "{status}: {}", response.text().await?);
    let mut stream = response.bytes_stream();
    let mut first_ms = None;
    let mut text = Vec::new();
    while let Some(bytes) = stream.next().await {
        text.extend_from_slice(&bytes?);
        if first_ms.is_none() && contains(&text, b"\"content\":\"G") {
            first_ms = Some(since());
        }
    }
    ensure!(contains(&text, b"[DONE]"), "a reply was cut off");
    let total_ms = since();
    Ok(Call { first_ms: first_ms.context("a reply without text")?, total_ms })
}

fn contains(text: &[u8], piece: &[u8]) -> bool {
    text.windows(piece.len()).any(|window| window == piece)
}
