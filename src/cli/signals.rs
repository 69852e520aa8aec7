//! Signals that ask a program to end: the first asks the run to stop at its next step, the second ends the program at once.
//!
//! They are what a terminal sends (INT, HUP), a batch system before its limit (TERM, USR1) and the kernel at the limit of
//! processor time (XCPU). Under `nohup` a hangup stays ignored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Context;
#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGUSR1, SIGXCPU};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::failure::Failure;

/// Which signal came, if any.
#[derive(Clone, Debug, Default)]
pub(super) struct Signals {
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Begins to listen.
    pub fn listen() -> Result<Self, Failure> {
        let signals = Self::default();
        signals
            .register()
            .context("cannot listen to signals")
            .map_err(Failure::Failed)?;
        Ok(signals)
    }

    fn register(&self) -> std::io::Result<()> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in heard() {
            // In this order: the signal that sets the flag does not yet end the program, the one after it does.
            flag::register_conditional_shutdown(signal, 128 + signal, asked.clone())?;
            flag::register(signal, asked.clone())?;
            flag::register_usize(signal, self.caught.clone(), signal as usize)?;
        }
        Ok(())
    }

    /// The exit code that the signal asks for, once one came.
    pub fn caught(&self) -> Option<u8> {
        match self.caught.load(Ordering::Relaxed) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}

#[cfg(unix)]
fn heard() -> Vec<i32> {
    let mut signals = vec![SIGINT, SIGTERM, SIGUSR1, SIGXCPU];
    if !is_ignored(SIGHUP) {
        signals.push(SIGHUP);
    }
    signals
}

#[cfg(not(unix))]
fn heard() -> Vec<i32> {
    vec![SIGINT, SIGTERM]
}

/// Whether whoever started the program wants it to ignore a signal, where the system tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
