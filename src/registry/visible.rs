//! Texts that come from a file, an argument or a path, on their way to a terminal or a log.

use std::borrow::Cow;

/// Whether a character would command a terminal, or cannot be seen: control characters, those that turn the direction of
/// writing round, and those without a width.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with what cannot be seen written as an escape, `\u{1b}`: shown, not sent. Line breaks stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    let unseen = |c: char| is_unseen(c) && c != '\n';
    if !text.contains(unseen) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| -> String {
        if unseen(c) {
            c.escape_unicode().collect()
        } else {
            c.into()
        }
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// The name of a character that cannot be seen, `U+200B`.
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_and_not_sent() {
        assert_eq!(visible("plain, 日本\nöä"), "plain, 日本\nöä");
        assert_eq!(visible("a\u{1b}[2Jb\u{7}"), "a\\u{1b}[2Jb\\u{7}");
        assert_eq!(visible("x\u{202e}\u{200b}"), "x\\u{202e}\\u{200b}");
        assert_eq!(visible("\u{9b}1m"), "\\u{9b}1m");
        assert_eq!(code_point('\u{200b}'), "U+200B");
    }
}
