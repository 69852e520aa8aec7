//! The dock: panels in tiles and tabs, remembered between sittings.

use egui_tiles::{Container, Tile, TileId, Tiles, Tree};

use super::layouts::{KINDS, Kind, Pane};
use super::panels::{Ask, Panel, PanelContext};
use super::theme::{color32, palette};
use crate::engine::Scenario;

/// A layout, by its name.
pub type Layout = (String, Tree<Pane>);

/// The dock's tree.
pub struct Dock {
    /// What is remembered.
    pub tree: Tree<Pane>,
    /// Layouts that were given a name.
    pub named: Vec<Layout>,
    /// Panels that are hidden because they would be empty.
    pub hidden: Vec<String>,
    /// Which of the layouts that every sitting has it is, where a scenario brought it: one that was chosen, or in which panels
    /// were moved, is not replaced.
    pub kind: Option<String>,
    /// As it was before a panel was moved last, and which layout it was.
    before: Option<(Tree<Pane>, Option<String>)>,
    /// The name that is being given.
    naming: String,
}

/// Named layouts at most.
const MOST: usize = 20;

impl Dock {
    /// The remembered layout, without panels that are no longer there and with those that are new; the usual one where
    /// there is none.
    pub fn restore(
        stored: Option<Tree<Pane>>,
        named: Vec<Layout>,
        hidden: Vec<String>,
        kind: Option<String>,
        panels: &[Box<dyn Panel>],
    ) -> Self {
        let kept = stored.and_then(|tree| renewed(tree, panels));
        let named = named.into_iter().take(MOST);
        let usual = Kind::usual();
        let kind = if kept.is_some() {
            kind
        } else {
            Some(usual.name.into())
        };
        Self {
            kind,
            tree: kept.unwrap_or_else(|| usual.laid_out(panels)),
            named: named
                .filter_map(|(name, tree)| Some((name, renewed(tree, panels)?)))
                .collect(),
            hidden,
            before: None,
            naming: String::new(),
        }
    }

    /// A menu to give the layout a name, and to go back to one that has one.
    pub fn layouts(&mut self, panels: &[Box<dyn Panel>], ui: &mut egui::Ui) {
        ui.horizontal_wrapped(|ui| {
            ui.set_max_width(240.0);
            for kind in KINDS.iter().rev() {
                let hint = "Lay the panels out as scenarios of this kind have them, for all scenarios from now on";
                if ui.button(kind.name).on_hover_text(hint).clicked() {
                    self.lay_out(kind, panels);
                    self.kind = None;
                }
            }
        });
        let back = ui.add_enabled(
            self.before.is_some(),
            egui::Button::new("Undo the last move"),
        );
        if back
            .on_hover_text("Puts the panel that was dragged last back where it was")
            .clicked()
            && let Some((tree, kind)) = self.before.take()
        {
            (self.tree, self.kind) = (tree, kind);
        }
        let mut gone = None;
        for (i, (name, tree)) in self.named.iter().enumerate() {
            ui.horizontal(|ui| {
                let hint = "Lay the panels out like this";
                if ui.button(name).on_hover_text(hint).clicked() {
                    self.tree = tree.clone();
                    (self.kind, self.before) = (None, None);
                }
                let forget = ui.small_button("x");
                if forget
                    .on_hover_text(format!("Forget the layout {name}"))
                    .clicked()
                {
                    gone = Some(i);
                }
            });
        }
        if let Some(gone) = gone {
            self.named.remove(gone);
        }
        ui.horizontal(|ui| {
            let label = ui.label("layout");
            let field = egui::TextEdit::singleline(&mut self.naming).desired_width(90.0);
            ui.add(field).labelled_by(label.id);
            let name = self.naming.trim();
            let fits = !name.is_empty() && name.chars().count() <= 40;
            let keep = ui.add_enabled(fits, egui::Button::new("Keep"));
            if keep
                .on_hover_text("Keeps the present layout by this name")
                .clicked()
            {
                let kept = (name.to_string(), self.tree.clone());
                self.named.retain(|(other, _)| *other != kept.0);
                self.named.push(kept);
                let over = self.named.len().saturating_sub(MOST);
                self.named.drain(..over);
                self.naming.clear();
            }
        });
    }

    /// Lays the panels out; what is closed stays closed.
    pub fn lay_out(&mut self, kind: &Kind, panels: &[Box<dyn Panel>]) {
        let closed = |title: &&str| self.tile(title).is_some_and(|id| !self.tree.is_visible(id));
        let titles = panels.iter().map(|p| p.title());
        let closed: Vec<&str> = titles.filter(closed).collect();
        self.reset(kind, panels);
        for title in closed {
            if let Some(id) = self.tile(title) {
                self.tree.set_visible(id, false);
            }
        }
    }

