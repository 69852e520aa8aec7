//! Slips of everyday: a comma left out, `=` for `:`, braces for parentheses, a text without quotes. Each is reported once,
//! and reading goes on as if what was most likely meant stood there.

use super::clip;
use super::grammar::Parser;
use super::lexer::{Kind, Token};
use crate::registry::{Ident, code_point, is_unseen};

impl Parser<'_, '_> {
    /// Something that no value begins with stands where the text's value should, or a colon after it.
    pub(super) fn nothing_to_begin_with(&mut self, token: Token) {
        let (message, help) = match token.kind {
            Kind::Colon | Kind::Mark('=') => (
                "fields stand in parentheses",
                "write `Name(field: value, …)`",
            ),
            _ => ("a value was expected here", "remove this"),
        };
        self.problem(token, message, Some(help));
    }

    /// Something after the value that is the whole text.
    pub(super) fn trailing(&mut self, first: Token, next: Token) {
        // What is missing in the value may stand here.
        self.report.damage(first.start);
        let lone_word = first.kind == Kind::Word && first.end == self.end;
        if lone_word && self.looks_named() {
            let message = format!("a `(` is missing after `{}`", clip(self.text_of(first)));
            self.report.push(first.end, first.end, message, None);
            return;
        }
        let text = lone_word && next.kind == Kind::Word;
        let help = match next.kind {
            _ if text => "a text stands in double quotes: `\"…\"`",
            Kind::Comma => "remove this",
            _ => "put it inside the brackets, or remove it",
        };
        self.problem(next, "nothing may follow the value", Some(help));
    }

    /// The token that the next item begins with; `None` at the end of what encloses the items.
    pub(super) fn item(&mut self) -> Option<Token> {
        loop {
            let token = self.peek()?;
            let (message, help) = match token.kind {
                Kind::Close(_) => return None,
                Kind::Comma => ("there is a comma too many", "remove this comma"),
                Kind::Colon => (
                    "a name is missing before this `:`",
                    "a field is written `name: …`",
                ),
                Kind::Mark(_) => ("`;` means nothing here", "items are separated by `,`"),
                _ => return Some(token),
            };
            self.problem(token, message, Some(help));
            self.next();
        }
    }

    /// What comes after an item: a comma, or the end.
    pub(super) fn separate(&mut self) {
        let Some(token) = self.peek() else { return };
        match token.kind {
            Kind::Close(_) => return,
            Kind::Comma => {}
            Kind::Mark(';') => {
                let message = "items are separated by `,`, not by `;`";
                self.problem(token, message, Some("write `,`"));
            }
            Kind::Colon | Kind::Mark(_) => {
                let help = "a field is written `name: …`";
                self.problem(token, "no `:` is expected here", Some(help));
                self.report.damage(token.start);
            }
            _ => {
                if self.at != self.resumed {
                    let before = self.taken.checked_sub(1).and_then(|at| self.tokens.get(at));
                    let apart = before.is_some_and(|before| before.kind == Kind::Number)
                        && token.kind == Kind::Number
                        && token.indent.is_none();
                    let help = if apart {
                        "put a `,` between two items; the digits of one number stand together, or with `_` between them"
                    } else {
                        "put a `,` between two items"
                    };
                    let help = help.to_string();
                    let message = "a comma is missing here";
                    self.report.push(self.end, self.end, message, Some(help));
                }
                return;
            }
        }
        self.next();
    }

    pub(super) fn braces_for_parentheses(&mut self, open: Token) {
        let message = "fields stand in parentheses, not in braces";
        self.problem(open, message, Some("write `(…)`"));
    }

    /// `=` where `:` is meant.
    pub(super) fn equals_sign(&mut self) {
        if let Some(token) = self.next() {
            let message = "a field is set with `:`, not with `=`";
            self.problem(token, message, Some("write `:`"));
        }
    }

    pub(super) fn missing_colon(&mut self, name: Token) {
        let text = clip(self.text_of(name));
        let message = format!("a `:` is missing after `{text}`");
        let help = Some(format!("write `{text}: …`"));
        self.report.push(name.start, name.end, message, help);
    }

