//! What stands in quotes: the quotes taken off, the escapes replaced.
//!
//! RON knows `\n \t \r \0 \' \" \\ \x41 \u{41}`; a JSON document may also say `\/ \b \f \u0041`, with a pair of surrogates
//! for what lies beyond U+FFFF.

use std::ops::Range;

/// The escapes of RON, to be shown.
pub(super) const RON: &str =
    r"escapes are `\n`, `\t`, `\r`, `\0`, `\'`, `\\`, `\x41`, `\u{41}`; a backslash is `\\`";

/// The escapes of JSON, to be shown.
pub(super) const JSON: &str =
    r"escapes are `\n`, `\t`, `\r`, `\b`, `\f`, `\/`, `\u0041`; a backslash is `\\`";

/// What a text, a character or a byte string says; the place of an escape that means nothing.
pub(super) fn content(quoted: &str, json: bool) -> Result<String, Range<usize>> {
    let unmarked = quoted.strip_prefix('b').unwrap_or(quoted);
    if let Some(raw) = unmarked.strip_prefix('r') {
        let quotes = |c| matches!(c, '#' | '"');
        let hashes = raw.find('"').unwrap_or_default();
        let inside = raw.get(hashes + 1..raw.len().saturating_sub(hashes + 1));
        return Ok(inside.unwrap_or(raw.trim_matches(quotes)).into());
    }
    let start = quoted.len() - unmarked.len() + 1;
    let body = quoted
        .get(start..quoted.len().saturating_sub(1))
        .unwrap_or_default();
    let mut reader = Reader {
        rest: body,
        json,
        bytes: quoted.starts_with('b'),
    };
    let mut out = String::with_capacity(body.len());
    while let Some(at) = reader.rest.find('\\') {
        let (plain, escape) = reader.rest.split_at(at);
        out.push_str(plain);
        let before = start + body.len() - escape.len();
        reader.rest = escape.get(1..).unwrap_or_default();
        let Some(c) = reader.escape() else {
            let marked = 1 + reader.rest.chars().next().map_or(0, char::len_utf8);
            let after = start + body.len() - reader.rest.len();
            return Err(before..after.max(before + marked).min(quoted.len()));
        };
        out.push(c);
    }
    out.push_str(reader.rest);
    Ok(out)
}

struct Reader<'a> {
    /// What is not yet read.
    rest: &'a str,
    json: bool,
    bytes: bool,
}

impl<'a> Reader<'a> {
    /// The character that an escape stands for, after its backslash.
    fn escape(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        let rest = self.rest.get(c.len_utf8()..)?;
        let plain = match c {
            '\'' | '"' | '\\' => c,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            '/' if self.json => '/',
            'b' if self.json => '\u{8}',
            'f' if self.json => '\u{c}',
            'x' => return self.of_bytes(rest),
            'u' if rest.starts_with('{') && !self.bytes => return self.braced(rest),
            'u' if self.json => return self.of_json(rest),
            _ => return None,
        };
        self.rest = rest;
        Some(plain)
    }

    /// `\x41`, and `\xc3\xa4`: a character of up to four bytes.
    fn of_bytes(&mut self, mut rest: &'a str) -> Option<char> {
        let mut bytes = Vec::new();
        loop {
            bytes.push(u8::try_from(hexadecimal(rest.get(..2)?)?).ok()?);
            rest = rest.get(2..)?;
            if self.bytes {
                self.rest = rest;
                return Some('?');
            }
            if let Ok(text) = std::str::from_utf8(&bytes) {
                self.rest = rest;
                return text.chars().next();
            }
            if bytes.len() == 4 {
                return None;
            }
            rest = rest.strip_prefix(r"\x")?;
        }
    }

    /// `\u{1f600}`.
    fn braced(&mut self, rest: &'a str) -> Option<char> {
        let (digits, rest) = rest.strip_prefix('{')?.split_once('}')?;
        let c = char::from_u32(hexadecimal(digits).filter(|_| digits.len() <= 6)?)?;
        self.rest = rest;
        Some(c)
    }

    /// `\u0041`, or a pair of these.
    fn of_json(&mut self, rest: &'a str) -> Option<char> {
        let first = hexadecimal(rest.get(..4)?)?;
        let mut rest = rest.get(4..)?;
        let mut units = vec![u16::try_from(first).ok()?];
        if matches!(first, 0xd800..0xdc00) {
            let second = rest.strip_prefix(r"\u")?;
            units.push(u16::try_from(hexadecimal(second.get(..4)?)?).ok()?);
            rest = second.get(4..)?;
        }
        let c = char::decode_utf16(units).next()?.ok()?;
        self.rest = rest;
        Some(c)
    }
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ron(quoted: &str) -> Result<String, Range<usize>> {
        content(quoted, false)
    }

    #[test]
    fn quotes_are_taken_off_and_escapes_replaced() {
        for (quoted, says) in [
            (r#""""#, ""),
            (r#""a\"b\\n\n""#, "a\"b\\n\n"),
            (r#""\x41\u{e4}\u{1F600}\0""#, "Aä😀\0"),
            (r#""\xc3\xa4!""#, "ä!"),
            (r##"r#"\"a"#"##, "\\\"a"),
            (r#"r"\n""#, "\\n"),
            (r"'\''", "'"),
            (r#"b"\xff""#, "?"),
        ] {
            assert_eq!(ron(quoted).as_deref(), Ok(says), "{quoted}");
        }
        assert_eq!(
            content(r#""\/\b\f\u00e4\ud83d\ude00\n\x41""#, true).as_deref(),
            Ok("/\u{8}\u{c}ä😀\nA")
        );
    }

    #[test]
    fn an_escape_that_means_nothing_is_found() {
        for (quoted, marked) in [
            (r#""ab\qc""#, r"\q"),
            (r#""\ä""#, r"\ä"),
            (r#""\u0041""#, r"\u"),
            (r#""\x4""#, r"\x"),
            (r#""\xff""#, r"\x"),
            (r#""\u{110000}""#, r"\u"),
            (r#""\u{}""#, r"\u"),
            (r#"b"\u{41}""#, r"\u"),
            (r#""\/""#, r"\/"),
        ] {
            let at = ron(quoted).expect_err(quoted);
            assert_eq!(&quoted[at], marked, "{quoted}");
        }
        for quoted in [
            r#""\ud800""#,
            r#""\ud800\u0041""#,
            r#""\u12""#,
            r#""\u+123""#,
        ] {
            assert!(content(quoted, true).is_err(), "{quoted}");
        }
    }
}
