use super::change::change_all;
use super::*;
use crate::numeric::Rng;

fn slices(pairs: &[(Vec<u32>, Vec<u32>)]) -> Vec<(&[u32], &[u32])> {
    pairs
        .iter()
        .map(|(y, x)| (y.as_slice(), x.as_slice()))
        .collect()
}

fn explicit(
    pairs: &[(Vec<u32>, Vec<u32>)],
    n: usize,
    a: f64,
    active: &[u32],
    k: usize,
) -> Vec<f64> {
    let has = |set: &[u32], i: usize| f64::from(u8::from(set.contains(&(i as u32))));
    (0..n)
        .map(|j| {
            let sum: f64 = active
                .iter()
                .map(|&i| {
                    pairs
                        .iter()
                        .map(|(y, x)| (has(y, i as usize) - a) * (has(x, j) - a))
                        .sum::<f64>()
                })
                .sum();
            sum / (k as f64 * (1.0 - a) * (1.0 - a))
        })
        .collect()
}

#[test]
fn counts_give_the_covariance_products_both_ways() {
    let (n, k, a) = (60, 6, 0.1);
    let mut rng = Rng::named(1, "test");
    let pairs: Vec<_> = (0..9)
        .map(|_| (rng.subset(n, k), rng.subset(n, k)))
        .collect();
    let swapped: Vec<_> = pairs.iter().map(|(y, x)| (x.clone(), y.clone())).collect();
    for decaying in [false, true] {
        let mut s = Synapses::new(n, a, decaying, None);
        s.add(&slices(&pairs));
        let mut out = RowSums::default();
        s.back(&pairs[3].0, k, &mut out);
        for (got, want) in out.sums.iter().zip(explicit(&pairs, n, a, &pairs[3].0, k)) {
            assert!((f64::from(*got) - want).abs() < 1e-5);
        }
        s.forward(&pairs[3].1, k, &mut out);
        for (got, want) in out
            .sums
            .iter()
            .zip(explicit(&swapped, n, a, &pairs[3].1, k))
        {
            assert!((f64::from(*got) - want).abs() < 1e-5);
        }
    }
}

#[test]
fn diluted_synapses_give_the_covariance_products_over_those_that_exist() {
    let (n, k, a) = (50, 5, 0.1);
    let mut rng = Rng::named(6, "test");
    let pairs: Vec<_> = (0..9)
        .map(|_| (rng.subset(n, k), rng.subset(n, k)))
        .collect();
    let has = |set: &[u32], i: u32| f64::from(u8::from(set.contains(&i)));
    for decaying in [false, true] {
        let wiring = Wiring::new(n, 0.4, &mut rng);
        let exists = wiring.clone();
        let mut s = Synapses::new(n, a, decaying, Some(wiring));
        s.add(&slices(&pairs));
        if !decaying {
            s.add(&slices(&pairs[..3]));
            s.remove(&slices(&pairs[..3]));
        }
        let weight = |post: u32, pre: u32| -> f64 {
            if !exists.row(post).contains(&(pre as u16)) {
                return 0.0;
            }
            let each = pairs
                .iter()
                .map(|(y, x)| (has(y, post) - a) * (has(x, pre) - a));
            each.sum::<f64>()
        };
        let there = exists.fan as f64 / (n - 1) as f64;
        let scale = there * k as f64 * (1.0 - a) * (1.0 - a);
        let active = &pairs[3].0;
        let mut out = RowSums::default();
        s.back(active, k, &mut out);
        for (j, got) in out.sums.iter().enumerate() {
            let want: f64 = active.iter().map(|&i| weight(i, j as u32)).sum();
            assert!((f64::from(*got) - want / scale).abs() < 1e-4);
        }
        s.forward(active, k, &mut out);
        for (i, got) in out.sums.iter().enumerate() {
            let want: f64 = active.iter().map(|&j| weight(i as u32, j)).sum();
            assert!((f64::from(*got) - want / scale).abs() < 1e-4);
        }
    }
}

#[test]
fn sums_made_from_what_changed_are_the_same() {
    for decaying in [false, true] {
        let mut rng = Rng::named(5, "test");
        let mut s = Synapses::new(200, 0.1, decaying, None);
        let codes: Vec<Vec<u32>> = (0..30).map(|_| rng.subset(200, 20)).collect();
        for code in &codes {
            s.decay(0.9);
            s.add(&[(code, code)]);
        }
        let mut again = RowSums::default();
        let mut state = codes[29].clone();
        s.back(&state, 20, &mut again);
        for step in 0..40 {
            let at = step % state.len();
            state.remove(at);
            let new = (0..200)
                .find(|i| !state.contains(i) && rng.below(20) == 0)
                .unwrap_or(at as u32);
            state.push(new);
            state.sort_unstable();
            state.dedup();
            s.back_again(&state, 20, &mut again);
            let mut whole = RowSums::default();
            s.back(&state, 20, &mut whole);
            if !decaying {
                assert_eq!(again.sums, whole.sums, "{step}");
            }
            for (a, w) in again.sums.iter().zip(&whole.sums) {
                assert!((a - w).abs() < 1e-5, "{step}: {a} {w}");
            }
        }
    }
}

