//! The command line: one file per subcommand.
//!
//! Results go to standard output through `output::Output`, which can fail and ends quietly on a closed pipe; progress
//! and diagnostics go to standard error. What ends a command early is a `failure::Failure`, told in one place.

mod check;
mod closing;
mod completions;
mod drive;
mod export;
mod failure;
mod figure;
mod gradients;
mod kinds;
mod list;
mod open;
mod output;
mod progress;
mod report;
mod resume;
mod run;
mod seeds;
mod set;
mod signals;
mod source;
mod sweep;
mod table;
mod workers;

pub use open::Window;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::registry::visible;
use failure::Failure;
use output::Output;

const EXAMPLES: &str = "\
Examples:
  ammon                                             open the app on its gallery
  ammon run recall-by-replay --out run              run a bundled scenario
  ammon run recall-by-replay --set task.delay=40    the same with a longer delay
  ammon run my.ron --seeds 1..10 --threads 4        ten seeds, mean and spread
  ammon resume run                                  go on where a run was stopped
  ammon list rules                                  what there is to choose from

Exit codes: 0 done, 1 the run failed, 2 the command or the scenario was wrong, 128 and its
number stopped by a signal (130 SIGINT, 143 SIGTERM, 129 SIGHUP, 138 SIGUSR1, 152 SIGXCPU).";

/// Ammon simulates one hypothesis: the brain does backpropagation through time by replay.
///
/// Without a command it opens the app on its gallery; where there is no display it runs the flagship scenario here.
#[derive(Parser, Debug)]
#[command(name = "ammon", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    /// When to colour what goes to the terminal; `NO_COLOR` is honoured.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, display_order = 100)]
    color: Color,
    #[command(subcommand)]
    command: Option<Command>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Subcommand, Debug)]
enum Command {
    Open(open::Open),
    Run(Box<run::Run>),
    Resume(resume::Resume),
    Check(check::Check),
    List(list::List),
    Set(set::Set),
    Gradients(gradients::Gradients),
    Export(export::Export),
    Figure(figure::Figure),
    Report(report::Report),
    Sweep(sweep::Sweep),
    Completions(completions::Completions),
}

impl Command {
    fn run(self, window: Option<Window>, output: &mut Output) -> Result<u8, Failure> {
        match self {
            Self::Open(c) => c.run(window),
            Self::Run(c) => c.run(output),
            Self::Resume(c) => c.run(output),
            Self::Check(c) => c.run(output),
            Self::List(c) => c.run(output),
            Self::Set(c) => c.run(output),
            Self::Gradients(c) => c.run(output),
            Self::Export(c) => c.run(output),
            Self::Figure(c) => c.run(output),
            Self::Report(c) => c.run(output),
            Self::Sweep(c) => c.run(output),
            Self::Completions(c) => c.run(output),
        }
    }
}

/// Runs the command that `args` name; the first is the program's own name. Without a `window` it was built without the app.
pub fn main(args: impl IntoIterator<Item = OsString>, window: Option<Window>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match parse(&args) {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(explain(&error)),
    };
    let mut output = Output::new(cli.color);
    let result = match cli.command {
        Some(command) => command.run(window, &mut output),
        None => open::gallery(window, &mut output),
    };
    let result = result.and_then(|code| output.flush().map(|()| code));
    ExitCode::from(result.unwrap_or_else(|failure| {
        // What was said before the failure comes before it; if that fails too, the first failure is the one to tell.
        drop(output.flush());
        output.tell(&failure);
        failure.code()
    }))
}

fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = command()
        .color(early_color(args))
        .try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

fn command() -> clap::Command {
    Cli::command()
}

/// The colour choice for the parser's own messages, which come before the arguments are parsed.
fn early_color(args: &[OsString]) -> ColorChoice {
    let args: Vec<_> = args.iter().map(|a| a.to_string_lossy()).collect();
    let joined = args
        .iter()
        .find_map(|a| a.strip_prefix("--color=").map(str::to_string));
    let apart = || {
        args.windows(2)
            .find(|pair| pair[0] == "--color")
            .map(|pair| pair[1].to_string())
    };
    match joined.or_else(apart).as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// Prints help, version or what is wrong with the arguments.
fn explain(error: &clap::Error) -> u8 {
    // An argument that would command the terminal is shown, and then nothing is coloured.
    let plain = error.render().to_string();
    let told = match visible(&plain) {
        Cow::Borrowed(_) => error.print(),
        Cow::Owned(text) => writeln!(std::io::stderr(), "{}", text.trim_end()),
    };
    match told {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe && !error.use_stderr() => 1,
        _ => u8::try_from(error.exit_code()).unwrap_or(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_declared_without_contradiction() {
        command().debug_assert();
    }

    #[test]
    fn every_command_and_option_has_help() {
        for sub in command().get_subcommands() {
            assert!(sub.get_about().is_some(), "{}", sub.get_name());
            for arg in sub.get_arguments() {
                assert!(
                    arg.get_help().is_some(),
                    "{} {}",
                    sub.get_name(),
                    arg.get_id()
                );
            }
        }
    }

    #[test]
    fn the_colour_of_messages_is_known_before_parsing() {
        let choice =
            |args: &[&str]| early_color(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(
            choice(&["ammon", "list", "--color", "never"]),
            ColorChoice::Never
        );
        assert_eq!(choice(&["ammon", "--color=always"]), ColorChoice::Always);
        assert_eq!(choice(&["ammon", "--color"]), ColorChoice::Auto);
    }
}
