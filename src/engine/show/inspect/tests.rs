use super::*;
use crate::engine::load;
use crate::scenario::bundled;

fn named(name: &str) -> crate::scenario::Text {
    let found = bundled().iter().find(|b| b.name == name);
    found.unwrap().document()
}

fn run(name: &str, steps: u64) -> Experiment<f32> {
    let scenario = load(named(name), &[], None).unwrap();
    let mut run = Experiment::<f32>::new(&scenario);
    while run.clock().step < steps && !run.is_done() {
        run.step(&mut ()).unwrap();
    }
    run
}

#[test]
fn of_every_subject_of_every_scenario_something_is_found_or_a_reason_is_given() {
    let measuring = |name: &str| load(named(name), &[], None).unwrap().only_measures();
    for bundled in bundled().iter().filter(|b| !measuring(b.name)) {
        let run = run(bundled.name, 60);
        let mut seen = Vec::new();
        let mut ahead: Vec<Subject> = Place::ALL.into_iter().map(Subject::Place).collect();
        ahead.extend([0, 1, 63, u32::MAX].map(Subject::Cortical));
        ahead.extend([0, 1, 63, u32::MAX].map(Subject::Winner));
        ahead.extend([0, 1, u64::MAX].map(Subject::Engram));
        ahead.extend([0, 1, u64::MAX].map(Subject::Episode));
        // What is found leads on to what is found as well.
        while let Some(subject) = ahead.pop() {
            if seen.contains(&subject) || seen.len() > 60 {
                continue;
            }
            match inspect(&run, &subject) {
                Ok(found) => {
                    assert!(!found.title.is_empty() && !found.told.is_empty());
                    let links = found.lists.iter().flat_map(|(_, links)| links);
                    ahead.extend(links.filter_map(|link| link.to.clone()));
                    for matrix in &found.matrices {
                        let Raster { units, values } = &matrix.values;
                        assert_eq!(values.len() % (*units).max(1), 0, "{}", matrix.name);
                        assert!(values.len() <= LARGEST);
                    }
                }
                Err(why) => assert!(why.len() > 10, "{subject}: {why}"),
            }
            seen.push(subject);
        }
    }
}

#[test]
fn the_strongest_weights_of_a_unit_are_those_of_the_matrix() {
    let run = run("recall-by-replay", 2000);
    let found = inspect(&run, &Subject::Cortical(5)).unwrap();
    let (name, links) = &found.lists[0];
    assert_eq!(name, "strongest weights in (W)");
    let w = &run.lab().cortex.weights.tensors[0];
    let mut row: Vec<f32> = w.row(5).iter().map(|v| v.abs()).collect();
    row.sort_by(|a, b| b.total_cmp(a));
    let told: Vec<f32> = links
        .iter()
        .map(|l| l.value.parse::<f32>().unwrap().abs())
        .collect();
    assert_eq!(told.len(), MOST);
    for (told, is) in told.iter().zip(&row) {
        assert!((told - is).abs() < 6e-4, "{told} {is}");
    }
    let Some(Subject::Cortical(from)) = links[0].to else {
        panic!("a unit leads to a unit")
    };
    assert!((w[(5, from as usize)].abs() - row[0]).abs() < 1e-6);
    let place = inspect(&run, &Subject::Place(Place::Recurrent)).unwrap();
    assert_eq!(place.matrices[0].values.values.len(), w.len());
    let column = &place.matrices[0].values.values[w.nrows()..2 * w.nrows()];
    assert_eq!(column, w.column(1).as_slice());
}

#[test]
fn a_matrix_that_is_too_large_is_pooled() {
    let whole = picture(
        "W",
        (1500, 1500),
        ("", ""),
        |r, c| if r == c { -1.0 } else { 0.0 },
    );
    assert_eq!((whole.pooled, whole.values.units), (2, 750));
    assert_eq!(whole.values.values[0], 0.5);
    assert_eq!(whole.values.values[1], 0.0);
}
