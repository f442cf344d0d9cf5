//! What it hands in by itself: scripted events, and garbage and floods on request.

use std::io::{self, Write};
use std::time::Duration;

use nexus_adapter::{Acknowledgement, Arrival, ContentType, Daemon, PeerKind};
use serde_json::{Map, json};

use crate::settings::{ScriptedEvent, Settings};

/// The first JSON-RPC id of a flood, far away from those the run loop gives out.
const FLOOD_ID_MIN: u64 = 1_000_000_000;

/// Plays the script beside the run loop.
pub(crate) fn play(settings: &Settings, account_id: String, daemon: Daemon) {
    let settings = settings.clone();
    tokio::spawn(async move {
        let pause = Duration::from_millis(settings.every_ms);
        for (n, event) in settings.events.iter().enumerate() {
            tokio::time::sleep(pause).await;
            match daemon.emit(arrival(event, n + 1, &account_id)).await {
                Ok(Acknowledgement::Refused(reason)) => {
                    daemon.log(&format!("scripted event {} was refused: {reason}", n + 1)).await;
                }
                Ok(Acknowledgement::Accepted | Acknowledgement::Duplicate) => {}
                // Whoever starts us again gets the events again, under the same ids.
                Err(_disconnected) => return,
            }
        }
        // The first of a flood is handed in properly: its acknowledgement proves that `hello` has
        // been answered, which a write past the run loop could otherwise overtake.
        if settings.flood > 0 && daemon.emit(flood_event(0, &account_id)).await.is_err() {
            return;
        }
        if settings.garbage + settings.flood > 0 {
            daemon.log("misbehaving, as configured").await;
            // An error means that the daemon has had enough.
            let _ = tokio::task::spawn_blocking(move || misbehave(&settings, &account_id)).await;
        }
    });
}

fn arrival(event: &ScriptedEvent, n: usize, account_id: &str) -> Arrival {
    Arrival {
        event_id: event.event_id.clone().unwrap_or_else(|| format!("scripted-{n}")),
        timestamp: nexus_adapter::now(),
        content: event.content.clone(),
        content_type: ContentType::Text,
        channel: "echo".to_owned(),
        account_id: account_id.to_owned(),
        sender_id: event.sender_id.clone(),
        peer_id: event.peer_id.clone().unwrap_or_else(|| event.sender_id.clone()),
        peer_kind: event.peer_kind,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: Map::new(),
    }
}

fn flood_event(n: u64, account_id: &str) -> Arrival {
    let event = ScriptedEvent {
        content: "flood".to_owned(),
        event_id: Some(format!("flood-{n}")),
        sender_id: "flood".to_owned(),
        peer_id: None,
        peer_kind: PeerKind::Dm,
    };
    arrival(&event, 0, account_id)
}

/// Writes past the run loop, straight to stdout.
fn misbehave(settings: &Settings, account_id: &str) -> io::Result<()> {
    for _ in 0..settings.garbage {
        writeln!(io::stdout(), "this is not JSON-RPC")?;
    }
    for n in 1..settings.flood {
        let params = json!({ "event": flood_event(n, account_id) });
        let id = FLOOD_ID_MIN + n;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": "event", "params": params });
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}
