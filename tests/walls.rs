//! The walls of the house: imports run one way only, siblings do not import each other, and no two files import each other in
//! a circle. Read off the `use` lines and the paths in the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Storeys of the house, from the ground up. A room may import what lies below it, and itself.
const STOREYS: &[&[&str]] = &[
    &["numeric"],
    &["registry"],
    &["circuit", "episode"],
    &["record"],
    &["task", "neocortex", "hippocampus"],
    &["learning"],
    &["scenario", "trace", "analysis"],
    &["engine"],
    &["figure", "export"],
    &["report", "sweep"],
    &["cli", "gui"],
    &["main"],
];

/// The rooms of the engine, likewise.
const ROOMS: &[&[&str]] = &[
    &["lab", "guard"],
    &["phases"],
    &["command", "cursor", "scenario"],
    &["setting"],
    &["experiment", "gradients"],
    &["show"],
    &["desk"],
];

/// A module: its path without `crate`, `gui::panels` for example.
type Module = Vec<String>;

struct House {
    /// Files by module.
    files: BTreeMap<Module, String>,
    /// Of each module: names it hands on, and the module that they come from.
    handed_on: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl House {
    fn read() -> Self {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = BTreeMap::new();
        let mut folders = vec![src.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    files.insert(module(path.strip_prefix(&src).unwrap()), code(&text));
                }
            }
        }
        let mut house = Self {
            files,
            handed_on: BTreeMap::new(),
        };
        for (module, text) in &house.files {
            let mut names = BTreeMap::new();
            for (public, path) in uses(text) {
                if public && let [from @ .., name] = house.absolute(module, &path).as_slice() {
                    names.insert(name.clone(), from.to_vec());
                }
            }
            house.handed_on.insert(module.clone(), names);
        }
        house
    }

    /// A path as seen from a module, from the root of the crate on.
    fn absolute(&self, from: &Module, path: &[String]) -> Module {
        let mut at = match path.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("super") => from[..from.len() - 1].to_vec(),
            Some("self") => from.clone(),
            Some(child)
                if self
                    .files
                    .contains_key(&[from.clone(), vec![child.into()]].concat()) =>
            {
                [from.clone(), vec![child.into()]].concat()
            }
            _ => return Vec::new(),
        };
        for part in &path[1..] {
            if part == "super" {
                at.pop();
            } else {
                at.push(part.clone());
            }
        }
        at
    }

    /// The file that an absolute path leads to, through what modules hand on.
    fn file(&self, path: &[String]) -> Option<Module> {
        let depth = (1..=path.len()).rev();
        let module = depth
            .map(|n| path[..n].to_vec())
            .find(|m| self.files.contains_key(m))?;
        let Some(name) = path.get(module.len()) else {
            return Some(module);
        };
        match self.handed_on[&module].get(name) {
            Some(from) => self.file(&[from.clone(), vec![name.clone()]].concat()),
            None => Some(module),
        }
    }

    /// What each file imports. A module's own file hands on its children and lists them in registries: no import of it.
    fn imports(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |from: &Module, text: &String| -> BTreeSet<Module> {
            let spelled = inline_paths(text).into_iter();
            let all = uses(text).into_iter().map(|(_, path)| path).chain(spelled);
            all.map(|path| self.absolute(from, &path))
                .filter_map(|path| self.file(&path))
                .filter(|to| !to.starts_with(from))
                .collect()
        };
        self.files
            .iter()
            .map(|(m, text)| (m, of(m, text)))
            .collect()
    }
}

fn module(file: &Path) -> Module {
    let mut parts: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|p| p.to_str().unwrap().to_string())
        .collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    parts
}

/// The text without comments and without unit tests, which may look anywhere.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().map(|l| l.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// Paths of `use` items, groups taken apart, and whether each is handed on.
fn uses(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let before = rest[..at].rsplit('\n').next().unwrap().trim();
        let end = rest[at..].find(';').map_or(rest.len(), |n| at + n);
        if before.is_empty() || before.starts_with("pub") {
            let public = before.starts_with("pub");
            let mut paths = Vec::new();
            take_apart(&rest[at + 4..end], &[], &mut paths);
            found.extend(paths.into_iter().map(|path| (public, path)));
            rest = &rest[end..];
        } else {
            rest = &rest[at + 4..];
        }
    }
    found
}

