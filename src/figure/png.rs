//! Drawings as PNG, made from their SVG: what is printed and what is shown are the same.

use std::io;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};

/// Dots an inch that journals want.
pub const DPI: f32 = 300.0;
/// Millimetres of an inch.
const INCH: f32 = 25.4;
/// Dots of a side at most.
const LARGEST: f32 = 20_000.0;

/// An SVG so wide in millimetres as the bytes of a PNG file with [`DPI`] dots an inch.
pub fn png(svg: &str, mm: f32) -> io::Result<Vec<u8>> {
    let picture = pixels(svg, mm / INCH * DPI)?;
    picture.encode_png().map_err(io::Error::other)
}

/// An SVG so many dots wide.
pub fn pixels(svg: &str, wide: f32) -> io::Result<tiny_skia::Pixmap> {
    // The font of the window: every machine makes the same picture.
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
    let family = fonts.faces().next().and_then(|face| face.families.first());
    if let Some(family) = family.map(|(name, _)| name.clone()) {
        fonts.set_sans_serif_family(family);
    }
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).map_err(io::Error::other)?;
    let size = tree.size();
    let scale = wide / size.width();
    let high = size.height() * scale;
    if !(1.0..=LARGEST).contains(&wide) || !(1.0..=LARGEST).contains(&high) {
        let told = format!("{wide:.0} by {high:.0} dots is no size for a picture");
        return Err(io::Error::other(told));
    }
    let picture = tiny_skia::Pixmap::new(wide.round() as u32, high.round() as u32);
    let mut picture = picture.ok_or_else(|| io::Error::other("no room for the picture"))?;
    let scaled = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, scaled, &mut picture.as_mut());
    Ok(picture)
}

/// Dots, four bytes each, row by row, as the bytes of a PNG file.
pub fn encoded_png(width: usize, height: usize, dots: Vec<u8>) -> io::Result<Vec<u8>> {
    let size = tiny_skia::IntSize::from_wh(width as u32, height as u32);
    let picture = size.and_then(|size| tiny_skia::Pixmap::from_vec(dots, size));
    let picture = picture.ok_or_else(|| io::Error::other("there are not as many dots as said"))?;
    picture.encode_png().map_err(io::Error::other)
}

/// The dots of a PNG file.
pub fn decoded_png(bytes: &[u8]) -> io::Result<tiny_skia::Pixmap> {
    tiny_skia::Pixmap::decode_png(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Anchor, Area, Cells, Drawing, points, svg};

    #[test]
    fn no_ground_shows_between_the_cells_of_a_map() {
        let area = Area {
            x: 13.37,
            y: 7.77,
            width: 173.3,
            height: 61.1,
        };
        let shade = |i: u32| [(i * 7 % 100) as u8, 0, (i * 29 % 100) as u8, 255];
        for rows in [7, 16, 33] {
            let mut drawing = Drawing::new([200.0, 80.0]);
            let colors = (0..rows * 22).map(shade).collect();
            let rows = rows as usize;
            drawing.map(area, Arc::new(Cells { rows, colors }));
            let picture = pixels(&svg(&drawing, [255; 4]), 850.0).unwrap();
            let white = picture.pixels().iter().filter(|p| p.green() > 0).count();
            let around = 850.0 * 340.0 - area.width * area.height * 4.25 * 4.25;
            assert!((white as f32 - around).abs() < 2000.0, "{white} {around}");
        }
    }

    #[test]
    fn a_column_of_a_journal_has_a_thousand_dots_and_its_text_is_drawn() {
        let mut drawing = Drawing::new([points(85.0), 200.0]);
        let ink = [10, 20, 200, 255];
        drawing.fill(
            Area {
                x: 0.0,
                y: 0.0,
                width: 100.0,
                height: 100.0,
            },
            ink,
        );
        let plain = svg(&drawing, [255; 4]);
        drawing.text([200.0, 150.0], "accuracy", 12.0, ink, Anchor::Start);
        let told = svg(&drawing, [255; 4]);
        let drawn = |svg: &str| {
            let picture = pixels(svg, 85.0 / INCH * DPI).unwrap();
            assert_eq!(picture.width(), 1004);
            let blue = picture.pixels().iter().filter(|p| p.red() < 100);
            blue.count()
        };
        let (without, with) = (drawn(&plain), drawn(&told));
        assert!(without > 20_000 && with > without + 200, "{without} {with}");
        let bytes = png(&told, 85.0).unwrap();
        assert_eq!(bytes[1..4], *b"PNG");
        let read = decoded_png(&encoded_png(2, 1, vec![9, 8, 7, 255, 1, 2, 3, 255]).unwrap());
        assert_eq!(read.unwrap().data()[..4], [9, 8, 7, 255]);
        assert!(encoded_png(2, 2, vec![0; 4]).is_err());
        assert!(png("no svg", 85.0).is_err() && png(&told, 1e9).is_err());
    }
}
