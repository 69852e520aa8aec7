//! Numbers: the scalar type, matrix products, activations, k-winners-take-all, random streams and statistics.
//!
//! Matrices are nalgebra's `DMatrix`, column-major, one column per episode (or per step and episode, step by step).

mod floats;
mod gemm;
mod kwta;
mod random;
mod real;
mod rows;
mod solve;
pub mod statistics;

pub use floats::{Measured, counts_in, floats_in};
pub use gemm::{Block, gemm, gemm_rows};
pub use kwta::KWinners;
pub use nalgebra::DMatrix;
pub use random::{Rng, Streams};
pub use real::Real;
pub use rows::add_rows;
pub use solve::SymmetricSolver;
