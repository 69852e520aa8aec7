//! Reports and mends slips of grammar, so that one slip is one problem and the rest of the file is still checked.

use super::{Kind, Report, Token, clip, number};

/// Written where a value is missing or broken: no RON parser takes it for one.
pub(super) const POISON: &str = "@";

/// RON's extensions; the reader understands all of these without being told.
const EXTENSIONS: [&str; 4] = [
    "implicit_some",
    "unwrap_newtypes",
    "unwrap_variant_newtypes",
    "explicit_struct_names",
];

/// Leaves out `#![…]` at the beginning; reports those that mean nothing here.
pub(super) fn skip_attributes(
    text: &str,
    mut tokens: Vec<Token>,
    report: &mut Report<'_>,
) -> Vec<Token> {
    let mut from = 0;
    loop {
        let rest = tokens.get(from..).unwrap_or_default();
        let [
            Token {
                kind: Kind::Mark('#'),
                start,
                end,
                ..
            },
            Token {
                kind: Kind::Mark('!'),
                ..
            },
            open,
            ..,
        ] = rest
        else {
            break;
        };
        // A longer one is a line that was meant as a comment.
        if end - start > 1 {
            break;
        }
        let ends = |kind| matches!(kind, Kind::Colon | Kind::Close(b']' | b'}'));
        let length = rest
            .iter()
            .position(|token| ends(token.kind))
            .unwrap_or(rest.len());
        let closed = rest
            .get(length)
            .is_some_and(|token| token.kind == Kind::Close(b']'));
        if closed && open.kind == Kind::Open(b'[') {
            let end = rest.get(length).map_or(*start, |close| close.end);
            attribute(
                text,
                rest.get(3..length).unwrap_or_default(),
                (*start, end),
                report,
            );
            from += length + 1;
        } else {
            // Never closed: it is most likely meant to end with its line.
            let line = rest
                .iter()
                .skip(1)
                .position(|token| token.indent.is_some())
                .map_or(rest.len(), |at| at + 1);
            let end = rest.get(line - 1).map_or(*start, |last| last.end);
            report.push(
                *start,
                end,
                "this attribute is not understood",
                Some("write `#![enable(…)]`".into()),
            );
            from += line;
        }
    }
    tokens.drain(..from);
    tokens
}

fn attribute(text: &str, inside: &[Token], (start, end): (usize, usize), report: &mut Report<'_>) {
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or_default();
    let kinds: Vec<Kind> = inside.iter().map(|token| token.kind).collect();
    match (inside.first().map(word), kinds.as_slice()) {
        (Some("enable"), [_, Kind::Open(b'('), .., Kind::Close(b')')]) => {
            let unknown =
                |token: &&Token| token.kind != Kind::Comma && !EXTENSIONS.contains(&word(token));
            for token in inside
                .get(2..inside.len() - 1)
                .unwrap_or_default()
                .iter()
                .filter(unknown)
            {
                let message = format!("there is no RON extension `{}`", clip(word(token)));
                report.push(
                    token.start,
                    token.end,
                    message,
                    Some(format!("extensions: {}", EXTENSIONS.join(", "))),
                );
            }
        }
        (Some("type" | "schema"), [_, Kind::Mark('='), Kind::Text]) => {}
        _ => {
            let help = "only `#![enable(…)]` may stand here".into();
            report.push(start, end, "this attribute means nothing here", Some(help));
        }
    }
}

/// The tokens, mended; `None` where they are too broken to go on.
pub(super) fn mend(text: &str, tokens: &[Token], report: &mut Report<'_>) -> Option<Vec<Token>> {
    let mut mender = Mender {
        text,
        tokens,
        report,
        out: Vec::new(),
        groups: Vec::new(),
        drop_colon: false,
        next: 0,
    };
    while mender.next < tokens.len() {
        mender.next += 1;
        match mender.step(mender.next - 1) {
            Step::On => {}
            Step::Stop => break,
            Step::GiveUp => return None,
        }
    }
    Some(mender.out)
}

