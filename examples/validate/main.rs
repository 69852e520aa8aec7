//! Runs the scenarios over several seeds and tells, as tables, what the README and the scenarios' texts claim.
//!
//! `scripts/validate [FOLDER] [PART]`, or `cargo run --release --no-default-features --example validate -- [FOLDER] [PART]`. PART is
//! replay, rules, growth, stores, lesions or all. It takes from minutes to hours; run folders stay in FOLDER and are
//! replaced the next time. The tables also go to FOLDER/PART.txt.

mod growth;
mod lesions;
mod replay;
mod rules;
mod runs;
mod stores;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

/// Anything that goes wrong ends the validation.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Where the tables go, to the screen and to a file, and what was run for them.
struct Out {
    folder: PathBuf,
    file: File,
    /// Run folders made since the start, with what ran there: no earlier program's results are told as this one's.
    made: BTreeMap<PathBuf, Vec<String>>,
}

impl Out {
    fn line(&mut self, line: impl std::fmt::Display) -> Result<()> {
        use std::io::Write;
        println!("{line}");
        writeln!(self.file, "{line}")?;
        Ok(())
    }
}

type Part = fn(&mut Out) -> Result<()>;

const PARTS: [(&str, Part); 5] = [
    ("replay", replay::tell),
    ("rules", rules::tell),
    ("growth", growth::tell),
    ("stores", stores::tell),
    ("lesions", lesions::tell),
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/validate".into());
    let wanted = arguments.next().unwrap_or_else(|| "all".into());
    let parts = PARTS
        .iter()
        .filter(|(name, _)| wanted == "all" || wanted == *name);
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        let names = PARTS.map(|(name, _)| name).join(", ");
        return Err(format!("there is no part `{wanted}`: {names} or all").into());
    }
    std::fs::create_dir_all(&folder)?;
    // Two seeds side by side, as on the machine where the README's numbers were measured; they do not depend on it.
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build_global()?;
    let folder = PathBuf::from(folder);
    let mut made = BTreeMap::new();
    for (name, part) in parts {
        let file = File::create(folder.join(format!("{name}.txt")))?;
        let mut out = Out {
            folder: folder.clone(),
            file,
            made,
        };
        part(&mut out)?;
        made = out.made;
    }
    Ok(())
}
