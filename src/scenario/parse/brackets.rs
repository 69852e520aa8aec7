//! Pairs brackets, and where they do not pair, finds out which one is most likely wrong.
//!
//! The counts decide what kind of slip it is: as many opened as closed means a closing one of the wrong shape, more
//! closed than opened means one too many. Where more are opened, the indentation tells which was left open: a field that
//! stands no further in than the line of an open bracket cannot belong to it.

use super::Report;
use super::lexer::{Kind, Token};

/// The tokens with brackets inserted, exchanged and left out so that they pair.
pub(super) fn balance(text: &str, tokens: Vec<Token>, report: &mut Report<'_>) -> Vec<Token> {
    if pairs(&tokens) {
        return tokens;
    }
    let surplus: i64 = tokens
        .iter()
        .map(|token| match token.kind {
            Kind::Open(_) => 1,
            Kind::Close(_) => -1,
            _ => 0,
        })
        .sum();
    let mut pairing = Pairing {
        text,
        report,
        surplus,
        open: Vec::new(),
        out: Vec::new(),
        line_indent: 0,
    };
    for (at, token) in tokens.iter().enumerate() {
        pairing.step(*token, tokens.get(at + 1).map(|next| next.kind));
    }
    pairing.finish()
}

fn pairs(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open(bracket) => open.push(bracket),
            Kind::Close(bracket) if open.pop().map(closing) != Some(bracket) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

struct Open {
    token: Token,
    /// Indentation of the line it stands on.
    indent: usize,
}

struct Pairing<'a, 'b> {
    text: &'a str,
    report: &'a mut Report<'b>,
    /// How many more are opened than closed.
    surplus: i64,
    open: Vec<Open>,
    out: Vec<Token>,
    line_indent: usize,
}

impl Pairing<'_, '_> {
    fn step(&mut self, token: Token, next: Option<Kind>) {
        if let Some(indent) = token.indent {
            self.line_indent = indent;
            self.close_outdented(token.kind, next, indent);
        }
        match token.kind {
            Kind::Open(_) => {
                self.open.push(Open {
                    token,
                    indent: self.line_indent,
                });
                self.out.push(token);
            }
            Kind::Close(bracket) => self.close(token, bracket, next.is_none()),
            _ => self.out.push(token),
        }
    }

    /// At the beginning of a line: closes what this line is too far out to belong to.
    fn close_outdented(&mut self, kind: Kind, next: Option<Kind>, indent: usize) {
        let field = kind == Kind::Word && next == Some(Kind::Colon);
        let close = matches!(kind, Kind::Close(_));
        while self.surplus > 0 && self.open.len() > 1 {
            let outdented = self.open.last().is_some_and(|open| {
                (field && indent <= open.indent && open.indent > 0)
                    || (close && indent < open.indent)
            });
            if !outdented {
                return;
            }
            self.leave_unclosed();
            let separated = self.out.last().is_some_and(|last| last.kind == Kind::Comma);
            if field && !separated {
                let at = self.out.last().map_or(0, |last| last.end);
                self.out.push(Token::inserted(Kind::Comma, at));
            }
        }
    }

    fn close(&mut self, mut token: Token, bracket: u8, last: bool) {
        let matches =
            |open: &Open| matches!(open.token.kind, Kind::Open(b) if closing(b) == bracket);
        if self.surplus > 0 && self.open.iter().any(matches) {
            while self.open.last().is_some_and(|open| !matches(open)) {
                self.leave_unclosed();
            }
        }
        let fits = self.open.last().is_some_and(matches);
        let extra = self.surplus < 0 && (!fits || self.open.len() <= 1 && !last);
        let Some(open) = self.open.last().filter(|_| !extra) else {
            self.report.push(
                token.start,
                token.end,
                format!("this `{}` closes nothing", bracket as char),
                Some("remove it, or open what it should close".into()),
            );
            self.surplus += 1;
            return;
        };
        if !fits {
            let (opened, wanted) = shape(open.token);
            let line = self.line(open.token.start);
            let message = format!(
                "`{opened}` of line {line} is closed by `{}`",
                bracket as char
            );
            self.report.push(
                token.start,
                token.end,
                message,
                Some(format!("write `{wanted}`")),
            );
            token.kind = Kind::Close(wanted as u8);
        }
        self.open.pop();
        self.out.push(token);
    }

    /// Closes the innermost bracket where its closing one was forgotten.
    fn leave_unclosed(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let (opened, wanted) = shape(open.token);
        let message = format!("this `{opened}` is never closed");
        self.report.push(
            open.token.start,
            open.token.end,
            message,
            Some(format!("add a `{wanted}` where it ends")),
        );
        let at = self.out.last().map_or(0, |last| last.end);
        self.out
            .push(Token::inserted(Kind::Close(wanted as u8), at));
        self.surplus -= 1;
    }

    fn line(&self, at: usize) -> usize {
        if self.report.problems.more() > 0 {
            // It will not be shown, and counting for each of many would take long.
            return 0;
        }
        self.text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
    }

    fn finish(mut self) -> Vec<Token> {
        while !self.open.is_empty() {
            self.leave_unclosed();
        }
        self.out
    }
}

/// What opens here, and what closes it.
fn shape(token: Token) -> (char, char) {
    match token.kind {
        Kind::Open(bracket) => (bracket as char, closing(bracket) as char),
        _ => ('(', ')'),
    }
}

fn closing(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}