enum Step {
    On,
    /// Ignore the rest.
    Stop,
    /// There is no telling what is meant.
    GiveUp,
}

struct Group {
    bracket: u8,
    /// Whether its items have names.
    named: Option<bool>,
}

struct Mender<'a, 'b> {
    text: &'a str,
    tokens: &'a [Token],
    report: &'a mut Report<'b>,
    out: Vec<Token>,
    groups: Vec<Group>,
    /// The name before the next colon was left out, so leave out the colon.
    drop_colon: bool,
    /// The token to go on with.
    next: usize,
}

impl Mender<'_, '_> {
    fn step(&mut self, at: usize) -> Step {
        let Some(mut token) = self.tokens.get(at).copied() else {
            return Step::Stop;
        };
        match token.kind {
            Kind::Comma => self.comma(token),
            Kind::Colon => return self.colon(at, token),
            Kind::Close(_) => self.close(token),
            Kind::Mark('=') if self.last() == Some(Kind::Word) => {
                self.problem(
                    token,
                    "a field is set with `:`, not with `=`",
                    Some("write `:`"),
                );
                token.kind = Kind::Colon;
                token.instead = Some(":");
                return self.colon(at, token);
            }
            Kind::Mark(';') => {
                self.problem(
                    token,
                    "items are separated by `,`, not by `;`",
                    Some("write `,`"),
                );
                token.instead = Some(",");
                token.kind = Kind::Comma;
                self.comma(token);
            }
            Kind::Mark(mark) => self.stray(at, token, mark),
            _ => return self.value(at, token),
        }
        Step::On
    }

    fn comma(&mut self, token: Token) {
        match self.last() {
            _ if self.groups.is_empty() => {
                self.problem(token, "nothing may follow the value", Some("remove this"));
            }
            None | Some(Kind::Open(_) | Kind::Comma) => {
                self.problem(
                    token,
                    "there is a comma too many",
                    Some("remove this comma"),
                );
            }
            last => {
                if last == Some(Kind::Colon) {
                    self.missing_value();
                }
                self.out.push(token);
            }
        }
    }

    fn close(&mut self, mut token: Token) {
        if self.last() == Some(Kind::Colon) {
            self.missing_value();
        }
        if self.groups.pop().is_some_and(|group| group.bracket == b'(')
            && token.kind == Kind::Close(b'}')
        {
            token.kind = Kind::Close(b')');
            token.instead = Some(")");
        }
        self.out.push(token);
    }

    fn missing_value(&mut self) {
        let [.., name, colon] = self.out.as_slice() else {
            return;
        };
        let (name, colon) = (*name, *colon);
        let message = format!("`{}` has no value", clip(self.text_of(name)));
        self.report.push(
            name.start,
            colon.end,
            message,
            Some("write one after the `:`".into()),
        );
        self.poison(Token::inserted(Kind::Literal, colon.end, POISON));
    }

    fn poison(&mut self, mut token: Token) {
        self.report.damage(token.start);
        token.instead = Some(POISON);
        self.out.push(token);
    }

