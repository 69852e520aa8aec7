//! No text, however broken, makes the scenario reader panic, hang or point outside of the text.

use std::time::{Duration, Instant};

use ammon::registry::{Body, Bounds, Node, Parameter, Problem, Problems, Span, Value};
use ammon::scenario::Text;
use ammon::scenario::document::{read, span_at};
use ammon::scenario::parse::{MOST_BYTES, parse_lossy};
use proptest::prelude::*;

mod schema {
    ammon::params! {
        /// A cell.
        pub struct Plain {
            /// Units.
            pub units: usize = 32, [1 ..= 4096];
            /// Leak.
            pub leak: f64 = 1.0, [0.01 ..= 1.0];
        }
    }
    ammon::params! {
        /// Nothing.
        pub struct Nothing {}
    }
    ammon::registry! {
        /// Cells.
        pub enum Cell "cell" { Tanh(Plain), Linear(Nothing) }
    }
    ammon::params! {
        /// Everything.
        pub struct Small {
            /// Title.
            pub title: String;
            /// Cell.
            pub cell: Cell = Cell::Tanh(Plain::default());
            /// More.
            pub more: Option<Plain> = None;
            /// Others.
            pub others: Vec<Cell> = Vec::new(), [0 ..= 3];
        }
    }
}
use schema::Small;

const VALID: &str = r#"// A comment (with brackets [ in { it.
#![enable(implicit_some)]
Small(
    title: "Ein Text, \"zitiert\" (ähnlich)",
    cell: Tanh(units: 1_000, leak: 2.5e-1),
    more: Some((units: 0x10)), /* nested /* ( */ comment */
    others: [
        Linear,
        Tanh(units: 5),
        Linear(),
    ],
)
"#;

const UNADORNED: &str = r#"Small(
    title: "Reverse replay, step by step",
    cell: Tanh(units: 32, leak: 0.5),
    more: Some((units: 16)),
    others: [Linear, Tanh(units: 5)],
)
"#;

const TOKENS: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    ";",
    "#",
    "!",
    "#![enable(x)]",
    "Small",
    "title",
    "cell",
    "more",
    "others",
    "Tanh",
    "units",
    "Some",
    "None",
    "true",
    "inf",
    "NaN",
    "1",
    "-2.5",
    "1e400",
    "0xff",
    ".5",
    "1.",
    "\"a\"",
    "\"",
    "r#\"",
    "\"#",
    "b\"x\"",
    "'a'",
    "'",
    "/*",
    "*/",
    "//",
    "\n    ",
    "\\",
    "ä\u{202e}\u{feff}",
];

const SETS: [&str; 10] = [
    "title=\"x\"",
    "cell.units=5",
    "others.0=Linear",
    "others.1.units=3",
    "more.units=7",
    "more=None",
    "a.b=1",
    "cell=",
    "more.leak=(",
    "=",
];

fn limit() -> Duration {
    Duration::from_secs(20)
}

/// Reads `text` in every way; whatever comes out must be in order.
fn survives(text: &str, sets: &[String]) {
    let start = Instant::now();
    let mut problems = Problems::default();
    let parsed = parse_lossy(text, 0, &mut problems);
    let inside = |span: Span| text.get(span.start..span.end).is_some() && span.source == 0;
    for problem in problems.list() {
        assert!(inside(problem.span), "{problem:?}");
        assert!(problem.message.len() < 400, "{problem:?}");
    }
    if let Some(root) = &parsed.root {
        assert!(inside(root.span));
        check(root, &inside);
        Small::read(root, Bounds::NONE, &mut problems);
    } else {
        assert!(!problems.is_empty());
    }
    let file = Text {
        name: "fuzz.ron".into(),
        text: text.into(),
    };
    match read::<Small>(file, sets) {
        Ok((_, root, texts)) => {
            for path in ["", "cell.units", "others.2", "more.leak.x", "...."] {
                let span = span_at(&root, path);
                assert!(texts[span.source].text.get(span.start..span.end).is_some());
            }
        }
        Err(wrong) => {
            assert!(!wrong.items().is_empty());
            for item in wrong.items() {
                assert!(
                    item.source_line.chars().count() >= item.marker_start + item.marker_len,
                    "{item:?}"
                );
                assert!(!item.message.is_empty() && item.line > 0 && item.column > 0);
            }
            let shown = wrong.render(false, 80);
            assert!(shown.len() < 400_000 && !shown.contains('\u{1b}'));
            assert!(wrong.to_string().contains("problem"));
        }
    }
    assert!(
        start.elapsed() < limit(),
        "{:?} for {} bytes",
        start.elapsed(),
        text.len()
    );
}

/// Children stand inside their parents.
fn check(node: &Node, inside: &impl Fn(Span) -> bool) {
    let children: Vec<&Node> = match &node.value {
        Value::List(items)
        | Value::Tagged {
            body: Body::Positional(items),
            ..
        } => items.iter().collect(),
        Value::Tagged {
            body: Body::Named(fields),
            ..
        } => {
            assert!(fields.iter().all(|(name, _)| inside(name.span)));
            fields.iter().map(|(_, node)| node).collect()
        }
        Value::Object(fields) => {
            assert!(fields.iter().all(|(name, _)| inside(name.span)));
            fields.iter().map(|(_, node)| node).collect()
        }
        _ => Vec::new(),
    };
    for child in children {
        assert!(inside(child.span));
        assert!(
            node.span.start <= child.span.start && child.span.end <= node.span.end,
            "{node:?}"
        );
        check(child, inside);
    }
}

fn sets() -> impl Strategy<Value = Vec<String>> {
    let set = prop_oneof![
        proptest::sample::select(&SETS[..]).prop_map(String::from),
        "[a-z.0-9]{0,12}=.{0,12}",
        ".{0,20}",
    ];
    proptest::collection::vec(set, 0..3)
}

