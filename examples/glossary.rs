//! Prints the glossary of a run folder's files, tables and metrics: `cargo run --no-default-features --example glossary > docs/glossary.md`.

fn main() {
    print!("{}", ammon::trace::glossary());
}
