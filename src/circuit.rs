//! The circuit: regions and pathways as a graph that lesions act on and the app draws.
//!
//! Entorhinal cortex speaks to CA3 twice, through the dentate gyrus at encoding and through the perforant path at
//! retrieval; CA3 speaks to itself through collaterals (completion) and sequence synapses (replay) and, through CA1, back
//! to the neocortex (Treves & Rolls 1994; Teyler & DiScenna 1986).

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use serde::{Deserialize, Serialize};

/// A region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Name, as lesions call it.
    pub name: String,
    /// What it does, in a few words.
    pub role: String,
    /// Fraction of its units that are lesioned.
    pub lesion: f64,
}

/// A pathway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pathway {
    /// Name, as lesions call it.
    pub name: String,
    /// What it does, in a few words.
    pub role: String,
    /// Fraction of its axons that are cut.
    pub lesion: f64,
}

/// Regions and pathways of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Circuit {
    graph: DiGraph<Region, Pathway>,
}

/// All names a lesion may use, with their roles.
pub const REGIONS: [(&str, &str); 7] = [
    ("Input", "what the task shows"),
    ("Cortex", "recurrent network that learns"),
    ("Readout", "names the answer"),
    ("Entorhinal", "sparse code of the cortical state and input"),
    ("Dentate", "pattern separation: a new CA3 code at encoding"),
    ("CA3", "attractor store of engrams"),
    ("CA1", "decodes an engram into a cortical state"),
];

/// Pathways: name, from, to, role, and whether only a hippocampus has it.
pub const PATHWAYS: [(&str, &str, &str, &str); 10] = [
    ("Sensory", "Input", "Cortex", "U x"),
    ("Recurrent", "Cortex", "Cortex", "W h"),
    ("Output", "Cortex", "Readout", "V h"),
    (
        "CortexEntorhinal",
        "Cortex",
        "Entorhinal",
        "z-scored state to sparse code",
    ),
    (
        "EntorhinalDentate",
        "Entorhinal",
        "Dentate",
        "what is to be stored",
    ),
    ("Mossy", "Dentate", "CA3", "imposes the code at encoding"),
    (
        "Perforant",
        "Entorhinal",
        "CA3",
        "carries the cue at retrieval",
    ),
    ("Collaterals", "CA3", "CA3", "pattern completion"),
    ("Schaffer", "CA3", "CA1", "engram to content"),
    (
        "Reinstatement",
        "CA1",
        "Cortex",
        "puts the decoded state back into the cortex",
    ),
];

/// The sequence synapses join CA3 to itself a second time.
pub const SEQUENCE: (&str, &str) = ("Sequence", "steps to the next or the previous engram");

impl Circuit {
    /// The circuit with or without a hippocampus.
    pub fn new(hippocampus: bool) -> Self {
        let mut graph = DiGraph::new();
        let regions = if hippocampus {
            &REGIONS[..]
        } else {
            &REGIONS[..3]
        };
        let nodes: Vec<(&str, NodeIndex)> = regions
            .iter()
            .map(|&(name, role)| {
                (
                    name,
                    graph.add_node(Region {
                        name: name.into(),
                        role: role.into(),
                        lesion: 0.0,
                    }),
                )
            })
            .collect();
        let find = |name: &str| nodes.iter().find(|(n, _)| *n == name).map(|(_, i)| *i);
        let sequence = (SEQUENCE.0, "CA3", "CA3", SEQUENCE.1);
        for (name, from, to, role) in PATHWAYS.into_iter().chain([sequence]) {
            if let (Some(from), Some(to)) = (find(from), find(to)) {
                graph.add_edge(
                    from,
                    to,
                    Pathway {
                        name: name.into(),
                        role: role.into(),
                        lesion: 0.0,
                    },
                );
            }
        }
        Self { graph }
    }

    /// Names of all regions and pathways a circuit can have.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        REGIONS
            .iter()
            .map(|r| r.0)
            .chain(PATHWAYS.iter().map(|p| p.0))
            .chain([SEQUENCE.0])
    }

    /// Whether a name needs a hippocampus.
    pub fn needs_hippocampus(name: &str) -> bool {
        ![
            "Input",
            "Cortex",
            "Readout",
            "Sensory",
            "Recurrent",
            "Output",
        ]
        .contains(&name)
    }

    /// The regions in order.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.graph.node_weights()
    }

    /// The pathways in order, with the positions of the regions they join.
    pub fn pathways(&self) -> impl Iterator<Item = (usize, usize, &Pathway)> {
        self.graph
            .edge_references()
            .map(|e| (e.source().index(), e.target().index(), e.weight()))
    }

    /// Fraction of a region or pathway that is missing; 0 where there is none of that name.
    pub fn lesion(&self, name: &str) -> f64 {
        let region = self
            .graph
            .node_weights()
            .find(|r| r.name == name)
            .map(|r| r.lesion);
        region
            .or_else(|| {
                self.graph
                    .edge_weights()
                    .find(|p| p.name == name)
                    .map(|p| p.lesion)
            })
            .unwrap_or(0.0)
    }

    /// Sets the missing fraction of a region or pathway; whether there is one of that name.
    pub fn set_lesion(&mut self, name: &str, fraction: f64) -> bool {
        let fraction = fraction.clamp(0.0, 1.0);
        let node: Option<NodeIndex> = self
            .graph
            .node_indices()
            .find(|i| self.graph[*i].name == name);
        if let Some(i) = node {
            self.graph[i].lesion = fraction;
            return true;
        }
        let edge: Option<EdgeIndex> = self
            .graph
            .edge_indices()
            .find(|i| self.graph[*i].name == name);
        if let Some(i) = edge {
            self.graph[i].lesion = fraction;
        }
        edge.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_can_be_lesioned_and_restored() {
        let mut circuit = Circuit::new(true);
        for name in Circuit::names() {
            assert!(circuit.set_lesion(name, 0.5), "{name}");
            assert_eq!(circuit.lesion(name), 0.5);
            circuit.set_lesion(name, 0.0);
        }
        assert!(!circuit.set_lesion("Amygdala", 1.0));
    }

    #[test]
    fn a_cortex_alone_has_no_hippocampal_names() {
        let mut circuit = Circuit::new(false);
        for name in Circuit::names() {
            assert_eq!(
                circuit.set_lesion(name, 1.0),
                !Circuit::needs_hippocampus(name),
                "{name}"
            );
        }
    }
}
