//! The texts of scenarios that are open: those of the runs at hand, and those that were typed in and are not saved yet. What
//! was typed stays until it is saved or reverted, also for the next sitting.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::command_line::{Known, command_line};
use crate::engine::{Scenario, load, resolved};
use crate::scenario::{Diagnostics, Text, bundled, read_file};
use crate::trace::{is_free, write_atomic};

/// Texts that are remembered beside those that are open, at most.
const MOST: usize = 64;
/// How often it is looked whether a file changed.
const OFTEN: Duration = Duration::from_millis(700);

/// A text with where it belongs.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Document {
    /// What it is called.
    pub name: String,
    /// The file that it is of, where there is one.
    pub path: Option<PathBuf>,
    /// What is typed.
    pub text: String,
    /// What the file says, or what the text was when it was opened.
    saved: String,
    /// What the file says now, where it changed while something was typed.
    #[serde(skip)]
    outside: Option<String>,
    #[serde(skip)]
    modified: Option<SystemTime>,
    /// Another document has another one.
    #[serde(skip)]
    pub id: u64,
}

impl Document {
    fn new(name: String, path: Option<PathBuf>, text: String) -> Self {
        let modified = path.as_deref().and_then(modified);
        Self {
            name,
            path,
            saved: text.clone(),
            text,
            outside: None,
            modified,
            id: 0,
        }
    }

    /// Whether something was typed that is not saved.
    pub fn is_changed(&self) -> bool {
        self.text != self.saved
    }

    /// Whether the file changed while something was typed.
    pub fn changed_outside(&self) -> bool {
        self.outside.is_some()
    }

    /// Back to what the file says.
    pub fn revert(&mut self) {
        if let Some(outside) = self.outside.take() {
            self.saved = outside;
        }
        self.text.clone_from(&self.saved);
    }

    /// Keeps what is typed although the file changed.
    pub fn keep(&mut self) {
        if let Some(outside) = self.outside.take() {
            self.saved = outside;
        }
    }

    /// Writes it to a file, which is its own then. Another file is replaced only where `force` says so.
    pub fn save(&mut self, path: &Path, force: bool) -> Result<(), String> {
        let own = self.path.as_deref() == Some(path);
        is_free(path, own || force, REPLACED)?;
        if own && self.changed_outside() && !force {
            return Err(
                "the file changed outside: reload it, or keep this text, before saving".into(),
            );
        }
        write_atomic(path, self.text.as_bytes()).map_err(|error| error.to_string())?;
        self.saved.clone_from(&self.text);
        self.outside = None;
        self.modified = modified(path);
        self.name = path.display().to_string();
        self.path = Some(path.to_path_buf());
        Ok(())
    }

