//! An event in a few words.

use anstyle::Style;
use nexus_domain::agent::{ToolCallStatus, TurnStatus};
use nexus_domain::contact::MappingKind;
use nexus_domain::event::{Event, Transient};
use nexus_domain::message::Role;
use nexus_domain::permission::PermissionKind;
use nexus_domain::request::RequestStatus;
use nexus_domain::schedule::{JobChange, SkipReason};
use nexus_protocol::frame::EventFrame;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::output::{style, text};

fn read<T: DeserializeOwned>(frame: &EventFrame) -> Option<T> {
    let tagged = json!({ "type": frame.event, "properties": frame.payload });
    serde_json::from_value(tagged).ok()
}

/// The recorded event in a frame, if this program knows its kind.
pub(crate) fn event(frame: &EventFrame) -> Option<Event> {
    read(frame)
}

/// The passing text in a frame.
pub(crate) fn transient(frame: &EventFrame) -> Option<Transient> {
    read(frame)
}

/// What happened, in a few words; events of a later version are shown as they are.
pub(crate) fn of(frame: &EventFrame) -> String {
    if let Some(event) = event(frame) {
        return of_event(&event);
    }
    match transient(frame) {
        Some(Transient::Token { delta, .. }) => delta,
        Some(Transient::Reasoning { delta, .. }) => format!("(reasoning) {delta}"),
        Some(Transient::Snapshot { text, .. }) => format!("(so far) {text}"),
        Some(Transient::Output { delta, .. }) => format!("(output) {delta}"),
        None => frame.payload.to_string(),
    }
}

fn of_event(event: &Event) -> String {
    match event {
        Event::SystemStarted { version } => format!("nexus {version}"),
        Event::SystemStopping { reason } => reason.clone(),
        Event::ConfigChanged { paths, requires_restart } => match requires_restart.as_slice() {
            [] => list(paths),
            keys => format!("{}; after a restart {}", list(paths), list(keys)),
        },
        Event::RuntimePaused { mode, until: Some(until), by } => {
            format!("{} by {by}, {}", mode.name(), text::left(*until, crate::environment::now()))
        }
        Event::RuntimePaused { mode, until: None, by } => format!("{} by {by}", mode.name()),
        Event::RuntimeResumed { by: Some(by) } => format!("by {by}"),
        Event::RuntimeResumed { by: None } => "its time is up".to_owned(),
        Event::ConfigRejected { findings } => findings.join("; "),
        Event::ConfigReloaded { changed, needs_restart } => {
            format!("changed {}; after a restart {}", list(changed), list(needs_restart))
        }
        Event::RequestStarted { request_id, channel, purpose, .. } => {
            format!("{request_id} by {channel}: {purpose}")
        }
        Event::RequestStage { stage, outcome, duration_us, note, .. } => {
            let outcome = format!("{outcome:?}").to_lowercase();
            let took = text::duration_us(*duration_us);
            format!("{} {outcome} in {took}: {note}", stage.name())
        }
        Event::RequestQueued { session_key, mode, .. } => {
            format!("in {session_key}, {}", format!("{mode:?}").to_lowercase())
        }
        Event::RequestCompleted { request_id, status, error, duration_ms, .. } => {
            let (_, word) = crate::output::request_status(*status);
            let error = error.as_ref().map_or(String::new(), |error| format!(": {error}"));
            format!("{request_id} {word} after {}{error}", text::duration_ms(*duration_ms))
        }
        Event::AclDecision { action, verdict, reason, .. } => {
            format!("{verdict}: {action} ({reason})")
        }
        Event::PermissionRequested { permission } => {
            let wants = super::super::acl::action(permission);
            match permission.kind {
                PermissionKind::Sender => {
                    format!("{} to {}: {wants}", permission.id, permission.agent_id)
                }
                _ => format!("{} {} wants {wants}", permission.id, permission.agent_id),
            }
        }
        Event::PermissionResolved { permission_id, status, resolved_by, .. } => {
            let by = resolved_by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
            format!("{permission_id} {}{by}", format!("{status:?}").to_lowercase())
        }
        Event::PermissionUpdated { permission_id, expires_at, .. } => {
            format!("{permission_id} open until {}", text::day_and_clock(*expires_at))
        }
        other => of_work(other),
    }
}

