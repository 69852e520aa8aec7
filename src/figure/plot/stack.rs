//! Plots above each other on one sheet.

use super::{Laid, Plot};
use crate::figure::drawing::Drawing;
use crate::figure::palette::Palette;

/// What the last of several lanes needs more, for the axis that all share.
const AXIS: f32 = 30.0;
/// Between two plots.
const GAP: f32 = 6.0;

/// How high each of several plots is on a sheet so high.
pub fn heights(plots: &[Plot], height: f32) -> Vec<f32> {
    let bare = plots.iter().filter(|plot| plot.x.bare).count();
    let shared = if bare > 0 && bare < plots.len() {
        AXIS
    } else {
        0.0
    };
    let gaps = GAP * plots.len().saturating_sub(1) as f32;
    let each = ((height - shared - gaps) / plots.len().max(1) as f32).max(24.0);
    let of = |plot: &Plot| if plot.x.bare { each } else { each + shared };
    plots.iter().map(of).collect()
}

/// Gives plots above each other as much room at their sides as the one that needs most.
pub fn aligned(plots: &mut [Plot], size: [f32; 2]) {
    let mut sides = [0.0_f32; 2];
    for (plot, height) in plots.iter().zip(heights(plots, size[1])) {
        let laid = plot.lay([size[0], height], Palette::LIGHT);
        sides[0] = sides[0].max(laid.frame.x);
        sides[1] = sides[1].max(size[0] - laid.frame.right());
    }
    plots.iter_mut().for_each(|plot| plot.sides = sides);
}

/// All plots on one sheet, the first above.
pub fn stacked(plots: &[Plot], size: [f32; 2], palette: Palette) -> Drawing {
    let mut sheet = Drawing::new(size);
    let mut plots = plots.to_vec();
    aligned(&mut plots, size);
    let mut y = 0.0;
    for (plot, height) in plots.iter().zip(heights(&plots, size[1])) {
        let Laid { drawing, .. } = plot.lay([size[0], height], palette);
        sheet.add(drawing, [0.0, y]);
        y += height + GAP;
    }
    sheet
}

/// The points of all of them, with a column that says which they belong to, where there are several.
pub fn tabled(plots: &[Plot]) -> String {
    if let [only] = plots {
        return only.table();
    }
    let named = plots.iter().map(|plot| {
        let name = plot.lane.as_ref().map_or(&plot.y.name, |lane| &lane.name);
        format!("# {name}\n{}", plot.table())
    });
    named.collect::<Vec<_>>().join("\n")
}
