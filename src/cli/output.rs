//! Where words go: results to standard output, which may fail, everything else to standard error, which is best effort.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};

use anyhow::Context;

use super::Color;
use super::failure::Failure;
use crate::scenario::Diagnostics;

/// Characters in a line of diagnostics where the terminal does not tell.
const WIDTH: usize = 100;

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

    /// A line of results.
    pub fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        writeln!(self.stdout, "{text}").or_else(refused)
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
        note(format_args!("{label}: {}", told(error)));
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
    drop(writeln!(io::stderr(), "{text}"));
}

/// The error and its causes in one line; a cause that is already part of what was said is not repeated.
fn told(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .fold(String::new(), |text, cause| match text {
            text if text.contains(&cause) => text,
            text if text.is_empty() => cause,
            text => format!("{text}: {cause}"),
        })
}

fn refused(error: io::Error) -> Result<(), Failure> {
    if error.kind() == ErrorKind::BrokenPipe {
        return Err(Failure::Closed);
    }
    Err(error)
        .context("cannot write to standard output")
        .map_err(Failure::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let inner = io::Error::other("the disk is full");
        let error = anyhow::Error::new(inner)
            .context("cannot write x: the disk is full")
            .context("no luck");
        assert_eq!(told(&error), "no luck: cannot write x: the disk is full");
    }
}
