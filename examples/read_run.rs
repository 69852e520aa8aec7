//! Reads a run folder: how many of its ripples replayed a whole episode, by cue.
//!
//! `cargo run --no-default-features --example read_run -- FOLDER`

use std::collections::BTreeMap;
use std::path::PathBuf;

use ammon::record::RippleRecord;
use ammon::trace::RunReader;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("name a run folder")?;
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for ripple in RunReader::new(&folder).rows::<RippleRecord>()? {
        let ripple = ripple?;
        let count = counts.entry(ripple.cue).or_default();
        count.0 += usize::from(ripple.completed);
        count.1 += 1;
    }
    for (cue, (completed, all)) in counts {
        println!("{cue}: {completed} of {all} ripples replayed a whole episode");
    }
    Ok(())
}
