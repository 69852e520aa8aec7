use super::*;
use crate::registry::{Body, Value};

fn clean(text: &str) -> Node {
    let mut problems = Problems::default();
    let node = parse(text, 0, &mut problems);
    assert!(problems.is_empty(), "{text}: {:?}", problems.list());
    node.unwrap()
}

fn messages(text: &str) -> Vec<String> {
    let mut problems = Problems::default();
    parse(text, 0, &mut problems);
    problems
        .list()
        .iter()
        .map(|p| format!("{}..{} {}", p.span.start, p.span.end, p.message))
        .collect()
}

fn one(text: &str, marked: &str, message: &str) {
    let mut problems = Problems::default();
    parse(text, 0, &mut problems);
    let [problem] = problems.list() else {
        panic!("{text}: {:#?}", problems.list())
    };
    assert!(problem.message.contains(message), "{text}: {problem:?}");
    assert_eq!(
        &text[problem.span.start..problem.span.end],
        marked,
        "{text}: {problem:?}"
    );
}

fn value(text: &str) -> Value {
    clean(text).value
}

#[test]
fn numbers_are_read_as_ron_writes_them() {
    for (text, number) in [
        ("1_000", 1000),
        ("0xff", 255),
        ("-0b11", -3),
        ("+7", 7),
        ("5u8", 5),
        ("0o17i64", 15),
    ] {
        assert_eq!(value(text), Value::Int(number), "{text}");
    }
    for (text, number) in [
        ("1.5", 1.5),
        ("-2e-3", -2e-3),
        ("1_0.5f32", 10.5),
        ("3f64", 3.0),
        ("inf", f64::INFINITY),
    ] {
        assert_eq!(value(text), Value::Float(number), "{text}");
    }
    assert_eq!(value("-inf"), Value::Float(f64::NEG_INFINITY));
    assert!(matches!(value("NaN"), Value::Float(x) if x.is_nan()));
    assert_eq!(value(&"9".repeat(400)), Value::Float(f64::INFINITY));
    assert_eq!(value("1e400"), Value::Float(f64::INFINITY));
}

#[test]
fn broken_numbers_are_refused_once() {
    for text in [
        ".5",
        "1.",
        "0x",
        "1e",
        "1.2.3",
        "0b12",
        "12units",
        "1.5u8",
        "-infinity",
        "1..2",
        "0xg",
    ] {
        one(&format!("(a: {text}, b: 2)"), text, "not a number");
    }
    assert!(clean("info").describe().contains("info"));
}

