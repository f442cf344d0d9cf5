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

/// A daemon whose owner has written once, and whose model says a word for each permit.
async fn growing(
    settings: &str,
    reply: &'static str,
) -> Result<(std::sync::Arc<tokio::sync::Semaphore>, FakeModel, TestHome)> {
    let words = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let held = std::sync::Arc::clone(&words);
    let act = move |_: &nexus_tests::Seen| Act::SayHeld(reply.to_owned(), held.clone());
    let model = FakeModel::openai(act).await?;
    let home = echo::home(&model, ECHO, &format!("{settings}\n{ASKED}"))?;
    echo::introduce(NEXUSD, &home, "boss", true).await?;
    Ok((words, model, home))
}

/// Lets the model go on by a word, and waits until that is shown.
async fn grow(
    daemon: &DaemonProcess,
    home: &TestHome,
    words: &tokio::sync::Semaphore,
    shown: &str,
) -> Result<()> {
    words.add_permits(1);
    let is_shown = || {
        let lines = echo::sent(home).unwrap_or_default();
        lines.last().is_some_and(|line| line["text"] == shown || line["edited"] == shown)
    };
    daemon.wait_until(&format!("`{shown}`"), is_shown).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_grows_in_one_message_and_ends_exactly() -> Result<()> {
    let (words, _model, home) = growing("edit_ms_min = 1", "One two three four.").await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    for shown in ["One ", "One two ", "One two three "] {
        grow(&daemon, &home, &words, shown).await?;
    }
    // Until its end is known it waits, and holds nobody up.
    let waiting = list(&talk, &[DeliveryStatus::Pending]).await?;
    let [one] = &waiting[..] else { bail!("{waiting:?}") };
    ensure!(one.message_ids == ["echo-1"] && one.text.trim() == "One", "{one:?}");
    words.add_permits(1);
    talk.until("adapter.out.sent", |_| true).await?;
    let sent = echo::sent(&home)?;
    let last = sent.last().context("nothing was sent")?;
    ensure!(last["edited"] == "One two three four." && last["message_id"] == "echo-1", "{last}");
    ensure!(sent.iter().filter(|line| !line["text"].is_null()).count() == 1, "{sent:?}");
    let ended = list(&talk, &[DeliveryStatus::Sent]).await?;
    let [one] = &ended[..] else { bail!("{ended:?}") };
    ensure!(one.message_ids == ["echo-1"] && one.text == "One two three four.", "{one:?}");
    daemon.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_grew_is_gone_on_with_after_a_kill() -> Result<()> {
    let (words, _model, home) = growing("edit_ms_min = 1", "One two three.").await?;
    let mut daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    grow(&daemon, &home, &words, "One ").await?;
    // Its row says that it is there.
    let talk = Talk::with(&daemon).await?;
    while list(&talk, &[DeliveryStatus::Pending]).await?.is_empty() {
        tokio::task::yield_now().await;
    }
    daemon.kill()?;
    words.add_permits(10);
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let talk = Talk::with(&daemon).await?;
    talk.until("adapter.out.sent", |_| true).await?;
    let sent = echo::sent(&home)?;
    let texts: Vec<_> = sent.iter().filter_map(|line| line["text"].as_str()).collect();
    ensure!(texts == ["One "], "it was sent as {texts:?}");
    ensure!(sent.last().is_some_and(|line| line["edited"] == "One two three."), "{sent:?}");
    daemon.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_too_long_for_its_message_goes_on_in_others() -> Result<()> {
    let reply = "The first paragraph is here, and it is so long that there is no room for more.\n\n\
         The second one follows it, and it has to go on in a message of its own.";
    let settings = "edit_ms_min = 1\ntext_chars_max = 100";
    let (words, _model, home) = growing(settings, reply).await?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    grow(&daemon, &home, &words, "The ").await?;
    words.add_permits(100);
    let talk = Talk::with(&daemon).await?;
    let n_sent = AtomicUsize::new(0);
    let both = talk.until("adapter.out.sent", |_| n_sent.fetch_add(1, Ordering::SeqCst) == 1).await;
    both.with_context(|| format!("{:?}", echo::sent(&home)))?;
    let sent = echo::sent(&home)?;
    let edited = sent.iter().rfind(|line| line["message_id"] == "echo-1").context("no first")?;
    ensure!(
        edited["edited"].as_str().is_some_and(|text| text.ends_with("no room for more.")),
        "{edited}"
    );
    let last = sent.last().context("no last")?;
    ensure!(last["text"].as_str().is_some_and(|text| text.starts_with("The second one")), "{last}");
    daemon.stop()
}
