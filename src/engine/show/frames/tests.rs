//! What is looked back at is what was seen.

use super::*;
use crate::circuit::Place;
use crate::engine::command::Command;
use crate::engine::experiment::{Experiment, Status};
use crate::engine::scenario::load;
use crate::engine::show::{Snapshot, draw};
use crate::scenario::bundled;

fn scenario(name: &str, sets: &[&str]) -> crate::engine::Scenario {
    let found = bundled().iter().find(|b| b.name == name).unwrap();
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    load(found.document(), &sets, None).unwrap_or_else(|e| panic!("{e}"))
}

const SMALL: [&str; 3] = [
    "hippocampus.store.units=300",
    "hippocampus.entorhinal.units=500",
    "hippocampus.capacity.steps=200",
];

/// What the panels draw of a moment.
fn drawn(snapshot: &Snapshot) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        (
            snapshot.step,
            snapshot.time,
            snapshot.episodes,
            snapshot.updates,
            snapshot.load
        ),
        (&snapshot.phase, snapshot.progress),
        snapshot.regions,
        snapshot.pathways,
        snapshot.cortex,
        snapshot.ripple,
        snapshot.attention,
    )
}

/// Runs, with lesions and restorations here and there, and compares every moment with what is kept of it.
fn looked_back(scenario: &crate::engine::Scenario, most: u64) -> Kept {
    let mut run = Experiment::<f32>::new(scenario);
    let mut frames = Frames::new(1 << 30);
    let mut seen = Vec::new();
    frames.note(&run);
    loop {
        let mut snapshot = Snapshot::default();
        draw(&run, &frames, &mut snapshot);
        seen.push(drawn(&snapshot));
        if run.clock().step >= most || run.step(&mut ()).unwrap() == Status::Done {
            break;
        }
        frames.note(&run);
        let step = run.clock().step;
        if step.is_multiple_of(97) {
            let target = if step.is_multiple_of(2) {
                Place::Ca3
            } else {
                Place::Cortex
            };
            let fraction = (step % 5) as f64 / 5.0;
            run.apply(&Command::Lesion { target, fraction }, &mut ())
                .ok();
            frames.disturb();
            frames.note(&run);
        }
    }
    let kept = frames.kept();
    for (step, expected) in seen.iter().enumerate() {
        let mut snapshot = Snapshot::default();
        draw(&run, &frames, &mut snapshot);
        assert!(kept.draw(step as u64, &mut snapshot));
        let found = drawn(&snapshot);
        if &found != expected {
            let at = found
                .bytes()
                .zip(expected.bytes())
                .position(|(a, b)| a != b)
                .unwrap_or(0);
            panic!(
                "step {step}:\n{}\n{}",
                &found[at.saturating_sub(200)..],
                &expected[at.saturating_sub(200)..]
            );
        }
    }
    kept
}

#[test]
fn what_is_looked_back_at_is_what_was_seen() {
    let protocol = "protocol=[Repeat(times: 4, phases: [Wake(episodes: 6), Sleep(ripples: 6), Probe(episodes: 4), Rest(steps: 2)]), \
        Lesion(\"CA3\"), Wake(episodes: 3), Sleep(ripples: 2), Restore(\"CA3\"), Wake(episodes: 3), Sleep(ripples: 5, score: true)]";
    looked_back(
        &scenario("recall-by-replay", &[&SMALL[..], &[protocol]].concat()),
        2000,
    );
    // Chains of ripples.
    let chains = "hippocampus.ripple.length=5";
    looked_back(
        &scenario(
            "recall-by-replay",
            &[&SMALL[..], &[protocol, chains]].concat(),
        ),
        2000,
    );
    for name in [
        "copy-attention",
        "influence-balancing",
        "r2n2",
        "no-separation",
        "anbn",
        "salience",
    ] {
        looked_back(&scenario(name, &[]), 600);
    }
}

