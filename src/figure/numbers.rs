//! Numbers and names as short as they can be told.

/// The largest finite magnitude, at least a little.
pub fn largest(values: &[f32]) -> f32 {
    let finite = values.iter().filter(|v| v.is_finite());
    finite.fold(1e-6, |most, v| most.max(v.abs()))
}

/// A number in three digits.
pub(super) fn short(value: f32) -> String {
    match value.abs() {
        0.0 => "0".into(),
        v if (1e-3..1e4).contains(&v) => {
            let decimals = (2.0 - v.log10().floor()).clamp(0.0, 5.0) as usize;
            let text = format!("{value:.decimals$}");
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').into()
            } else {
                text
            }
        }
        _ => format!("{value:.0e}"),
    }
}

/// The sign of an input in a narrow column; nothing for what only distracts.
pub fn letter(name: &str) -> Option<String> {
    let mut words = name.split(' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    let number = second.and_then(|word| word.parse::<u8>().ok());
    match (first, number) {
        ("distractor", _) => None,
        ("symbol", Some(n @ 1..=26)) => Some(char::from(b'A' + n - 1).to_string()),
        ("go", None) => Some("GO".into()),
        _ if name.chars().count() <= 3 => Some(name.into()),
        _ => Some(name.split(' ').filter_map(|w| w.chars().next()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_short() {
        let told = [0.0, 0.1964, -0.861, 12.0, 1234.0, 2e-5, 3e7].map(short);
        assert_eq!(told, ["0", "0.196", "-0.861", "12", "1234", "2e-5", "3e7"]);
        let signs = ["symbol 3", "go", "a", "went left", "newline"].map(letter);
        let signs = signs.map(Option::unwrap);
        assert_eq!(signs, ["C", "GO", "a", "wl", "n"]);
        assert_eq!(letter("distractor 2"), None);
    }
}
