//! `http_fetch`: reads a page from the web.

use std::time::Duration;

use futures_util::StreamExt;
use nexus_domain::Failure;
use nexus_domain::agent::ToolEffect;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::{PublicResolver, check};
use super::{HttpConfig, Plan, Tool, ToolOutput, ToolResult, parse};
use crate::provider::ToolSpec;

/// Most redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// Longest address, in bytes.
const URL_BYTES_MAX: usize = 4_096;
/// Width that pages are laid out in, in characters.
const TEXT_WIDTH: usize = 100;

pub(super) struct HttpFetch {
    config: HttpConfig,
    client: Client,
}

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    url: String,
}

impl HttpFetch {
    pub(super) fn new(config: HttpConfig) -> Result<Self, Failure> {
        let allow = config.allow_private_hosts;
        let redirect = reqwest::redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS_MAX {
                return attempt.error("too many redirects");
            }
            match check(attempt.url(), allow) {
                Ok(()) => attempt.follow(),
                Err(why) => attempt.error(why),
            }
        });
        let client = Client::builder()
            .dns_resolver(std::sync::Arc::new(PublicResolver { allow_private_hosts: allow }))
            .redirect(redirect)
            .no_proxy()
            .referer(false)
            .gzip(true)
            .timeout(Duration::from_millis(config.duration_ms_max))
            .user_agent(concat!("nexus/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::internal(format!("no HTTP client: {error}")))?;
        Ok(Self { config, client })
    }
}

impl Tool for HttpFetch {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "http_fetch".to_owned(),
            description: "Fetch a web page or file with GET; pages come as text.".to_owned(),
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
        let arguments = Arguments { url: url.to_string() };
        let (client, config) = (self.client.clone(), self.config);
        Plan::new(format!("GET {url}"), arguments, move |_, _| {
            Box::pin(async move { fetch(&client, url, config).await })
        })
    }
}

async fn fetch(client: &Client, url: Url, config: HttpConfig) -> ToolResult {
    let response = client.get(url.clone()).send().await.map_err(explain)?;
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("text/plain").to_ascii_lowercase();
    let place = response.url().clone();
    if !is_text(&kind) {
        return Err(format!("{place} is {kind}, not text"));
    }
    let (bytes, is_cut) = read(response, config.bytes_max).await?;
    // Laying out a page is work for the processor, and a page can be made to be much work.
    let text = tokio::task::spawn_blocking(move || to_text(&bytes, kind.contains("html")))
        .await
        .map_err(|_| "the page could not be laid out as text".to_owned())??;
    let mut head = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or(""));
    if place != url {
        head = format!("{head} (from {place})");
    }
    let tail = if is_cut { "\n[cut: the page is larger]" } else { "" };
    let content = format!("{}\n\n{text}{tail}", head.trim_end());
    if status.is_success() { Ok(ToolOutput::text(content)) } else { Err(content) }
}

fn is_text(kind: &str) -> bool {
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

fn to_text(bytes: &[u8], is_html: bool) -> Result<String, String> {
    if is_html {
        return html2text::from_read(bytes, TEXT_WIDTH)
            .map_err(|error| format!("the page could not be laid out as text: {error}"));
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
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
