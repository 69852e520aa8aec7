//! An engram, and the episode that it is a step of.

use super::super::super::lab::Lab;
use super::{Findings, Link, MOST, Subject, strongest};
use crate::hippocampus::{Engram, HippocampusState, StoredEpisode};
use crate::numeric::Real;
use crate::numeric::statistics::{cosine, dot};

fn memory<R: Real>(lab: &Lab<R>) -> Result<&HippocampusState<R>, String> {
    let memory = lab.memory.as_ref();
    memory.ok_or_else(|| "there is no hippocampus in this run".into())
}

/// An engram with its episode and its step.
fn of<R: Real>(memory: &HippocampusState<R>, id: u64) -> Option<(&StoredEpisode, usize)> {
    memory.stored().iter().find_map(|episode| {
        let at = episode.engrams.iter().position(|engram| engram.id == id)?;
        Some((episode, at))
    })
}

fn link(episode: &StoredEpisode, at: usize, value: String) -> Option<Link> {
    let engram = episode.engrams.get(at)?;
    Some(Link {
        name: format!("step {at} of episode {}", episode.episode),
        value,
        to: Some(Subject::Engram(engram.id)),
    })
}

/// Cosine of the decoded with the lived state, where the experimenter has kept it.
fn decoded<R: Real>(lab: &Lab<R>, episode: u64, at: usize, engram: &Engram) -> Option<f64> {
    let memory = lab.memory.as_ref()?;
    let lived = &lab.notebook.record(episode)?.contents;
    let mut content = vec![R::zero(); lived.nrows()];
    if at >= lived.ncols() || !memory.content(&engram.recalled(), &mut content) {
        return None;
    }
    let n = lab.cortex.state();
    let column = lived.column(at);
    let (a, b) = (&content[..n], &column.as_slice()[..n]);
    let alike = cosine(dot(a, b), dot(a, a), dot(b, b));
    alike.is_finite().then_some(alike)
}

pub(super) fn found<R: Real>(lab: &Lab<R>, id: u64) -> Result<Findings, String> {
    let memory = memory(lab)?;
    let Some((episode, at)) = of(memory, id) else {
        return Err(format!("engram {id} is not stored now"));
    };
    let engram = &episode.engrams[at];
    let told = "a stored step of an episode: a code in CA3, from which CA1 reads the content";
    let mut found = Findings::new(format!("Engram {id}"), told);
    found.fact(
        "step",
        format!(
            "{at} of {} of episode {}",
            episode.engrams.len(),
            episode.episode
        ),
    );
    let units = memory.store().units();
    if units > 0 {
        found.fact("units", format!("{} of {units}", engram.code.len()));
    }
    found.fact("trace strength", format!("{:.3}", engram.strength));
    if let Some(alike) = decoded(lab, episode.episode, at, engram) {
        found.fact("decoded against lived state, cosine", format!("{alike:.3}"));
    }
    let neighbours = [
        at.checked_sub(1)
            .and_then(|b| link(episode, b, "before".into())),
        link(episode, at + 1, "after".into()),
    ];
    let mut around: Vec<Link> = neighbours.into_iter().flatten().collect();
    around.push(Link {
        name: format!("episode {}", episode.episode),
        value: "the whole".into(),
        to: Some(Subject::Episode(episode.episode)),
    });
    found.list("its episode", around);
    let others: Vec<(&StoredEpisode, usize)> = memory
        .stored()
        .iter()
        .flat_map(|e| (0..e.engrams.len()).map(move |at| (e, at)))
        .filter(|(e, at)| e.engrams[*at].id != id)
        .collect();
    let overlaps = others
        .iter()
        .map(|(e, at)| memory.overlap(&e.engrams[*at].code, &engram.code));
    let alike = strongest(overlaps, |i| {
        let (e, at) = others[i];
        let name = format!("step {at} of episode {}", e.episode);
        (name, Some(Subject::Engram(e.engrams[at].id)))
    });
    if units > 0 {
        found.list("most alike, by overlap of codes", alike);
        let of_code = engram.code.iter().take(4 * MOST).map(|unit| Link {
            name: format!("unit {unit}"),
            value: String::new(),
            to: Some(Subject::Winner(*unit)),
        });
        found.list("units", of_code.collect());
    }
    Ok(found)
}

pub(super) fn episode<R: Real>(lab: &Lab<R>, number: u64) -> Result<Findings, String> {
    let memory = memory(lab)?;
    let stored = memory.stored().iter();
    let mut holding = stored.filter(|e| e.members.contains(&number) || e.episode == number);
    let Some(episode) = holding.next() else {
        return Err(format!("episode {number} is not stored now"));
    };
    let told = "an episode that the hippocampus has stored";
    let mut found = Findings::new(format!("Episode {number}"), told);
    if episode.episode != number {
        found.fact("stored as", format!("part of episode {}", episode.episode));
    }
    found.fact("steps", episode.engrams.len());
    found.fact(
        "mean loss when it was lived",
        format!("{:.4}", episode.error),
    );
    if episode.reward != 0.0 {
        found.fact("reward", format!("{:.3}", episode.reward));
    }
    if episode.count > 1 {
        found.fact("stands for", format!("{} episodes", episode.count));
    }
    let steps = (0..episode.engrams.len()).filter_map(|at| {
        let engram = &episode.engrams[at];
        let alike = decoded(lab, episode.episode, at, engram);
        let value = alike.map_or(String::new(), |c| format!("decoded {c:.3}"));
        link(episode, at, value)
    });
    let steps: Vec<Link> = steps.take(20 * MOST).collect();
    found.list(
        "its steps; cosine of the decoded with the lived state",
        steps,
    );
    Ok(found)
}