    pub(super) fn doubled_colons(&mut self) {
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Colon) {
            self.problem(token, "there is a `:` too many", Some("remove this"));
            self.next();
        }
    }

    /// A name with nothing behind it; where a stray stands there, that has been reported.
    pub(super) fn missing_value(&mut self, name: Token) {
        self.report.damage(self.end.max(name.start));
        if self.at == self.taken {
            let message = format!("`{}` has no value", clip(self.text_of(name)));
            let help = Some("write one after the `:`".into());
            self.report.push(name.start, self.end, message, help);
        }
    }

    /// A value without a name among values with names.
    pub(super) fn nameless(&mut self, token: Token) {
        if let Some(number) = self.decimal_comma(token) {
            let message = "the point of a number is written `.`, not `,`";
            let help = Some(format!("write `{number}`"));
            self.report.push(token.start, token.end, message, help);
        } else {
            let help = "the others here have one: `name: …`";
            self.problem(token, "this value has no name", Some(help));
        }
        self.report.damage(token.start);
    }

    /// The number that two with a comma between them and nothing else are meant as.
    fn decimal_comma(&self, fraction: Token) -> Option<String> {
        let at = self.tokens.partition_point(|t| t.start < fraction.start);
        let [whole, comma] = self.tokens.get(at.checked_sub(2)?..at)? else {
            return None;
        };
        let close = whole.end == comma.start && comma.end == fraction.start;
        let kinds = [whole.kind, comma.kind, fraction.kind];
        let text = [*whole, fraction].map(|token| self.text_of(token));
        let digits = text[1].bytes().all(|b| b.is_ascii_digit());
        (close && kinds == [Kind::Number, Kind::Comma, Kind::Number] && digits)
            .then(|| text.join("."))
    }

    /// `name: value` in a list: what the value is says nothing then. Whether there is no value at all.
    pub(super) fn named_item(&mut self, token: Token) -> bool {
        let named = self.kind(0).is_some_and(is_name) && self.kind(1) == Some(Kind::Colon);
        if !named {
            return false;
        }
        self.next();
        if let Some(colon) = self.next() {
            let help = "fields stand together: `(name: …)`";
            self.problem(colon, "items of a list have no names", Some(help));
        }
        let next = self.peek();
        self.report
            .damage(next.map_or(token.start, |next| next.start));
        !next.is_some_and(|next| next.kind.begins_value())
    }

    /// `"name": value` in a parenthesis.
    pub(super) fn unquote(&mut self, name: Token) -> Option<Ident> {
        let word = self.text_of(name).trim_matches('"');
        let plain = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let help = if plain {
            format!("write `{word}:`")
        } else {
            "a field is written `name: …`".into()
        };
        let ident = plain.then(|| Ident {
            name: clip(word),
            span: self.report.span(name.start + 1, name.end - 1),
        });
        self.problem(name, "a field's name has no quotes", Some(&help));
        if !plain {
            self.report.damage(name.start);
        }
        ident
    }

    /// A key of a JSON object without its quotes, or a value without a key.
    pub(super) fn bare_key(&mut self, key: Token) -> bool {
        let bare = key.kind == Kind::Word && self.kind(1) == Some(Kind::Colon);
        if bare {
            let help = format!("write `\"{}\"`", clip(self.text_of(key)));
            self.problem(key, "a name stands in double quotes", Some(&help));
            self.report.damage(key.start);
        }
        bare
    }

    /// Whether the next item is `name: value`, or is meant so.
    pub(super) fn looks_named(&self) -> bool {
        match (self.kind(0), self.kind(1)) {
            (Some(Kind::Word), Some(Kind::Colon | Kind::Mark('=')))
            | (Some(Kind::Text), Some(Kind::Colon)) => true,
            (Some(Kind::Word), Some(Kind::Open(b'(' | b'{'))) => false,
            (Some(Kind::Word), Some(next)) => {
                next.begins_value() && self.kind(2) != Some(Kind::Colon)
            }
            _ => false,
        }
    }

    /// Whether the brace at a token holds `name: …`.
    pub(super) fn holds_fields(&self, at: usize) -> bool {
        let kind = |ahead: usize| self.tokens.get(at + ahead).map(|token| token.kind);
        (kind(1), kind(2)) == (Some(Kind::Word), Some(Kind::Colon))
    }

    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    /// A value of one token that was no value: `title: Some words`, `title: "Some "words""`, `cell: Tanhunits: 32)`. It is
    /// taken to reach to the end of the line or of what encloses it, and given up.
    pub(super) fn spoilt(&mut self, value: Token) -> bool {
        let Some(next) = self.peek() else {
            return false;
        };
        let field_follows = matches!(self.kind(1), Some(Kind::Colon | Kind::Mark('=')));
        let same_line = next.indent.is_none() && !field_follows;
        let unquoted = (value.kind, next.kind) == (Kind::Word, Kind::Word) && same_line;
        let quote = value.kind == Kind::Text
            && next.kind.begins_value()
            && value.end == next.start
            && same_line;
        let colon = value.kind == Kind::Word && matches!(next.kind, Kind::Colon | Kind::Mark('='));
        let end = self.rest_of_line().filter(|_| unquoted || quote || colon);
        let Some((at, end)) = end else { return false };
        if quote {
            let message = "this text ends before the line does";
            let help = r#"a quote inside a text is written `\"`"#;
            self.report
                .push(value.start, end, message, Some(help.into()));
        } else if unquoted {
            let help = "write `\"…\"`".to_string();
            let message = "a text stands in double quotes";
            self.report.push(value.start, end, message, Some(help));
        } else {
            let help = "a field is written `name: …`";
            self.problem(next, "no `:` is expected here", Some(help));
        }
        self.report.damage(value.start);
        (self.at, self.taken, self.resumed, self.end) = (at, at, at, end);
        true
    }

    /// Where the line ends, or what encloses it: the token that comes then, and the byte; `None` where a bracket is still
    /// open there, or where that is too far to look.
    fn rest_of_line(&self) -> Option<(usize, usize)> {
        const LONGEST: usize = 200;
        let mut depth = 0_usize;
        let mut end = None;
        for (ahead, token) in self.tokens.iter().skip(self.at).enumerate() {
            if ahead > LONGEST {
                return None;
            }
            match token.kind {
                _ if token.indent.is_some() => break,
                Kind::Close(_) if depth == 0 => break,
                Kind::Close(_) => depth -= 1,
                Kind::Open(_) => depth += 1,
                _ => {}
            }
            end = Some((self.at + ahead + 1, token.end));
        }
        end.filter(|_| depth == 0)
    }

    /// A mark that means nothing; of several in a row the first is told.
    pub(super) fn stray(&mut self, token: Token, mark: char) {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let continues = before.is_some_and(|before| {
            matches!(before.kind, Kind::Mark(_)) && before.end == token.start
        });
        if continues {
            return;
        }
        let help = match mark {
            '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '\'' | '`' => {
                Some("a text stands in plain double quotes: `\"…\"`")
            }
            '−' | '–' | '—' | '‐' | '‑' | '﹣' | '－' => {
                Some("the minus of a number is the plain `-` of the keyboard")
            }
            '%' => Some("write a fraction: `0.05`, not `5%`"),
            '#' | '/' => {
                Some("a comment begins with `//`; a quotient is written as one number, `0.5`")
            }
            c if c.is_numeric() => {
                Some("numbers are written with the digits 0 to 9: `32`, `0.05` or `1e-3`")
            }
            _ => Some("remove it, or put a text in double quotes"),
        };
        let unseen = is_unseen(mark) || mark.is_whitespace();
        let shown = if unseen {
            format!("the invisible character {}", code_point(mark))
        } else {
            format!("`{mark}`")
        };
        let help = if unseen {
            Some("delete it: it came with what was copied, and an editor does not show it")
        } else {
            help
        };
        self.problem(token, &format!("{shown} means nothing here"), help);
        self.report.damage(token.start);
    }
}

fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::Word | Kind::Text)
}
