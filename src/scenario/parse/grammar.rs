//! Builds the tree from tokens whose brackets pair. A slip of grammar is one problem; what it concerns is left out of the
//! tree or mended (`slips`), so that the rest of the file is still checked.

use super::lexer::{Kind, Token};
use super::{Report, clip, escape, number};
use crate::registry::{Body, Ident, Node, Span, Value};

/// The tree of a text; `None` where the tokens are too broken to have one.
pub(super) fn tree(text: &str, tokens: &[Token], report: &mut Report<'_>) -> Option<Node> {
    let mut parser = Parser {
        text,
        tokens,
        report,
        at: 0,
        taken: 0,
        end: 0,
        resumed: usize::MAX,
    };
    parser.document()
}

pub(super) struct Parser<'a, 'b> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) report: &'a mut Report<'b>,
    /// The token to go on with.
    pub(super) at: usize,
    /// One past the token last taken; less than `at` where strays were passed over since.
    pub(super) taken: usize,
    /// Where the token last taken ends in the text.
    pub(super) end: usize,
    /// The token at which reading was resumed after a value that was given up: no comma is missed before it.
    pub(super) resumed: usize,
}

impl Parser<'_, '_> {
    fn document(&mut self) -> Option<Node> {
        let first = self.peek()?;
        if !first.kind.begins_value() {
            self.nothing_to_begin_with(first);
            return None;
        }
        let node = self.value();
        let Some(next) = self.peek() else { return node };
        if matches!(next.kind, Kind::Colon | Kind::Mark('=')) {
            self.nothing_to_begin_with(next);
            return None;
        }
        self.trailing(first, next);
        node
    }

    /// A value, which begins with the next token; `None` where it is broken, which has been reported then.
    pub(super) fn value(&mut self) -> Option<Node> {
        let at = self.at;
        let token = self.next()?;
        let value = match token.kind {
            Kind::Word => return self.word(token),
            Kind::Open(b'[') => Some(Value::List(self.list())),
            Kind::Open(b'{') if self.report.json || !self.holds_fields(at) => Some(self.braces()),
            Kind::Open(bracket) => {
                if bracket == b'{' {
                    self.braces_for_parentheses(token);
                }
                let (body, _) = self.parenthesis();
                Some(Value::Tagged { name: None, body })
            }
            Kind::Number => self.number(token),
            Kind::Text => self.quoted(token).map(Value::Text),
            Kind::Literal => self.literal(token),
            _ => {
                let help = Some("write `\"…\"`");
                self.problem(token, "a text stands in double quotes", help);
                None
            }
        };
        if value.is_none() {
            self.report.damage(token.start);
        }
        let span = self.report.span(token.start, self.end);
        value.map(|value| Node { span, value })
    }

    /// `true`, `None`, `Name`, `Name(…)`.
    fn word(&mut self, word: Token) -> Option<Node> {
        let plain = match self.text_of(word) {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" if self.report.json => Some(Value::Null),
            _ => None,
        };
        let name = self.ident(word)?;
        let open = self.peek().filter(|open| {
            matches!(open.kind, Kind::Open(b'(' | b'{')) && plain.is_none() && name.name != "None"
        });
        let (mut body, mut held) = (Body::Empty, 0);
        if let Some(open) = open {
            if open.kind == Kind::Open(b'{') {
                self.braces_for_parentheses(open);
            }
            self.next();
            (body, held) = self.parenthesis();
        }
        let one = held == 1 && !matches!(body, Body::Named(_));
        if name.name == "Some" && !one {
            let help = Some("write `Some(…)` or `None`");
            self.problem(word, "`Some` needs a value", help);
            self.report.damage(word.start);
            return None;
        }
        let name = Some(name);
        Some(Node {
            span: self.report.span(word.start, self.end),
            value: plain.unwrap_or(Value::Tagged { name, body }),
        })
    }

    /// The inside of a parenthesis and its end; how many items there are, broken ones too.
    fn parenthesis(&mut self) -> (Body, usize) {
        let (mut fields, mut items) = (Vec::new(), Vec::new());
        let (mut all_named, mut count) = (None, 0);
        while let Some(token) = self.item() {
            count += 1;
            let named = self.looks_named();
            match (*all_named.get_or_insert(named), named) {
                (true, true) => fields.extend(self.field()),
                (true, false) => {
                    self.nameless(token);
                    self.value();
                }
                (false, true) => {
                    let message = "this value has a name";
                    let help = "the others here have none; name all or none";
                    self.problem(token, message, Some(help));
                    self.report.damage(token.start);
                    self.next();
                    items.extend(self.value_of(token));
                }
                (false, false) => items.extend(self.value()),
            }
            self.separate();
        }
        self.next();
        let body = match all_named {
            Some(true) => Body::Named(fields),
            _ if items.is_empty() => Body::Empty,
            _ => Body::Positional(items),
        };
        (body, count)
    }

