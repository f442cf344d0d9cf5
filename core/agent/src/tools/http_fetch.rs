//! `http_fetch`: reads a page from the web.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use nexus_domain::agent::ToolEffect;
use nexus_domain::permission::Target;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::{PublicResolver, check};
use super::page::to_text;
use super::{HttpConfig, Plan, Tool, ToolOutput, ToolResult, parse};
use crate::provider::ToolSpec;

/// Most redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// Longest address, in bytes.
const URL_BYTES_MAX: usize = 4_096;

pub(super) struct HttpFetch {
    config: HttpConfig,
    /// Made on first use: reading the system's certificates would slow down every start.
    client: Arc<OnceLock<Client>>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    url: String,
}

impl HttpFetch {
    pub(super) fn new(config: HttpConfig) -> Self {
        Self { config, client: Arc::default() }
    }
}

fn client(config: HttpConfig) -> Result<Client, String> {
    let allow_private_hosts = config.allow_private_hosts;
    Client::builder()
        .dns_resolver(Arc::new(PublicResolver { allow_private_hosts }))
        .redirect(redirects(allow_private_hosts))
        .no_proxy()
        .referer(false)
        .gzip(true)
        .timeout(Duration::from_millis(config.duration_ms_max))
        .user_agent(concat!("nexus/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| format!("there is no HTTP client: {error}"))
}

impl Tool for HttpFetch {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "http_fetch".to_owned(),
            description: "Fetch a web page or file with GET; pages come as text. A page that \
                          sends on to another host is not followed: fetch that address itself."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "url": { "type": "string", "minLength": 1, "maxLength": URL_BYTES_MAX },
                },
                "required": ["url"],
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Network
    }

    fn duration_ms_max(&self) -> u64 {
        self.config.duration_ms_max.saturating_add(5_000)
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let arguments: Arguments = parse(arguments)?;
        let mut url = Url::parse(&arguments.url)
            .map_err(|error| format!("`{}` is not an address: {error}", arguments.url))?;
        check(&url, self.config.allow_private_hosts)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address with a password in it is not fetched".to_owned());
        }
        url.set_fragment(None);
        let target = Target::Host {
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default().unwrap_or_default(),
        };
        let arguments = Arguments { url: url.to_string() };
        let (cell, config) = (Arc::clone(&self.client), self.config);
        Plan::new(format!("GET {url}"), arguments, move |_, _| {
            Box::pin(async move {
                let client = match cell.get() {
                    Some(client) => client,
                    None => {
                        let made = client(config)?;
                        cell.get_or_init(|| made)
                    }
                };
                fetch(client, url, config).await
            })
        })
        .map(|plan| plan.on(target))
    }
}

/// Follows a few redirects, each checked like the first address. What was decided is the host:
/// a redirect that leaves it is given back as it is.
pub(super) fn redirects(allow_private_hosts: bool) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > REDIRECTS_MAX {
            return attempt.error("too many redirects");
        }
        if attempt.previous().first().is_some_and(|first| !is_same_host(first, attempt.url())) {
            return attempt.stop();
        }
        match check(attempt.url(), allow_private_hosts) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        }
    })
}

/// Whether two addresses lie on one host and port. Going over from http to https, each on its own
/// port, leads to the same place on a better road.
fn is_same_host(from: &Url, to: &Url) -> bool {
    let port = |url: &Url| url.port_or_known_default();
    let is_upgrade = from.scheme() == "http"
        && to.scheme() == "https"
        && (port(from), port(to)) == (Some(80), Some(443));
    from.host() == to.host() && from.host().is_some() && (port(from) == port(to) || is_upgrade)
}

/// Where an answer sends on to, if it was not followed: that is another host, which is a question
/// of its own.
fn elsewhere(response: &Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let place = response.headers().get(LOCATION)?.to_str().ok()?;
    let next = response.url().join(place).ok()?;
    let from = response.url().host_str().unwrap_or_default();
    let next: String = next.as_str().chars().take(URL_BYTES_MAX).collect();
    Some(format!(
        "{} sends on to another host, which was not followed because only {from} was asked for; \
         fetch this address if you need it: {next}",
        response.url()
    ))
}

async fn fetch(client: &Client, url: Url, config: HttpConfig) -> ToolResult {
    let response = client.get(url.clone()).send().await.map_err(explain)?;
    if let Some(elsewhere) = elsewhere(&response) {
        return Err(elsewhere);
    }
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("text/plain").to_ascii_lowercase();
    let place = response.url().clone();
    if !is_text(&kind) {
        return Err(format!("{place} is {kind}, not text"));
    }
    let (bytes, is_cut) = read(response, config.bytes_max).await?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = if kind.contains("html") {
        // Laying out a page is work for the processor.
        tokio::task::spawn_blocking(move || to_text(&text))
            .await
            .map_err(|_| "the page could not be laid out as text".to_owned())?
    } else {
        text
    };
    let mut head = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or(""));
    if place != url {
        head = format!("{head} (from {place})");
    }
    let tail = if is_cut { "\n[cut: the page is larger]" } else { "" };
    let content = format!("{}\n\n{text}{tail}", head.trim_end());
    if status.is_success() { Ok(ToolOutput::text(content)) } else { Err(content) }
}

fn is_text(kind: &str) -> bool {
    // Office files are named after the XML inside their archives.
    if kind.contains("openxml") {
        return false;
    }
    ["text/", "json", "xml", "javascript", "yaml", "x-www-form"]
        .iter()
        .any(|word| kind.contains(word))
}

async fn read(response: Response, bytes_max: usize) -> Result<(Vec<u8>, bool), String> {
    let mut stream = response.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(explain)?;
        let room = bytes_max.saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Ok((bytes, true));
        }
    }
    Ok((bytes, false))
}

/// The innermost cause says it best: it is the resolver's, the redirect policy's, or the socket's.
fn explain(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "the page took too long".to_owned();
    }
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        why = cause.to_string();
        source = cause.source();
    }
    format!("the page could not be fetched: {why}")
}
