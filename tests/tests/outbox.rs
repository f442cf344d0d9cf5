//! The outbox in a person's hands: what waits can be taken back, what has no certain end can be
//! settled, and what is too long for a medium is cut.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail, ensure};
use nexus_client::{call, idempotency_key};
use nexus_domain::delivery::DeliveryStatus;
use nexus_protocol::outbox::{ChangeParams, DeliveryFacts, ListParams};
use nexus_tests::{Act, DaemonProcess, FakeModel, Talk, TestHome, echo};

const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const ECHO: &str = env!("CARGO_BIN_EXE_adapter-echo-scenario");
const ASKED: &str = "events = [{ content = \"hi\", event_id = \"one\", sender_id = \"boss\" }]";

/// A daemon whose owner has written once over the echo channel.
async fn asked(
    settings: &str,
    more: &str,
    reply: &str,
) -> Result<(FakeModel, TestHome, DaemonProcess)> {
    let reply = reply.to_owned();
    let model = FakeModel::openai(move |_| Act::Say(reply.clone())).await?;
    let home = echo::home(&model, ECHO, &format!("{settings}\n{ASKED}"))?;
    let file = home.path().join("nexus.toml");
    let config = std::fs::read_to_string(&file)?;
    std::fs::write(&file, format!("{more}\n{config}"))?;
    echo::introduce(NEXUSD, &home, "boss", true).await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    Ok((model, home, daemon))
}

async fn list(talk: &Talk, states: &[DeliveryStatus]) -> Result<Vec<DeliveryFacts>> {
    let params = ListParams { states: states.to_vec(), ..ListParams::default() };
    Ok(talk.client().request::<call::OutboxList>(params).await?.deliveries)
}

fn last() -> Result<ChangeParams> {
    Ok(ChangeParams { id: "@last".to_owned(), idempotency_key: idempotency_key()? })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_can_be_taken_back_and_sent_after_all() -> Result<()> {
    let hold = "[outbox.hold_ms]\necho = 3600000\n";
    let (_model, home, daemon) = asked("", hold, "Regrettable.").await?;
    let talk = Talk::with(&daemon).await?;
    talk.until("nex.request.completed", |_| true).await?;
    let waiting = list(&talk, &[DeliveryStatus::Pending]).await?;
    let [held] = &waiting[..] else { bail!("{waiting:?}") };
    let next_at = held.next_at.context("it is due at no time")?;
    ensure!(next_at.ms_since(held.created_at) == 3_600_000, "{held:?}");
    ensure!(held.text == "Regrettable." && held.to == "boss", "{held:?}");
    let dropped = talk.client().request::<call::OutboxDrop>(last()?).await?.delivery;
    ensure!(dropped.state == DeliveryStatus::Dropped && dropped.id == held.id, "{dropped:?}");
    let again = talk.client().request::<call::OutboxDrop>(last()?).await;
    ensure!(again.is_err(), "it was dropped twice");
    ensure!(echo::sent(&home)?.is_empty(), "it was sent");

    let retried = talk.client().request::<call::OutboxRetry>(last()?).await;
    ensure!(retried.is_ok(), "{retried:?}");
    talk.until("adapter.out.sent", |_| true).await?;
    ensure!(echo::sent(&home)?.len() == 1, "{:?}", echo::sent(&home)?);
    ensure!(list(&talk, &[DeliveryStatus::Sent]).await?.len() == 1);
    let twice = talk.client().request::<call::OutboxRetry>(last()?).await;
    ensure!(twice.is_err(), "what was sent was sent again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_certain_end_waits_for_a_person() -> Result<()> {
    let (_model, home, daemon) = asked("crash_after = 0\nrepeats = true", "", "Once.").await?;
    let talk = Talk::with(&daemon).await?;
    talk.until("adapter.out.error", |event| event.payload["is_unknown"] == true).await?;
    let open = list(&talk, &[DeliveryStatus::Unknown]).await?;
    ensure!(open.len() == 1 && open[0].error.is_some(), "{open:?}");
    ensure!(echo::sent(&home)?.len() == 1, "{:?}", echo::sent(&home)?);
    let settled = talk.client().request::<call::OutboxDrop>(last()?).await?.delivery;
    ensure!(settled.state == DeliveryStatus::Dropped, "{settled:?}");
    ensure!(list(&talk, &[DeliveryStatus::Unknown]).await?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_reply_comes_in_pieces_and_in_order() -> Result<()> {
    let paragraphs: Vec<_> = (1..=5).map(|n| format!("Part {n}. {}", "word ".repeat(12))).collect();
    let reply = paragraphs.join("\n\n");
    let (_model, home, daemon) = asked("text_chars_max = 100", "", &reply).await?;
    let talk = Talk::with(&daemon).await?;
    let n_sent = AtomicUsize::new(0);
    talk.until("adapter.out.sent", |_| n_sent.fetch_add(1, Ordering::SeqCst) == 4).await?;
    let sent = echo::sent(&home)?;
    let texts: Vec<_> = sent.iter().filter_map(|one| one["text"].as_str()).collect();
    ensure!(texts == paragraphs.iter().map(|p| p.trim()).collect::<Vec<_>>(), "{texts:?}");
    Ok(())
}
