//! The circuit: regions and pathways as a graph that lesions act on and the app draws.
//!
//! Entorhinal cortex speaks to CA3 twice, through the dentate gyrus at encoding and through the perforant path at
//! retrieval; CA3 speaks to itself through collaterals (completion) and sequence synapses (replay) and, through CA1, back
//! to the neocortex (Treves & Rolls 1994; Teyler & DiScenna 1986).

use petgraph::graph::DiGraph;
use petgraph::visit::EdgeRef;
use serde::{Deserialize, Serialize};

use crate::registry::{Body, Bounds, Kind, Node, Parameter, Problems, Value, nearest};

/// Declares every region and pathway once, in the order in which they are drawn.
macro_rules! places {
    ($( $place:ident $name:literal $(from $from:ident to $to:ident)? $(in $part:ident)?, $role:literal, $lesion:literal; )+) => {
        /// A region or pathway.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Place {
            $(
                #[doc = $role]
                #[serde(rename = $name)]
                $place,
            )+
        }

        impl Place {
            /// All of them: regions and pathways.
            pub const ALL: [Self; [$($name),+].len()] = [$( Self::$place ),+];

            /// Its name, as lesions call it.
            pub fn name(self) -> &'static str {
                match self { $( Self::$place => $name, )+ }
            }

            /// What it does, in a few words.
            pub fn role(self) -> &'static str {
                match self { $( Self::$place => $role, )+ }
            }

            /// What a lesion of it does.
            pub fn lesion(self) -> &'static str {
                match self { $( Self::$place => $lesion, )+ }
            }

            /// The regions that a pathway joins; `None` for a region.
            pub fn ends(self) -> Option<(Self, Self)> {
                match self { $( Self::$place => places!(@ends $($from $to)?), )+ }
            }

            /// Whether it is there only with a hippocampus.
            pub fn hippocampal(self) -> bool {
                match self { $( Self::$place => places!(@part $($part)?), )+ }
            }
        }
    };
    (@ends) => { None };
    (@ends $from:ident $to:ident) => { Some((Self::$from, Self::$to)) };
    (@part) => { false };
    (@part hippocampus) => { true };
}

places! {
    Input "Input", "what the task shows", "silences input lines";
    Cortex "Cortex", "recurrent network that learns", "silences units";
    Readout "Readout", "names the answer", "cuts units off from the answer";
    Entorhinal "Entorhinal" in hippocampus, "sparse code of the cortical state and input",
        "takes units out of cues; whole, nothing is stored";
    Dentate "Dentate" in hippocampus, "pattern separation: a new CA3 code at encoding",
        "new codes lose units; whole, nothing is stored";
    Ca3 "CA3" in hippocampus, "attractor store of engrams", "silences units; whole, nothing is stored or recalled";
    Ca1 "CA1" in hippocampus, "decodes an engram into a cortical state",
        "cortical units are no longer re-instated; whole, nothing is decoded";
    Sensory "Sensory" from Input to Cortex, "U x", "cuts input lines";
    Recurrent "Recurrent" from Cortex to Cortex, "W h", "cuts units off from each other";
    Output "Output" from Cortex to Readout, "V h", "cuts units off from the answer";
    CortexEntorhinal "CortexEntorhinal" from Cortex to Entorhinal in hippocampus, "z-scored state to sparse code",
        "takes units out of cues; whole, nothing is stored";
    EntorhinalDentate "EntorhinalDentate" from Entorhinal to Dentate in hippocampus, "what is to be stored",
        "new codes lose units; whole, nothing is stored";
    Mossy "Mossy" from Dentate to Ca3 in hippocampus, "imposes the code at encoding",
        "new codes lose units; whole, nothing is stored";
    Perforant "Perforant" from Entorhinal to Ca3 in hippocampus, "carries the cue at retrieval",
        "takes units out of cues";
    Collaterals "Collaterals" from Ca3 to Ca3 in hippocampus, "pattern completion", "cuts units off from completion";
    Schaffer "Schaffer" from Ca3 to Ca1 in hippocampus, "engram to content",
        "the decoder loses units; whole, nothing is decoded";
    Reinstatement "Reinstatement" from Ca1 to Cortex in hippocampus, "puts the decoded state back into the cortex",
        "cortical units are no longer re-instated; whole, nothing is decoded";
    Sequence "Sequence" from Ca3 to Ca3 in hippocampus, "steps to the next or the previous engram",
        "cuts units off from replay";
}

impl Place {
    /// Whether it is a region.
    pub fn is_region(self) -> bool {
        self.ends().is_none()
    }

