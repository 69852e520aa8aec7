//! The glossary of a run folder: its files, the columns of its tables, and all metrics, as they are declared.

use std::fmt::{Result, Write};

use super::place::{EXPORTS, FILES};
use crate::record::{Declared, METRICS, TABLES};

/// The glossary, in Markdown.
pub fn glossary() -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    write(&mut text).map_or_else(|_| String::new(), |()| text)
}

fn write(out: &mut String) -> Result {
    writeln!(out, "# What is in a run folder\n")?;
    writeln!(
        out,
        "Made from the declarations by `cargo run --no-default-features --example glossary > docs/glossary.md`; to programs\n\
         `ammon list tables --json` and `ammon list metrics --json` give the same. A value that is undefined is an empty cell, null\n\
         in JSON. Times are steps of the run's clock, which counts lived, replayed and rested steps.\n"
    )?;
    writeln!(out, "## Files\n\n| file | what it holds |\n| --- | --- |")?;
    for (name, doc) in FILES {
        writeln!(out, "| `{name}` | {doc} |")?;
    }
    for table in TABLES {
        writeln!(out, "| `{}` | {} |", table.file, line(table.doc))?;
    }
    writeln!(
        out,
        "\n## Exports\n\nMade by `ammon export`.\n\n| file | what it holds |\n| --- | --- |"
    )?;
    for (name, doc) in EXPORTS {
        writeln!(out, "| `{name}` | {doc} |")?;
    }
    writeln!(out, "\n## Tables")?;
    for table in TABLES {
        let rows = if table.always {
            ""
        } else {
            " Only there when it has rows."
        };
        writeln!(
            out,
            "\n### {}\n\nOne row: {}{rows}\n",
            table.file,
            line(table.doc)
        )?;
        writeln!(
            out,
            "| column | type | unit | meaning |\n| --- | --- | --- | --- |"
        )?;
        for column in (table.columns)() {
            writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                column.name,
                column.kind,
                column.unit,
                line(column.doc)
            )?;
        }
    }
    writeln!(out, "\n## Metrics\n")?;
    writeln!(
        out,
        "What may stand in the column `metric` of metrics.csv, and in `final` of summary.json.\n"
    )?;
    writeln!(
        out,
        "| metric | unit | better | meaning |\n| --- | --- | --- | --- |"
    )?;
    METRICS.iter().try_for_each(|metric| row(out, metric))
}

fn row(out: &mut String, metric: &Declared) -> Result {
    writeln!(
        out,
        "| `{}` | {} | {} | {} |",
        metric.told(),
        metric.unit,
        metric.better.as_str(),
        line(metric.doc)
    )
}

/// A doc comment on one line, as a cell of a Markdown table.
fn line(doc: &str) -> String {
    let words: Vec<&str> = doc.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_glossary_is_that_of_the_declarations() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/glossary.md");
        let written = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            written,
            glossary(),
            "run `cargo run --no-default-features --example glossary > docs/glossary.md`"
        );
    }
}