#[test]
fn all_shapes_are_understood() {
    assert_eq!(clean("()").describe(), "`()`");
    assert!(
        matches!(value("(1, 2)"), Value::Tagged { name: None, body: Body::Positional(items) } if items.len() == 2)
    );
    assert!(
        matches!(value("A(b: [1, 2,], c: D,)"), Value::Tagged { name: Some(_), body: Body::Named(f) } if f.len() == 2)
    );
    assert!(
        matches!(value("Some(3)"), Value::Tagged { name: Some(n), body: Body::Positional(_) } if n.name == "Some")
    );
    assert!(
        matches!(value("None"), Value::Tagged { name: Some(n), body: Body::Empty } if n.name == "None")
    );
    assert_eq!(value("'x'"), Value::Other("a character"));
    assert_eq!(value("b\"x\""), Value::Other("a byte string"));
    assert_eq!(value("{\"a\": 1, 2: [3]}"), Value::Other("a map in braces"));
    assert_eq!(value(r##"r#"a"b"#"##), Value::Text("a\"b".into()));
    assert_eq!(value("\"\\u{e4}\\n\""), Value::Text("ä\n".into()));
    assert_eq!(
        value("\u{feff}/* /* ( */ [ */ // {\r\n true\r\n"),
        Value::Bool(true)
    );
    assert_eq!(
        value("#![enable(implicit_some, unwrap_newtypes)]\n#![enable(unwrap_variant_newtypes)] 1"),
        Value::Int(1)
    );
}

#[test]
fn spans_point_into_the_text() {
    let text = "\u{feff}S( // comment (\r\n  ä: \"ö\", list: [ 10, T(5) ] )";
    let Value::Tagged {
        name: Some(name),
        body: Body::Named(fields),
    } = value(text)
    else {
        panic!()
    };
    let at = |span: Span| &text[span.start..span.end];
    assert_eq!(at(name.span), "S");
    assert_eq!((at(fields[0].0.span), at(fields[0].1.span)), ("ä", "\"ö\""));
    assert_eq!(at(fields[1].1.span), "[ 10, T(5) ]");
    let Value::List(items) = &fields[1].1.value else {
        panic!()
    };
    assert_eq!(at(items[1].span), "T(5)");
}

#[test]
fn a_slip_is_one_problem_where_it_was_made() {
    one("(a: 1 b: T(x: 1), c: 2)", "", "comma is missing");
    one(
        "S(a: T(x: 1)\n b: 2, c: (d: 1, e: 2))",
        "",
        "comma is missing",
    );
    one("[1 2]", "", "comma is missing");
    one("(a: 1,, b: 2)", ",", "comma too many");
    one("(, a: 1)", ",", "comma too many");
    one("S(a: , b: T(c: 1), d: 2)", "a:", "has no value");
    one("S(a: )", "a:", "has no value");
    one("(a = 1, b: T(c: 2))", "=", "not with `=`");
    one("(a: 1; b: T(c: 2))", ";", "not by `;`");
    one("(a 1, b: T(c: 2))", "a", "`:` is missing");
    one("(a:: 1)", ":", "too many");
    one(
        "(\"a\": 1, \"b\": 2)".replace("\"b\"", "b").as_str(),
        "\"a\"",
        "no quotes",
    );
    one("(: 1)", ":", "name is missing");
    one("[a: 1, 2]", ":", "have no names");
    one("(a: 1, T(x: 2, y: [3]), b: 1)", "T", "no name");
    one("(1, b: T(x: 2), 3)", "b", "has a name");
    one("(a: @T(x: 1), b: 2)", "@", "means nothing");
    one("(a: 'text', b: 2)", "'text'", "double quotes");
    one(
        "(a: “text”, b: 2)".replace('”', "").as_str(),
        "“",
        "means nothing",
    );
    one("A { x: 1, y: B(z: 2) }", "{", "not in braces");
    one("(a: { x: 1 }, b: 2)", "{", "not in braces");
    one("(a: 1) (b: 2)", "(", "nothing may follow");
    one("(a: 1),", ",", "nothing may follow");
    one("a: 1, b: 2", ":", "parentheses");
    one("S a: 1, b: 2", "", "a `(` is missing after `S`");
    one(
        "(a: some words, (and) more\n b: T(c: 1))",
        "some words, (and) more",
        "double quotes",
    );
    one(
        "(a: \"so \"said\" he\", b: T(c: 1))",
        "\"so \"said\" he\", b: T(c: 1)",
        "ends before",
    );
    one("(a: (b: two words), c: 1)", "two words", "double quotes");
    one(
        "(\n  # about (this:\n  a: 1)",
        "# about (this:",
        "`#` means nothing",
    );
    one("/ about (this\n1", "/ about (this", "`/` means nothing");
    one("(a: \"x\\q\", b: 2)", "\\q", "escape");
    one("#![nothing] 1", "#![nothing]", "attribute");
    one("#![enable(implicit_all)] 1", "implicit_all", "extension");
    one("(a: Some, b: 2)", "Some", "needs a value");
    one("", "", "nothing here");
    one(" // only a comment", "", "nothing here");
}

#[test]
fn brackets_that_do_not_pair_are_found_where_they_are() {
    one("(a: [1, 2), b: T(c: 3))", ")", "closed by");
    one("S(\n    a: T(x: 1,\n    b: 2,\n)", "(", "never closed");
    assert_eq!(
        messages("S(\n    a: T(x: 1,\n    b: 2,\n)"),
        ["11..12 this `(` is never closed"]
    );
    assert_eq!(
        messages("S(\n    a: [1, 2\n    b: 2,\n)"),
        ["10..11 this `[` is never closed"]
    );
    assert_eq!(
        messages("S(\n    a: (T(x: 1),\n)"),
        ["10..11 this `(` is never closed"]
    );
    one("S(\n    a: T(x: 1)),\n    b: 2,\n)", ")", "closes nothing");
    one("(a: 1))", ")", "closes nothing");
    one("(a: (x: 1, b: 2)", "(", "never closed");
    assert_eq!(messages("(a: [1, (b: 2)").len(), 2);
}

#[test]
fn what_is_never_closed_ends_the_parse() {
    one("(a: 1 /* x", "/*", "comment is never closed");
    one(
        "(\n  title: \"abc,\n  about: \"what\",\n)",
        "\"abc,",
        "text is never closed",
    );
    one("(a: \"abc", "\"abc", "text is never closed");
    one("(a: r#\"abc\")", "r#\"abc\")", "text is never closed");
}

#[test]
fn incomplete_nodes_are_told() {
    let text = "S(a: @, b: T(1., c: 2), d: [.5])";
    let parsed = parse_lossy(text, 0, &mut Problems::default());
    let damaged: Vec<&str> = parsed
        .damaged
        .iter()
        .map(|span| &text[span.start..span.end])
        .collect();
    assert!(
        damaged.contains(&text) && damaged.contains(&"[.5]") && damaged.contains(&"T(1., c: 2)"),
        "{damaged:?}"
    );
}

#[test]
fn absurd_files_are_refused() {
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    assert!(messages(&deep)[0].contains("nested more than 64"));
    clean(&format!("{}{}", "[".repeat(64), "]".repeat(64)));
    clean(&format!("{}1{}", "S(a: ".repeat(64), ")".repeat(64)));
    clean("\"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((\"");
    assert!(messages(&"(".repeat(MOST_BYTES))[0].contains("nested more than 64"));
    assert!(messages(&" ".repeat(MOST_BYTES + 1))[0].contains("1 MiB"));
    assert!(
        messages(&format!("[{}]", "1,".repeat(MOST_BYTES / 2 - 1)))[0].contains("more than 100000")
    );
    assert!(messages(&format!("[{}", "@ ".repeat(40_000))).len() <= Problems::MOST);
    assert!(messages(&"/*".repeat(MOST_BYTES / 2))[0].contains("never closed"));
    assert!(messages(&")".repeat(90_000)).len() <= Problems::MOST);
    assert!(messages(&"x".repeat(MOST_BYTES)).is_empty());
    assert!(messages(&format!("(a: {})", "9".repeat(900_000))).is_empty());
    assert!(messages(&"r#".repeat(MOST_BYTES / 2)).len() <= Problems::MOST);
    assert!(messages(&"'".repeat(90_000)).len() <= Problems::MOST);
}

#[test]
fn slips_of_the_keyboard_and_of_copying_are_named_with_what_mends_them() {
    let told = |text: &str| {
        let mut problems = Problems::default();
        parse(text, 0, &mut problems);
        let all = problems.list().iter();
        let all = all.map(|p| (p.message.clone(), p.help.clone().unwrap_or_default()));
        all.collect::<Vec<_>>()
    };
    for (text, message, help) in [
        ("(a: 0,003)", "written `.`", "0.003"),
        ("(a: \u{2212}0.5)", "means nothing", "plain `-`"),
        ("(a: .5)", "not a number", "0.5"),
        ("(a: 5%)", "means nothing", "0.05"),
        ("(a: \u{200b}5)", "U+200B", "delete it"),
        ("(a: \u{ad}5)", "U+00AD", "delete it"),
        ("(a: 1 000)", "comma is missing", "stand together"),
        ("(a: \u{ff11})", "means nothing", "0 to 9"),
        ("(a: 1))", "closes nothing", "remove it"),
    ] {
        let told = told(text);
        assert!(
            told.iter()
                .any(|(m, h)| m.contains(message) && h.contains(help)),
            "{text}: {told:?}"
        );
    }
}
