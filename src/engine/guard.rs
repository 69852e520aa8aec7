//! Work on a state that somebody else may have written: a panic in it is told in words of our own.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    /// Where the last panic of guarded work was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How many threads do guarded work.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// Does the work. Where it panics nothing is printed: what was said, and where, is the error.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            // What a guarded thread does side by side runs on rayon's, which have no names.
            let helps = std::thread::current().name().is_none();
            if GUARDED.get() {
                let at = info.location().map(ToString::to_string);
                PLACE.set(at.unwrap_or_default());
            } else if !(helps && AT_WORK.load(Ordering::Relaxed) > 0) {
                before(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    AT_WORK.fetch_add(1, Ordering::Relaxed);
    let result = catch_unwind(AssertUnwindSafe(work));
    AT_WORK.fetch_sub(1, Ordering::Relaxed);
    GUARDED.set(outer);
    result.map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or(panic.downcast_ref::<&str>().copied());
        let said = said.unwrap_or("for no stated reason");
        match PLACE.take() {
            at if at.is_empty() => said.into(),
            at => format!("{said}, {at}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn a_panic_is_an_error_wherever_it_comes_from() {
        assert_eq!(guarded(|| 3), Ok(3));
        let empty: [u8; 0] = [];
        let at = std::hint::black_box(0);
        let said = guarded(|| empty[at]).unwrap_err();
        assert!(
            said.contains("index") && said.contains("guard.rs"),
            "{said}"
        );
        let beside = || (0..9_usize).into_par_iter().map(|i| [1, 2][i]).sum::<i32>();
        assert!(guarded(beside).is_err());
        assert!(guarded(|| guarded(|| empty[at])).unwrap().is_err());
    }
}