    /// Lays all panels out, also those that are closed.
    pub fn reset(&mut self, kind: &Kind, panels: &[Box<dyn Panel>]) {
        self.tree = kind.laid_out(panels);
        self.before = None;
        self.kind = Some(kind.name.into());
    }

    /// Lays the panels out as such a scenario has them, unless they were moved. Hides those that would be empty where it runs, and
    /// shows those again that were hidden for another one.
    pub fn fit(&mut self, panels: &[Box<dyn Panel>], scenario: &Scenario) {
        let kind = Kind::of(scenario);
        self.before = None;
        if self.kind.as_deref().is_some_and(|now| now != kind.name) {
            self.lay_out(kind, panels);
        }
        let before = std::mem::take(&mut self.hidden);
        for panel in panels {
            let title = panel.title();
            let Some(id) = self.tile(title) else { continue };
            if !panel.fits(scenario) {
                let was = before.iter().any(|hidden| hidden == title);
                if was || self.tree.is_visible(id) {
                    self.hidden.push(title.into());
                }
                self.tree.set_visible(id, false);
            } else if before.iter().any(|hidden| hidden == title) {
                self.tree.set_visible(id, true);
            }
        }
    }

    /// The tile of a panel.
    fn tile(&self, title: &str) -> Option<TileId> {
        self.tree.tiles.iter().find_map(|(id, tile)| {
            let this = pane_of(tile).is_some_and(|pane| pane.0 == title);
            this.then_some(*id)
        })
    }

    /// Draws the panels.
    pub fn ui(&mut self, ui: &mut egui::Ui, panels: &mut [Box<dyn Panel>], cx: &PanelContext<'_>) {
        let (moved, dropped) = (false, false);
        let dragged = self.tree.dragged_id(ui.ctx()).is_some();
        let before = dragged.then(|| self.tree.clone());
        let mut behavior = Behavior {
            panels,
            cx,
            moved,
            dropped,
        };
        self.tree.ui(&mut behavior, ui);
        let (moved, dropped) = (behavior.moved, behavior.dropped);
        if let Some(before) = before.filter(|_| dropped) {
            self.before = Some((before, self.kind.clone()));
        }
        if moved || dropped {
            self.kind = None;
        }
    }

    /// Brings a panel to the front of its tabs, also one that was closed.
    pub fn bring_forward(&mut self, title: &str) {
        let found = self.tile(title);
        if let Some(id) = found {
            self.tree.set_visible(id, true);
            self.tree.make_active(|tile, _| tile == id);
        }
    }

    /// A menu to show and hide panels.
    pub fn menu(&mut self, ui: &mut egui::Ui) {
        let ids: Vec<(TileId, String)> = self
            .tree
            .tiles
            .iter()
            .filter_map(|(id, tile)| pane_of(tile).map(|pane| (*id, pane.0.clone())))
            .collect();
        let mut ids = ids;
        ids.sort_by(|a, b| a.1.cmp(&b.1));
        for (id, title) in ids {
            let mut visible = self.tree.is_visible(id);
            if ui.checkbox(&mut visible, title).changed() {
                self.tree.set_visible(id, visible);
            }
        }
        match self.hidden.len() {
            0 => {}
            1 => drop(ui.weak("one panel has nothing to show here")),
            n => drop(ui.weak(format!("{n} panels have nothing to show here"))),
        }
    }
}

fn pane_of(tile: &Tile<Pane>) -> Option<&Pane> {
    match tile {
        Tile::Pane(pane) => Some(pane),
        Tile::Container(_) => None,
    }
}

/// A remembered layout with just the panels there are: new ones come as tabs beside others.
fn renewed(mut tree: Tree<Pane>, panels: &[Box<dyn Panel>]) -> Option<Tree<Pane>> {
    tree.root()?;
    let mut held: Vec<String> = Vec::new();
    let mut gone = Vec::new();
    for (id, tile) in tree.tiles.iter() {
        if let Some(Pane(title)) = pane_of(tile) {
            if held.contains(title) || !panels.iter().any(|p| p.title() == title) {
                gone.push(*id);
            } else {
                held.push(title.clone());
            }
        }
    }
    for id in gone {
        tree.remove_recursively(id);
    }
    let tabs = tree.tiles.iter().find_map(|(id, tile)| {
        let tabbed = matches!(tile, Tile::Container(Container::Tabs(_)));
        tabbed.then_some(*id)
    });
    let beside = tabs.or(tree.root())?;
    for panel in panels
        .iter()
        .filter(|p| !held.iter().any(|h| h == p.title()))
    {
        let id = tree.tiles.insert_pane(Pane(panel.title().into()));
        tree.move_tile_to_container(id, beside, usize::MAX, false);
    }
    Some(tree)
}

