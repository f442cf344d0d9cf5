//! Values as people read them.

use jiff::tz::TimeZone;
use nexus_domain::Timestamp;
use nexus_domain::message::{Cost, CostBasis, Usage};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Makes text safe to show: control characters and characters that reorder or hide text become
/// visible. Text of models, tools and strangers must not command the terminal.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => clean.push(c),
            '\r' => {}
            c if c.is_control() || is_invisible(c) => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
    }
    clean
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Safe to show on one line.
pub(crate) fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Columns the text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text, cut to a number of columns.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut n = 0;
    for c in text.chars() {
        n += c.width().unwrap_or(0);
        if n + 1 > columns {
            break;
        }
        cut.push(c);
    }
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// The text with spaces up to a number of columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// How long: `640 µs`, `38 ms`, `1.8 s`, `2m 05s`, `3h 12m`, `4d 7h`.
pub(crate) fn duration_us(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => duration_ms(us / 1_000),
    }
}

/// How long, from milliseconds.
pub(crate) fn duration_ms(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0 => format!("{ms} ms"),
        1..60 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// When, as people say it: `12s ago` up to seven days, then the day.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.ms_since(at) / 1_000;
    match seconds {
        0..60 => format!("{seconds}s ago"),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..86_400 => format!("{}h ago", seconds / 3_600),
        86_400..604_800 => format!("{}d ago", seconds / 86_400),
        _ => day(at),
    }
}

/// How long until then: `9m left`.
pub(crate) fn left(until: Timestamp, now: Timestamp) -> String {
    let seconds = until.ms_since(now) / 1_000;
    match seconds {
        0 => "expired".to_owned(),
        1..60 => format!("{seconds}s left"),
        60..3_600 => format!("{}m left", seconds / 60),
        3_600..172_800 => format!("{}h left", seconds / 3_600),
        _ => format!("{}d left", seconds / 86_400),
    }
}

/// RFC 3339, UTC, with milliseconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |time| format!("{time:.3}"))
}

/// Time of day where the reader is.
pub(crate) fn clock(at: Timestamp) -> String {
    local(at, "%H:%M:%S")
}

fn day(at: Timestamp) -> String {
    local(at, "%Y-%m-%d")
}

/// Day and time where the reader is.
pub(crate) fn day_and_clock(at: Timestamp) -> String {
    local(at, "%Y-%m-%d %H:%M:%S")
}

fn local(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| at.0.to_string(),
        |time| time.to_zoned(TimeZone::system()).strftime(format).to_string(),
    )
}

/// Cost. Unknown is never shown as zero.
pub(crate) fn cost(cost: Cost) -> String {
    let dollars = |n: u64| match n {
        0 => "$0.00".to_owned(),
        1..10_000 => format!("${:.4}", micro(n)),
        _ => format!("${:.2}", micro(n)),
    };
    match (cost.basis, cost.micro_usd) {
        (CostBasis::Free, _) => "free".to_owned(),
        (CostBasis::PriceTable, n) => dollars(n),
        (CostBasis::Unknown, 0) => "cost unknown".to_owned(),
        (CostBasis::Unknown, n) => format!("at least {}", dollars(n)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a display of money with two or four decimals")]
fn micro(n: u64) -> f64 {
    n as f64 / 1_000_000.0
}

/// A count of tokens: `812`, `12.3k`, `1.2M`.
pub(crate) fn tokens(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..1_000_000 => format!("{}.{}k", n / 1_000, n % 1_000 / 100),
        _ => format!("{}.{}M", n / 1_000_000, n % 1_000_000 / 100_000),
    }
}

/// What a run took: `1.2k in, 340 out`.
pub(crate) fn usage(usage: Usage) -> String {
    let mut text =
        format!("{} in, {} out", tokens(usage.input_tokens), tokens(usage.output_tokens));
    if usage.cached_input_tokens > 0 {
        text.push_str(&format!(", {} cached", tokens(usage.cached_input_tokens)));
    }
    text
}

/// A size: `512 B`, `1.4 MB`.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut tenths = n.saturating_mul(10);
    while tenths >= 10_000 && unit < UNITS.len() - 1 {
        tenths /= 1_000;
        unit += 1;
    }
    if unit == 0 {
        format!("{n} B")
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// `1 request`, `2 requests`.
pub(crate) fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_strangers_cannot_command_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\rc\n"), "a\\u{1b}[2Jbc\n");
        assert_eq!(one_line("rm \u{202e}txt.exe\n\n -rf"), "rm \\u{202e}txt.exe -rf");
    }

    #[test]
    fn values_read_as_people_say_them() {
        let units = [640, 38_000, 1_850_000, 125_000_000, 11_520_000_000];
        let said = units.map(duration_us);
        assert_eq!(said, ["640 µs", "38 ms", "1.8 s", "2m 05s", "3h 12m"]);
        assert_eq!([512, 1_400, 1_400_000].map(bytes), ["512 B", "1.4 kB", "1.4 MB"]);
        assert_eq!([812, 12_345, 1_250_000].map(tokens), ["812", "12.3k", "1.2M"]);
        assert_eq!(ago(Timestamp(0), Timestamp(125_000)), "2m ago");
        assert_eq!(left(Timestamp(125_000), Timestamp(0)), "2m left");
        assert_eq!(rfc3339(Timestamp(1_700_000_000_123)), "2023-11-14T22:13:20.123Z");
    }

    #[test]
    fn an_unknown_cost_is_not_zero() {
        let of = |micro_usd, basis| cost(Cost { micro_usd, basis });
        assert_eq!(of(0, CostBasis::Unknown), "cost unknown");
        assert_eq!(of(420, CostBasis::PriceTable), "$0.0004");
        assert_eq!(of(1_840_000, CostBasis::PriceTable), "$1.84");
        assert_eq!(of(1_840_000, CostBasis::Unknown), "at least $1.84");
    }

    #[test]
    fn text_is_cut_by_columns_not_by_letters() {
        assert_eq!(cut("hello", 5), "hello");
        assert_eq!(cut("hello!", 5), "hell…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(pad("日", 4), "日  ");
    }
}
