//! Reads from a test runner's output how many tests passed and failed.

/// How the last line of nextest begins.
const NEXTEST: &str = "Summary [";

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Those that held.
    pub(crate) passed: u64,
    /// Those that did not.
    pub(crate) failed: u64,
}

impl Count {
    /// One check that is not a test runner, by its outcome.
    pub(crate) fn one(is_good: bool) -> Self {
        Self { passed: u64::from(is_good), failed: u64::from(!is_good) }
    }

    /// Adds another count.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Sums the summaries of nextest, cargo test, vitest and the browser tests in `output`.
pub(crate) fn read(output: &str) -> Count {
    // nextest repeats what a failed test printed, its own summary among it.
    let is_nextest = output.lines().any(|line| without_colour(line).trim().starts_with(NEXTEST));
    let mut count = Count::default();
    for line in output.lines() {
        let line = without_colour(line);
        let line = line.trim();
        if line.starts_with(NEXTEST) {
            count.add(words(line));
        } else if is_nextest {
            continue;
        } else if line.starts_with("test result:") {
            count.add(words(line));
        } else if let Some(rest) = line.strip_prefix("Tests ") {
            // vitest; its line "Test Files" counts files, not tests.
            count.add(words(rest));
        } else if is_plain_summary(line) {
            count.add(words(line));
        }
    }
    count
}

/// Playwright ends with lines that hold a number and one word, such as `12 passed (3.1s)`; other
/// runners with `12 passed, 0 failed`.
fn is_plain_summary(line: &str) -> bool {
    let line = line.split('(').next().unwrap_or_default();
    let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let is_part = |pair: &[&str]| matches!(pair, [number, "passed" | "failed" | "skipped"] if number.parse::<u64>().is_ok());
    !words.is_empty() && words.chunks(2).all(is_part)
}

/// Takes `N passed`, `N failed` and `N timed out` wherever they stand in a line.
fn words(line: &str) -> Count {
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || ",;|()".contains(c))
        .filter(|w| !w.is_empty())
        .collect();
    let mut count = Count::default();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u64>() else { continue };
        match pair[1] {
            "passed" => count.passed += number,
            "failed" | "timed" => count.failed += number,
            _ => {}
        }
    }
    count
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // A colour is ESC [ numbers m.
            chars.by_ref().find(|c| c.is_ascii_alphabetic());
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_understood() {
        let check = |line: &str, passed, failed| {
            assert_eq!(read(line), Count { passed, failed }, "{line}");
        };
        check("     Summary [   0.025s] 3 tests run: 2 passed, 1 failed, 4 skipped", 2, 1);
        check(
            "     Summary [   9.1s] 4 tests run: 2 passed (1 slow), 1 failed, 1 timed out, 0 skipped",
            2,
            2,
        );
        check("test result: ok. 31 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out", 31, 0);
        check("test result: FAILED. 1 passed; 5 failed; 0 ignored", 1, 5);
        check(" Test Files  2 passed (2)", 0, 0);
        check("      Tests  3 failed | 12 passed (15)", 12, 3);
        check("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m (7)", 7, 0);
        check("  12 passed (3.1s)", 12, 0);
        check("  2 failed", 0, 2);
        check("12 passed, 1 failed", 12, 1);
        check(
            "test result: FAILED. 0 passed; 1 failed\nSummary [1s] 9 tests run: 8 passed, 1 failed",
            8,
            1,
        );
        check("2 failed attempts were expected", 0, 0);
    }
}
