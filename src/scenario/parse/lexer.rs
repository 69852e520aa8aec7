//! Cuts a text into tokens: one pass, no recursion.

use std::ops::Range;

use super::{MOST_DEPTH, MOST_TOKENS, number};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, `true`, `false`, `None`.
    Word,
    /// A number, well formed or not.
    Number,
    /// A text in double quotes.
    Text,
    /// A character or a byte string.
    Literal,
    /// Something in single quotes that is no character.
    Quoted,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// Any other character.
    Mark(char),
}

impl Kind {
    /// Whether a value may begin with it.
    pub(super) fn begins_value(self) -> bool {
        matches!(
            self,
            Self::Word | Self::Number | Self::Text | Self::Literal | Self::Quoted | Self::Open(_)
        )
    }
}

/// A piece of the text that means something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// How far it is indented, where it is the first of its line.
    pub(super) indent: Option<usize>,
}

impl Token {
    /// A token that does not stand in the text.
    pub(super) fn inserted(kind: Kind, at: usize) -> Self {
        Self {
            kind,
            start: at,
            end: at,
            indent: None,
        }
    }
}

/// An error that ends the parse.
#[derive(Debug)]
pub(super) struct Fatal {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fatal {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>, help: Option<&str>) -> Self {
        Self {
            start: at.start,
            end: at.end,
            message: message.into(),
            help: help.map(Into::into),
        }
    }
}

/// The tokens of `text`, without whitespace and comments.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fatal> {
    let (tokens, fatal) = tokens_lossy(text);
    fatal.map_or(Ok(tokens), Err)
}

/// The tokens of `text` up to where one cannot be told from another any more.
pub(super) fn tokens_lossy(text: &str) -> (Vec<Token>, Option<Fatal>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        line_start: 0,
        tokens: Vec::new(),
        first_of_line: true,
    };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
        lexer.line_start = lexer.at;
    }
    let fatal = lexer.run().err();
    (lexer.tokens, fatal)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line_start: usize,
    tokens: Vec<Token>,
    first_of_line: bool,
}

