//! Where words go: results to standard output, which may fail, everything else to standard error, which is best effort.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};

use anyhow::Context;

use super::Color;
use super::failure::{Failure, told};
use crate::registry::visible;
use crate::scenario::Diagnostics;

/// Characters in a line of diagnostics where the terminal does not tell.
const WIDTH: usize = 100;

/// How the result is told.
#[derive(clap::Args, Debug, Clone, Copy, Default)]
pub(super) struct Telling {
    /// Prints the object of summary.json instead of the closing table.
    #[arg(long)]
    pub json: bool,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

/// Standard output and error.
#[derive(Debug)]
pub(super) struct Output {
    stdout: BufWriter<Stdout>,
    color: bool,
    width: usize,
}

impl Output {
    /// Colours standard error as asked for; `Auto` honours the terminal and `NO_COLOR`.
    pub fn new(color: Color) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
        let wanted = || set("NO_COLOR").is_none() && set("TERM").is_none_or(|t| t != "dumb");
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stderr().is_terminal() && wanted(),
        };
        let columns = set("COLUMNS").and_then(|c| c.to_str().and_then(|c| c.parse().ok()));
        Self {
            stdout: BufWriter::new(io::stdout()),
            color,
            width: columns.unwrap_or(WIDTH),
        }
    }

    /// A line of results. What comes from a file or a path in it is shown, not sent to command the terminal.
    pub fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        writeln!(self.stdout, "{}", visible(&text.to_string())).or_else(refused)
    }

    /// Results as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stdout.write_all(bytes).or_else(refused)
    }

    /// Everything said so far is out.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.stdout.flush().or_else(refused)
    }

    /// What is wrong with a scenario.
    pub fn diagnostics(&self, diagnostics: &Diagnostics) {
        drop(write!(
            io::stderr(),
            "{}",
            diagnostics.render(self.color, self.width)
        ));
    }

    /// An error with its causes.
    pub fn error(&self, error: &anyhow::Error) {
        let label = if self.color {
            "\u{1b}[1;31merror\u{1b}[0m"
        } else {
            "error"
        };
        let text = told(error);
        // Standard error may be closed; there is nobody to tell then.
        drop(writeln!(io::stderr(), "{label}: {}", visible(&text)));
    }

    /// Why the command ended early.
    pub fn tell(&self, failure: &Failure) {
        match failure {
            Failure::Wrong(error) | Failure::Failed(error) => self.error(error),
            Failure::Scenario(diagnostics) => self.diagnostics(diagnostics),
            Failure::Closed => {}
        }
    }
}

/// A remark on standard error.
pub(super) fn note(text: impl Display) {
    // Standard error may be closed; a remark is not worth failing for.
    drop(writeln!(io::stderr(), "{}", visible(&text.to_string())));
}

fn refused(error: io::Error) -> Result<(), Failure> {
    if error.kind() == ErrorKind::BrokenPipe {
        return Err(Failure::Closed);
    }
    Err(error)
        .context("cannot write to standard output")
        .map_err(Failure::Failed)
}
