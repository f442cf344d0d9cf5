//! The table: what was measured, against which limit, with which aim.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// One figure.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Stable name, for comparing runs.
    pub(crate) id: &'static str,
    /// What it is.
    pub(crate) what: &'static str,
    /// Ours.
    pub(crate) ours: f64,
    /// The raw limit in the same minute, where there is one.
    pub(crate) limit: Option<f64>,
    /// Unit of both.
    pub(crate) unit: &'static str,
    /// What we aim for, in words.
    pub(crate) aim: &'static str,
}

impl Row {
    /// A figure without a limit.
    pub(crate) fn new(id: &'static str, what: &'static str, ours: f64, unit: &'static str) -> Self {
        Self { id, what, ours, limit: None, unit, aim: "" }
    }

    /// Sets the limit.
    pub(crate) fn limit(mut self, limit: f64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets the aim.
    pub(crate) fn aim(mut self, aim: &'static str) -> Self {
        self.aim = aim;
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.limit.filter(|limit| *limit > 0.0).map(|limit| self.ours / limit)
    }
}

/// Prints the rows, with the change since an earlier run if there is one.
pub(crate) fn print(rows: &[Row], before: Option<&Value>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let header = ("what", "ours", "limit", "ratio", "aim");
    writeln!(
        out,
        "{:<52} {:>16} {:>14} {:>7}  {}",
        header.0, header.1, header.2, header.3, header.4
    )?;
    for row in rows {
        let ours = format!("{} {}", figure(row.ours), row.unit);
        let limit = row.limit.map(figure).unwrap_or_default();
        let ratio = row.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let change = before.and_then(|before| change(row, before)).unwrap_or_default();
        writeln!(out, "{:<52} {ours:>16} {limit:>14} {ratio:>7}  {}{change}", row.what, row.aim)?;
    }
    Ok(())
}

/// The change of the ratio where there is one, else of the figure.
fn change(row: &Row, before: &Value) -> Option<String> {
    let old = before["rows"].as_array()?.iter().find(|old| old["id"] == row.id)?;
    let (now, then) = match (row.ratio(), old["ratio"].as_f64()) {
        (Some(now), Some(then)) => (now, then),
        _ => (row.ours, old["ours"].as_f64()?),
    };
    (then != 0.0).then(|| format!("  [{:+.0} % since]", (now / then - 1.0) * 100.0))
}

fn figure(value: f64) -> String {
    match value.abs() {
        v if v >= 1_000.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Keeps the rows for comparing.
pub(crate) fn write(rows: &[Row], file: &Path) -> Result<()> {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "what": row.what, "ours": row.ours, "limit": row.limit,
                "ratio": row.ratio(), "unit": row.unit, "aim": row.aim,
            })
        })
        .collect();
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = serde_json::to_string_pretty(&json!({ "cores": n_cores, "rows": rows }))?;
    std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// Reads what an earlier run kept.
pub(crate) fn read(file: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// The value in the middle; the steadiest summary of runs on a noisy machine.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// The value below which a share of all values lies.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
