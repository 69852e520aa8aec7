//! What is accepted, what is refused, and with which exit code.

use crate::{TINY, ammon, done, json, run, told, workshop};

#[test]
fn scenarios_are_files_bundled_names_or_standard_input() {
    let dir = workshop();
    assert!(done(&dir, &["run", "tiny.ron"]).contains("probe.accuracy"));
    assert!(
        done(&dir, &["check", "recall-by-replay", "tiny.ron"])
            .starts_with("ok recall-by-replay\nok tiny.ron\n")
    );
    let (code, out, err) = told(ammon(&dir).args(["run", "-", "--json"]).write_stdin(TINY));
    assert_eq!(code, 0, "{err}");
    assert_eq!(json(&out)["scenario"], "Tiny");
    let text = r#"{"title": "Small", "protocol": [{"Wake": {"episodes": 2}}]}"#;
    let set = r#"cortex.cell={"Tanh": {"units": 3}}"#;
    let (code, out, err) = told(
        ammon(&dir)
            .args(["run", "-", "--json", "--set", set])
            .write_stdin(text),
    );
    assert_eq!(code, 0, "{err}");
    assert_eq!(json(&out)["scenario"], "Small");
    let (code, _, err) = told(
        ammon(&dir)
            .args(["check", "-"])
            .write_stdin("{\n\"tittle\": 3}"),
    );
    assert_eq!(code, 2, "{err}");
    assert!(err.contains(":2:1"), "{err}");
}

#[test]
fn a_folder_of_the_same_name_does_not_hide_a_bundled_scenario() {
    let dir = workshop();
    std::fs::create_dir(dir.path().join("recall-by-replay")).unwrap();
    done(&dir, &["check", "recall-by-replay"]);
}

#[test]
fn an_unknown_scenario_is_wrong_and_the_nearest_is_named() {
    let dir = workshop();
    for command in ["run", "check"] {
        let (code, out, err) = run(&dir, &[command, "recal-by-replay"]);
        assert_eq!(code, 2);
        assert!(
            out.is_empty() && err.contains("`recall-by-replay`"),
            "{err}"
        );
    }
}

#[test]
fn check_tells_all_files_and_fails_if_one_is_wrong() {
    let dir = workshop();
    std::fs::write(
        dir.path().join("bad.ron"),
        TINY.replace("units: 8", "unots: 8")
            .replace("delay: 4", "delay: -4"),
    )
    .unwrap();
    let (code, out, err) = run(&dir, &["check", "bad.ron", "tiny.ron"]);
    assert_eq!(code, 2);
    assert_eq!(out, "ok tiny.ron\n");
    assert!(
        err.contains("bad.ron:4:")
            && err.contains("did you mean `units`")
            && err.contains("2 problems"),
        "{err}"
    );
}

#[test]
fn a_wrong_set_is_shown_with_its_place() {
    let dir = workshop();
    let (code, out, err) = run(
        &dir,
        &[
            "run",
            "tiny.ron",
            "--set",
            "cortex.cell.unots=9",
            "--out",
            "run",
        ],
    );
    assert_eq!(code, 2);
    assert!(
        out.is_empty() && err.contains("--set:1:13") && err.contains("did you mean `units`"),
        "{err}"
    );
    assert!(!dir.path().join("run").exists());
}

#[test]
fn wrong_commands_exit_with_2() {
    let dir = workshop();
    let wrong: [&[&str]; 11] = [
        &["fly"],
        &["run"],
        &["run", "tiny.ron", "--export", "csv"],
        &["run", "tiny.ron", "--export", "cvs", "--out", "run"],
        &["run", "tiny.ron", "--seed", "1", "--seeds", "1..2"],
        &["run", "tiny.ron", "--seeds", "3..1"],
        &["run", "tiny.ron", "--threads", "0"],
        &["run", "tiny.ron", "--seed", "-1"],
        &["list", "ruels"],
        &["resume", "nowhere"],
        &["export", "nowhere", "--format", "csv"],
    ];
    for args in wrong {
        let (code, out, err) = run(&dir, args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(
            out.is_empty() && err.starts_with("error: "),
            "{args:?}: {out}{err}"
        );
    }
    let (_, _, err) = run(&dir, &["list", "ruels"]);
    assert!(err.contains("did you mean `rules`"), "{err}");
    assert!(!dir.path().join("run").exists());
}

#[test]
fn seed_goes_before_set_and_set_before_the_file() {
    let dir = workshop();
    let seed = |args: &[&str]| {
        json(&done(
            &dir,
            &[&["run", "tiny.ron", "--json"], args].concat(),
        ))["seed"]
            .clone()
    };
    assert_eq!(seed(&[]), 1);
    assert_eq!(seed(&["--set", "seed=5"]), 5);
    assert_eq!(
        seed(&["--set", "seed=5", "--set", "seed=6", "--seed", "7"]),
        7
    );
}

#[test]
fn list_names_every_kind_in_a_line_each() {
    let dir = workshop();
    let all = done(&dir, &["list"]);
    for line in all.lines() {
        assert!(line.split_whitespace().count() > 2, "{line}");
    }
    for (kind, name) in [
        ("scenarios", "recall-by-replay"),
        ("rule", "ReplayBptt"),
        ("exports", "Csv"),
        ("regions", "CA3"),
    ] {
        let some = done(&dir, &["list", kind]);
        assert!(some.lines().any(|line| line.starts_with(name)), "{some}");
        assert!(some.lines().count() < all.lines().count());
    }
}

#[test]
fn list_tells_every_parameter_in_json() {
    let dir = workshop();
    let list = json(&done(&dir, &["list", "--json"]));
    let entries = list.as_array().unwrap();
    let find = |kind: &str, name: &str| {
        entries
            .iter()
            .find(|e| e["kind"] == kind && e["name"] == name)
            .unwrap()
    };
    let units = &find("cell", "Tanh")["parameters"][0];
    assert_eq!(
        (&units["name"], &units["type"], &units["default"]),
        (&json("\"units\""), &json("\"int\""), &json("32"))
    );
    assert_eq!(units["range"], json("[1, 4096]"));
    assert_eq!(
        find("cell", "Tanh")["tensors"][1]["shape"],
        json(r#"["N", "X"]"#)
    );
    assert!(
        find("section", "learning")["parameters"][0]["choices"]
            .as_array()
            .unwrap()
            .contains(&"Bptt".into())
    );
    for entry in entries {
        for parameter in entry["parameters"].as_array().unwrap() {
            for key in ["name", "type", "unit", "range", "default", "doc", "live"] {
                assert!(parameter.get(key).is_some(), "{entry} lacks {key}");
            }
        }
    }
}

#[test]
fn help_version_and_completions_are_results() {
    let dir = workshop();
    assert!(done(&dir, &["--help"]).contains("Exit codes"));
    assert!(done(&dir, &["--version"]).starts_with("ammon "));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            done(&dir, &["completions", shell]).contains("resume"),
            "{shell}"
        );
    }
}

#[test]
fn open_without_a_display_points_to_run() {
    let dir = workshop();
    let (code, _, err) = run(&dir, &["open", "tiny.ron"]);
    assert_eq!(code, 1);
    assert!(err.contains("ammon run tiny.ron"), "{err}");
}
