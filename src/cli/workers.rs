//! Runs side by side: named threads take one after the other, and each run has its share of the remaining threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;

use super::failure::Failure;

/// Does `work` for each of so many jobs, on so many threads in all, or on as many as the machine has. None is begun where `stopped`.
pub(super) fn side_by_side(
    name: &str,
    jobs: usize,
    threads: Option<u16>,
    stopped: &(dyn Fn() -> bool + Sync),
    work: &(dyn Fn(usize) + Sync),
) -> Result<(), Failure> {
    let available = std::thread::available_parallelism().map_or(1, Into::into);
    let threads = threads.map_or(available, usize::from);
    let workers = threads.min(jobs).max(1);
    let next = AtomicUsize::new(0);
    let one_after_the_other = || {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads((threads / workers).max(1))
            .build();
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs || stopped() {
                return;
            }
            match &pool {
                Ok(pool) => pool.install(|| work(job)),
                // Then it shares the threads of the whole program.
                Err(_) => work(job),
            }
        }
    };
    std::thread::scope(|scope| {
        let spawn = |i| {
            std::thread::Builder::new()
                .name(format!("{name}-{i}"))
                .spawn_scoped(scope, one_after_the_other)
        };
        (0..workers).try_for_each(|i| spawn(i).map(drop))
    })
    .context("cannot start the threads")
    .map_err(Failure::Failed)
}
