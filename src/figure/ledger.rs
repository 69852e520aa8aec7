//! What each rule keeps and what it costs, as numbers above bars on logarithmic axes.

use super::drawing::{Anchor, Area, Drawing};
use super::lanes::TEXT;
use super::palette::{Palette, mixed};
use super::table::csv;
use crate::engine::LedgerRow;

/// Height of a row, and of the headings.
const ROW: f32 = 24.0;
/// Room for the names of rules.
const NAMES: f32 = 124.0;
/// Room for a number above its bar, and between columns.
const NUMBER: f32 = 78.0;
const GAP: f32 = 12.0;

/// Width that it needs.
pub const LEDGER: f32 = 480.0;

/// A column: what it is, and its value in a row.
type Column = (&'static str, fn(&LedgerRow) -> f64);

/// The columns.
const COLUMNS: [Column; 4] = [
    ("floats kept", |row| row.retained_floats as f64),
    ("CA3 synapses", |row| row.synapses as f64),
    ("flops/step", |row| row.flops_per_step as f64),
    ("µs/step", |row| row.microseconds_per_step),
];

/// How high it is with so many rows.
pub fn ledger_height(rows: usize) -> f32 {
    ROW * (rows + 1) as f32 + 4.0
}

/// Draws it.
pub fn ledger(rows: &[LedgerRow], width: f32, palette: Palette) -> Drawing {
    let mut sheet = Drawing::new([width, ledger_height(rows.len())]);
    let each = ((width - NAMES) / COLUMNS.len() as f32).max(NUMBER);
    let (text, caption) = (palette.text, palette.caption);
    for (c, (heading, of)) in COLUMNS.iter().enumerate() {
        let (left, right) = (NAMES + c as f32 * each, NAMES + (c + 1) as f32 * each - GAP);
        let at = [right, ROW / 2.0];
        sheet.text(at, *heading, TEXT, caption, Anchor::End);
        let largest = rows.iter().map(of).fold(0.0, f64::max);
        for (r, row) in rows.iter().enumerate() {
            let (value, y) = (of(row), (r as f32 + 1.5) * ROW);
            let at = [right, y];
            sheet.text(at, number(value), TEXT, text, Anchor::End);
            if value > 0.0 && largest > 0.0 {
                let share = ((1.0 + value).ln() / (1.0 + largest).ln()) as f32;
                let area = Area {
                    x: left,
                    y: y + 0.5 * TEXT + 1.0,
                    width: share * (right - left),
                    height: 3.0,
                };
                sheet.fill(area, mixed(palette.rule(&row.rule), palette.ground, 0.15));
            }
        }
    }
    for (r, row) in rows.iter().enumerate() {
        let y = (r as f32 + 1.5) * ROW;
        sheet.dot([6.0, y], 4.0, palette.rule(&row.rule));
        sheet.text([16.0, y], &*row.rule, TEXT, text, Anchor::Start);
    }
    sheet
}

/// The same as CSV.
pub fn ledger_table(rows: &[LedgerRow]) -> String {
    let head = std::iter::once("rule").chain(COLUMNS.map(|c| c.0));
    let row = |row: &LedgerRow| {
        let values = COLUMNS.map(|(_, of)| of(row).to_string());
        std::iter::once(row.rule.clone())
            .chain(values)
            .collect::<Vec<_>>()
    };
    csv(head, rows.iter().map(row))
}

/// Whole numbers in groups of three digits, small ones with a decimal, a dash where nothing was measured.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "-".into();
    }
    if value < 100.0 && value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0.0, f64::NAN].map(number), ["0", "-"]);
        assert_eq!(number(3.27), "3.3");
        assert_eq!(number(64.0), "64");
        assert_eq!(number(4_000_000.0), "4 000 000");
        assert_eq!(number(12_345.6), "12 346");
    }
}