    fn colon(&mut self, at: usize, token: Token) -> Step {
        if std::mem::take(&mut self.drop_colon) {
            return Step::On;
        }
        let Some(group) = self.groups.last() else {
            self.problem(
                token,
                "fields stand in parentheses",
                Some("write `Name(field: value, …)`"),
            );
            return Step::GiveUp;
        };
        let (bracket, last, begins) = (group.bracket, self.last(), self.last_begins_item());
        match (bracket, last) {
            (b'(', Some(Kind::Word)) if begins => self.out.push(token),
            (b'(', Some(Kind::Text)) if begins => self.unquote(token),
            (b'[', Some(Kind::Word)) if begins => {
                self.problem(
                    token,
                    "items of a list have no names",
                    Some("fields stand in parentheses: `(name: value)`"),
                );
                self.out.pop();
                // What the value is says nothing then.
                self.report.damage(
                    self.tokens
                        .get(at + 1)
                        .map_or(token.start, |next| next.start),
                );
            }
            (b'{', Some(last)) if last.ends_value() => self.out.push(token),
            (_, Some(Kind::Colon)) => {
                self.problem(token, "there is a `:` too many", Some("remove this"));
            }
            (_, Some(last)) if last.ends_value() => {
                self.problem(
                    token,
                    "no `:` is expected here",
                    Some("a field is written `name: value`"),
                );
                self.report.damage(token.start);
                if self.last_is_field_value()
                    && let Some((next, end)) = self.rest_of_line(at)
                {
                    // `cell: Tanhunits: 32)`: what follows belongs to a parenthesis that was never opened.
                    self.give_up_value(next, end);
                    return Step::On;
                }
                self.out.push(Token {
                    kind: Kind::Comma,
                    instead: Some(","),
                    ..token
                });
            }
            _ => self.problem(
                token,
                "a name is missing before this `:`",
                Some("a field is written `name: value`"),
            ),
        }
        Step::On
    }

    /// `"name": value`.
    fn unquote(&mut self, colon: Token) {
        let Some(name) = self.out.last().copied() else {
            return;
        };
        let word = self.text_of(name).trim_matches('"');
        let plain = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let help = if plain {
            format!("write `{word}:`")
        } else {
            "a field is written `name: value`".into()
        };
        self.report.push(
            name.start,
            name.end,
            "a field's name has no quotes",
            Some(help),
        );
        let Some(last) = self.out.last_mut() else {
            return;
        };
        last.kind = Kind::Word;
        if plain {
            last.start += 1;
            last.end -= 1;
        } else {
            // Read as a nameless field, which the tree leaves out.
            last.end = last.start;
            last.instead = Some("_");
            self.report.damage(name.start);
        }
        self.out.push(colon);
    }

    fn value(&mut self, at: usize, mut token: Token) -> Step {
        let braces = token.kind == Kind::Open(b'{')
            && (self.last() == Some(Kind::Word) || self.holds_fields(at));
        if braces {
            self.problem(
                token,
                "fields stand in parentheses, not in braces",
                Some("write `(…)`"),
            );
            token.kind = Kind::Open(b'(');
            token.instead = Some("(");
        }
        let call = self.last() == Some(Kind::Word) && token.kind == Kind::Open(b'(');
        if self.last().is_some_and(Kind::ends_value) && !call {
            if self.groups.is_empty() {
                self.trailing(at, token);
                return Step::Stop;
            }
            if self.unquoted(at, token) {
                return Step::On;
            }
            self.separate();
        }
        if self.begins_item() && self.item(at, token) {
            return Step::On;
        }
        match token.kind {
            Kind::Number if number::value(self.text_of(token)).is_none() => self.bad_number(token),
            Kind::Quoted => {
                self.problem(
                    token,
                    "a text stands in double quotes",
                    Some("write `\"…\"`"),
                );
                self.poison(token);
            }
            Kind::Open(bracket) => {
                self.groups.push(Group {
                    bracket,
                    named: None,
                });
                self.out.push(token);
            }
            _ => self.out.push(token),
        }
        Step::On
    }

    /// Something after the value that is the whole text.
    fn trailing(&mut self, at: usize, token: Token) {
        let [first, ..] = self.out.as_slice() else {
            return;
        };
        let first = *first;
        // What is missing in the value may stand here.
        self.report.damage(first.start);
        if self.last_is_lone_word() && self.looks_named(at) {
            let name = clip(self.text_of(first));
            self.report.push(
                first.end,
                first.end,
                format!("a `(` is missing after `{name}`"),
                None,
            );
            return;
        }
        let help = match self.last() {
            Some(Kind::Word) if token.kind == Kind::Word => {
                "a text stands in double quotes: `\"…\"`"
            }
            _ => "put it inside the parentheses, or remove it",
        };
        self.problem(token, "nothing may follow the value", Some(help));
    }

