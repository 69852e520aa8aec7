//! Layouts that every sitting has: one for each kind of scenario.

use egui_tiles::{Container, TileId, Tiles, Tree};

use super::panels::Panel;
use crate::engine::Scenario;

/// A panel in the dock, by its title.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pane(pub String);

/// A layout for a kind of scenario.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Groups of tabs above, side by side. Panels that are in no group are tabs below on the left, or along the side.
    above: &'static [&'static [&'static str]],
    /// Which of them has more room, and how many times as much as another.
    large: (usize, f32),
    /// Groups below, to the right of the tabs.
    below: &'static [&'static [&'static str]],
    /// Whether it is the one for a scenario.
    fits: fn(&Scenario) -> bool,
}

/// The layouts; the first that fits is a scenario's.
pub static KINDS: [Kind; 5] = [
    Kind {
        name: "Capacity",
        above: &[&["Capacity"], &["Circuit", "Theatre", "Cortex", "CA3"]],
        large: (0, 1.6),
        below: &[&["Learning"]],
        fits: Scenario::measures,
    },
    Kind {
        name: "Stream",
        above: &[&["Cortex"], &["Circuit"]],
        large: (0, 2.2),
        below: &[&["Learning"], &["Alignment"]],
        fits: Scenario::streams,
    },
    Kind {
        name: "Attention",
        above: &[&["Circuit"], &["Attention", "Theatre", "Cortex", "CA3"]],
        large: (1, 2.2),
        below: &[&["Learning"], &["Alignment"]],
        fits: Scenario::attends,
    },
    Kind {
        name: "Rules",
        above: &[
            &["Alignment"],
            &["Ledger", "Circuit", "Theatre", "Cortex", "CA3"],
        ],
        large: (0, 1.2),
        below: &[&["Learning"]],
        fits: Scenario::has_rivals,
    },
    Kind {
        name: "Learning",
        above: &[&["Circuit"], &["Theatre", "Cortex", "CA3"]],
        large: (1, 2.2),
        below: &[&["Learning"], &["Alignment"]],
        fits: |_| true,
    },
];

impl Kind {
    /// That of scenarios that are like no other.
    pub fn usual() -> &'static Self {
        &KINDS[KINDS.len() - 1]
    }

    /// That of a scenario.
    pub fn of(scenario: &Scenario) -> &'static Self {
        let mut kinds = KINDS.iter();
        kinds
            .find(|kind| (kind.fits)(scenario))
            .unwrap_or(Self::usual())
    }

    /// Every panel in its place.
    pub fn laid_out(&self, panels: &[Box<dyn Panel>]) -> Tree<Pane> {
        let mut tiles = Tiles::default();
        let mut group = |titles: &[&str]| -> TileId {
            let there = titles
                .iter()
                .filter(|title| panels.iter().any(|p| p.title() == **title));
            let panes = there.map(|title| tiles.insert_pane(Pane((*title).into())));
            let panes: Vec<TileId> = panes.collect();
            tiles.insert_tab_tile(panes)
        };
        let above: Vec<TileId> = self.above.iter().map(|titles| group(titles)).collect();
        let placed = |title: &str| {
            let mut groups = self.above.iter().chain(self.below);
            groups.any(|titles| titles.contains(&title))
        };
        let rest = |side: bool| -> Vec<&str> {
            let rest = panels.iter().filter(|p| !placed(p.title()));
            let there = rest.filter(|p| p.aside() == side);
            there.map(|p| p.title()).collect()
        };
        let mut below = vec![group(&rest(false))];
        below.extend(self.below.iter().map(|titles| group(titles)));
        let side = group(&rest(true));
        let (large, share) = (above[self.large.0], self.large.1);
        let top = tiles.insert_horizontal_tile(above);
        let low = tiles.insert_horizontal_tile(below);
        let main = tiles.insert_vertical_tile(vec![top, low]);
        let root = tiles.insert_horizontal_tile(vec![main, side]);
        for (row, large, share) in [(main, top, 1.4), (top, large, share), (root, main, 3.2)] {
            if let Some(egui_tiles::Tile::Container(Container::Linear(linear))) = tiles.get_mut(row)
            {
                linear.shares.set_share(large, share);
            }
        }
        Tree::new(egui::Id::unique("dock"), root, tiles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load;
    use crate::gui::panels;
    use crate::scenario::bundled;

    #[test]
    fn every_layout_has_every_panel_once() {
        let panels = panels::all();
        for kind in &KINDS {
            let tree = kind.laid_out(&panels);
            let mut titles: Vec<&str> = (tree.tiles.tiles())
                .filter_map(|tile| match tile {
                    egui_tiles::Tile::Pane(pane) => Some(pane.0.as_str()),
                    egui_tiles::Tile::Container(_) => None,
                })
                .collect();
            let mut all: Vec<&str> = panels.iter().map(|p| p.title()).collect();
            titles.sort_unstable();
            all.sort_unstable();
            assert_eq!(titles, all, "{}", kind.name);
            for title in kind.above.iter().chain(kind.below).copied().flatten() {
                assert!(all.contains(title), "{title}");
            }
        }
    }

    #[test]
    fn each_kind_has_a_scenario() {
        let kind = |name: &str| {
            let found = bundled().iter().find(|b| b.name == name).unwrap();
            let scenario = load(found.document(), &[], None).unwrap();
            Kind::of(&scenario).name
        };
        for (scenario, name) in [
            ("recall-by-replay", "Learning"),
            ("six-rules", "Rules"),
            ("copy-attention", "Attention"),
            ("capacity-ca3", "Capacity"),
            ("graded-lesions", "Capacity"),
            ("influence-balancing", "Stream"),
        ] {
            assert_eq!(kind(scenario), name);
        }
    }
}
