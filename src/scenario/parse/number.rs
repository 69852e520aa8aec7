//! Numbers as RON writes them: `1_000`, `0xff`, `2.5e-3`, `inf`, with or without a suffix.

use crate::registry::Value;

const WHOLE: [&str; 10] = [
    "i128", "i64", "i32", "i16", "i8", "u128", "u64", "u32", "u16", "u8",
];

/// How many bytes at the beginning of `text` are meant as a number, well formed or not.
pub(super) fn length(text: &str) -> Option<usize> {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let signed = bare.len() < text.len();
    let first = bare.bytes().next()?;
    let digit = |at: usize| bare.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    if first.is_ascii_digit() || (first == b'.' && digit(1)) {
        return Some(text.len() - bare.len() + extent(bare));
    }
    let word = extent(bare);
    let special = matches!(
        bare.get(..word)?,
        "inf" | "NaN" | "inff32" | "inff64" | "NaNf32" | "NaNf64"
    );
    let ends = !bare.get(word..)?.starts_with(|c: char| c.is_alphanumeric());
    (special && ends || signed && word > 0).then(|| text.len() - bare.len() + word)
}

fn extent(text: &str) -> usize {
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        let exponent_sign =
            matches!(byte, b'+' | b'-') && matches!(before, b'e' | b'E') && !hexadecimal;
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || exponent_sign) {
            return at;
        }
        before = byte;
    }
    text.len()
}

/// The value of a number; `None` where it is not well formed.
pub(super) fn value(text: &str) -> Option<Value> {
    let (sign, bare) = match text.strip_prefix('-') {
        Some(bare) => ("-", bare),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let radix = match bare.get(..2).unwrap_or_default() {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => 10,
    };
    if radix == 10 {
        let digits = strip_any(bare, &["f32", "f64"]);
        if let special @ ("inf" | "NaN") = digits.unwrap_or(bare) {
            return float(sign, special);
        }
        if let Some(digits) = digits {
            return decimal(sign, digits);
        }
    }
    let digits = if radix == 10 {
        Some(bare)
    } else {
        bare.get(2..)
    }?;
    let whole = strip_any(digits, &WHOLE).unwrap_or(digits).replace('_', "");
    if !whole.is_empty() && whole.chars().all(|c| c.is_digit(radix)) {
        // Too large even for 128 bits: the reader will find it out of range.
        let huge = || float(sign, if radix == 10 { &whole } else { "inf" });
        let int = i128::from_str_radix(&format!("{sign}{whole}"), radix);
        return int.map(Value::Int).ok().or_else(huge);
    }
    let suffix = strip_any(digits, &WHOLE).is_some();
    (radix == 10 && !suffix).then(|| decimal(sign, digits))?
}

/// A number with a point or an exponent.
fn decimal(sign: &str, digits: &str) -> Option<Value> {
    let starts = digits.starts_with(|c: char| c.is_ascii_digit());
    let fraction = digits
        .split_once('.')
        .is_none_or(|(_, after)| after.starts_with(|c: char| c.is_ascii_digit()));
    let plain = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'e' | b'E' | b'+' | b'-'));
    (starts && fraction && plain).then(|| float(sign, &digits.replace('_', "")))?
}

fn float(sign: &str, digits: &str) -> Option<Value> {
    let x: f64 = digits.parse().ok()?;
    Some(Value::Float(if sign.is_empty() { x } else { -x }))
}

fn strip_any<'a>(text: &'a str, suffixes: &[&str]) -> Option<&'a str> {
    suffixes
        .iter()
        .find_map(|suffix| text.strip_suffix(suffix))
        .filter(|rest| !rest.is_empty())
}

/// How a broken number is mended, where that is plain to see.
pub(super) fn advice(text: &str) -> String {
    let bare = text.trim_start_matches(['+', '-']);
    let sign = text.get(..text.len() - bare.len()).unwrap_or_default();
    let mended = if bare.starts_with('.') {
        format!("{sign}0{bare}")
    } else {
        format!("{text}0")
    };
    match value(&mended) {
        Some(_) => format!("write `{mended}`"),
        None => "numbers look like `32`, `0.05` or `1e-3`".into(),
    }
}
