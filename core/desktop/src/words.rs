//! Times and amounts as a menu says them.

use jiff::tz::TimeZone;
use nexus_domain::Timestamp;
use nexus_domain::message::{Cost, CostBasis};

/// An instant as the clock on the wall says it, such as `15:30`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    clock_in(at, TimeZone::system())
}

fn clock_in(at: Timestamp, zone: TimeZone) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| "later".to_owned(), |at| at.to_zoned(zone).strftime("%H:%M").to_string())
}

/// An amount of money; nothing when nothing was paid, and never a zero for what is unknown.
#[must_use]
pub fn cost(cost: Cost) -> Option<String> {
    match (cost.basis, cost.micro_usd) {
        (CostBasis::Free, _) | (CostBasis::PriceTable, 0) => None,
        (CostBasis::Unknown, 0) => Some("unknown".to_owned()),
        (CostBasis::PriceTable, n) => Some(dollars(n)),
        (CostBasis::Unknown, n) => Some(format!("at least {}", dollars(n))),
    }
}

/// Money in dollars and cents; less than a cent is said so.
#[must_use]
pub fn dollars(micro_usd: u64) -> String {
    match micro_usd.saturating_add(5_000) / 10_000 {
        0 => "less than $0.01".to_owned(),
        cents => format!("${}.{:02}", cents / 100, cents % 100),
    }
}

/// `1 run`, `2 runs`.
#[must_use]
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Text on one line of at most `chars_max` characters, without characters that could make it look
/// like something else: those of control, and those that turn or hide text.
#[must_use]
pub fn one_line(text: &str, chars_max: usize) -> String {
    let is_hiding = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let words = text.split(|c: char| c.is_whitespace() || is_hiding(c));
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars_max {
        return line;
    }
    let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_what_they_are() {
        let check = |basis, micro_usd, said: Option<&str>| {
            assert_eq!(cost(Cost { micro_usd, basis }).as_deref(), said);
        };
        check(CostBasis::Free, 0, None);
        check(CostBasis::PriceTable, 0, None);
        check(CostBasis::PriceTable, 1_838_000, Some("$1.84"));
        check(CostBasis::PriceTable, 900, Some("less than $0.01"));
        check(CostBasis::Unknown, 0, Some("unknown"));
        check(CostBasis::Unknown, 2_000_000, Some("at least $2.00"));
    }

    #[test]
    fn the_clock_is_that_of_the_person() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(clock_in(Timestamp(1_763_735_400_000), zone), "15:30");
    }

    #[test]
    fn a_line_stays_one_and_hides_nothing() {
        assert_eq!(one_line("git push\n  origin \u{202E}niam", 40), "git push origin niam");
        assert_eq!(one_line("a b c d e f g h", 8), "a b c d…");
        assert_eq!(one_line("", 8), "");
    }
}
