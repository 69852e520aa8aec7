//! Pixel tests live in `tests/`.
