//! Figures: what is drawn of a run, as shapes with places and colours. The window paints them; nothing here knows of it.

mod catalogue;
mod decoded;
mod drawing;
mod lanes;
mod numbers;
mod palette;
mod svg;
mod theatre;

pub use catalogue::{FIGURES, Figure};
pub use decoded::{Decoded, Part};
pub use drawing::{Anchor, Area, Cells, Drawing, Mark};
pub use numbers::{largest, letter};
pub use palette::{Color, Map, Palette, mixed};
pub use svg::{points, svg};
pub use theatre::{Agreement, Front, Lane, Theatre};
