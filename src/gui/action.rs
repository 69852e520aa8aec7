//! Actions: everything a key, a menu or the command palette can do, by name.

use egui::{Key, Modifiers};

/// Something the user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run or pause.
    PlayPause,
    /// One step.
    Step,
    /// Many steps.
    StepMany,
    /// From the start.
    Reset,
    /// One step back in the history.
    Back,
    /// One step on in the history.
    Forth,
    /// Some way back in the history.
    FarBack,
    /// Some way on in the history.
    FarForth,
    /// A long way back.
    FasterBack,
    /// A long way on.
    FasterForth,
    /// Run on from the moment that is looked at, as a branch.
    RunOn,
    /// To the first step.
    First,
    /// To the live end.
    Live,
    /// Take the latest command back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// The gallery.
    Gallery,
    /// Open a file.
    Open,
    /// Save the run.
    Save,
    /// The run in another format.
    Export,
    /// The command line of the run, to the clipboard.
    CopyCommand,
    /// The command palette.
    Palette,
    /// As fast as it goes, or as slow as before.
    FullSpeed,
    /// A picture of the window.
    Picture,
    /// What can be set of the window.
    Settings,
    /// Help.
    Help,
    /// The layout of the panels that the scenario has.
    ResetLayout,
    /// End.
    Quit,
}

/// A key with its modifiers, where there is one.
pub type Shortcut = Option<(Modifiers, Key)>;

impl Action {
    /// All of them, with name and key. A key alone also answers to its use with Shift: what needs Shift stands first.
    pub const ALL: [(Self, &'static str, Shortcut); 27] = [
        (
            Self::RunOn,
            "Run on from here, as a branch",
            Some((Modifiers::SHIFT, Key::Space)),
        ),
        (
            Self::PlayPause,
            "Run / pause; looking back: play / stop",
            Some((Modifiers::NONE, Key::Space)),
        ),
        (
            Self::StepMany,
            "Step 100 times",
            Some((Modifiers::SHIFT, Key::N)),
        ),
        (Self::Step, "Step", Some((Modifiers::NONE, Key::N))),
        (
            Self::Reset,
            "Reset to the start",
            Some((Modifiers::COMMAND, Key::R)),
        ),
        (
            Self::Back,
            "History: one step back",
            Some((Modifiers::COMMAND, Key::ArrowLeft)),
        ),
        (
            Self::Forth,
            "History: one step on",
            Some((Modifiers::COMMAND, Key::ArrowRight)),
        ),
        (
            Self::FasterBack,
            "History: 1000 steps back",
            Some((Modifiers::SHIFT, Key::ArrowLeft)),
        ),
        (
            Self::FasterForth,
            "History: 1000 steps on",
            Some((Modifiers::SHIFT, Key::ArrowRight)),
        ),
        (
            Self::FarBack,
            "History: 25 steps back",
            Some((Modifiers::NONE, Key::ArrowLeft)),
        ),
        (
            Self::FarForth,
            "History: 25 steps on",
            Some((Modifiers::NONE, Key::ArrowRight)),
        ),
        (
            Self::First,
            "History: first step",
            Some((Modifiers::NONE, Key::Home)),
        ),
        (
            Self::Live,
            "History: live end",
            Some((Modifiers::NONE, Key::End)),
        ),
        (
            Self::Redo,
            "Redo what was undone last",
            Some((Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z)),
        ),
        (
            Self::Undo,
            "Undo the latest change",
            Some((Modifiers::COMMAND, Key::Z)),
        ),
        (
            Self::Gallery,
            "Gallery of scenarios",
            Some((Modifiers::COMMAND, Key::G)),
        ),
        (
            Self::Open,
            "Open a scenario or run folder…",
            Some((Modifiers::COMMAND, Key::O)),
        ),
        (Self::Save, "Save run…", Some((Modifiers::COMMAND, Key::S))),
        (Self::Export, "Export…", Some((Modifiers::COMMAND, Key::E))),
        (Self::CopyCommand, "Copy the run as a command line", None),
        (
            Self::Palette,
            "Command palette",
            Some((Modifiers::COMMAND, Key::P)),
        ),
        (
            Self::FullSpeed,
            "Full speed / slow",
            Some((Modifiers::NONE, Key::F)),
        ),
        (Self::Picture, "Save a picture of the window…", None),
        (Self::Settings, "Settings…", None),
        (
            Self::Help,
            "Help",
            Some((Modifiers::NONE, Key::Questionmark)),
        ),
        (Self::ResetLayout, "Reset the layout of the panels", None),
        (Self::Quit, "Quit", Some((Modifiers::COMMAND, Key::Q))),
    ];

    /// The actions whose keys were pressed, each as often as its key was; their key events are consumed. Where a button or the
    /// like is `focused`, the keys that press it and lead to others are its own.
    pub fn pressed(input: &mut egui::InputState, focused: bool) -> Vec<Self> {
        let own = |(modifiers, key): &(Modifiers, Key)| {
            use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Enter, Space};
            let moves = [Space, Enter, ArrowLeft, ArrowRight, ArrowUp, ArrowDown].contains(key);
            focused && moves && !modifiers.command
        };
        let with_key = Self::ALL
            .iter()
            .filter_map(|(action, _, key)| key.map(|key| (*action, key)))
            .filter(|(_, key)| !own(key));
        let mut found: Vec<Self> = with_key
            .flat_map(|(action, (modifiers, key))| {
                let times = input.count_and_consume_key(modifiers, key);
                std::iter::repeat_n(action, times)
            })
            .collect();
        // A keyboard that types `?` with Shift reports the shift too.
        if input.consume_key(Modifiers::SHIFT, Key::Questionmark)
            || input.consume_key(Modifiers::SHIFT, Key::Slash)
        {
            found.push(Self::Help);
        }
        found
    }

    /// Whether it concerns the run that the panels show; where something else is shown, it is not done.
    pub fn concerns_the_run(self) -> bool {
        !matches!(
            self,
            Self::Gallery
                | Self::Open
                | Self::Palette
                | Self::Picture
                | Self::Settings
                | Self::Help
                | Self::Quit
        )
    }

    /// The key in words.
    pub fn key_text(key: Shortcut) -> String {
        key.map_or(String::new(), |(m, k)| {
            let text = egui::KeyboardShortcut::new(m, k).format(&egui::ModifierNames::NAMES, false);
            text.replace("Questionmark", "?")
        })
    }
}
