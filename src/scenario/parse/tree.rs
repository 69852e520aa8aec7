//! Puts mended tokens together with `ron2` and leads its spans back to the original text.

use ron2::ast::{Expr, StructBody, StructField, TupleElement, parse_document_lossy};
use ron2::error::ErrorKind;

use super::grammar::POISON;
use super::{Report, Token, clip, number};
use crate::registry::{Body, Ident, Node, Span, Value};

/// The tree of mended tokens; `None` where there is none to be trusted.
pub(super) fn build(text: &str, tokens: &[Token], report: &mut Report<'_>) -> Option<Node> {
    let (joined, pieces) = join(text, tokens);
    let (document, errors) = parse_document_lossy(&joined);
    let mut trusted = true;
    for error in &errors {
        let piece = pieces.at(error.span().start_offset);
        if piece.is_some_and(|piece| piece.token.instead == Some(POISON)) {
            continue;
        }
        // After anything but a broken literal, what follows is guesswork: say the first and stop.
        let harmless = explain(
            error.kind(),
            &pieces.span(*error.span(), report.source),
            report,
        );
        if !harmless {
            trusted = false;
            break;
        }
    }
    let converter = Converter {
        pieces,
        source: report.source,
    };
    trusted
        .then(|| {
            document
                .value
                .as_ref()
                .and_then(|value| converter.node(value))
        })
        .flatten()
}

/// Reports an error of `ron2`; whether it concerns one value only.
fn explain(kind: &ErrorKind, span: &Span, report: &mut Report<'_>) -> bool {
    let (message, help, harmless) = match kind {
        ErrorKind::InvalidEscape(what) => {
            let help = r"escapes are `\n`, `\t`, `\r`, `\0`, `\'`, `\\`, `\x41`, `\u{41}`; a backslash is `\\`";
            (
                format!("this escape is not understood: {what}"),
                Some(help),
                true,
            )
        }
        ErrorKind::ExpectedStringEnd => ("this text is not understood".into(), None, true),
        ErrorKind::UnexpectedChar(c) => (
            format!("`{}` is not expected here", c.escape_debug()),
            None,
            false,
        ),
        ErrorKind::Expected { expected, .. } if expected.contains("`Some`") => (
            "`Some` needs a value".into(),
            Some("write `Some(…)` or `None`"),
            false,
        ),
        other => (
            format!("this is not understood: {}", clip(&other.to_string())),
            None,
            false,
        ),
    };
    report.push(span.start, span.end, message, help.map(Into::into));
    report.damage(span.start);
    harmless
}

struct Piece {
    /// Where it begins in the joined text.
    start: usize,
    end: usize,
    token: Token,
}

struct Pieces<'a> {
    text: &'a str,
    list: Vec<Piece>,
}

/// The tokens as one text, a space between each.
fn join<'a>(text: &'a str, tokens: &[Token]) -> (String, Pieces<'a>) {
    let mut joined = String::with_capacity(text.len());
    let mut pieces = Vec::with_capacity(tokens.len());
    for token in tokens {
        let start = joined.len();
        joined.push_str(
            token
                .instead
                .or_else(|| text.get(token.start..token.end))
                .unwrap_or_default(),
        );
        pieces.push(Piece {
            start,
            end: joined.len(),
            token: *token,
        });
        joined.push(' ');
    }
    (joined, Pieces { text, list: pieces })
}

