//! Texts, tables and pictures as HTML.

use std::fmt::Write;

use super::both;
use crate::figure::{self, Drawing, Palette, svg};

/// A text that holds no markup; its lines stay lines.
pub(super) fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(figure::escaped).collect();
    lines.join("\n")
}

/// Pictures beside each other, as many as fit.
pub(super) fn grid(body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("<div class=\"grid\">\n{body}</div>\n")
}

/// A table; it scrolls for itself where it is too wide.
pub(super) fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = String::from("<div class=\"table\"><table>\n<thead><tr>");
    for cell in head {
        let _ = write!(out, "<th>{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let number = cell.parse::<f64>().is_ok();
            let class = if number { " class=\"number\"" } else { "" };
            let _ = write!(out, "<td{class}>{}</td>", escaped(&cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// A drawing as part of a page: as wide as there is room.
pub(super) fn inline(drawing: &Drawing, palette: Palette) -> String {
    let text = svg(drawing, palette.ground);
    // The page says how large it is.
    match (text.find(" width=\""), text.find(" viewBox=")) {
        (Some(from), Some(to)) if from < to => format!("{}{}", &text[..from], &text[to..]),
        _ => text,
    }
}

/// A picture with what it shows, on both grounds.
pub(super) fn figure(out: &mut String, caption: &str, draw: impl Fn(Palette) -> Drawing) {
    let [light, dark] = both(draw).map(|(drawing, palette)| inline(&drawing, palette));
    let caption = escaped(caption);
    let _ = writeln!(
        out,
        "<figure>\n<div class=\"light\">{light}</div>\n<div class=\"dark\">{dark}</div>\n<figcaption>{caption}</figcaption>\n</figure>"
    );
}

/// A number in few digits; nothing where there is none.
pub(super) fn brief(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let size = value.abs();
    if value == value.trunc() && size < 1e9 {
        return format!("{value}");
    }
    if (1e-3..1e6).contains(&size) {
        let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
        return format!("{value:.digits$}");
    }
    format!("{value:.3e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_become_markup() {
        let told = escaped("<script>alert('x')</script> & \"\u{1b}[31m\"");
        assert!(!told.contains('<') && !told.contains('\u{1b}') && told.contains("&lt;script&gt;"));
        let table = table(
            &["<b>".into()],
            [vec!["1.5".into(), "<i>".into()]].into_iter(),
        );
        assert!(table.contains("<td class=\"number\">1.5</td><td>&lt;i&gt;</td>"));
    }

    #[test]
    fn numbers_are_brief() {
        for (value, told) in [
            (0.5, "0.5000"),
            (1.0, "1"),
            (123.456, "123.5"),
            (1e-9, "1.000e-9"),
            (f64::NAN, ""),
            (0.01234567, "0.01235"),
        ] {
            assert_eq!(brief(value), told);
        }
    }
}