fn soup() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&TOKENS[..]), 0..40)
        .prop_map(|tokens| tokens.join(" "))
}

#[derive(Clone, Debug)]
enum Edit {
    Delete(usize, usize),
    Insert(usize, &'static str),
    Double(usize, usize),
    Move(usize, usize, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = 0..VALID.len();
    let length = 1_usize..30;
    let edit = prop_oneof![
        (at.clone(), length.clone()).prop_map(|(at, length)| Edit::Delete(at, length)),
        (at.clone(), proptest::sample::select(&TOKENS[..]))
            .prop_map(|(at, token)| Edit::Insert(at, token)),
        (at.clone(), length.clone()).prop_map(|(at, length)| Edit::Double(at, length)),
        (at.clone(), length, at).prop_map(|(at, length, to)| Edit::Move(at, length, to)),
    ];
    proptest::collection::vec(edit, 1..5)
}

fn edited(edits: &[Edit]) -> String {
    let mut chars: Vec<char> = VALID.chars().collect();
    for edit in edits {
        let range = |at: usize, length: usize| at.min(chars.len())..(at + length).min(chars.len());
        match *edit {
            Edit::Delete(at, length) => drop(chars.drain(range(at, length))),
            Edit::Insert(at, token) => drop(chars.splice(range(at, 0), token.chars())),
            Edit::Double(at, length) => {
                let chunk = chars[range(at, length)].to_vec();
                chars.splice(range(at, 0), chunk);
            }
            Edit::Move(at, length, to) => {
                let chunk: Vec<char> = chars.drain(range(at, length)).collect();
                let to = to.min(chars.len());
                chars.splice(to..to, chunk);
            }
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), sets in sets()) {
        survives(&String::from_utf8_lossy(&bytes), &sets);
    }

    #[test]
    fn random_text_is_survived(text in ".{0,80}", sets in sets()) {
        survives(&text, &sets);
    }

    #[test]
    fn token_soup_is_survived(text in soup(), sets in sets()) {
        survives(&text, &sets);
    }

    #[test]
    fn edited_documents_are_survived(edits in edits(), sets in sets()) {
        survives(&edited(&edits), &sets);
    }

    /// What passes here is RON, and what is RON passes here, save for attributes and
    /// broken numbers.
    #[test]
    fn the_grammar_is_that_of_ron(text in prop_oneof![soup(), edits().prop_map(|edits| edited(&edits))]) {
        let mut problems = Problems::default();
        parse_lossy(&text, 0, &mut problems);
        // Without the attribute, under which `ron` also lets a bare `Some` pass.
        let bare = text.replace("#![enable(implicit_some)]", "");
        let ron = ron::from_str::<serde::de::IgnoredAny>(&bare).is_ok();
        // Attributes that mean nothing to us may mean something to others.
        let ours = |problem: &Problem| ["extension", "attribute", "`#`", "not a number"].iter().any(|part| problem.message.contains(part));
        prop_assert!(problems.list().iter().any(ours) || ron == problems.is_empty(), "{} {:?} {}", ron, problems.list(), text);
    }
}

/// Any value of JSON, a scenario among them.
fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        proptest::sample::select(&["Tanh", "Linear", "Tanj"][..]).prop_map(Value::from),
    ];
    let name = prop_oneof![
        proptest::sample::select(&["title", "cell", "more", "others", "Tanh", "units", "leak"][..])
            .prop_map(String::from),
        ".{0,6}",
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever others write as JSON is understood as such, and broken JSON is survived.
    #[test]
    fn json_is_understood_or_survived(value in json(), title in json(), cut in 0_usize..200, token in proptest::sample::select(&TOKENS[..])) {
        let mut object = serde_json::Map::new();
        object.insert("title".into(), title);
        object.insert("cell".into(), value.clone());
        let text = serde_json::Value::Object(object).to_string();
        let mut problems = Problems::default();
        parse_lossy(&text, 0, &mut problems);
        prop_assert!(problems.is_empty(), "{:?} {text}", problems.list());
        survives(&text, &[format!("others={value}"), format!("more={value}")]);
        let at = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        survives(&text[..at], &[format!("cell={}", &text[at..])]);
        survives(&format!("{}{token}{}", &text[..at], &text[at..]), &[]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_repetitions_end_soon(token in proptest::sample::select(&TOKENS[..]), other in proptest::sample::select(&TOKENS[..])) {
        let pair = format!("{token}{other} ");
        let mut text = pair.repeat(MOST_BYTES / pair.len() / 8);
        survives(&text, &[]);
        text.insert_str(0, "Small(title: [");
        survives(&text, &["title=3".into()]);
    }
}

#[test]
fn the_valid_document_is_valid() {
    let file = Text {
        name: "valid.ron".into(),
        text: VALID.into(),
    };
    let (small, _, _) =
        read::<Small>(file, &[]).unwrap_or_else(|wrong| panic!("{}", wrong.render(false, 100)));
    assert_eq!(small.others.len(), 3);
    assert_eq!(small.more.map(|plain| plain.units), Some(16));
}

#[test]
fn one_lost_character_causes_few_problems() {
    let mut worst = (0, String::new());
    for at in 0..UNADORNED.len() {
        let mut text = UNADORNED.to_string();
        text.remove(at);
        let file = Text {
            name: "f".into(),
            text,
        };
        if let Err(wrong) = read::<Small>(file, &[]) {
            let count = wrong.items().len();
            if count > worst.0 {
                worst = (count, wrong.render(false, 100));
            }
        }
    }
    assert!(worst.0 <= 3, "{} {}", worst.0, worst.1);
}
