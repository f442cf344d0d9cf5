//! Which rows of the audit are wanted, as typed.

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nexus_domain::Timestamp;
use nexus_domain::id::SessionKey;
use nexus_protocol::audit::Filter;

/// Narrows the rows down.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Wanted {
    /// Only with this principal, such as owner, agent:main or job:audit
    #[arg(long, value_name = "WHO")]
    principal: Option<String>,
    /// Only decided so
    #[arg(long, value_name = "VERDICT", value_parser = ["allow", "ask", "deny"])]
    verdict: Option<String>,
    /// Only this action, or all that begin with it: tool, tool.exec, deliver, sign_in
    #[arg(long, value_name = "ACTION", conflicts_with = "tool")]
    action: Option<String>,
    /// Only this tool, such as exec
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Only where the resource contains this
    #[arg(long, value_name = "TEXT")]
    resource: Option<String>,
    /// From then on: 24h, 7d, a day or an instant
    #[arg(long, value_name = "WHEN", value_parser = Span::parse)]
    since: Option<Span>,
    /// Until then, itself not included
    #[arg(long, value_name = "WHEN", value_parser = Span::parse)]
    until: Option<Span>,
    /// Only in the course of this request: its id, the beginning of it, or @last
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Only in this session
    #[arg(long, value_name = "KEY", value_parser = SessionKey::parse)]
    session: Option<SessionKey>,
}

impl Wanted {
    /// As the daemon takes it.
    pub(crate) fn filter(&self, now: Timestamp) -> Filter {
        Filter {
            principal: self.principal.clone(),
            verdict: self.verdict.clone(),
            action: self.action.clone().or(self.tool.as_ref().map(|name| format!("tool.{name}"))),
            resource: self.resource.clone(),
            since: self.since.map(|since| since.start(now)),
            until: self.until.map(|until| until.start(now)),
            request_id: self.request.clone(),
            session_key: self.session.clone(),
        }
    }
}

/// An instant, or how long ago it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    At(Timestamp),
    AgoMs(i64),
}

impl Span {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let ago = text.char_indices().last().and_then(|(at, unit)| {
            let unit_ms = match unit {
                'm' => 60_000,
                'h' => 3_600_000,
                'd' => 86_400_000,
                _ => return None,
            };
            text[..at].parse::<i64>().ok().filter(|n| *n >= 0)?.checked_mul(unit_ms)
        });
        if let Some(ms) = ago {
            return Ok(Self::AgoMs(ms));
        }
        let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| {
            let day = text.parse::<Date>().ok()?;
            Some(day.to_zoned(TimeZone::system()).ok()?.timestamp())
        });
        instant
            .map(|instant| Self::At(Timestamp(instant.as_millisecond())))
            .ok_or_else(|| "30m, 24h, 7d, 2026-11-21 or 2026-11-21T08:00:00Z".to_owned())
    }

    pub(crate) fn start(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::AgoMs(ms) => Timestamp(now.0.saturating_sub(ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_ages_days_or_instants() {
        assert_eq!(Span::parse("2h"), Ok(Span::AgoMs(7_200_000)));
        assert_eq!(Span::parse("7d").unwrap().start(Timestamp(700_000_000)), Timestamp(95_200_000));
        assert_eq!(Span::parse("1970-01-01T00:00:01Z"), Ok(Span::At(Timestamp(1_000))));
        assert!(matches!(Span::parse("2026-11-21"), Ok(Span::At(_))));
        for wrong in ["", "h", "-1h", "yesterday", "9223372036854775807d"] {
            assert!(Span::parse(wrong).is_err(), "{wrong}");
        }
    }
}