    fn last_is_lone_word(&self) -> bool {
        matches!(
            self.out.as_slice(),
            [Token {
                kind: Kind::Word,
                ..
            }]
        )
    }

    fn bad_number(&mut self, token: Token) {
        let raw = self.text_of(token);
        let (message, help) = (
            format!("`{}` is not a number", clip(raw)),
            clip(&number::advice(raw)),
        );
        self.report
            .push(token.start, token.end, message, Some(help));
        self.poison(token);
    }

    /// `title: Some words` or `title: "Some "words""`, taken to reach to the end of the line or of the parenthesis.
    fn unquoted(&mut self, at: usize, token: Token) -> bool {
        let [.., colon, word] = self.out.as_slice() else {
            return false;
        };
        let words = (word.kind, token.kind) == (Kind::Word, Kind::Word);
        let quote = word.kind == Kind::Text && word.end == token.start;
        let field = colon.kind == Kind::Colon;
        let (word, last) = (*word, self.tokens.get(at + 1).map(|next| next.kind));
        if !(field && (words || quote))
            || token.indent.is_some()
            || matches!(last, Some(Kind::Colon | Kind::Mark('=')))
        {
            return false;
        }
        let Some((next, end)) = self.rest_of_line(at) else {
            return false;
        };
        let (message, help) = if quote {
            (
                "this text ends before the line does",
                r#"a quote inside a text is written `\"`"#,
            )
        } else {
            ("a text stands in double quotes", "write `\"…\"`")
        };
        self.report
            .push(word.start, end, message, Some(help.into()));
        self.give_up_value(next, end);
        true
    }

    /// Where the line or the parenthesis ends: the token that comes then and the byte; `None` where a bracket is still
    /// open there, or where that is too far to look.
    fn rest_of_line(&self, at: usize) -> Option<(usize, usize)> {
        const LONGEST: usize = 200;
        let mut depth = 0_usize;
        let mut end = (at, 0);
        for (at, token) in self.tokens.iter().enumerate().skip(at) {
            if at > self.next + LONGEST {
                return None;
            }
            match token.kind {
                _ if token.indent.is_some() => break,
                Kind::Close(_) if depth == 0 => break,
                Kind::Close(_) => depth -= 1,
                Kind::Open(_) => depth += 1,
                _ => {}
            }
            end = (at + 1, token.end);
        }
        (depth == 0 && end.1 > 0).then_some(end)
    }

    /// Leaves out the value just begun, up to the token `next`.
    fn give_up_value(&mut self, next: usize, end: usize) {
        let Some(value) = self.out.pop() else { return };
        self.poison(Token {
            kind: Kind::Literal,
            end,
            ..value
        });
        self.next = next;
        if self
            .tokens
            .get(next)
            .is_some_and(|next| !matches!(next.kind, Kind::Comma | Kind::Close(_)))
        {
            self.out.push(Token::inserted(Kind::Comma, end, ","));
        }
    }

    /// Two values in a row: a comma or a colon is missing between them.
    fn separate(&mut self) {
        let Some(last) = self.out.last().copied() else {
            return;
        };
        let named = self
            .groups
            .last()
            .is_some_and(|group| group.named == Some(true));
        if named && last.kind == Kind::Word && self.last_begins_item() {
            let name = clip(self.text_of(last));
            let help = Some(format!("write `{name}: …`"));
            self.report.push(
                last.start,
                last.end,
                format!("a `:` is missing after `{name}`"),
                help,
            );
            self.out.push(Token::inserted(Kind::Colon, last.end, ":"));
        } else {
            self.report.push(
                last.end,
                last.end,
                "a comma is missing here",
                Some("put a `,` between two items".into()),
            );
            self.out.push(Token::inserted(Kind::Comma, last.end, ","));
        }
    }

