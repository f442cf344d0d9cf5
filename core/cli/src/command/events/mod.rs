//! `nexus events`: everything that happens, as it happens.

pub(crate) mod summary;

use clap::Subcommand;
use nexus_client::{Resumed, ResumingEvents};
use nexus_domain::id::{Position, SessionKey};
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::frame::EventFrame;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, style, text};

/// Columns of an event's type.
const TYPE_COLUMNS: usize = 22;

const TAIL_EXAMPLES: &str = "\
Examples
  nexus events tail
  nexus events tail --after 0 --no-follow
  nexus events tail --types 'turn.*,agent.tool.*' --json
  nexus events tail --transient --session main";

/// Events.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// Follow recorded events; with --after, from a position on and without loss
    #[command(after_help = TAIL_EXAMPLES)]
    Tail(Tail),
}

/// Follows events.
#[derive(Debug, clap::Args)]
pub(crate) struct Tail {
    /// Only these types; `session.*` stands for all that begin so
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Vec<String>,
    /// From this position on; 0 for all
    #[arg(long, value_name = "N")]
    after: Option<u64>,
    /// End after so many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Also text while it is written
    #[arg(long)]
    transient: bool,
    /// Only the streaming text of this session
    #[arg(long, value_name = "KEY", requires = "transient", value_parser = SessionKey::parse)]
    session: Option<SessionKey>,
    /// End when everything recorded so far was shown
    #[arg(long, requires = "after")]
    no_follow: bool,
}

pub(crate) async fn run(Events::Tail(tail): Events, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let latest = client.hello().snapshot.position;
    if tail.no_follow && latest.0 <= tail.after.unwrap_or(0) {
        return Ok(Exit::Ok);
    }
    let types = match tail.no_follow {
        // The end of a replay is seen by its last position, so all of it has to pass by here.
        true => Vec::new(),
        false => tail.types.iter().map(|name| name.trim().to_owned()).collect(),
    };
    let params = SubscribeParams {
        types,
        after: tail.after.map(Position),
        session_key: tail.session.clone(),
        transient: tail.transient,
    };
    let again = context.clone();
    let dial = Box::new(move || {
        Box::pin(again.clone().dial()) as futures_util::future::BoxFuture<'static, _>
    });
    let mut events = ResumingEvents::begin(client, params, dial).await?;
    follow(&mut events, &tail, latest, &context.output).await
}

async fn follow(
    events: &mut ResumingEvents,
    tail: &Tail,
    latest: Position,
    output: &Output,
) -> Result<Exit> {
    let mut n_shown = 0;
    let mut is_away = false;
    while tail.limit.is_none_or(|limit| n_shown < limit) {
        let next = events.next();
        let resumed = match tail.no_follow {
            // Should the last position never come, a long silence is the end.
            true => match tokio::time::timeout(REPLAY_SILENCE, next).await {
                Ok(resumed) => resumed?,
                Err(_) => break,
            },
            false => next.await?,
        };
        match resumed {
            Resumed::Event(frame) => {
                if tail.no_follow && frame.position.is_some_and(|position| position > latest) {
                    break;
                }
                if is_wanted(&tail.types, &frame.event) {
                    show(&frame, output)?;
                    n_shown += 1;
                }
                if tail.no_follow && frame.position == Some(latest) {
                    break;
                }
            }
            Resumed::Away { why, .. } if tail.no_follow => return Err(CliError::from(why)),
            Resumed::Away { why, .. } => {
                if !is_away {
                    output.note(&format!("({why}; waiting for it to come back)"));
                }
                is_away = true;
            }
            Resumed::Back => {
                is_away = false;
                output.note("(connected again, reading on)");
            }
        }
    }
    Ok(Exit::Ok)
}

/// Silence that ends a replay.
const REPLAY_SILENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Whether a type is among those asked for; the same rule as the daemon's.
fn is_wanted(types: &[String], name: &str) -> bool {
    let is_match = |wanted: &String| match wanted.trim().strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => wanted.trim() == name,
    };
    types.is_empty() || types.iter().any(is_match)
}

fn show(frame: &EventFrame, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json_line(frame);
    }
    let summary = text::one_line(&summary::of(frame));
    let position = frame.position.map_or(String::new(), |position| position.0.to_string());
    if !output.is_tty() {
        let at = frame.at.map_or(String::new(), text::rfc3339);
        return output.line(&format!("{position}\t{at}\t{}\t{summary}", frame.event));
    }
    let at = frame.at.map_or("        ".to_owned(), text::clock);
    let room = output.columns().saturating_sub(TYPE_COLUMNS + 20);
    output.line(&format!(
        "{:>6}  {}  {}  {}",
        position,
        output.paint(style::DIM, &at),
        output.paint(summary::style_of(frame), &text::pad(&frame.event, TYPE_COLUMNS)),
        text::cut(&summary, room.max(20)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_the_rest() {
        let types = ["turn.*", " acl.decision"].map(str::to_owned);
        for (name, expect) in
            [("turn.created", true), ("acl.decision", true), ("acl.decisions", false), ("t", false)]
        {
            assert_eq!(is_wanted(&types, name), expect, "{name}");
        }
        assert!(is_wanted(&[], "anything"));
    }
}