fn take_apart(text: &str, before: &[String], out: &mut Vec<Vec<String>>) {
    let text = text.trim();
    if let Some((head, group)) = text.split_once('{') {
        let head = head.split("::").map(str::trim).filter(|p| !p.is_empty());
        let before: Vec<String> = before
            .iter()
            .cloned()
            .chain(head.map(String::from))
            .collect();
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        let (mut depth, mut from) = (0, 0);
        for (i, c) in group.char_indices().chain([(group.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !group[from..i].trim().is_empty() {
                        take_apart(&group[from..i], &before, out);
                    }
                    from = i + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let path = text.split(" as ").next().unwrap().split("::");
    let path = path.map(|p| p.trim().to_string());
    out.push(
        before
            .iter()
            .cloned()
            .chain(path)
            .filter(|p| p != "self" || before.is_empty())
            .collect(),
    );
}

/// Paths that are spelled out in the code: `crate::a::b`, `super::a`.
fn inline_paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in text.match_indices(root) {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            if text[..at].ends_with(|c: char| word(c) || c == '$' || c == ':') {
                continue;
            }
            let end = text[at..]
                .find(|c: char| !word(c) && c != ':')
                .map_or(text.len(), |n| at + n);
            let path = text[at..end].trim_end_matches(':');
            found.push(path.split("::").map(String::from).collect());
        }
    }
    found
}

fn storey(storeys: &[&[&str]], room: &str) -> usize {
    let found = storeys.iter().position(|rooms| rooms.contains(&room));
    found.unwrap_or_else(|| panic!("`{room}` stands on no storey: give it one in tests/walls.rs"))
}

#[test]
fn imports_run_one_way_only_and_siblings_do_not_import_each_other() {
    let house = House::read();
    let mut broken = Vec::new();
    for (from, imports) in house.imports() {
        let Some(room) = from.first() else { continue };
        for to in imports.iter().filter(|to| !to.is_empty()) {
            if to[0] != *room && storey(STOREYS, &to[0]) >= storey(STOREYS, room) {
                broken.push(format!("{} -> {}", from.join("/"), to.join("/")));
            }
            let inner = (from.get(1), to.get(1));
            if let ("engine", (Some(a), Some(b))) = (room.as_str(), inner)
                && to[0] == "engine"
                && a != b
                && storey(ROOMS, b) >= storey(ROOMS, a)
            {
                broken.push(format!("{} -> {}", from.join("/"), to.join("/")));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_two_files_import_each_other_in_a_circle() {
    let house = House::read();
    let imports = house.imports();
    let reached = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut left = vec![from];
        while let Some((next, imports)) = left.pop().and_then(|m| imports.get_key_value(m)) {
            if seen.insert(*next) || next == &from {
                left.extend(imports.iter().filter(|to| !seen.contains(to)));
            }
        }
        seen
    };
    let circles: Vec<String> = imports
        .iter()
        .flat_map(|(from, to)| to.iter().map(move |to| (*from, to)))
        .filter(|(from, to)| reached(to).contains(from))
        .map(|(from, to)| format!("{} -> {}", from.join("/"), to.join("/")))
        .collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn only_the_app_knows_egui_and_only_the_terminal_prints() {
    let house = House::read();
    for (module, text) in &house.files {
        let room = module.first().map_or("lib", String::as_str);
        if room != "gui" {
            assert!(
                !text.contains("egui::") && !text.contains("use egui"),
                "{module:?}"
            );
        }
        if room != "cli" && room != "main" {
            assert!(
                !text.contains("println!(") && !text.contains("eprintln!("),
                "{module:?}"
            );
        }
    }
}

#[test]
fn the_reader_of_use_lines_finds_what_is_there() {
    let text = "use super::a::{B, c::{D, E as F}};\npub use child::G;\nuse crate::{params, x::y};\nlet z = crate::q::R::new();";
    let joined: Vec<String> = uses(text)
        .iter()
        .map(|(p, path)| format!("{p} {}", path.join("/")))
        .collect();
    assert_eq!(
        joined,
        [
            "false super/a/B",
            "false super/a/c/D",
            "false super/a/c/E",
            "true child/G",
            "false crate/params",
            "false crate/x/y",
        ]
    );
    assert!(
        inline_paths(text)
            .iter()
            .any(|p| p.join("/") == "crate/q/R/new")
    );
    let house = House::read();
    let sleep = vec!["engine".to_string(), "phases".into(), "sleep".into()];
    let imports = &house.imports()[&sleep];
    for expected in [
        "engine/lab/replaying",
        "engine/phases/happening",
        "record/ripple",
    ] {
        assert!(
            imports.iter().any(|m| m.join("/") == expected),
            "{expected}: {imports:?}"
        );
    }
    assert_eq!(
        module(&PathBuf::from("gui/panels/mod.rs")),
        ["gui", "panels"]
    );
}