    /// The beginning of an item: either all items of a parenthesis have names or none. Whether `token` is to be left out.
    fn item(&mut self, at: usize, token: Token) -> bool {
        let named = self.looks_named(at);
        let Some(group) = self.groups.last_mut().filter(|group| group.bracket == b'(') else {
            return false;
        };
        match *group.named.get_or_insert(named) {
            true if !named => {
                self.problem(
                    token,
                    "this value has no name",
                    Some("the others here have one: `name: value`"),
                );
                self.report.damage(token.start);
                self.out.push(Token::inserted(Kind::Word, token.start, "_"));
                self.out
                    .push(Token::inserted(Kind::Colon, token.start, ":"));
                false
            }
            false if named => {
                self.problem(
                    token,
                    "this value has a name",
                    Some("the others here have none; name all or none"),
                );
                self.report.damage(token.start);
                self.drop_colon = true;
                true
            }
            _ => false,
        }
    }

    /// Whether the item that begins at a token is `name: value`, or is meant so.
    fn looks_named(&self, at: usize) -> bool {
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        match (kind(0), kind(1)) {
            (Some(Kind::Word), Some(Kind::Colon | Kind::Mark('=')))
            | (Some(Kind::Text), Some(Kind::Colon)) => true,
            (Some(Kind::Word), Some(Kind::Open(b'(' | b'{'))) => false,
            (Some(Kind::Word), Some(next)) => next.begins_value() && kind(2) != Some(Kind::Colon),
            _ => false,
        }
    }

    /// Whether the brace at a token holds `name: …`.
    fn holds_fields(&self, at: usize) -> bool {
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        (kind(1), kind(2)) == (Some(Kind::Word), Some(Kind::Colon))
    }

    fn stray(&mut self, at: usize, token: Token, mark: char) {
        let continues = at
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .is_some_and(|before| {
                matches!(before.kind, Kind::Mark(_)) && before.end == token.start
            });
        if continues {
            return;
        }
        let help = match mark {
            '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '\'' | '`' => {
                Some("a text stands in plain double quotes: `\"…\"`")
            }
            '#' | '/' => Some("a comment begins with `//`"),
            _ => None,
        };
        let shown = if mark.is_control() || mark.is_whitespace() {
            format!("the invisible character U+{:04X}", mark as u32)
        } else {
            format!("`{mark}`")
        };
        self.problem(token, &format!("{shown} means nothing here"), help);
        self.report.damage(token.start);
        if self.last() == Some(Kind::Colon) && !self.value_follows(at) {
            self.poison(token);
        }
    }

    /// Whether a value comes soon after the token.
    fn value_follows(&self, at: usize) -> bool {
        const SOON: usize = 8;
        let next = self
            .tokens
            .iter()
            .skip(at + 1)
            .take(SOON)
            .find(|next| !matches!(next.kind, Kind::Mark(_)));
        next.is_some_and(|next| next.kind.begins_value())
    }

    fn problem(&mut self, token: Token, message: &str, help: Option<&str>) {
        self.report
            .push(token.start, token.end, message, help.map(Into::into));
    }

    fn text_of(&self, token: Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn last(&self) -> Option<Kind> {
        self.out.last().map(|token| token.kind)
    }

    fn begins_item(&self) -> bool {
        matches!(self.last(), None | Some(Kind::Open(_) | Kind::Comma))
    }

    fn last_is_field_value(&self) -> bool {
        matches!(self.out.as_slice(), [.., colon, value] if (colon.kind, value.kind) == (Kind::Colon, Kind::Word))
    }

    fn last_begins_item(&self) -> bool {
        matches!(self.out.as_slice(), [.., before, _] if matches!(before.kind, Kind::Open(_) | Kind::Comma))
    }
}
