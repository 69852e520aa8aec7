//! Figures: what is drawn of a run, as shapes with places and colours. The window paints them; nothing here knows of it.

mod attention;
mod capacity;
mod catalogue;
mod circuit;
mod cortex;
mod decoded;
mod drawing;
mod lanes;
mod ledger;
mod matrix;
mod measured;
mod numbers;
mod over_time;
mod palette;
pub mod plot;
mod png;
mod recall;
mod svg;
mod table;
mod theatre;

pub use attention::weights;
pub use capacity::{Extent, capacity};
pub use catalogue::{FIGURES, Figure, Made, Wanted};
pub use circuit::{Circuit, Pulse, doing};
pub use cortex::states;
pub use decoded::{Decoded, Part};
pub use drawing::{Anchor, Area, Cells, Drawing, Mark};
pub use ledger::{LEDGER, ledger, ledger_height, ledger_table};
pub use matrix::{Called, Drawn, Matrix};
pub use measured::{Measured, measured, measured_plot};
pub use numbers::{largest, letter};
pub use over_time::{
    Along, Quantity, Seen, alignment, counted, learning, load_where_lost, metrics,
};
pub use palette::{Color, Map, Palette, contrast, mixed};
pub use png::{DPI, decoded_png, encoded_png, pixels, png};
pub use recall::recall;
pub use svg::{escaped, points, svg};
pub use table::csv;
pub use theatre::{Agreement, Front, Further, Lane, Theatre};
