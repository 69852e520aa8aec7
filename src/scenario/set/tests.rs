use super::super::document::{read, sample::Sample};
use super::super::text::Text;
use crate::registry::line;

const FILE: &str = "Sample(task: Tbptt(7), cortex: (cell: Tanh(units: 32)), learning: (shadows: [Bptt, Tbptt(horizon: 4)]))";

fn set(sets: &[&str]) -> Result<String, Vec<(String, String, String)>> {
    set_in(FILE, sets)
}

fn set_in(file: &str, sets: &[&str]) -> Result<String, Vec<(String, String, String)>> {
    let file = Text {
        name: "f.ron".into(),
        text: file.into(),
    };
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    match read::<Sample>(file, &sets) {
        Ok((sample, _, _)) => Ok(line(&sample)),
        Err(wrong) => Err(wrong
            .items()
            .iter()
            .map(|item| {
                let marked = item
                    .source_line
                    .chars()
                    .skip(item.marker_start)
                    .take(item.marker_len)
                    .collect();
                (
                    marked,
                    item.message.clone(),
                    item.help.clone().unwrap_or_default(),
                )
            })
            .collect()),
    }
}

fn contains(sets: &[&str], part: &str) {
    let text = set(sets).unwrap();
    assert!(text.contains(part), "{text}");
}

fn refused(set_text: &str, marked: &str, message: &str, help: &str) {
    let problems = set(&[set_text]).unwrap_err();
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}")
    };
    assert_eq!(problem.0, marked, "{problem:?}");
    assert!(
        problem.1.contains(message) && problem.2.contains(help),
        "{problem:?}"
    );
}

#[test]
fn paths_skip_the_names_of_variants() {
    contains(&["cortex.cell.units=64"], "Tanh(units: 64, leak: 1.0)");
    contains(
        &["cortex . cell . leak = 0.5"],
        "Tanh(units: 32, leak: 0.5)",
    );
}

#[test]
fn a_list_takes_an_index() {
    contains(
        &["learning.shadows.1.horizon=8"],
        "shadows: [Bptt(), Tbptt(horizon: 8)]",
    );
    contains(
        &["learning.shadows.0=Uoro"],
        "shadows: [Uoro(), Tbptt(horizon: 4)]",
    );
}

#[test]
fn a_sole_value_without_name_stands_for_the_first_field() {
    contains(&["task.horizon=9"], "task: Tbptt(horizon: 9)");
}

#[test]
fn what_the_file_leaves_out_is_filled_in() {
    contains(&["seed=5"], "seed: 5");
    contains(
        &["hippocampus.units=10"],
        "hippocampus: Some((units: 10, cue: (horizon: 4)))",
    );
    contains(
        &["hippocampus.cue.horizon=10"],
        "hippocampus: Some((units: 2000, cue: (horizon: 10)))",
    );
    let bare = set_in(
        "(task: Bptt)",
        &[
            "cortex.cell.leak=0.5",
            "learning.rule=Tbptt",
            "learning.rule.horizon=2",
        ],
    );
    let bare = bare.unwrap();
    assert!(
        bare.contains("Tanh(units: 32, leak: 0.5)") && bare.contains("rule: Tbptt(horizon: 2)"),
        "{bare}"
    );
    assert!(
        set_in("(task: Bptt, hippocampus: None)", &["hippocampus.units=3"])
            .unwrap()
            .contains("units: 3")
    );
    assert!(
        set_in(
            "(task: Bptt, hippocampus: Some((units: 2)))",
            &["hippocampus.units=3"]
        )
        .unwrap()
        .contains("units: 3")
    );
    assert!(
        set_in(
            "(task: Bptt, hippocampus: (units: 2))",
            &["hippocampus.units=3"]
        )
        .unwrap()
        .contains("units: 3")
    );
    assert!(
        set_in("()", &["task=Bptt"])
            .unwrap()
            .contains("task: Bptt()")
    );
}

#[test]
fn later_ones_win_and_whole_choices_are_replaced() {
    contains(
        &[
            "cortex.cell=Gru",
            "cortex.cell.units=5",
            "cortex.cell.units=6",
        ],
        "cell: Gru(units: 6)",
    );
    contains(&["learning=(rule: Uoro)"], "rule: Uoro(), shadows: []");
    contains(&["hippocampus=None", "title=\"a = b\""], "title: \"a = b\"");
}

#[test]
fn wrong_paths_are_marked_at_the_element() {
    refused(
        "cortex.cel.units=64",
        "cel",
        "`Cortex` has no field `cel`",
        "did you mean `cell`? fields: cell, clip",
    );
    refused(
        "cortex.cell.Tanh.units=64",
        "Tanh",
        "no field `Tanh`",
        "leave out the names of variants",
    );
    refused(
        "learning.rule.horizon=3",
        "horizon",
        "`Bptt` has no field",
        "`Bptt` has no fields",
    );
    refused(
        "learning.shadows.2=Bptt",
        "2",
        "there is no item 2",
        "2 items, 0 to 1",
    );
    refused(
        "learning.shadows.first=Bptt",
        "first",
        "takes an index",
        "0 to 1",
    );
    refused(
        "cortex.clip.x=3",
        "x",
        "nothing below a number",
        "`cortex.clip=…`",
    );
    refused("cortex..clip=3", ".", "name is missing", "");
    refused("=3", "=", "name is missing", "");
    refused("cortex.clip", "cortex.clip", "PATH=VALUE", "");
    let none = set_in("()", &["task.horizon=3"]).unwrap_err();
    assert!(
        none.iter()
            .any(|p| p.0 == "horizon" && p.1 == "there is no `task` to set this in"),
        "{none:?}"
    );
}

#[test]
fn wrong_values_are_marked_in_the_argument() {
    refused(
        "cortex.cell.units=zero",
        "zero",
        "expected a whole number",
        "",
    );
    refused("cortex.cell.units=0", "0", "out of range", "from 1 to 4096");
    refused(
        "learning.rule=Uro",
        "Uro",
        "there is no rule `Uro`",
        "did you mean `Uoro`?",
    );
    refused(
        "title=one two",
        "two",
        "nothing may follow",
        "double quotes",
    );
    refused("cortex.clip=", " ", "value is missing", "");
    refused("learning=(rule: Uoro", "(", "never closed", "");
    assert_eq!(set(&["a=1", "b=2", "seed=@"]).unwrap_err().len(), 3);
}
