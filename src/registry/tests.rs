//! Declarations, as all who use them see them: read, bounded, found by name, walked, and set by path.

use super::*;

crate::params! {
    /// Nothing to choose.
    pub struct Plain {}
}
crate::params! {
    /// A gate.
    pub struct Gate {
        /// How wide it is.
        pub width: usize = 8, [1 ..= 64], "units", restart;
        /// How fast it moves.
        pub rate: f64 = 0.5, [0 ..= 1], live;
        /// Where it stops.
        pub stop: Option<f64> = None, [0 ..= 10], live;
    }
}
/// What doors do.
pub trait DoorKind {
    /// Whether it moves.
    fn moves(&self) -> bool;
}
impl DoorKind for Plain {
    fn moves(&self) -> bool {
        false
    }
}
impl DoorKind for Gate {
    fn moves(&self) -> bool {
        self.rate > 0.0
    }
}
crate::registry! {
    /// Doors.
    pub enum Door "door": DoorKind { Wall(Plain): "Anon 1900", Gate(Gate) }
}
crate::params! {
    /// What stands in a row.
    pub struct Row {
        /// Its name, without a default.
        pub name: String, [1 ..= 5], restart;
        /// Its doors.
        pub doors: Vec<Door> = Vec::new(), [0 ..= 3], restart;
    }
}
crate::params! {
    /// A house.
    pub struct House {
        /// Its front.
        pub front: Row, flat;
        /// The door at the back.
        pub back: Option<Door> = None, live;
    }
}

fn number(value: Value) -> Node {
    let span = Span::default();
    Node { span, value }
}

fn house() -> House {
    House {
        front: Row {
            name: "A".into(),
            doors: vec![Door::Wall(Plain {}), Door::Gate(Gate::default())],
        },
        back: None,
    }
}

