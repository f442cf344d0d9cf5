//! The control plane opened to others: by TLS on an address of its own, by Tailscale, and closed
//! again. An address of 127.0.0.0/8 besides the usual one stands for the network outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nexus_client::{
    Client, ClientError, Fingerprint, Target, Trust, call, idempotency_key, stranger,
};
use nexus_protocol::config::GetParams;
use nexus_protocol::expose::{ExposeTarget, SetParams, StatusParams, StatusResult};
use nexus_protocol::health::{HealthCheck, HealthParams, HealthStatus};
use nexus_protocol::routes::{Access, Route};
use nexus_tests::{DaemonProcess, TestHome};
use serde_json::Value;

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const OUTSIDE: &str = "127.0.0.2";
const QUIET: &str = "[models]\ndiscover = false\n";
/// Longest wait for anything. It bounds a hang; nothing is asserted about it.
const PATIENCE: Duration = Duration::from_secs(60);

async fn set(client: &Client, target: ExposeTarget) -> Result<StatusResult, ClientError> {
    let address = (target == ExposeTarget::Address).then(|| OUTSIDE.to_owned());
    let idempotency_key = idempotency_key().unwrap();
    let params = SetParams { target, address, mdns: None, idempotency_key };
    client.request::<call::ExposeSet>(params).await
}

async fn health(client: &Client, id: &str) -> Result<HealthCheck> {
    let health = client.request::<call::Health>(HealthParams {}).await?;
    Ok(health.checks.into_iter().find(|check| check.id == id).unwrap())
}

