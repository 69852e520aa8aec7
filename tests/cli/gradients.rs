//! `ammon gradients`: files for anyone's autodiff.

use std::fs;

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
