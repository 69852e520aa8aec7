//! Where checks report what cannot work: each finding with the path of the value that it concerns.

/// Something that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path of the value that it concerns, as `learning.shadows.1`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub help: String,
}

/// A place in a scenario, at which findings are reported.
#[derive(Debug)]
pub struct Report<'a> {
    place: String,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Report<'a> {
    /// At the root of a scenario; findings are added to the list.
    pub fn new(findings: &'a mut Vec<Finding>) -> Self {
        Self {
            place: String::new(),
            findings,
        }
    }

    /// At a value within this place.
    pub fn within(&mut self, path: &str) -> Report<'_> {
        Report {
            place: self.path(path),
            findings: self.findings,
        }
    }

    /// This place as a whole cannot be as it is.
    pub fn here(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.add(self.place.clone(), message.into(), help.into());
    }

    /// A value within this place cannot be as it is.
    pub fn at(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.add(self.path(path), message.into(), help.into());
    }

    /// A value anywhere cannot be as it is; the path begins at the root.
    pub fn elsewhere(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.add(path.into(), message.into(), help.into());
    }

    fn path(&self, path: &str) -> String {
        if self.place.is_empty() {
            path.into()
        } else {
            format!("{}.{path}", self.place)
        }
    }

    /// Two phases may find the same thing wrong elsewhere: it is told once.
    fn add(&mut self, path: String, message: String, help: String) {
        let known = |f: &Finding| f.path == path && f.message == message;
        if !self.findings.iter().any(known) {
            self.findings.push(Finding {
                path,
                message,
                help,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_know_their_paths_and_are_told_once() {
        let mut findings = Vec::new();
        let mut report = Report::new(&mut findings);
        let mut protocol = report.within("protocol");
        let mut phase = protocol.within("0");
        phase.at("score", "a", "b");
        phase.here("c", "d");
        phase.elsewhere("learning.update", "e", "f");
        phase.elsewhere("learning.update", "e", "f");
        let paths: Vec<_> = findings.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["protocol.0.score", "protocol.0", "learning.update"]);
    }
}
