//! What a scenario suggests: what was found with it, what to watch, what to try, and questions with their answers.

use super::OneOrMore;
use crate::circuit::Place;
use crate::{params, registry};

params! {
    /// Something to watch.
    pub struct Watch {
        /// The panel, by its title.
        pub panel: String, [1 ..= 60], restart;
        /// What is to be seen there.
        pub text: String, [1 ..= 1000], restart;
    }
}

params! {
    /// Something to try.
    pub struct Attempt {
        /// What it is, and what comes of it.
        pub text: String, [1 ..= 1000], restart;
        /// What is done.
        pub action: TrySpec, restart;
    }
}

params! {
    /// A question, to be answered by looking.
    pub struct Question {
        /// What is asked.
        pub question: String, [1 ..= 1000], restart;
        /// The answer.
        pub answer: String, [1 ..= 2000], restart;
    }
}

params! {
    /// Sets parameters as `--set` does: in a branch from here on where all of them are live, or else in a new run.
    pub struct SetParameters {
        /// `path=value`, one or several.
        pub changes: OneOrMore<String>, restart;
    }
}

params! {
    /// Lesions a region or pathway in a branch from here on.
    pub struct LesionPlace {
        /// Name of the region or pathway.
        pub target: Place, restart;
        /// Which fraction.
        pub fraction: f64 = 1.0, [0 ..= 1], restart;
    }
}

params! {
    /// Runs the scenario with other parameters beside the present run, and shows both curves.
    pub struct CompareRun {
        /// `path=value`, one or several.
        pub changes: OneOrMore<String>, restart;
    }
}

params! {
    /// Opens another bundled scenario.
    pub struct OtherScenario {
        /// Its name.
        pub name: String, [1 ..= 60], restart;
    }
}

registry! {
    /// What trying something does.
    pub enum TrySpec "try" {
        Set(SetParameters),
        Lesion(LesionPlace),
        Compare(CompareRun),
        Scenario(OtherScenario),
    }
}