impl Lexer<'_> {
    fn run(&mut self) -> Result<(), Fatal> {
        let mut depth = 0_usize;
        while self.skip_blank()? {
            let start = self.at;
            let kind = self.next()?;
            match kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MOST_DEPTH {
                let message = format!("this is nested more than {MOST_DEPTH} deep");
                let help =
                    "no scenario needs that; is a bracket opened again and again by mistake?";
                return Err(Fatal::new(start..self.at, message, Some(help)));
            }
            if self.tokens.len() >= MOST_TOKENS {
                let message = format!(
                    "there are more than {MOST_TOKENS} words, numbers and marks up to here"
                );
                let help = "no scenario is that long; is this another file?";
                return Err(Fatal::new(start..self.at, message, Some(help)));
            }
            let indent = self.first_of_line.then_some(start - self.line_start);
            self.first_of_line = false;
            self.tokens.push(Token {
                kind,
                start,
                end: self.at,
                indent,
            });
        }
        Ok(())
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }

    /// Skips whitespace and comments; `false` at the end.
    fn skip_blank(&mut self) -> Result<bool, Fatal> {
        loop {
            let Some(c) = self.peek() else {
                return Ok(false);
            };
            if is_blank(c) {
                self.at += c.len_utf8();
                if c == '\n' {
                    self.line_start = self.at;
                    self.first_of_line = true;
                }
            } else if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.block_comment()?;
            } else {
                return Ok(true);
            }
        }
    }

    fn block_comment(&mut self) -> Result<(), Fatal> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        loop {
            match (bytes.get(self.at), bytes.get(self.at + 1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(b'\n'), _) => {
                    self.at += 1;
                    self.line_start = self.at;
                    self.first_of_line = true;
                }
                (Some(_), _) => self.at += 1,
                (None, _) => {
                    let message = "this comment is never closed";
                    let help = "close it with `*/`; comments inside it need one too";
                    return Err(Fatal::new(start..start + 2, message, Some(help)));
                }
            }
        }
    }

    fn next(&mut self) -> Result<Kind, Fatal> {
        let Some(c) = self.peek() else {
            return Ok(Kind::Mark(' '));
        };
        if let Some(kind) = self.string()? {
            return Ok(kind);
        }
        if c == '\'' {
            return Ok(self.quoted());
        }
        if let Some(length) = number::length(self.rest()) {
            self.at += length;
            return Ok(Kind::Number);
        }
        if self.rest().starts_with("r#") {
            self.at += 2;
            self.skip_while(|c| is_word(c) || matches!(c, '.' | '+' | '-'));
            return Ok(Kind::Word);
        }
        if c.is_alphabetic() || c == '_' {
            self.skip_while(is_word);
            return Ok(Kind::Word);
        }
        self.at += c.len_utf8();
        Ok(match c {
            '(' | '[' | '{' => Kind::Open(c as u8),
            ')' | ']' | '}' => Kind::Close(c as u8),
            ',' => Kind::Comma,
            ':' => Kind::Colon,
            other => {
                // Meant as a comment: do not look for values in it.
                if self.first_of_line
                    && matches!(other, '/' | '#')
                    && !self.rest().trim_start().starts_with('!')
                {
                    self.skip_while(|c| c != '\n');
                }
                Kind::Mark(other)
            }
        })
    }

    /// A text or byte string, raw or not, where one begins here.
    fn string(&mut self) -> Result<Option<Kind>, Fatal> {
        let start = self.at;
        let (kind, rest) = match self.rest().strip_prefix('b') {
            Some(rest) => (Kind::Literal, rest),
            None => (Kind::Text, self.rest()),
        };
        let raw = rest.strip_prefix('r');
        let unmarked = raw.unwrap_or(rest);
        let hashes = if raw.is_some() {
            unmarked.len() - unmarked.trim_start_matches('#').len()
        } else {
            0
        };
        let Some(body) = unmarked
            .get(hashes..)
            .and_then(|body| body.strip_prefix('"'))
        else {
            return Ok(None);
        };
        let length = if raw.is_some() {
            let end = format!("\"{}", "#".repeat(hashes));
            body.find(&end).map(|found| found + end.len())
        } else {
            closing_quote(body)
        };
        let body_start = self.text.len() - body.len();
        match length {
            Some(length) => {
                self.at = body_start + length;
                Ok(Some(kind))
            }
            None => Err(self.unclosed(start)),
        }
    }

    /// An unclosed text: most likely an earlier one lost its quote and swallowed the beginning of the next.
    fn unclosed(&self, start: usize) -> Fatal {
        let odd = |pair: &&[Token]| {
            let [text, after] = *pair else { return false };
            text.kind == Kind::Text
                && !matches!(after.kind, Kind::Comma | Kind::Colon | Kind::Close(_))
                && self
                    .text
                    .get(text.start..text.end)
                    .is_some_and(|text| text.contains('\n'))
        };
        let here = Token::inserted(Kind::Word, start);
        let last: Vec<Token> = self
            .tokens
            .last()
            .copied()
            .into_iter()
            .chain([here])
            .collect();
        let pairs = self.tokens.windows(2).chain([last.as_slice()]);
        let culprit = pairs.into_iter().find(odd);
        let start = culprit
            .and_then(|pair| pair.first())
            .map_or(start, |text| text.start);
        let rest = self.text.get(start..).unwrap_or_default();
        let end = start + rest.find('\n').unwrap_or(rest.len());
        let help = Some("put a `\"` at its end");
        Fatal::new(start..end, "this text is never closed", help)
    }

    /// What stands in single quotes on this line.
    fn quoted(&mut self) -> Kind {
        let rest = self.rest().get(1..).unwrap_or_default();
        let escaped = usize::from(rest.starts_with('\\')) * 2;
        let close = rest
            .bytes()
            .skip(escaped)
            .position(|byte| matches!(byte, b'\'' | b'\n'))
            .map(|at| at + escaped);
        let Some(close) = close.filter(|close| rest.as_bytes().get(*close) == Some(&b'\'')) else {
            self.at += 1;
            return Kind::Mark('\'');
        };
        let content = rest.get(..close).unwrap_or_default();
        let one = content.chars().count() == 1 || content.starts_with('\\');
        self.at += close + 2;
        if one { Kind::Literal } else { Kind::Quoted }
    }
}

/// Length up to and including the quote that closes a text.
fn closing_quote(body: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'..='\r' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
    )
}