    /// What it is called in a picture.
    pub fn told(self) -> &'static str {
        match self {
            Self::CortexEntorhinal => "to entorhinal",
            Self::EntorhinalDentate => "to dentate",
            Self::Mossy => "mossy fibres",
            Self::Perforant => "perforant path",
            Self::Collaterals => "collaterals",
            Self::Schaffer => "Schaffer",
            Self::Reinstatement => "re-instated",
            Self::Sequence => "sequence",
            other => other.name(),
        }
    }

    /// The regions.
    pub fn regions() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|p| p.is_region())
    }

    /// The pathways, each with the regions it joins.
    pub fn pathways() -> impl Iterator<Item = (Self, Self, Self)> {
        Self::ALL
            .into_iter()
            .filter_map(|p| p.ends().map(|(from, to)| (p, from, to)))
    }

    /// The place of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Written `CA3` or `"CA3"`.
impl Parameter for Place {
    fn kind(_: Bounds) -> Kind {
        Kind::Text(Bounds {
            min: 1.0,
            max: 64.0,
        })
    }

    fn read(node: &Node, _: Bounds, problems: &mut Problems) -> Option<Self> {
        let name = match &node.value {
            Value::Text(name) => name.as_str(),
            Value::Tagged {
                name: Some(name),
                body: Body::Empty,
            } => name.name.as_str(),
            _ => {
                problems.push(
                    node.span,
                    format!(
                        "expected the name of a region or pathway, found {}",
                        node.describe()
                    ),
                    None,
                );
                return None;
            }
        };
        let place = Self::named(name);
        if place.is_none() {
            let all = Self::ALL.map(Self::name);
            let guess = nearest(name, all.into_iter())
                .map_or(String::new(), |n| format!("did you mean `{n}`? "));
            let shown: String = name.chars().take(64).collect();
            problems.push(
                node.span,
                format!("there is no region or pathway `{shown}`"),
                Some(format!("{guess}names: {}", all.join(", "))),
            );
        }
        place
    }
}

/// A region or pathway of a run, with what is missing of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub place: Place,
    /// Fraction of its units that are silenced, or of its axons that are cut.
    pub lesion: f64,
}

/// Regions and pathways of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Circuit {
    graph: DiGraph<Part, Part>,
}

impl Circuit {
    /// The circuit with or without a hippocampus.
    pub fn new(hippocampus: bool) -> Self {
        let here = |place: &Place| hippocampus || !place.hippocampal();
        let whole = |place| Part { place, lesion: 0.0 };
        let mut graph = DiGraph::new();
        let nodes: Vec<_> = Place::regions()
            .filter(here)
            .map(|region| (region, graph.add_node(whole(region))))
            .collect();
        let node = |region| nodes.iter().find(|(r, _)| *r == region).map(|(_, i)| *i);
        for (pathway, from, to) in Place::pathways().filter(|(p, _, _)| here(p)) {
            if let (Some(from), Some(to)) = (node(from), node(to)) {
                graph.add_edge(from, to, whole(pathway));
            }
        }
        Self { graph }
    }

    /// The regions in order.
    pub fn regions(&self) -> impl Iterator<Item = &Part> {
        self.graph.node_weights()
    }

    /// The pathways in order, with the positions of the regions they join.
    pub fn pathways(&self) -> impl Iterator<Item = (usize, usize, &Part)> {
        self.graph
            .edge_references()
            .map(|e| (e.source().index(), e.target().index(), e.weight()))
    }

    /// Fraction of a place that is missing; 0 where the circuit has no such place.
    pub fn lesion(&self, place: Place) -> f64 {
        let mut parts = self.graph.node_weights().chain(self.graph.edge_weights());
        parts.find(|p| p.place == place).map_or(0.0, |p| p.lesion)
    }

    /// Sets the missing fraction of a place; whether the circuit has it.
    pub fn set_lesion(&mut self, place: Place, fraction: f64) -> bool {
        let fraction = fraction.clamp(0.0, 1.0);
        let set = |part: &mut Part| {
            if part.place == place {
                part.lesion = fraction;
            }
            part.place == place
        };
        // Every part is looked at: there are eighteen.
        let regions = self.graph.node_weights_mut().map(set);
        let mut found = regions.fold(false, |any, here| any | here);
        found |= self
            .graph
            .edge_weights_mut()
            .map(set)
            .fold(false, |any, here| any | here);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_can_be_lesioned_and_restored() {
        let mut circuit = Circuit::new(true);
        for place in Place::ALL {
            assert_eq!(Place::named(place.name()), Some(place));
            assert!(circuit.set_lesion(place, 0.5), "{place}");
            assert_eq!(circuit.lesion(place), 0.5);
            circuit.set_lesion(place, 0.0);
        }
        assert_eq!(Place::named("Amygdala"), None);
    }

    #[test]
    fn a_cortex_alone_has_no_hippocampal_places() {
        let mut circuit = Circuit::new(false);
        for place in Place::ALL {
            assert_eq!(
                circuit.set_lesion(place, 1.0),
                !place.hippocampal(),
                "{place}"
            );
        }
    }

    #[test]
    fn pathways_join_regions() {
        for (pathway, from, to) in Place::pathways() {
            assert!(from.is_region() && to.is_region(), "{pathway}");
        }
    }
}