impl Pieces<'_> {
    /// The last piece that begins at or before `offset`.
    fn at(&self, offset: usize) -> Option<&Piece> {
        self.list.get(
            self.list
                .partition_point(|piece| piece.start <= offset)
                .checked_sub(1)?,
        )
    }

    fn start(&self, offset: usize) -> usize {
        self.at(offset)
            .map_or(0, |piece| match piece.token.instead {
                None => (piece.token.start + offset - piece.start).min(piece.token.end),
                Some(_) => piece.token.start,
            })
    }

    fn end(&self, offset: usize) -> usize {
        self.at(offset.saturating_sub(1))
            .map_or(0, |piece| match piece.token.instead {
                None if offset < piece.end => piece.token.start + offset - piece.start,
                _ => piece.token.end,
            })
    }

    fn span(&self, span: ron2::Span, source: usize) -> Span {
        // `ron2` marks an escape by counting bytes, so it may end inside of a character.
        let split = |at: &usize| !self.text.is_char_boundary(*at);
        let mut start = self.start(span.start_offset);
        start -= (0..start).rev().map(|at| at + 1).take_while(split).count();
        let mut end = self.end(span.end_offset).max(start);
        end += (end..self.text.len()).take_while(split).count();
        Span { source, start, end }
    }
}

struct Converter<'a> {
    pieces: Pieces<'a>,
    source: usize,
}

impl Converter<'_> {
    /// The node of an expression; `None` for a broken one.
    fn node(&self, expr: &Expr<'_>) -> Option<Node> {
        let value = match expr {
            Expr::Unit(_) => Value::Tagged {
                name: None,
                body: Body::Empty,
            },
            Expr::Bool(bool) => Value::Bool(bool.value),
            Expr::Char(_) => Value::Other("a character"),
            Expr::Byte(_) | Expr::Bytes(_) => Value::Other("a byte string"),
            Expr::Number(number) => number::value(&number.raw)?,
            Expr::String(text) => Value::Text(text.value.clone()),
            Expr::Option(option) => {
                let body = match &option.value {
                    Some(inner) => self.positional([&inner.expr]),
                    None => Body::Empty,
                };
                let (name, length) = if option.value.is_some() {
                    ("Some", 4)
                } else {
                    ("None", 4)
                };
                let mut span = option.span;
                span.end_offset = span.start_offset + length;
                Value::Tagged {
                    name: Some(self.ident(name, span)),
                    body,
                }
            }
            Expr::Seq(list) => Value::List(
                list.items
                    .iter()
                    .filter_map(|item| self.node(&item.expr))
                    .collect(),
            ),
            Expr::Map(_) => Value::Other("a map in braces"),
            Expr::Tuple(tuple) => Value::Tagged {
                name: None,
                body: self.elements(&tuple.elements),
            },
            Expr::AnonStruct(fields) => Value::Tagged {
                name: None,
                body: self.fields(&fields.fields),
            },
            Expr::Struct(named) => {
                let body = match &named.body {
                    None => Body::Empty,
                    Some(StructBody::Tuple(tuple)) => self.elements(&tuple.elements),
                    Some(StructBody::Fields(fields)) => self.fields(&fields.fields),
                };
                Value::Tagged {
                    name: Some(self.ident(&named.name.name, named.name.span)),
                    body,
                }
            }
            Expr::Error(_) => return None,
        };
        Some(Node {
            span: self.pieces.span(*expr.span(), self.source),
            value,
        })
    }

    fn ident(&self, name: &str, span: ron2::Span) -> Ident {
        let name = name.strip_prefix("r#").unwrap_or(name);
        Ident {
            name: clip(name),
            span: self.pieces.span(span, self.source),
        }
    }

    fn elements(&self, elements: &[TupleElement<'_>]) -> Body {
        self.positional(elements.iter().map(|element| &element.expr))
    }

    fn positional<'e, 'x: 'e>(&self, items: impl IntoIterator<Item = &'e Expr<'x>>) -> Body {
        let items: Vec<Node> = items
            .into_iter()
            .filter_map(|item| self.node(item))
            .collect();
        if items.is_empty() {
            Body::Empty
        } else {
            Body::Positional(items)
        }
    }

    fn fields(&self, fields: &[StructField<'_>]) -> Body {
        let fields = fields.iter().filter_map(|field| {
            let name = self.ident(&field.name.name, field.name.span);
            // A name of no length was put there by the mender.
            let written = name.span.start < name.span.end;
            self.node(&field.value)
                .filter(|_| written)
                .map(|node| (name, node))
        });
        Body::Named(fields.collect())
    }
}