#[test]
fn pairs_beside_the_table_are_read_as_if_they_were_written() {
    // Few pairs stay beside the table, of many some are written; 100 is between the two.
    for (steps, diluted) in [
        (6, false),
        (100, false),
        (140, false),
        (6, true),
        (100, true),
    ] {
        let wiring = diluted.then(|| Wiring::new(200, 0.3, &mut Rng::named(3, "test")));
        let mut rng = Rng::named(5, "test");
        let codes: Vec<Vec<u32>> = (0..150).map(|_| rng.subset(200, 8)).collect();
        let links = |order: &[usize]| -> Vec<(&[u32], &[u32])> {
            let pairs = order.windows(2);
            pairs
                .map(|w| (&codes[w[1]][..], &codes[w[0]][..]))
                .collect()
        };
        let mut beside = Synapses::new(200, 0.04, false, wiring);
        let lived: Vec<usize> = (0..150).collect();
        beside.add(&links(&lived));
        let mut written = beside.clone();
        for _ in 0..3 {
            let now = links(&lived[..steps]);
            let mut shuffled = lived[..steps].to_vec();
            rng.shuffle(&mut shuffled);
            let then = links(&shuffled);
            for (gone, come) in [(&now, &then), (&then, &now)] {
                beside.replace(gone, come);
                written.remove(gone);
                written.add(come);
                let (mut x, mut y) = (RowSums::default(), RowSums::default());
                for code in &codes {
                    beside.back(code, 8, &mut x);
                    written.back(code, 8, &mut y);
                    assert_eq!(x.sums, y.sums, "{steps}");
                    beside.back_again(&codes[1], 8, &mut x);
                    written.back_again(&codes[1], 8, &mut y);
                    assert_eq!(x.sums, y.sums, "{steps}");
                    beside.forward(code, 8, &mut x);
                    written.forward(code, 8, &mut y);
                    assert_eq!(x.sums, y.sums, "{steps}");
                }
            }
            assert!(beside.beside.len() == 0 || steps == 140);
        }
    }
}

#[test]
fn forgetting_a_pair_leaves_no_trace() {
    let mut rng = Rng::named(2, "test");
    let pairs: Vec<_> = (0..5)
        .map(|_| (rng.subset(40, 5), rng.subset(40, 5)))
        .collect();
    let mut kept = Synapses::new(40, 0.1, false, None);
    let mut forgot = Synapses::new(40, 0.1, false, None);
    forgot.add(&slices(&pairs));
    kept.add(&slices(&pairs[2..]));
    forgot.remove(&slices(&pairs[..2]));
    let (mut a, mut b) = (RowSums::default(), RowSums::default());
    kept.back(&pairs[4].0, 5, &mut a);
    forgot.back(&pairs[4].0, 5, &mut b);
    assert_eq!(a.sums, b.sums);
}

#[test]
fn decay_by_half_halves_the_input() {
    let mut s = Synapses::new(10, 0.0, true, None);
    s.add(&[(&[1, 2], &[3, 4])]);
    s.decay(0.5);
    let mut out = RowSums::default();
    s.back(&[1, 2], 2, &mut out);
    assert_eq!(out.sums[3], 0.5);
}

#[test]
fn dense_codes_are_counted_as_sparse_ones_are() {
    let n = 96;
    let mut rng = Rng::named(5, "test");
    let codes: Vec<Vec<u32>> = (0..150).map(|_| rng.subset(n, n / 2)).collect();
    let pairs: Vec<(&[u32], &[u32])> = codes
        .windows(2)
        .map(|pair| (pair[0].as_slice(), pair[1].as_slice()))
        .collect();
    let (mut one_by_one, mut at_once) = (vec![7_u16; n * n], vec![7_u16; n * n]);
    for by in [1, u16::MAX, 1] {
        for pair in &pairs {
            for &i in pair.0 {
                for &j in pair.1 {
                    let count = &mut one_by_one[i as usize * n + j as usize];
                    *count = count.wrapping_add(by);
                }
            }
        }
        change_all(&mut at_once, n, &pairs, by);
        assert_eq!(one_by_one, at_once);
    }
}
