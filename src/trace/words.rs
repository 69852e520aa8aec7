//! Paths as a shell takes them: written for it, and typed as for it.

use std::path::{Path, PathBuf};

/// A path as a word of a command line that can be pasted into a shell.
pub fn shell(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text.into_owned();
    }
    // A name that begins with a dash would be taken for an option.
    let dash = if text.starts_with('-') { "./" } else { "" };
    format!("'{dash}{}'", text.replace('\'', "'\\''"))
}

/// The path that was typed: `~` at its beginning is the home folder, quotes and a backslash mean what they mean in a shell;
/// spaces need none.
pub fn typed(text: &str) -> Result<PathBuf, String> {
    typed_at_home(text, std::env::home_dir())
}

fn typed_at_home(text: &str, home: Option<PathBuf>) -> Result<PathBuf, String> {
    let text = text.trim();
    let (mut path, mut quote) = (String::new(), None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (Some('\''), c) => path.push(c),
            // On Windows a backslash parts folders.
            (_, '\\') if !cfg!(windows) => {
                let special = |c: &char| match quote {
                    Some(_) => matches!(c, '"' | '\\' | '$' | '`'),
                    None => true,
                };
                path.push(chars.next_if(special).unwrap_or('\\'));
            }
            _ => path.push(c),
        }
    }
    if let Some(quote) = quote {
        return Err(format!("a {quote} is opened and never closed"));
    }
    if path.is_empty() {
        return Err("no path is given".into());
    }
    let Some(rest) = text.strip_prefix('~') else {
        return Ok(path.into());
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err("the home folder of someone else cannot be looked up; write it out".into());
    }
    let home = home.ok_or("there is no home folder that ~ could stand for; write the path out")?;
    Ok(match path[1..].trim_start_matches('/') {
        "" => home,
        within => home.join(within),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_is_typed_means_what_it_means_in_a_shell() {
        let path = |text: &str| typed_at_home(text, Some("/home/me".into()));
        let is = |text: &str, expected: &str| assert_eq!(path(text), Ok(expected.into()), "{text}");
        is("~/run", "/home/me/run");
        is("~", "/home/me");
        is("'~/run'", "~/run");
        is(r"\~/run", "~/run");
        is("my run", "my run");
        is(r"my\ run", "my run");
        is("'my run'", "my run");
        is(r#""it's mine""#, "it's mine");
        is(r#"a"b c"'d e'"#, "ab cd e");
        is("  spaced  ", "spaced");
        for odd in ["'open", "\"open", "", "  ", "~you/run", "''"] {
            assert!(path(odd).is_err(), "{odd}");
        }
        assert!(typed_at_home("~/run", None).is_err());
        // What is offered can be typed.
        for name in ["it's", "~x", "a b", "-x", "$HOME", "back\\slash", "\"q\""] {
            let again = path(&shell(Path::new(name))).unwrap();
            assert!(again == Path::new(name) || again == Path::new("./").join(name));
        }
    }

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        let word = |path: &str| shell(Path::new(path));
        assert_eq!(word("runs/a-1.ron"), "runs/a-1.ron");
        assert_eq!(word("my run"), "'my run'");
        assert_eq!(word("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(word("-x"), "'./-x'");
        assert_eq!(word("~x"), "'~x'");
        assert_eq!(word(""), "''");
    }
}