#[test]
fn episodes_of_one_step_and_of_very_many_are_looked_back_at_alike() {
    let one = [
        "task=Recall(delay: 0, distractors: 0)",
        "protocol=[Repeat(times: 9, phases: [Wake(episodes: 3), Sleep(ripples: 4), Probe(episodes: 3), Probe(episodes: 3)])]",
    ];
    looked_back(
        &scenario("recall-by-replay", &[&SMALL[..], &one].concat()),
        2000,
    );
    let many = [
        "task.delay=700",
        "hippocampus.capacity=Unbounded",
        "protocol=[Wake(episodes: 1), Sleep(ripples: 1), Wake(episodes: 1)]",
    ];
    looked_back(
        &scenario("recall-by-replay", &[&SMALL[..2], &many].concat()),
        4000,
    );
    let stream = "protocol=[Stream(steps: 1500, report: 700)]";
    looked_back(&scenario("influence-balancing", &[stream]), 4000);
}

/// The last ripple of a short run.
fn replayed(sets: &[&str]) -> RippleView {
    let protocol = "protocol=[Wake(episodes: 4), Sleep(ripples: 1)]";
    let scenario = scenario(
        "recall-by-replay",
        &[&SMALL[..], &[protocol], sets].concat(),
    );
    let mut run = Experiment::<f32>::new(&scenario);
    let mut frames = Frames::new(1 << 24);
    while run.step(&mut ()).unwrap() != Status::Done {
        frames.note(&run);
    }
    frames.kept().ripple(0).unwrap()
}

#[test]
fn gates_are_those_that_made_the_lived_states_and_a_tape_makes_them_again() {
    let exact = "hippocampus.store=Exact()";
    let store = "hippocampus.store=Ca3(units: 300)";
    for (cell, parts) in [("Gru", 3), ("Lstm", 4), ("Reversible", 2)] {
        let cell = format!("cortex.cell={cell}(units: 7)");
        let view = replayed(&[&cell, exact]);
        let lived = view.lived.as_ref().unwrap();
        assert_eq!(view.parts.unwrap().parts.len(), parts);
        assert_eq!((lived.inside.units, lived.inside.steps()), (7 * parts, 22));
        assert_eq!(view.inside.steps(), view.steps.len());
        for (at, step) in view.steps.iter().enumerate() {
            let lived = lived.inside.column(step.lived_step.unwrap());
            let again = view.inside.column(at).unwrap().iter();
            // One column and many at a time are rounded differently.
            let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-6;
            assert!(again.zip(lived.unwrap()).all(near), "{cell} {at}");
        }
        for t in 0..21 {
            let (before, after) = (lived.states.column(t), lived.states.column(t + 1));
            let (before, after) = (before.unwrap(), after.unwrap());
            let inside = lived.inside.column(t).unwrap();
            for i in 0..7 {
                let part = |p: usize| inside[p * 7 + i];
                let expected = match parts {
                    // h' = (1 − u) n + u h
                    3 => (1.0 - part(1)) * part(2) + part(1) * before[i],
                    // h' = o tanh(f c + i g)
                    4 => part(3) * (part(1) * before[7 + i] + part(0) * part(2)).tanh(),
                    // h_A' = artanh φ(h_A')
                    _ => part(0).atanh(),
                };
                assert!((expected - after[i]).abs() < 1e-5, "{cell} {t} {i}");
            }
        }
        // Through CA3, which holds few episodes, they are about the same.
        let view = replayed(&[&cell, store]);
        let lived = view.lived.as_ref().unwrap();
        let each = view.steps.iter().enumerate().flat_map(|(at, step)| {
            let lived = lived.inside.column(step.lived_step.unwrap()).unwrap();
            view.inside.column(at).unwrap().iter().zip(lived)
        });
        let apart: Vec<f32> = each.map(|(a, b)| (a - b).abs()).collect();
        let mean = apart.iter().sum::<f32>() / apart.len() as f32;
        let values = view.steps.len() * 7 * parts;
        assert!(
            apart.len() == values && values > 0 && mean < 0.02,
            "{cell}: {mean}"
        );
    }
    let plain = replayed(&[]);
    assert!(plain.parts.is_none() && plain.inside.values.is_empty());
}