#[test]
fn a_kind_gives_its_variants_by_name_in_any_case_and_behind_its_trait() {
    assert_eq!(Door::named("GATE"), Some(Door::Gate(Gate::default())));
    assert_eq!(Door::named("window"), None);
    let all = Door::all();
    assert_eq!(
        all.iter().map(Door::name).collect::<Vec<_>>(),
        ["Wall", "Gate"]
    );
    assert_eq!(
        all.iter().map(|d| d.kind().moves()).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(Door::variants()[0].reference, "Anon 1900");
}

#[test]
fn fields_tell_their_bounds_units_defaults_and_whether_they_are_live() {
    let fields = Gate::fields();
    let [width, rate, stop] = fields.as_slice() else {
        panic!("{}", fields.len())
    };
    assert_eq!((width.unit, width.default.as_deref()), ("units", Some("8")));
    assert_eq!((width.live, rate.live), (false, true));
    assert_eq!(rate.kind.describe(), "a number from 0 to 1");
    // What an optional number may be is known too.
    assert_eq!(
        stop.bounds,
        Bounds {
            min: 0.0,
            max: 10.0
        }
    );
    let flat: Vec<_> = House::fields().iter().map(|f| f.name).collect();
    assert_eq!(flat, ["name", "doors", "back"]);
    assert!(House::fields()[0].default.is_none());
}

#[test]
fn every_problem_is_found_at_once() {
    let ident = |name: &str| Ident {
        name: name.into(),
        span: Span::default(),
    };
    let fields = vec![
        (ident("width"), number(Value::Int(65))),
        (ident("rat"), number(Value::Float(0.1))),
        (ident("width"), number(Value::Int(2))),
        (ident("stop"), number(Value::Float(11.0))),
    ];
    let node = number(Value::Tagged {
        name: None,
        body: Body::Named(fields),
    });
    let mut problems = Problems::default();
    assert_eq!(Gate::read(&node, Bounds::NONE, &mut problems), None);
    let told: Vec<_> = problems.list().iter().map(|p| p.message.as_str()).collect();
    let expected = [
        "`Gate` has no field `rat`",
        "given twice",
        "65 is out of range",
        "11.0 is out of range",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn a_path_finds_a_value_through_lists_variants_and_flat_fields() {
    let house = house();
    let at = |path: &str| get(&house, path).unwrap();
    assert_eq!(
        (at("name").value.as_str(), at("name").live),
        ("\"A\"", false)
    );
    assert_eq!(at("doors.1.rate").value, "0.5");
    assert!(at("doors.1.rate").live && !at("doors.1.width").live);
    assert_eq!(at("doors.1").value, "Gate(width: 8, rate: 0.5, stop: None)");
    assert_eq!(at("back").value, "None");
}

#[test]
fn what_is_below_something_live_is_live() {
    let mut house = house();
    house.back = Door::named("Gate");
    assert!(get(&house, "back.width").unwrap().live);
}

#[test]
fn a_path_that_leads_nowhere_says_where_and_what_could_stand_there() {
    let house = house();
    for (path, element, message, help) in [
        (
            "nam",
            0,
            "`House` has no field `nam`",
            "did you mean `name`?",
        ),
        ("doors.2", 1, "there is no item 2", "2 items, 0 to 1"),
        ("doors.first", 1, "takes an index, not `first`", "2 items"),
        (
            "doors.1.Gate.rate",
            2,
            "no field `Gate`",
            "leave out the names of variants",
        ),
        (
            "doors.0.rate",
            2,
            "`Wall` has no field `rate`",
            "has no fields",
        ),
        (
            "doors.1.rate.x",
            3,
            "nothing below a number",
            "`doors.1.rate=…`",
        ),
        (
            "back.rate",
            1,
            "there is no `back` to set this in",
            "a door: Wall, Gate",
        ),
        ("", 0, "no field ``", "fields: name, doors, back"),
    ] {
        let lost = get(&house, path).unwrap_err();
        assert_eq!(lost.element, element, "{path}");
        assert!(lost.message.contains(message), "{path}: {}", lost.message);
        assert!(lost.help.contains(help), "{path}: {}", lost.help);
    }
}

#[test]
fn a_value_is_set_within_its_bounds_or_stays() {
    let mut house = house();
    let mut try_set = |path: &str, value: Value| {
        let mut problems = Problems::default();
        set(&mut house, path, &number(value), &mut problems).unwrap();
        (
            problems.list().first().map(|p| p.message.clone()),
            get(&house, path).unwrap().value,
        )
    };
    assert_eq!(
        try_set("doors.1.rate", Value::Float(0.25)),
        (None, "0.25".into())
    );
    let (problem, kept) = try_set("doors.1.rate", Value::Float(2.0));
    assert!(problem.unwrap().contains("out of range"));
    assert_eq!(kept, "0.25");
    let (problem, kept) = try_set("doors.1.stop", Value::Float(11.0));
    assert!(problem.is_some());
    assert_eq!(kept, "None");
    assert_eq!(
        try_set("doors.1.stop", Value::Int(9)),
        (None, "Some(9.0)".into())
    );
    let (problem, kept) = try_set("name", Value::Text("too long".into()));
    assert!(problem.is_some());
    assert_eq!(kept, "\"A\"");
    let chosen = Node::of_name("Gate").value;
    assert_eq!(try_set("doors.0", chosen).0, None);
    assert_eq!(house.front.doors[0], Door::Gate(Gate::default()));
}

#[test]
fn every_value_is_shown_with_its_path() {
    let mut seen = Vec::new();
    each(&house(), &mut |path, at| {
        seen.push(format!("{path}={}", at.value));
    });
    assert_eq!(
        seen,
        [
            "name=\"A\"",
            "doors=[Wall(), Gate(width: 8, rate: 0.5, stop: None)]",
            "doors.0=Wall()",
            "doors.1=Gate(width: 8, rate: 0.5, stop: None)",
            "doors.1.width=8",
            "doors.1.rate=0.5",
            "doors.1.stop=None",
            "back=None",
        ]
    );
}

#[test]
fn a_declaration_shows_each_struct_and_choice_once() {
    let mut seen = Vec::new();
    House::kind(Bounds::NONE).each(&mut |path, kind| match kind {
        Kind::Struct { name, doc, .. } | Kind::Choice { name, doc, .. } => {
            seen.push(format!("{path}:{name}:{}", doc.trim()));
        }
        _ => {}
    });
    assert_eq!(seen, [":House:A house.", "doors:door:Doors."]);
}

#[test]
fn short_names_with_one_slip_are_found_too() {
    let cells = ["Tanh", "Linear", "Gru", "Lstm", "Chain", "Reversible"];
    let found = |name| nearest(name, cells.into_iter());
    assert_eq!(found("Gur"), Some("Gru"));
    assert_eq!(found("Gri"), Some("Gru"));
    assert_eq!(found("Lsm"), Some("Lstm"));
    assert_eq!(found("tahn"), Some("Tanh"));
    assert_eq!(found("xyz"), None);
    let pair = ["CA3", "CA1"];
    assert!(nearest("CA", pair.into_iter()).is_some());
}