    /// Looks whether the file says something else now; whether what is shown follows it.
    fn look(&mut self) -> bool {
        let Some(path) = &self.path else { return false };
        let now = modified(path);
        if now.is_none() || now == self.modified {
            return false;
        }
        self.modified = now;
        let Ok(Text { text, .. }) = read_file(path) else {
            return false;
        };
        if text == self.saved {
            return false;
        }
        if self.is_changed() && text != self.text {
            self.outside = Some(text);
            return false;
        }
        self.text.clone_from(&text);
        self.saved = text;
        true
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

/// All that are open; one of them is shown.
pub struct Documents {
    open: Vec<Document>,
    shown: usize,
    next: u64,
    known: Vec<Known>,
    /// What is wrong with the one that is shown, and which text that was.
    read: Option<(String, Result<Scenario, Diagnostics>)>,
    run: Option<u64>,
    looked: Instant,
}

/// How a file can be replaced from a dialog.
pub(super) const REPLACED: &str = "tick the box to replace it, or choose another name";

impl Documents {
    /// Those that were not saved in the last sitting.
    pub fn new(kept: Vec<Document>) -> Self {
        let mut documents = Self {
            open: Vec::new(),
            shown: 0,
            next: 1,
            known: Vec::new(),
            read: None,
            run: None,
            looked: Instant::now(),
        };
        for document in kept {
            documents.put(document);
        }
        documents
    }

    /// What is to be kept for the next sitting.
    pub fn kept(&self) -> Vec<Document> {
        let changed = self.open.iter().filter(|d| d.is_changed());
        changed.cloned().collect()
    }

    /// The names of those that are open, and whether they are changed.
    pub fn names(&self) -> Vec<(String, bool)> {
        let all = self.open.iter();
        all.map(|d| (d.name.clone(), d.is_changed())).collect()
    }

    /// Which of them is shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// Shows another one.
    pub fn show(&mut self, at: usize) {
        self.shown = at.min(self.open.len().saturating_sub(1));
    }

    /// The one that is shown.
    pub fn document(&mut self) -> Option<&mut Document> {
        self.open.get_mut(self.shown)
    }

    /// What the text that is shown says, or what is wrong with it.
    pub fn reading(&mut self) -> Option<&Result<Scenario, Diagnostics>> {
        let document = self.open.get(self.shown)?;
        if self
            .read
            .as_ref()
            .is_none_or(|(of, _)| *of != document.text)
        {
            let text = Text {
                name: document.name.clone(),
                text: document.text.clone(),
            };
            self.read = Some((document.text.clone(), load(text, &[], None)));
        }
        self.read.as_ref().map(|(_, reading)| reading)
    }

    fn put(&mut self, mut document: Document) {
        document.id = self.next;
        self.next += 1;
        self.open.push(document);
        self.shown = self.open.len() - 1;
    }

    /// Opens a text that cannot be read as a scenario, to be mended. It stays in front while this run is at hand.
    pub fn open(&mut self, text: Text, path: Option<PathBuf>, run: u64) {
        self.run = Some(run);
        let same = |d: &Document| d.path == path && d.saved == text.text;
        match self.open.iter().position(same) {
            Some(at) => self.shown = at,
            None => self.put(Document::new(text.name, path, text.text)),
        }
        self.tidy();
    }

    /// What is to be run of the text that is shown, and what it is called; nothing where it cannot run.
    pub fn apply(&mut self) -> Option<(Scenario, String)> {
        let scenario = self.reading()?.as_ref().ok()?.clone();
        let document = self.document()?;
        let (name, text) = (document.name.clone(), document.text.clone());
        let path = document.path.clone().filter(|_| !document.is_changed());
        let short = name.rsplit('/').next().unwrap_or_default();
        let called = format!("{short}, as typed");
        self.know(&scenario, Text { name, text }, path);
        Some((scenario, called))
    }

    /// Notes which text a scenario was read from.
    pub fn know(&mut self, scenario: &Scenario, text: Text, path: Option<PathBuf>) {
        self.known.retain(|known| known.scenario != *scenario);
        if self.known.len() >= MOST {
            self.known.remove(0);
        }
        self.known.push(Known {
            scenario: scenario.clone(),
            text,
            path,
        });
    }

    /// Notes which scenario lies in a file.
    pub fn know_file(&mut self, path: &Path) {
        if !path.is_file() {
            return;
        }
        if let Ok(text) = read_file(path)
            && let Ok(scenario) = load(text.clone(), &[], None)
        {
            self.know(&scenario, text, Some(path.to_path_buf()));
        }
    }

    /// Shows the text of the run at hand, where another one came to hand.
    pub fn follow(&mut self, run: u64, name: &str, began: &Arc<Scenario>) {
        if self.run == Some(run) {
            return;
        }
        self.run = Some(run);
        let text = self.text_of(began, name);
        let same = |d: &Document| d.text == text.text || d.saved == text.text;
        match self.open.iter().position(same) {
            Some(at) => self.shown = at,
            None => self.put(text),
        }
        self.tidy();
    }

    /// What was typed in stays; of the others the one that is shown.
    fn tidy(&mut self) {
        let shown = self.open.get(self.shown).map(|d| d.id);
        self.open.retain(|d| d.is_changed() || Some(d.id) == shown);
        let at = self.open.iter().position(|d| Some(d.id) == shown);
        self.shown = at.unwrap_or(0);
    }

    fn text_of(&self, began: &Scenario, name: &str) -> Document {
        if let Some(known) = self.known.iter().find(|known| known.scenario == *began) {
            let Text { name, text } = known.text.clone();
            return Document::new(name, known.path.clone(), text);
        }
        for bundled in bundled() {
            let document = bundled.document();
            let reads = load(document.clone(), &[], None).is_ok_and(|read| read == *began);
            if reads {
                return Document::new(document.name, None, document.text);
            }
        }
        let text = resolved(began).unwrap_or_default();
        let name = if name.is_empty() { "scenario" } else { name };
        Document::new(name.into(), None, text)
    }

    /// Looks from time to time whether the files changed; whether what is shown follows.
    pub fn look(&mut self, ctx: &egui::Context) -> bool {
        ctx.request_repaint_after(OFTEN);
        if self.looked.elapsed() < OFTEN {
            return false;
        }
        self.looked = Instant::now();
        let mut followed = false;
        for document in &mut self.open {
            followed |= document.look();
        }
        followed
    }

    /// The command that runs a scenario in a terminal.
    pub fn command_line(&self, began: &Scenario) -> Result<String, String> {
        command_line(&self.known, began)
    }
}
