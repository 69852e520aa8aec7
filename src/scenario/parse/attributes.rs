//! Attributes before the value, `#![enable(…)]`: understood, and left out of what is read.

use super::lexer::{Kind, Token};
use super::{Report, clip};

/// RON's extensions; the reader understands all of these without being told.
const EXTENSIONS: [&str; 4] = [
    "implicit_some",
    "unwrap_newtypes",
    "unwrap_variant_newtypes",
    "explicit_struct_names",
];

/// Leaves out `#![…]` at the beginning; reports those that mean nothing here.
pub(super) fn skip(text: &str, mut tokens: Vec<Token>, report: &mut Report<'_>) -> Vec<Token> {
    let mut from = 0;
    while let Some(length) = attribute(text, tokens.get(from..).unwrap_or_default(), report) {
        from += length;
    }
    tokens.drain(..from);
    tokens
}

/// How many tokens the attribute has that comes first; `None` where there is none.
fn attribute(text: &str, tokens: &[Token], report: &mut Report<'_>) -> Option<usize> {
    let [hash, mark, open, ..] = tokens else {
        return None;
    };
    // A longer one is a line that was meant as a comment.
    if hash.kind != Kind::Mark('#') || mark.kind != Kind::Mark('!') || hash.end - hash.start > 1 {
        return None;
    }
    let ends = |kind| matches!(kind, Kind::Colon | Kind::Close(b']' | b'}'));
    let end = tokens.iter().position(|token| ends(token.kind));
    let close = end.filter(|at| tokens.get(*at).map(|token| token.kind) == Some(Kind::Close(b']')));
    if let (Kind::Open(b'['), Some(close)) = (open.kind, close) {
        if !understood(text, tokens.get(3..close)?, report) {
            let help = "only `#![enable(…)]` may stand here".into();
            let message = "this attribute means nothing here";
            report.push(hash.start, tokens.get(close)?.end, message, Some(help));
        }
        return Some(close + 1);
    }
    // Never closed: it is most likely meant to end with its line.
    let next_line = tokens
        .iter()
        .skip(1)
        .position(|token| token.indent.is_some());
    let length = next_line.map_or(tokens.len(), |at| at + 1);
    let message = "this attribute is not understood";
    let help = Some("write `#![enable(…)]`".into());
    report.push(hash.start, tokens.get(length - 1)?.end, message, help);
    Some(length)
}

/// Whether the inside of an attribute is one of RON; an extension that there is not is reported.
fn understood(text: &str, inside: &[Token], report: &mut Report<'_>) -> bool {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or_default();
    let kinds: Vec<Kind> = inside.iter().map(|token| token.kind).collect();
    match (inside.first().map(word), kinds.as_slice()) {
        (Some("enable"), [_, Kind::Open(b'('), Kind::Word, .., Kind::Close(b')')]) => {
            let listed = inside.iter().take(inside.len() - 1).skip(2).enumerate();
            // Every second one is the comma between two.
            let unknown = listed.filter(|(at, token)| match at % 2 {
                0 => !EXTENSIONS.contains(&word(token)),
                _ => token.kind != Kind::Comma,
            });
            for (_, token) in unknown {
                let message = format!("there is no RON extension `{}`", clip(word(token)));
                let help = format!("extensions: {}", EXTENSIONS.join(", "));
                report.push(token.start, token.end, message, Some(help));
            }
            true
        }
        (Some("type" | "schema"), [_, Kind::Mark('='), Kind::Text]) => true,
        _ => false,
    }
}
