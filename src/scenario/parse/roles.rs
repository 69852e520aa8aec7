//! What the words of a text are there for, so that an editor can colour them; also of a text that is still being written.

use super::lexer::{Kind, tokens_lossy};

/// What a piece of a text is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Said to readers only.
    Comment,
    /// The name of a field.
    Field,
    /// The name of a variant or struct; `true`, `false`, `None`.
    Name,
    /// A number.
    Number,
    /// A text, also one that is not closed yet.
    Text,
    /// A bracket, a comma, or anything else.
    Mark,
}

/// The pieces of a text that are no blanks, in order: where each begins and ends, in bytes.
pub fn roles(text: &str) -> Vec<(std::ops::Range<usize>, Role)> {
    let (tokens, fatal) = tokens_lossy(text);
    let mut pieces = Vec::with_capacity(tokens.len());
    let mut end = 0;
    for (i, token) in tokens.iter().enumerate() {
        comment(text, end..token.start, &mut pieces);
        end = token.end;
        let named = tokens.get(i + 1).is_some_and(|t| t.kind == Kind::Colon);
        let role = match token.kind {
            Kind::Word | Kind::Text if named => Role::Field,
            Kind::Word => Role::Name,
            Kind::Number => Role::Number,
            Kind::Text | Kind::Literal | Kind::Quoted => Role::Text,
            _ => Role::Mark,
        };
        pieces.push((token.start..token.end, role));
    }
    match fatal {
        Some(fatal) if fatal.start >= end && fatal.start < text.len() => {
            comment(text, end..fatal.start, &mut pieces);
            pieces.push((fatal.start..text.len(), Role::Text));
        }
        _ => comment(text, end..text.len(), &mut pieces),
    }
    pieces
}

/// What stands between two pieces and is no blank is a comment.
fn comment(
    text: &str,
    between: std::ops::Range<usize>,
    pieces: &mut Vec<(std::ops::Range<usize>, Role)>,
) {
    let raw = text.get(between.clone()).unwrap_or_default();
    let told = raw.trim();
    if !told.is_empty() {
        let start = between.start + raw.len() - raw.trim_start().len();
        pieces.push((start..start + told.len(), Role::Comment));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(&str, Role)> {
        let pieces = roles(text).into_iter();
        pieces.map(|(at, role)| (&text[at], role)).collect()
    }

    #[test]
    fn every_piece_has_its_role() {
        let found = told("// a\n(cell: Tanh(units: 3), name: \"x\") /* b */");
        let roles: Vec<Role> = found.iter().map(|(_, role)| *role).collect();
        assert_eq!(found[0], ("// a", Role::Comment));
        assert_eq!(found[2], ("cell", Role::Field));
        assert_eq!(found[4], ("Tanh", Role::Name));
        assert!(found.contains(&("3", Role::Number)));
        assert!(found.contains(&("\"x\"", Role::Text)));
        assert_eq!(roles.last(), Some(&Role::Comment));
    }

    #[test]
    fn a_text_that_is_not_closed_yet_is_one() {
        let found = told("(title: \"My sce\n task: Recall");
        assert_eq!(found[1], ("title", Role::Field));
        assert_eq!(found.last(), Some(&("\"My sce\n task: Recall", Role::Text)));
    }

    #[test]
    fn pieces_cover_all_that_is_no_blank_and_never_lie_on_each_other() {
        for bundled in crate::scenario::bundled() {
            // Cut anywhere, as while it is being written.
            for cut in (0..bundled.text.len()).step_by(97) {
                let Some(text) = bundled.text.get(..cut) else {
                    continue;
                };
                let mut end = 0;
                for (at, _) in roles(text) {
                    assert!(text[end..at.start].trim().is_empty() && at.start < at.end);
                    end = at.end;
                }
                assert!(text[end..].trim().is_empty(), "{}", bundled.name);
            }
        }
    }
}
