//! What a user sees of a broken scenario: file, line, column, the source line, what was expected and the nearest name.

use ammon::scenario::Text;
use ammon::scenario::diagnostics::Diagnostics;
use ammon::scenario::document::read;

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
        /// Cortex.
        pub struct Cortex {
            /// Cell.
            pub cell: Cell = Cell::Tanh(Plain::default());
            /// Clip.
            pub clip: f64 = 1.0, [0.0 ..= 1e6];
        }
    }
    ammon::params! {
        /// Everything.
        pub struct Scenario {
            /// Title.
            pub title: String;
            /// Seed.
            pub seed: u64 = 1;
            /// Cortex.
            pub cortex: Cortex = Cortex::default();
            /// Others.
            pub others: Vec<Cell> = Vec::new(), [0 ..= 3];
        }
    }
}

fn refuse(text: &str, sets: &[&str]) -> Diagnostics {
    let file = Text {
        name: "my.ron".into(),
        text: text.into(),
    };
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let Err(wrong) = read::<schema::Scenario>(file, &sets) else {
        panic!("{text} was accepted")
    };
    wrong
}

/// `text` is refused with one problem, which is shown with all of `parts`.
fn shows(text: &str, parts: &[&str]) {
    let shown = refuse(text, &[]).render(false, 100);
    for part in parts.iter().chain(&["1 problem\n"]) {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
}

#[test]
fn a_misspelled_field_is_shown_with_the_nearest_name() {
    shows(
        "Scenario(\n    title: \"x\",\n    cortex: (cell: Tanh(unit: 3)),\n)",
        &[
            "my.ron:3:25",
            "3 │     cortex: (cell: Tanh(unit: 3)),",
            "has no field `unit`",
            "did you mean `units`?",
        ],
    );
}

#[test]
fn a_misspelled_variant_is_shown_with_the_nearest_name() {
    shows(
        "(title: \"x\", others: [Linear, Tanj])",
        &[
            "my.ron:1:31",
            "there is no cell `Tanj`",
            "did you mean `Tanh`?",
        ],
    );
}

#[test]
fn a_value_out_of_range_is_shown_with_the_range() {
    shows(
        "(title: \"x\", cortex: (cell: Tanh(units: 0)))",
        &["my.ron:1:41", "0 is out of range", "from 1 to 4096"],
    );
    shows(
        "(title: \"x\", cortex: (cell: Tanh(leak: -1.5)))",
        &["my.ron:1:40", "-1.5 is out of range"],
    );
}

#[test]
fn a_wrong_type_is_shown_with_the_one_expected() {
    shows(
        "(title: \"x\", seed: \"1\")",
        &["my.ron:1:20", "expected a whole number", "found a text"],
    );
    shows(
        "(title: \"x\", seed: 1.0)",
        &[
            "my.ron:1:20",
            "expected a whole number",
            "found the number 1.0",
        ],
    );
    shows(
        "(title: x)",
        &["my.ron:1:9", "expected a text in double quotes, found `x`"],
    );
}

#[test]
fn what_no_number_type_holds_is_refused() {
    for number in ["NaN", "inf", "-inf", "1e300", "1e999"] {
        let text = format!("(title: \"x\", cortex: (clip: {number}))");
        shows(&text, &["my.ron:1:29", "single precision"]);
    }
    shows(
        "(title: \"x\", seed: 99999999999999999999)",
        &["my.ron:1:20", "whole number"],
    );
    shows("(title: \"x\", seed: -1)", &["my.ron:1:20", "whole number"]);
}

#[test]
fn a_missing_field_is_shown_at_its_owner() {
    shows(
        "Scenario(seed: 3)",
        &["my.ron:1:1", "needs a field `title`"],
    );
}

#[test]
fn a_field_given_twice_is_shown_the_second_time() {
    shows(
        "(title: \"x\", seed: 3, seed: 4)",
        &["my.ron:1:23", "given twice"],
    );
}

#[test]
fn every_problem_is_reported_in_the_order_of_the_texts() {
    let wrong = refuse(
        "Scenario(\n    titel: \"x\",\n    seed: -1\n    cortex: (cell: Tanh(units: 1.), clip: true),\n    others: [Lin, 3],\n)",
        &["cortex.clip=-2", "cortex.cel=Linear", "seed="],
    );
    let places: Vec<String> = wrong
        .items()
        .iter()
        .map(|item| format!("{}:{}:{}", item.file, item.line, item.column))
        .collect();
    let expected = [
        "my.ron:1:1",
        "my.ron:2:5",
        "my.ron:3:11",
        "my.ron:3:13",
        "my.ron:4:32",
        "my.ron:5:14",
        "my.ron:5:19",
        "--set:1:13",
        "--set:1:8",
        "--set:1:6",
    ];
    assert_eq!(places, expected, "{}", wrong.render(false, 100));
    assert!(wrong.render(false, 100).ends_with("10 problems\n"));
}

#[test]
fn a_problem_of_a_set_is_shown_in_its_own_text() {
    let shown = refuse("(title: \"x\")", &["seed=2", "cortex.cell.unit=64"]).render(false, 100);
    for part in [
        "--set:1:13",
        "cortex.cell.unit=64",
        "has no field `unit`",
        "did you mean `units`?",
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
}

#[test]
fn a_hostile_file_is_refused_in_few_words() {
    let deep = format!("{}{}", "(a:".repeat(100_000), ")".repeat(100_000));
    shows(&deep, &["my.ron:1:193", "nested more than 64 deep"]);
    shows(&"a".repeat((1 << 20) + 1), &["my.ron:1:1", "1 MiB"]);
    let long = refuse(
        &format!("(title: \"x\", {}: 1)", "a".repeat(1_000_000)),
        &[],
    )
    .render(false, 100);
    assert!(long.len() < 3000, "{}", long.len());
    let many = refuse(&format!("({})", "x: 1, ".repeat(10_000)), &[]).render(false, 100);
    assert!(
        many.len() < 100_000 && many.contains("problems, "),
        "{}",
        many.len()
    );
}

/// A JSON text is read to the same as a RON text.
fn same(json: &str, sets: &[&str], ron: &str) {
    let text = |name: &str, text: &str| Text {
        name: name.into(),
        text: text.into(),
    };
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let (json, _, _) =
        read::<schema::Scenario>(text("my.json", json), &sets).unwrap_or_else(|e| panic!("{e}"));
    let (ron, _, _) = read::<schema::Scenario>(text("my.ron", ron), &[]).unwrap();
    assert_eq!(json, ron);
}

#[test]
fn json_says_the_same_as_ron() {
    same(
        "\u{feff}\n{\"title\": \"\\u00e4 \\ud83d\\ude00 \\/\", \"seed\": 3, \"cortex\": {\"cell\": {\"Tanh\": {\"leak\": 5e-1}}},\n\
         \"others\": [\"Linear\", {\"Linear\": {}}, {\"Tanh\": {}}]}",
        &[],
        "(title: \"ä 😀 /\", seed: 3, cortex: (cell: Tanh(leak: 0.5)), others: [Linear, Linear, Tanh])",
    );
    same(
        r#"{"title": "x", "cortex": {"cell": {"Tanh": {"units": 3}}}, "others": ["Linear"]}"#,
        &[
            "cortex.cell.units=4",
            "cortex.clip=2.5",
            r#"others.0={"Tanh": {"units": 6}}"#,
        ],
        "(title: \"x\", cortex: (cell: Tanh(units: 4), clip: 2.5), others: [Tanh(units: 6)])",
    );
}

#[test]
fn a_set_may_be_json_in_a_scenario_that_is_ron() {
    same(
        "(title: \"x\")",
        &[
            r#"cortex={"cell": "Linear"}"#,
            r#"others=[{"Tanh": {"units": 2}}]"#,
            r#"title="y""#,
        ],
        "(title: \"y\", cortex: (cell: Linear), others: [Tanh(units: 2)])",
    );
}

#[test]
fn problems_of_json_are_shown_in_json() {
    shows(
        "{\n  \"title\": \"x\",\n  \"cortex\": {\"cell\": {\"Tanh\": {\"unit\": 3}}}\n}",
        &[
            "my.ron:3:32",
            "has no field `unit`",
            "did you mean `units`?",
        ],
    );
    shows(
        r#"{"title": "x", "others": ["Linear", "Tanj"]}"#,
        &["my.ron:1:37", "no cell `Tanj`", "did you mean `Tanh`?"],
    );
    shows(
        r#"{"title": "x", "cortex": {"cell": {"Tanj": {"units": 3}}}}"#,
        &["my.ron:1:36", "no cell `Tanj`"],
    );
    shows(
        r#"{"title": "x", "cortex": {"cell": {"Tanh": {"units": 0}}}}"#,
        &["my.ron:1:54", "0 is out of range", "from 1 to 4096"],
    );
    shows(
        "{\n\"title\": 3}",
        &["my.ron:2:10", "expected a text", "found the number 3"],
    );
    shows(
        r#"{"title": "x", "seed": null}"#,
        &["my.ron:1:24", "expected a whole number", "found null"],
    );
    shows(
        r#"{"title": "x", "seed": {}}"#,
        &["my.ron:1:24", "found an object"],
    );
    shows(
        r#"{"title": "x", "cortex": 3}"#,
        &["my.ron:1:26", r#"expected `{"cell": …, "clip": …}`"#],
    );
    shows(
        r#"{"seed": 3}"#,
        &["my.ron:1:1", "needs a field `title`", r#"add `"title": …`"#],
    );
    shows(
        r#"{"title": "x", "seed": 3, "seed": 4}"#,
        &["my.ron:1:27", "given twice"],
    );
}

#[test]
fn slips_of_json_are_one_problem_each() {
    for (text, place, message) in [
        (r#"{"title": "x" "seed": 3}"#, "1:14", "a comma is missing"),
        (r#"{"title": "x", "seed" 3}"#, "1:16", "a `:` is missing"),
        (r#"{"title": "x", "seed": }"#, "1:16", "has no value"),
        (r#"{"title": "x", "seed" = 3}"#, "1:23", "not with `=`"),
        (
            r#"{"title": "x", seed: 3}"#,
            "1:16",
            "stands in double quotes",
        ),
        (r#"{"title": "x", "seed"}"#, "1:16", "has no value"),
        (r#"{"title": 'hello'}"#, "1:11", "double quotes"),
        (r#"{"title": "\q"}"#, "1:12", "escape"),
        (r#"{"title": "\ud800"}"#, "1:12", "escape"),
        (r#"{"title": "x", "seed": 3"#, "1:1", "never closed"),
        (r#"{"title": "x", "seed": 3}}"#, "1:25", "closes nothing"),
        (
            r#"{"title": "x", "others": ["Linear"}"#,
            "1:26",
            "never closed",
        ),
        (
            r#"{"title": "x"} {"seed": 3}"#,
            "1:16",
            "nothing may follow",
        ),
        (r#"{"title": "the "x" of it"}"#, "1:11", "ends before"),
    ] {
        shows(text, &[&format!("my.ron:{place}"), message]);
    }
}
