//! Gradients against finite differences and against each other, in double precision.

mod attention;
mod finite_differences;
mod identities;
mod replay;
mod support;
mod unbiased;