/// Waits until the line on the health board reads so.
async fn until_health(client: &Client, wanted: &str) -> Result<HealthCheck> {
    let waiting = async {
        loop {
            let health = client.request::<call::Health>(HealthParams {}).await?;
            let check = health.checks.into_iter().find(|check| check.id == "exposure");
            if let Some(check) = check.filter(|check| check.reason.contains(wanted)) {
                return Ok(check);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.context(wanted.to_owned())?
}

/// A browser that does not look at certificates, and follows nothing.
fn browser() -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder().danger_accept_invalid_certs(true);
    Ok(builder.redirect(reqwest::redirect::Policy::none()).build()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn others_come_in_by_tls_and_are_cut_off_when_it_is_closed() -> Result<()> {
    let home = TestHome::with_config(QUIET)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let inside = daemon.client().await?;
    let before = inside.request::<call::ExposeStatus>(StatusParams {}).await?;
    ensure!(before.endpoints.is_empty() && before.inside == daemon.address(), "{before:?}");

    let open = set(&inside, ExposeTarget::Address).await?;
    ensure!(open.problems.is_empty() && open.endpoints.len() == 1, "{open:?}");
    let endpoint = &open.endpoints[0];
    let pin: Fingerprint = endpoint.fingerprint.as_deref().unwrap().parse()?;
    let target = Target::parse(&endpoint.url, Some(pin))?;
    let tries = stranger::look(&target).await;
    // The connection, the health and the WebSocket, and every address that is not for strangers.
    let n_known = Route::ALL.iter().filter(|route| route.access() == Access::Known).count();
    ensure!(tries.len() == n_known + 3 && tries.iter().all(|one| one.is_fine), "{tries:#?}");

    // Whoever has a credential and knows the certificate comes in; another certificate is not it.
    let mut options = daemon.client_options()?;
    options.address.clone_from(&target.address);
    options.trust = target.trust;
    let outside = Client::connect(options.clone()).await?;
    let params = GetParams { key: Some("runtime.bind".to_owned()), text: false };
    let bind = outside.request::<call::ConfigGet>(params).await?.values.remove(0).value;
    ensure!(bind == OUTSIDE, "{bind}");
    // So does whoever knows the key, which outlives the certificate.
    let mut by_key = options.clone();
    let key: Fingerprint = endpoint.key_fingerprint.as_deref().unwrap().parse()?;
    ensure!(key != pin, "the certificate is not its key");
    by_key.trust = Some(Trust::Pinned(key));
    Client::connect(by_key).await?;
    let mut wrong = options.clone();
    wrong.trust = Some(Trust::Pinned(Fingerprint::of(b"another")));
    let refused = Client::connect(wrong).await.err().unwrap();
    ensure!(matches!(refused, ClientError::Untrusted { .. }), "{refused:?}");
    let mut unknown = options.clone();
    unknown.trust = Some(Trust::System);
    let refused = Client::connect(unknown).await.err().unwrap();
    ensure!(matches!(refused, ClientError::Untrusted { .. }), "nobody vouches for it: {refused:?}");
    let mut plain = options.clone();
    plain.trust = None;
    ensure!(Client::connect(plain).await.is_err(), "there is no way in without TLS");

    let closed = set(&inside, ExposeTarget::Off).await?;
    ensure!(closed.endpoints.is_empty(), "{closed:?}");
    tokio::time::timeout(PATIENCE, outside.closed()).await.context("it was not cut off")?;
    let refused = Client::connect(options).await.err().unwrap();
    ensure!(matches!(refused, ClientError::Unreachable { .. }), "{refused:?}");
    // Whoever was connected from this machine has noticed nothing of it.
    ensure!(health(&inside, "exposure").await?.reason == "only this machine");
    let text = std::fs::read_to_string(home.path().join("nexus.toml"))?;
    ensure!(!text.contains("bind"), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_outside_names_are_checked_and_cookies_are_bound_to_tls() -> Result<()> {
    let config = format!("{QUIET}[runtime]\nbind = \"{OUTSIDE}\"\n");
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let inside = daemon.client().await?;
    until_health(&inside, "https://").await?;
    let status = inside.request::<call::ExposeStatus>(StatusParams {}).await?;
    let url = &status.endpoints[0].url;
    let browser = browser()?;
    for host in ["evil.example", "localhost", "127.0.0.1"] {
        let answer = browser.get(format!("{url}/health")).header("host", host).send().await?;
        ensure!(answer.status() == 421, "{host}: {answer:?}");
    }
    let answer = browser.get(format!("{url}/health")).send().await?;
    ensure!(answer.headers().get("strict-transport-security").is_none(), "{answer:?}");
    let body: Value = answer.json().await?;
    ensure!(body.as_object().unwrap().len() == 2, "{body}");
    let origin = url.replace("https://", "http://");
    let answer = browser.post(format!("{url}/api/link")).header("origin", origin).send().await?;
    ensure!(answer.status() == 403, "a page without TLS is another site");

    let token = daemon.token()?;
    let made = browser.post(format!("{url}/api/link")).bearer_auth(token.reveal()).send().await?;
    let link = made.json::<Value>().await?["url"].as_str().unwrap().to_owned();
    ensure!(link.starts_with(url), "{link}");
    let opened = browser.get(&link).send().await?;
    let cookie = opened.headers()["set-cookie"].to_str()?.to_owned();
    ensure!(cookie.ends_with("; Secure") && cookie.contains("HttpOnly"), "{cookie}");
    // The way by loopback stays plain.
    let address = daemon.address();
    let made = browser
        .post(format!("http://{address}/api/link"))
        .bearer_auth(token.reveal())
        .send()
        .await?;
    let link = made.json::<Value>().await?["url"].as_str().unwrap().to_owned();
    let opened = browser.get(&link).send().await?;
    ensure!(!opened.headers()["set-cookie"].to_str()?.contains("Secure"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_certificate_is_used_and_a_broken_one_opens_nothing() -> Result<()> {
    let config = format!(
        "{QUIET}[runtime]\nbind = \"{OUTSIDE}\"\n[tls]\ncertificate = \"own.pem\"\nkey = \"own.key\"\n"
    );
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let inside = daemon.client().await?;
    let check = until_health(&inside, "no TLS").await?;
    ensure!(check.status == HealthStatus::Degraded, "{check:?}");
    let status = inside.request::<call::ExposeStatus>(StatusParams {}).await?;
    ensure!(status.endpoints.is_empty() && status.problems.len() == 1, "{status:?}");

    let authority = rcgen::CertificateParams::new(Vec::new())?;
    let authority_key = rcgen::KeyPair::generate()?;
    let authority = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate()?;
    let mut params = rcgen::CertificateParams::new(vec![OUTSIDE.to_owned()])?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "own");
    let own = params.signed_by(&key, &authority)?;
    std::fs::write(home.path().join("own.pem"), own.pem())?;
    let key_file = home.path().join("own.key");
    std::fs::write(&key_file, key.serialize_pem())?;
    std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600))?;
    let open = set(&inside, ExposeTarget::Address).await?;
    ensure!(open.problems.is_empty(), "{open:?}");
    let endpoint = &open.endpoints[0];
    ensure!(endpoint.fingerprint == Some(Fingerprint::of(own.der()).to_string()), "{open:?}");
    ensure!(!endpoint.is_self_signed);
    let answer = browser()?.get(format!("{}/health", endpoint.url)).send().await?;
    ensure!(answer.headers().contains_key("strict-transport-security"), "{answer:?}");
    Ok(())
}

/// Behaves as `tailscale` does for what is asked of it: keeps what is served in a file, and refuses
/// whatever it does not know.
const TAILSCALE: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/tailscale.log"
case "$*" in
"status --json --peers=false")
    echo '{"Version":"1.90.6","BackendState":"Running","Self":{"HostName":"box","DNSName":"box.tail1234.ts.net.","TailscaleIPs":["100.64.0.7"]},"CertDomains":["box.tail1234.ts.net"]}' ;;
"serve status --json")
    if [ -s "$here/served" ]; then
        printf '{"TCP":{"443":{"HTTPS":true}},"Web":{"box.tail1234.ts.net:443":{"Handlers":{"/":{"Proxy":"%s"}}}}}\n' "$(cat "$here/served")"
    else
        echo '{}'
    fi ;;
"serve --bg --https=443 http://127.0.0.1:"*)
    printf '%s' "$4" > "$here/served"
    echo "Available within your tailnet" ;;
"serve --https=443 off") rm -f "$here/served" ;;
*) echo "flag provided but not defined" >&2; exit 1 ;;
esac
"#;

fn with_tailscale(folder: &Path) -> Result<String> {
    let program = folder.join("tailscale");
    std::fs::write(&program, TAILSCALE)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    Ok(program.display().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tailnet_is_served_by_tailscale_and_left_as_it_was() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = with_tailscale(folder.path())?;
    let home = TestHome::with_config(&format!("{QUIET}[tailscale]\ncommand = \"{program}\"\n"))?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let inside = daemon.client().await?;
    let served = || std::fs::read_to_string(folder.path().join("served")).unwrap_or_default();
    let name = "box.tail1234.ts.net";

    // What somebody else serves there is left alone.
    std::fs::write(folder.path().join("served"), "http://10.0.0.9:80")?;
    let taken = set(&inside, ExposeTarget::Tailnet).await?;
    ensure!(taken.endpoints.is_empty() && taken.problems[0].contains("left alone"), "{taken:?}");
    ensure!(served() == "http://10.0.0.9:80");
    std::fs::remove_file(folder.path().join("served"))?;

    let open = set(&inside, ExposeTarget::Tailnet).await?;
    ensure!(open.problems.is_empty(), "{open:?}");
    ensure!(open.endpoints[0].url == format!("https://{name}"), "{open:?}");
    ensure!(served() == format!("http://{}", daemon.address()));

    // What it hands on calls us by that name, and its browser has TLS.
    let (browser, token) = (browser()?, daemon.token()?);
    let link = format!("http://{}/api/link", daemon.address());
    let ask = |host: &'static str| {
        browser.post(&link).header("host", host).bearer_auth(token.reveal()).send()
    };
    let made: Value = ask(name).await?.json().await?;
    ensure!(made["url"].as_str().unwrap().starts_with("https://box.tail1234.ts.net/open"));
    ensure!(ask("other.tail1234.ts.net").await?.status() == 421);

    // A stopped daemon leaves no way to a port that is not its own any more; a new one opens it.
    daemon.stop()?;
    daemon.died().await?;
    ensure!(served().is_empty(), "{}", served());
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let inside = daemon.client().await?;
    until_health(&inside, "https://box").await?;
    ensure!(served() == format!("http://{}", daemon.address()));
    let closed = set(&inside, ExposeTarget::Off).await?;
    ensure!(closed.endpoints.is_empty() && closed.problems.is_empty(), "{closed:?}");
    ensure!(served().is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_opened_changes_nothing() -> Result<()> {
    let config = format!("{QUIET}[tailscale]\ncommand = \"/nowhere/tailscale\"\n");
    let home = TestHome::with_config(&config)?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let inside = daemon.client().await?;
    let refused = set(&inside, ExposeTarget::Tailnet).await.unwrap_err();
    ensure!(refused.to_string().contains("Tailscale was not found"), "{refused}");
    let idempotency_key = idempotency_key()?;
    let address = Some("198.51.100.77".to_owned());
    let params = SetParams { target: ExposeTarget::Address, address, mdns: None, idempotency_key };
    let refused = inside.request::<call::ExposeSet>(params).await.unwrap_err();
    ensure!(refused.to_string().contains("no such address"), "{refused}");
    ensure!(std::fs::read_to_string(home.path().join("nexus.toml"))? == config);
    Ok(())
}
