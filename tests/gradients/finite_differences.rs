//! BPTT is the derivative of the loss, for every parameter of every cell.

use ammon::learning::{Bptt, RuleSpec};

use crate::support::{assert_derivative, gradient, settings};

#[test]
fn finite_differences_confirm_bptt_for_every_parameter_of_every_cell() {
    let bptt = RuleSpec::Bptt(Bptt {});
    for (what, _, cortex, batch) in settings() {
        let exact = gradient(&cortex, &batch, &bptt);
        assert_derivative(&what, &cortex, &exact, |moved| {
            gradient(moved, &batch, &bptt).loss
        });
    }
}

#[test]
fn finite_differences_confirm_bptt_with_silenced_units() {
    let bptt = RuleSpec::Bptt(Bptt {});
    for (what, _, mut cortex, batch) in settings() {
        cortex.set_silenced(vec![1, 3]);
        let exact = gradient(&cortex, &batch, &bptt);
        assert_derivative(&what, &cortex, &exact, |moved| {
            gradient(moved, &batch, &bptt).loss
        });
    }
}
