//! Figures: what is drawn of a run, as shapes with places and colours. The window paints them; nothing here knows of it.

mod drawing;
mod numbers;
mod palette;
mod theatre;

pub use drawing::{Anchor, Area, Cells, Dash, Drawing, Mark};
pub use numbers::{largest, letter};
pub use palette::{Color, Map, Palette, mixed};
pub use theatre::{Agreement, Front, Lane, Theatre};