#[test]
fn sweeps_of_a_step_end_in_the_state_that_it_settles_in() {
    let view = replayed(&["hippocampus.ripple.cue=Fraction(0.4)"]);
    for (at, step) in view.steps.iter().enumerate() {
        let last = step.sweeps.last().unwrap();
        assert!((last.overlap - step.overlap).abs() < 1e-6, "{at}");
        assert!((last.support - step.support).abs() < 1e-6, "{at}");
    }
    // A cue of 40 % is completed sweep by sweep.
    let first = &view.steps[0].sweeps;
    assert!(
        (first[0].overlap - 0.4).abs() < 0.1 && first.len() > 1,
        "{first:?}"
    );
}

/// A run of which most frames had to go.
fn thinned(budget: u64) -> (Experiment<f32>, Frames) {
    let mut run = Experiment::<f32>::new(&scenario("recall-by-replay", &SMALL));
    let mut frames = Frames::new(budget);
    frames.note(&run);
    for _ in 0..6000 {
        run.step(&mut ()).unwrap();
        frames.note(&run);
        let (bytes, _) = frames.kept().bytes();
        assert!(bytes <= budget + (1 << 19), "{bytes}");
    }
    (run, frames)
}

#[test]
fn frames_stay_within_their_budget_and_the_oldest_are_thinned() {
    let (run, mut frames) = thinned(1 << 20);
    let kept = frames.kept();
    assert!(kept.len() > 500 && kept.len() < 3000, "{}", kept.len());
    assert_eq!(kept.before(0), Some(0));
    let density: Vec<f64> = kept.density().map(|(_, _, part)| part).collect();
    assert_eq!(density.last(), Some(&1.0));
    assert!(density[0] < 0.5, "{density:?}");
    for step in (0..=run.clock().step).step_by(7) {
        let mut snapshot = Snapshot::default();
        draw(&run, &Frames::new(0), &mut snapshot);
        assert!(kept.draw(step, &mut snapshot));
        let before = kept.before(step).unwrap();
        assert_eq!(snapshot.step, before);
        assert!(before <= step && kept.after(step).is_none_or(|after| after >= step));
        assert_eq!(kept.after(before), Some(before));
    }
    // Another budget counts at once.
    frames.set_budget(1 << 18);
    assert!(frames.kept().len() < kept.len());
    // A budget for nothing leaves the last steps.
    frames.set_budget(0);
    assert!(frames.kept().before(u64::MAX) == Some(run.clock().step));
}

#[test]
fn ripples_are_found_by_their_number_and_cut_frames_go_on() {
    let (mut run, mut frames) = thinned(1 << 24);
    let ripples = run.clock().ripples;
    let kept = frames.kept();
    for number in [0, 1, ripples / 2, ripples - 2] {
        let view = kept.ripple(number).unwrap();
        assert_eq!((view.ripple, view.steps.len()), (number, 22));
    }
    assert_eq!(kept.ripple(ripples + 1), None);
    frames.truncate(3000);
    assert_eq!(frames.last(), Some(3000));
    frames.truncate_before(2000);
    assert_eq!(frames.last(), Some(1999));
    while run.clock().step < 6300 {
        run.step(&mut ()).unwrap();
        frames.note(&run);
    }
    let cut = frames.kept();
    assert_eq!(
        (cut.before(5000), cut.after(2000)),
        (Some(1999), Some(6001))
    );
    let mut seen = [Snapshot::default(), Snapshot::default()];
    for (kept, snapshot) in [&kept, &cut].into_iter().zip(&mut seen) {
        draw(&run, &Frames::new(0), snapshot);
        assert!(kept.draw(1500, snapshot));
    }
    assert_eq!(drawn(&seen[0]), drawn(&seen[1]));
    frames.truncate_before(0);
    assert_eq!(frames.last(), None);
}