    /// `name: value`.
    fn field(&mut self) -> Option<(Ident, Node)> {
        let name = self.next()?;
        let ident = if name.kind == Kind::Text {
            self.unquote(name)
        } else {
            self.ident(name)
        };
        let value = self.value_of(name);
        ident.zip(value)
    }

    /// The items of a list and its end.
    fn list(&mut self) -> Vec<Node> {
        let mut items = Vec::new();
        while let Some(token) = self.item() {
            if self.named_item(token) {
                continue;
            }
            items.extend(self.value());
            self.separate();
        }
        self.next();
        items
    }

    /// The inside of braces and their end: an object, as JSON has it, where all its keys are texts.
    fn braces(&mut self) -> Value {
        let mut fields = Vec::new();
        let mut object = true;
        while let Some(key) = self.item() {
            if key.kind == Kind::Text {
                self.next();
                let name = self.quoted(key).map(|name| Ident {
                    name: clip(&name),
                    span: self.report.span(key.start, key.end),
                });
                let value = self.value_of(key);
                fields.extend(name.zip(value));
            } else if self.report.json && self.bare_key(key) {
                self.next();
                self.value_of(key);
            } else {
                object = false;
                self.value();
                let end = self.end;
                self.value_of(Token { end, ..key });
            }
            self.separate();
        }
        self.next();
        if object {
            Value::Object(fields)
        } else {
            Value::Other("a map in braces")
        }
    }

    /// What follows a name that was taken: a colon and a value.
    fn value_of(&mut self, name: Token) -> Option<Node> {
        match self.peek().map(|token| token.kind) {
            Some(Kind::Colon) => {
                self.next();
            }
            Some(Kind::Mark('=')) => self.equals_sign(),
            Some(kind) if kind.begins_value() => self.missing_colon(name),
            _ => {}
        }
        self.doubled_colons();
        let begins = self.peek().filter(|token| token.kind.begins_value());
        let Some(first) = begins else {
            self.missing_value(name);
            return None;
        };
        let at = self.at;
        let value = self.value();
        if self.taken == at + 1 && self.spoilt(first) {
            return None;
        }
        value
    }

    fn number(&mut self, token: Token) -> Option<Value> {
        let raw = self.text_of(token);
        let value = number::value(raw);
        if value.is_none() {
            let message = format!("`{}` is not a number", clip(raw));
            let help = clip(&number::advice(raw));
            self.report
                .push(token.start, token.end, message, Some(help));
        }
        value
    }

    fn literal(&mut self, token: Token) -> Option<Value> {
        let content = self.quoted(token)?;
        if self.text_of(token).starts_with('b') {
            return Some(Value::Other("a byte string"));
        }
        let one = content.chars().count() == 1;
        if !one {
            let help = Some("a text stands in double quotes: `\"…\"`");
            self.problem(token, "this is more than one character", help);
        }
        one.then_some(Value::Other("a character"))
    }

    /// What stands in quotes; a broken escape is reported.
    pub(super) fn quoted(&mut self, token: Token) -> Option<String> {
        let json = self.report.json;
        match escape::content(self.text_of(token), json) {
            Ok(content) => Some(content),
            Err(at) => {
                let (start, end) = (token.start + at.start, token.start + at.end);
                let help = if json { escape::JSON } else { escape::RON };
                let message = "this escape is not understood";
                self.report.push(start, end, message, Some(help.into()));
                None
            }
        }
    }

    fn ident(&mut self, word: Token) -> Option<Ident> {
        let text = self.text_of(word);
        let name = text.strip_prefix("r#").unwrap_or(text);
        if name.is_empty() {
            self.problem(word, "a name is missing after this `r#`", None);
            self.report.damage(word.start);
            return None;
        }
        Some(Ident {
            name: clip(name),
            span: self.span_of(word),
        })
    }

    /// The next token that means something; what does not is reported and passed over.
    pub(super) fn peek(&mut self) -> Option<Token> {
        loop {
            let token = self.tokens.get(self.at).copied()?;
            match token.kind {
                Kind::Mark(mark) if mark != ';' && !(mark == '=' && self.after_name()) => {
                    self.stray(token, mark);
                    self.at += 1;
                }
                _ => return Some(token),
            }
        }
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        self.taken = self.at;
        self.end = token.end;
        Some(token)
    }

    fn after_name(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|before| matches!(before.kind, Kind::Word | Kind::Text))
    }

    pub(super) fn problem(&mut self, token: Token, message: &str, help: Option<&str>) {
        self.report
            .push(token.start, token.end, message, help.map(Into::into));
    }

    pub(super) fn text_of(&self, token: Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    pub(super) fn span_of(&self, token: Token) -> Span {
        self.report.span(token.start, token.end)
    }
}