fn of_work(event: &Event) -> String {
    match event {
        Event::SessionCreated { session_key, agent_id } => format!("{session_key} with {agent_id}"),
        Event::AgentCreated { agent_id, parent, preset, creator } => {
            let above = parent.as_ref().map_or(String::new(), |id| format!(" beneath {id}"));
            format!("{agent_id} is {preset}{above}, made for {creator}")
        }
        Event::AgentUpdated { agent_id, preset } => format!("{agent_id} is {preset} now"),
        Event::AgentDeleted { agent_id } => agent_id.to_string(),
        Event::ContactChanged { channel, sender_id, entity_id, kind, by } => {
            let who = match (entity_id, kind) {
                (Some(id), Some(MappingKind::Pending)) => format!("perhaps person:{id}"),
                (Some(id), _) => format!("person:{id}"),
                (None, _) => "unknown".to_owned(),
            };
            format!("{channel}:{sender_id} is {who}, says {by}")
        }
        Event::SessionRenamed { session_key, earlier_key } => {
            format!("{earlier_key} goes on as {session_key}")
        }
        Event::SessionLabelled { session_key, label } => format!("{session_key} {label}"),
        Event::SessionUpdated { session_key, title, defaults, by } => {
            let title = title.as_deref().unwrap_or("without a title");
            let model = defaults.model.as_ref().map_or(String::new(), |m| format!(", {m}"));
            format!("{session_key}: {title}{model}, says {by}")
        }
        Event::SessionReset { session_key, n_messages, by }
        | Event::SessionDeleted { session_key, n_messages, by } => {
            format!("{session_key}: {} forgotten by {by}", text::count(*n_messages, "message"))
        }
        Event::SessionForked { session_key, forked_from, n_messages, .. } => {
            let messages = text::count(*n_messages, "message");
            format!("{session_key} begins with {messages} of {}", forked_from.session_key)
        }
        Event::SessionQueueChanged { session_key, request_ids, by } => {
            format!("{session_key}: {} by {by}", text::count(request_ids.len() as u64, "request"))
        }
        Event::TurnCreated { turn_id, session_key, .. } => format!("{turn_id} in {session_key}"),
        Event::TurnUpdated { turn_id, status, .. } => {
            format!("{turn_id} {}", format!("{status:?}").to_lowercase())
        }
        Event::TurnCompleted { status, usage, cost, error, .. } => {
            let status = format!("{status:?}").to_lowercase();
            let error = error.as_ref().map_or(String::new(), |error| format!(": {error}"));
            format!("{status}, {}, {}{error}", text::usage(*usage), text::cost(*cost))
        }
        Event::MessageRecorded { message, .. } => {
            let who = match message.role {
                Role::User => "you",
                Role::Assistant => "agent",
                Role::Tool => "tools",
            };
            let calls: Vec<_> = message.tool_calls().map(|call| call.name.as_str()).collect();
            let calls =
                if calls.is_empty() { String::new() } else { format!(" → {}", calls.join(", ")) };
            format!("{who}: {}{calls}", message.text())
        }
        Event::ToolStarted { name, summary, .. } => format!("{name} {summary}"),
        Event::ToolCompleted { name, status, duration_ms, excerpt, .. } => {
            let status = format!("{status:?}").to_lowercase();
            format!("{name} {status} in {}: {excerpt}", text::duration_ms(*duration_ms))
        }
        Event::AgentErrored { message, will_retry, .. } => {
            format!("{message}{}", if *will_retry { " (trying again)" } else { "" })
        }
        Event::SessionCompacted { session_key, n_messages, tokens_saved } => {
            format!("{session_key}: {n_messages} messages, {tokens_saved} tokens saved")
        }
        Event::DeliverySending { target, .. } => target.clone(),
        Event::DeliverySent { message_ids, .. } => list(message_ids),
        Event::DeliveryFailed { error, is_unknown, .. } => {
            format!(
                "{error}{}",
                if *is_unknown { " (nobody knows whether it was sent)" } else { "" }
            )
        }
        Event::AdapterStatus { adapter, state, reason } => format!("{adapter} {state}: {reason}"),
        Event::KeychainChanged { state, reason } => format!("{state}: {reason}"),
        Event::BudgetWarned { budget, holder, resource, used, limit, .. }
        | Event::BudgetExhausted { budget, holder, resource, used, limit, .. } => {
            let (used, limit) = (resource.words(*used), resource.words(*limit));
            format!("{budget} of {holder}: {used} of {limit} spent")
        }
        other => of_schedule(other),
    }
}

fn of_schedule(event: &Event) -> String {
    match event {
        Event::ScheduleChanged { name, change, by, .. } => {
            let change = match change {
                JobChange::Created => "made",
                JobChange::Updated => "changed",
                JobChange::Paused => "paused",
                JobChange::Resumed => "resumed",
                JobChange::Deleted => "removed",
            };
            format!("{name} {change} by {by}")
        }
        Event::ScheduleRun { name, n_missed: 0, .. } => name.clone(),
        Event::ScheduleRun { name, n_missed, .. } => format!("{name}, for {n_missed} missed too"),
        Event::ScheduleSkipped { name, why, .. } => match why {
            SkipReason::Missed => format!("{name}: missed"),
            SkipReason::Overlap => format!("{name}: the run before it goes on"),
            SkipReason::Unreadable => format!("{name}: its time cannot be worked out"),
        },
        Event::HeartbeatNoted { agent_id, by } => format!("{by} for {agent_id}"),
        _ => String::new(),
    }
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// The colour of an event: only what needs an eye has one.
pub(crate) fn style_of(frame: &EventFrame) -> Style {
    match event(frame) {
        Some(Event::PermissionRequested { .. }) => style::ASK,
        Some(Event::AgentErrored { .. } | Event::DeliveryFailed { .. }) => style::BAD,
        Some(Event::ToolCompleted { status: ToolCallStatus::Failed, .. }) => style::WARN,
        Some(Event::TurnCompleted { status: TurnStatus::Failed, .. }) => style::BAD,
        Some(Event::BudgetWarned { .. }) => style::WARN,
        Some(Event::BudgetExhausted { .. }) => style::BAD,
        Some(Event::RequestCompleted { status, .. }) => match status {
            RequestStatus::Completed | RequestStatus::HandledByAutomation => style::GOOD,
            RequestStatus::Failed | RequestStatus::Denied => style::BAD,
            _ => style::WARN,
        },
        Some(_) => style::PLAIN,
        None => style::DIM,
    }
}
