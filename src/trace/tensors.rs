//! safetensors files, row-major.

use std::path::Path;

use safetensors::{Dtype, SafeTensors, View};

use super::error::FolderError;
use crate::neocortex::Weights;
use crate::numeric::{DMatrix, Real};

/// A named tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<R> {
    /// Name.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Elements, the last index fastest.
    pub values: Vec<R>,
}

impl<R: Real> Tensor<R> {
    /// The weight tensors, or anything shaped like them, divided by `by`.
    pub fn of_weights(weights: &Weights<R>, tensors: &[DMatrix<R>], by: f64) -> Vec<Self> {
        let shapes = weights.shapes.iter().zip(tensors);
        shapes
            .map(|(shape, t)| Self {
                name: shape.name.clone(),
                shape: if shape.vector {
                    vec![shape.rows]
                } else {
                    vec![shape.rows, shape.cols]
                },
                values: t.transpose().iter().map(|v| R::of(v.f64() / by)).collect(),
            })
            .collect()
    }
}

/// The tensors of a safetensors file of single-precision numbers.
pub fn read_tensors(path: &Path) -> Result<Vec<Tensor<f32>>, FolderError> {
    let bytes = std::fs::read(path).map_err(FolderError::read(path))?;
    let broken = |why: String| FolderError::broken(path, why);
    let all = SafeTensors::deserialize(&bytes).map_err(|e| broken(e.to_string()))?;
    let mut tensors = Vec::new();
    for (name, view) in all.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(broken(format!("{name} is not of single-precision numbers")));
        }
        let values = view.data().chunks_exact(4);
        let values = values.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        tensors.push(Tensor {
            shape: view.shape().to_vec(),
            values: values.collect(),
            name,
        });
    }
    // The file orders them as it likes.
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tensors)
}

/// A tensor as bytes.
struct Bytes<'a> {
    dtype: Dtype,
    shape: &'a [usize],
    data: Vec<u8>,
}

impl View for Bytes<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        self.shape
    }
    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        (&self.data).into()
    }
    fn data_len(&self) -> usize {
        self.data.len()
    }
}

/// The bytes of a safetensors file in the precision of `R`, to be written to `path`.
pub(super) fn tensor_bytes<R: Real>(
    path: &Path,
    tensors: &[Tensor<R>],
) -> Result<Vec<u8>, FolderError> {
    let single = size_of::<R>() == 4;
    let views = tensors.iter().map(|t| {
        let values = t.values.iter().map(|v| v.f64());
        let (dtype, data) = if single {
            (
                Dtype::F32,
                values.flat_map(|v| (v as f32).to_le_bytes()).collect(),
            )
        } else {
            (Dtype::F64, values.flat_map(f64::to_le_bytes).collect())
        };
        (
            t.name.clone(),
            Bytes {
                dtype,
                shape: &t.shape,
                data,
            },
        )
    });
    safetensors::serialize(views, None).map_err(|e| FolderError::broken(path, e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neocortex::TensorShape;

    #[test]
    fn matrices_are_written_row_by_row() {
        let m = DMatrix::from_row_slice(2, 3, &[1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let weights = Weights {
            shapes: vec![TensorShape::matrix("W", 2, 3)],
            tensors: vec![m],
        };
        let tensors = Tensor::of_weights(&weights, &weights.tensors, 1.0);
        let bytes = tensor_bytes(Path::new("w.safetensors"), &tensors).unwrap();
        let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let w = read.tensor("W").unwrap();
        assert_eq!(w.shape(), [2, 3]);
        let second = f32::from_le_bytes(w.data()[4..8].try_into().unwrap());
        assert_eq!(second, 2.0);
    }
}
