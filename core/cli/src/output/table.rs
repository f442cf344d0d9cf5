//! Tables: aligned and fitted on a terminal, tab-separated and whole in a pipe.

use anstyle::Style;

use super::Output;
use super::text::{cut, one_line, pad, width};
use crate::failure::Result;

/// Two spaces stand between columns.
const GAP: usize = 2;
/// A column that is cut keeps at least this many columns of text.
const CUT_MIN: usize = 12;

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    name: &'static str,
    /// What goes first when the terminal is narrow: the highest number.
    expendable: u8,
}

/// A cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: one_line(&text.into()), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, Style::new())
    }
}

/// A table that is printed row by row.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// What to say instead of an empty table.
    empty: String,
}

impl Table {
    /// A table; each column with its place in the order of giving way (0 never does). The last
    /// column takes what room is left.
    pub(crate) fn new<const N: usize>(columns: [(&'static str, u8); N], empty: &str) -> Self {
        let columns = columns.map(|(name, expendable)| Column { name, expendable }).to_vec();
        Self { columns, rows: Vec::new(), empty: empty.to_owned() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.rows.push(cells.to_vec());
    }

    /// Prints it; an empty one says what to do instead.
    pub(crate) fn print(&self, output: &Output) -> Result<()> {
        if !output.is_tty() {
            for row in &self.rows {
                // A column without a name holds signs for the eye; a word says the same.
                let named = row.iter().zip(&self.columns).filter(|(_, c)| !c.name.is_empty());
                let cells: Vec<_> = named.map(|(cell, _)| cell.text.as_str()).collect();
                output.line(&cells.join("\t"))?;
            }
            return Ok(());
        }
        if self.rows.is_empty() {
            output.note(&self.empty);
            return Ok(());
        }
        let shown = self.fit(output.columns());
        let header = shown.iter().map(|(n, w)| pad(&self.columns[*n].name.to_uppercase(), *w));
        let header = header.collect::<Vec<_>>().join(&" ".repeat(GAP));
        output.line(&output.paint(Style::new().dimmed(), header.trim_end()))?;
        for row in &self.rows {
            let last = shown.last().map(|(n, _)| *n);
            let cells = shown.iter().map(|(n, w)| {
                let text = cut(&row[*n].text, *w);
                // No blanks at the end of a line: they would wrap on a resized terminal.
                let text = if Some(*n) == last { text } else { pad(&text, *w) };
                output.paint(row[*n].style, &text)
            });
            output.line(cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end())?;
        }
        Ok(())
    }

    /// Chooses the columns that fit, and their widths.
    fn fit(&self, room: usize) -> Vec<(usize, usize)> {
        let natural = |n: usize| {
            let cells = self.rows.iter().map(|row| width(&row[n].text));
            cells.max().unwrap_or(0).max(self.columns[n].name.len())
        };
        let mut shown: Vec<_> = (0..self.columns.len()).map(|n| (n, natural(n))).collect();
        loop {
            let total = shown.iter().map(|(_, w)| w + GAP).sum::<usize>().saturating_sub(GAP);
            if total <= room {
                return shown;
            }
            let excess = total - room;
            if let Some((_, w)) = shown.last_mut()
                && *w >= excess + CUT_MIN
            {
                *w -= excess;
                return shown;
            }
            let victim = shown
                .iter()
                .enumerate()
                .filter(|(_, (n, _))| self.columns[*n].expendable > 0)
                .max_by_key(|(_, (n, _))| self.columns[*n].expendable)
                .map(|(at, _)| at);
            match victim {
                Some(at) => drop(shown.remove(at)),
                None => {
                    if let Some((_, w)) = shown.last_mut() {
                        *w = w.saturating_sub(excess).max(CUT_MIN);
                    }
                    return shown;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(room: usize, expect: &[(usize, usize)]) {
        let mut table = Table::new([("id", 0), ("agent", 2), ("age", 1), ("purpose", 0)], "");
        table.row(["01JDQ7".into(), "main".into(), "2m ago".into(), "x".repeat(40).into()]);
        assert_eq!(table.fit(room), expect, "{room}");
    }

    #[test]
    fn a_narrow_terminal_loses_the_least_important_columns_first() {
        check(200, &[(0, 6), (1, 5), (2, 6), (3, 40)]);
        check(40, &[(0, 6), (1, 5), (2, 6), (3, 17)]);
        check(30, &[(0, 6), (2, 6), (3, 14)]);
        check(22, &[(0, 6), (3, 14)]);
        check(10, &[(0, 6), (3, 12)]);
    }
}
