//! A small schema to test with.

#![allow(dead_code)]

crate::params! {
    /// A cell.
    pub struct Plain {
        /// Units.
        pub units: usize = 32, [1 ..= 4096], "units", restart;
        /// Leak.
        pub leak: f64 = 1.0, [0.01 ..= 1.0], live;
    }
}
crate::params! {
    /// Gates.
    pub struct Gates {
        /// Units.
        pub units: usize = 16, [1 ..= 4096];
    }
}
crate::registry! {
    /// Cells.
    pub enum Cell "cell" { Tanh(Plain), Gru(Gates): "Cho 2014" }
}
crate::params! {
    /// Horizon.
    pub struct Horizon {
        /// Steps.
        pub horizon: usize = 4, [1 ..= 1000];
    }
}
crate::params! {
    /// Nothing.
    pub struct Nothing {}
}
crate::registry! {
    /// Rules.
    pub enum Rule "rule" { Bptt(Nothing), Uoro(Nothing), Tbptt(Horizon) }
}
crate::params! {
    /// Cortex.
    pub struct Cortex {
        /// Cell.
        pub cell: Cell = Cell::Tanh(Plain::default()), restart;
        /// Clip.
        pub clip: f64 = 1.0, [0.0 ..= 1e6], live;
    }
}
crate::params! {
    /// Store.
    pub struct Store {
        /// Units.
        pub units: usize = 2000, [1 ..= 1_000_000];
        /// Cue.
        pub cue: Horizon = Horizon::default();
    }
}
crate::params! {
    /// Learning.
    pub struct Learning {
        /// Rule.
        pub rule: Rule = Rule::Bptt(Nothing {});
        /// Others.
        pub shadows: Vec<Rule> = Vec::new(), [0 ..= 4];
    }
}
crate::params! {
    /// Everything.
    pub struct Sample {
        /// Title.
        pub title: String = String::new(), [0 ..= 100];
        /// Seed.
        pub seed: u64 = 1;
        /// Task.
        pub task: Rule;
        /// Cortex.
        pub cortex: Cortex = Cortex::default();
        /// Hippocampus.
        pub hippocampus: Option<Store> = None;
        /// Learning.
        pub learning: Learning = Learning::default();
        /// Whether to record.
        pub record: bool = false;
    }
}
