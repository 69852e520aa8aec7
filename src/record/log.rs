//! log.csv: what happened beside what was measured.

use crate::table;

table! {
    /// Something that happened: a lesion, a change, an episode that was forgotten, a remark.
    pub struct LogRecord "log.csv" {
        /// When.
        pub time: u64, "steps";
        /// What, in words.
        pub text: String;
    }
}
