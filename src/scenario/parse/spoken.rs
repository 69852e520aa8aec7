//! What is said about a JSON document is said in JSON: pieces of RON between back quotes are rewritten.

use super::lexer::{Kind, Token, tokens};

/// A message with its pieces of RON as JSON: of `sleep: Some(3)` is made `"sleep": 3`.
pub fn in_json(message: &str) -> String {
    let rewritten = message
        .split('`')
        .enumerate()
        .map(|(at, piece)| match at % 2 {
            1 if piece.contains(": ") || piece.len() > 1 && piece.contains('(') => rewrite(piece),
            _ => piece.into(),
        });
    rewritten.collect::<Vec<_>>().join("`")
}

fn rewrite(ron: &str) -> String {
    let Ok(tokens) = tokens(ron) else {
        return ron.into();
    };
    let mut out = String::new();
    // What closes the brackets that are open.
    let mut closing: Vec<&str> = Vec::new();
    let mut before: Option<Token> = None;
    for (at, token) in tokens.iter().enumerate() {
        let kind = |ahead: usize| tokens.get(at + ahead).map(|token| token.kind);
        let raw = ron.get(token.start..token.end).unwrap_or_default();
        let tight = matches!(
            before,
            None | Some(Token {
                kind: Kind::Comma | Kind::Colon,
                ..
            })
        );
        if !tight && before.is_some_and(|before| before.end < token.start) {
            out.push(' ');
        }
        let called = match before {
            Some(Token {
                kind: Kind::Word,
                start,
                end,
                ..
            }) => ron.get(start..end),
            _ => None,
        };
        match token.kind {
            Kind::Comma => out.push_str(", "),
            Kind::Colon => out.push_str(": "),
            Kind::Word if kind(1) == Some(Kind::Open(b'(')) => match raw {
                "Some" => {}
                _ => out.extend(["{\"", raw, "\": "]),
            },
            Kind::Word if kind(1) != Some(Kind::Colon) && matches!(raw, "true" | "false") => {
                out.push_str(raw);
            }
            Kind::Word if kind(1) != Some(Kind::Colon) && raw == "None" => out.push_str("null"),
            Kind::Word => out.extend(["\"", raw, "\""]),
            Kind::Open(b'(') => {
                let values =
                    kind(1).is_some_and(Kind::begins_value) && kind(2) != Some(Kind::Colon);
                let (open, close) = match called {
                    Some("Some") => ("", ""),
                    Some(_) if values => ("", "}"),
                    Some(_) => ("{", "}}"),
                    None => ("{", "}"),
                };
                out.push_str(open);
                closing.push(close);
            }
            Kind::Open(bracket) => {
                out.push_str(raw);
                closing.push(if bracket == b'[' { "]" } else { "}" });
            }
            Kind::Close(_) => out.push_str(closing.pop().unwrap_or(raw)),
            _ => out.push_str(raw),
        }
        before = Some(*token);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_ron_become_json() {
        for (ron, json) in [
            ("add `hippocampus: ()`", r#"add `"hippocampus": {}`"#),
            ("add `title: …`", r#"add `"title": …`"#),
            (
                "use `cortex: (cell: Chain(), readout: FirstUnits)`, or `x`",
                r#"use `"cortex": {"cell": {"Chain": {}}, "readout": "FirstUnits"}`, or `x`"#,
            ),
            (
                "`Sleep(ripples: 16, cue: [Some(1.5), None], on: true)`",
                r#"`{"Sleep": {"ripples": 16, "cue": [1.5, null], "on": true}}`"#,
            ),
            ("`Tbptt(4)`", r#"`{"Tbptt": 4}`"#),
            (
                "this `(` is never closed, write `:`",
                "this `(` is never closed, write `:`",
            ),
            (r#"write `"a": …`"#, r#"write `"a": …`"#),
            ("`a: \"", "`a: \""),
        ] {
            assert_eq!(in_json(ron), json);
        }
    }
}
