//! `ammon gradients`: files for anyone's autodiff.

use std::fs;
use std::sync::Arc;

use ammon::engine::{Experiment, Frames, load};
use ammon::figure::{Front, Further};
use ammon::record::Event;
use ammon::scenario::read_file;
use safetensors::{Dtype, SafeTensors};

use crate::{done, read, run, workshop};

#[test]
fn shapes_names_and_precision_are_as_documented() {
    let dir = workshop();
    for (precision, dtype) in [("f32", Dtype::F32), ("f64", Dtype::F64)] {
        done(
            &dir,
            &[
                "gradients",
                "tiny.ron",
                "--out",
                precision,
                "--precision",
                precision,
            ],
        );
        let folder = dir.path().join(precision);
        let shapes = |name: &str| {
            let bytes = fs::read(folder.join(name)).unwrap();
            let file = SafeTensors::deserialize(&bytes).unwrap();
            let mut shapes: Vec<_> = file
                .iter()
                .map(|(name, t)| (name.to_string(), t.shape().to_vec()))
                .collect();
            assert!(file.iter().all(|(_, t)| t.dtype() == dtype));
            shapes.sort();
            shapes
        };
        let weights = shapes("params.safetensors");
        let names: Vec<_> = weights
            .iter()
            .map(|(name, shape)| (name.as_str(), shape.len()))
            .collect();
        assert_eq!(names, [("U", 2), ("V", 2), ("W", 2), ("b", 1), ("c", 1)]);
        for rule in ["ReplayBptt", "Bptt", "Tbptt"] {
            assert_eq!(shapes(&format!("gradients/{rule}.safetensors")), weights);
        }
        let episode = shapes("episode.safetensors");
        let shape = |name: &str| episode.iter().find(|(n, _)| n == name).unwrap().1.clone();
        let (t, b) = (shape("mask")[0], shape("mask")[1]);
        assert_eq!(b, 4);
        assert_eq!(
            (&shape("inputs")[..2], &shape("targets")[..2]),
            (&[t, b][..], &[t, b][..])
        );
        assert_eq!(shape("states"), [t + 1, b, 8]);
        for rule in ["ReplayBptt", "Bptt", "Tbptt"] {
            let errors = shapes(&format!("errors/{rule}.safetensors"));
            assert_eq!(errors, [("errors".to_string(), vec![t, b, 8])]);
        }
        let alignment = read(folder.join("alignment.csv"));
        assert!(
            alignment.starts_with("rule,cosine,norm_ratio,remote\nReplayBptt,")
                && alignment.contains("\nBptt,1,1,1\n")
        );
    }
}

/// The first state follows from the first input by h = tanh(W h₀ + U x + b): only if rows are rows does it come out.
#[test]
fn states_follow_from_weights_and_inputs_read_row_by_row() {
    let dir = workshop();
    done(
        &dir,
        &[
            "gradients",
            "tiny.ron",
            "--out",
            "out",
            "--precision",
            "f64",
        ],
    );
    let values = |file: &str, name: &str| {
        let bytes = fs::read(dir.path().join("out").join(file)).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let tensor = file.tensor(name).unwrap();
        let numbers = tensor
            .data()
            .as_chunks::<8>()
            .0
            .iter()
            .map(|c| f64::from_le_bytes(*c));
        (tensor.shape().to_vec(), numbers.collect::<Vec<f64>>())
    };
    let ((_, w), (u_shape, u)) = (
        values("params.safetensors", "W"),
        values("params.safetensors", "U"),
    );
    let (_, bias) = values("params.safetensors", "b");
    let ((_, inputs), (s, states)) = (
        values("episode.safetensors", "inputs"),
        values("episode.safetensors", "states"),
    );
    let (n, x, episodes) = (u_shape[0], u_shape[1], s[1]);
    for (step, episode) in [(0, 0), (1, 2), (3, 1)] {
        let from = (step * episodes + episode) * n;
        let h = &states[from..from + n];
        let input = &inputs[(step * episodes + episode) * x..][..x];
        let next = &states[((step + 1) * episodes + episode) * n..][..n];
        for i in 0..n {
            let recurrent: f64 = (0..n).map(|j| w[i * n + j] * h[j]).sum();
            let driven: f64 = (0..x).map(|j| u[i * x + j] * input[j]).sum();
            assert!(
                (next[i] - (recurrent + driven + bias[i]).tanh()).abs() < 1e-5,
                "step {step} unit {i}"
            );
        }
    }
}