/// The titles of the panels in a part of the dock.
fn titles(tiles: &Tiles<Pane>, tile_id: TileId) -> Vec<String> {
    match tiles.get(tile_id) {
        Some(Tile::Pane(pane)) => vec![pane.0.clone()],
        Some(Tile::Container(container)) => {
            let within = container.children().flat_map(|child| titles(tiles, *child));
            within.collect()
        }
        None => Vec::new(),
    }
}

struct Behavior<'a, 'b> {
    panels: &'a mut [Box<dyn Panel>],
    cx: &'a PanelContext<'b>,
    /// Whether a border was moved.
    moved: bool,
    /// Whether a panel was moved.
    dropped: bool,
}

impl egui_tiles::Behavior<Pane> for Behavior<'_, '_> {
    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.0.clone().into()
    }

    /// A part that holds several panels is called by them.
    fn tab_title_for_tile(&mut self, tiles: &Tiles<Pane>, tile_id: TileId) -> egui::WidgetText {
        titles(tiles, tile_id).join(", ").into()
    }

    /// What the panel in front shows and what to do with it, at the panel itself.
    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Pane>,
        ui: &mut egui::Ui,
        _: TileId,
        tabs: &egui_tiles::Tabs,
        _: &mut f32,
    ) {
        let front = tabs.active.and_then(|id| pane_of(tiles.get(id)?));
        let panel = front.and_then(|pane| self.panels.iter().find(|p| p.title() == pane.0));
        let Some(panel) = panel else { return };
        let larger = format!("{} alone, as large as there is room", panel.title());
        let button = ui.small_button("+").on_hover_text(&larger);
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &larger));
        if button.clicked() {
            (self.cx.ask)(Ask::Alone(panel.title().into()));
        }
        let told = format!("Help of {}", panel.title());
        let button = ui.small_button("?").on_hover_text(&told);
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &told));
        egui::Popup::menu(&button).show(|ui| {
            ui.set_max_width(360.0);
            ui.heading(panel.title());
            ui.label(panel.help());
        });
    }

    fn on_edit(&mut self, action: egui_tiles::EditAction) {
        use egui_tiles::EditAction::{TileDropped, TileResized};
        self.moved |= action == TileResized;
        self.dropped |= action == TileDropped;
    }

    fn is_tab_closable(&self, _: &Tiles<Pane>, _: TileId) -> bool {
        true
    }

    /// What is closed is hidden, and comes back in the View menu.
    fn on_tab_close(&mut self, tiles: &mut Tiles<Pane>, tile_id: TileId) -> bool {
        tiles.set_visible(tile_id, false);
        false
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..Default::default()
        }
    }

    fn pane_ui(&mut self, ui: &mut egui::Ui, _: TileId, pane: &mut Pane) -> egui_tiles::UiResponse {
        ui.painter()
            .rect_filled(ui.max_rect(), 0.0, ui.visuals().panel_fill);
        if let Some(panel) = self.panels.iter_mut().find(|p| p.title() == pane.0) {
            egui::Frame::new()
                .inner_margin(8)
                .show(ui, |ui| panel.ui(self.cx, ui));
        }
        if self.cx.outlined == Some(pane.0.as_str()) {
            let stroke = egui::Stroke::new(3.0, color32(palette(ui).replayed));
            let kind = egui::StrokeKind::Inside;
            ui.painter().rect_stroke(ui.max_rect(), 4.0, stroke, kind);
        }
        egui_tiles::UiResponse::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load;
    use crate::gui::panels;
    use crate::scenario::bundled;

    #[test]
    fn a_layout_follows_the_scenario_until_panels_are_moved() {
        let panels = panels::all();
        let mut dock = Dock::restore(None, Vec::new(), Vec::new(), None, &panels);
        let six = bundled().iter().find(|b| b.name == "six-rules").unwrap();
        let six = load(six.document(), &[], None).unwrap();
        let id = dock.tile("Log").unwrap();
        dock.tree.set_visible(id, false);
        let usual = dock.tree.clone();
        dock.fit(&panels, &six);
        assert_eq!(dock.kind.as_deref(), Some("Rules"));
        assert!(dock.tree != usual);
        let id = dock.tile("Log").unwrap();
        assert!(!dock.tree.is_visible(id), "what was closed stays closed");
        // One that was moved since is the user's own.
        let titles = |tree: &Tree<Pane>| titles(&tree.tiles, tree.root().unwrap());
        let mut own = Dock::restore(Some(usual.clone()), Vec::new(), Vec::new(), None, &panels);
        own.fit(&panels, &six);
        assert_eq!(
            (own.kind.clone(), titles(&own.tree)),
            (None, titles(&usual))
        );
    }
}