#[test]
fn earlier_gradients_are_replaced_only_when_forced() {
    let dir = workshop();
    done(&dir, &["gradients", "tiny.ron", "--out", "out"]);
    let before = read(dir.path().join("out/alignment.csv"));
    assert_eq!(
        run(
            &dir,
            &["gradients", "tiny.ron", "--seed", "2", "--out", "out"]
        )
        .0,
        2
    );
    assert_eq!(read(dir.path().join("out/alignment.csv")), before);
    done(
        &dir,
        &[
            "gradients",
            "tiny.ron",
            "--seed",
            "2",
            "--out",
            "out",
            "--force",
        ],
    );
    assert_ne!(read(dir.path().join("out/alignment.csv")), before);
    fs::create_dir(dir.path().join("mine")).unwrap();
    fs::write(dir.path().join("mine/notes.txt"), "mine").unwrap();
    assert_eq!(
        run(&dir, &["gradients", "tiny.ron", "--out", "mine", "--force"]).0,
        2
    );
}

/// The numbers of a tensor of single precision.
fn numbers(path: &std::path::Path, name: &str) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = file.tensor(name).unwrap();
    let numbers = tensor.data().as_chunks::<4>().0.iter();
    numbers.map(|c| f32::from_le_bytes(*c)).collect()
}

/// ∂b = Σ_t (1 − h_t²) δ_t: the errors in the files are those that the gradients in the files are made of.
#[test]
fn errors_are_what_gradients_are_made_of() {
    let dir = workshop();
    done(&dir, &["gradients", "tiny.ron", "--out", "out"]);
    let out = dir.path().join("out");
    let states = numbers(&out.join("episode.safetensors"), "states");
    let scored: f32 = numbers(&out.join("episode.safetensors"), "mask")
        .iter()
        .sum();
    for rule in ["Bptt", "Tbptt"] {
        let errors = numbers(&out.join(format!("errors/{rule}.safetensors")), "errors");
        let bias = numbers(&out.join(format!("gradients/{rule}.safetensors")), "b");
        let mut sums = vec![0.0; bias.len()];
        // s_{−1} comes first.
        let after = &states[states.len() - errors.len()..];
        for (i, (delta, h)) in errors.iter().zip(after).enumerate() {
            sums[i % bias.len()] += (1.0 - h * h) * delta / scored;
        }
        for (sum, bias) in sums.iter().zip(&bias) {
            assert!((sum - bias).abs() < 1e-5, "{rule}: {sum} {bias}");
        }
    }
}

/// What the theatre shows of the ripples of a run's first sleep is what these files say of the same episodes, and its cosine is
/// that of replay.csv.
#[test]
fn the_theatre_shows_what_the_files_say() {
    let dir = workshop();
    // Codes that do not overlap are recalled without a fault.
    let sets = [
        "hippocampus.entorhinal.units=800",
        "hippocampus.store.units=1000",
        "hippocampus.store.sparsity=0.02",
    ];
    let mut args = vec!["gradients", "tiny.ron", "--out", "out"];
    args.extend(sets.iter().flat_map(|set| ["--set", set]));
    done(&dir, &args);
    let file = |rule: &str| {
        let path = dir.path().join(format!("out/errors/{rule}.safetensors"));
        numbers(&path, "errors")
    };
    let (replayed, exact, truncated) = (file("ReplayBptt"), file("Bptt"), file("Tbptt"));
    let text = read_file(&dir.path().join("tiny.ron")).unwrap();
    let scenario = load(text, &sets.map(String::from), None).unwrap();
    let mut run = Experiment::<f32>::new(&scenario);
    let mut frames = Frames::new(1 << 30);
    let (mut events, mut shown) = (Vec::new(), 0);
    while shown < 4 {
        run.step(&mut events).unwrap();
        frames.note(&run);
        let ended = std::mem::take(&mut events);
        let Some(row) = ended.iter().find_map(Event::ripple) else {
            continue;
        };
        let view = frames.ripple(&run).unwrap();
        let lived = view.lived.clone().unwrap();
        assert_eq!((view.ripple, view.steps.len()), (row.ripple, view.length));
        assert_eq!((view.rule.as_str(), lived.reach), ("ReplayBptt", 2));
        let of = |all: &[f32], t: usize| {
            let at = (t * 4 + row.episode as usize) * 8;
            all[at..at + 8].to_vec()
        };
        let close = |a: &[f32], b: &[f32], what: &str| {
            let size = b.iter().fold(1.0, |most: f32, v| most.max(v.abs()));
            for (a, b) in a.iter().zip(b) {
                assert!((a - b).abs() <= 1e-6 * size, "{what}: {a} {b}");
            }
        };
        for (step, came) in view.steps.iter().enumerate() {
            let t = came.lived_step.unwrap();
            close(
                view.delta.column(step).unwrap(),
                &of(&replayed, t),
                "ripple",
            );
            close(lived.exact.column(t).unwrap(), &of(&exact, t), "exact");
            close(
                lived.truncated.column(t).unwrap(),
                &of(&truncated, t),
                "truncated",
            );
        }
        let steps = view.steps.len();
        let agreement = Front::new(Arc::new(view), steps, Further::default()).agreement;
        assert!((agreement.state - row.cosine).abs() < 1e-6);
        assert!(
            agreement.delta > 0.999 && agreement.remote > 0.999,
            "{agreement:?}"
        );
        shown += 1;
    }
}
