//! The script that works through a sweep as an array of SLURM tasks.

use std::path::Path;

use crate::trace::shell;

/// Seconds before its limit at which a task is told to end.
const WARNING: u64 = 60;

/// A script for `sbatch`: each of `tasks` takes every `tasks`-th cell. Before its limit a task gets USR1, leaves checkpoints and is queued
/// again; cells that are done are not done again.
pub fn script(folder: &Path, program: &Path, tasks: usize) -> String {
    let (folder, program) = (shell(folder), shell(program));
    let last = tasks.max(1) - 1;
    format!(
        r#"#!/bin/bash
# Made by `ammon sweep plan`. Submit it with `sbatch slurm.sh`; options given there win over those here.
#SBATCH --job-name=ammon-sweep
#SBATCH --array=0-{last}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@{WARNING}
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00

{program} sweep run {folder} --task "$SLURM_ARRAY_TASK_ID/{tasks}" --threads "${{SLURM_CPUS_PER_TASK:-1}}" --quiet &
sweep=$!
trap 'kill -USR1 "$sweep"' USR1
trap 'kill -TERM "$sweep"' TERM
wait "$sweep"; code=$?
# A signal ends a wait before what is waited for has ended.
while kill -0 "$sweep" 2>/dev/null; do wait "$sweep"; code=$?; done

# 138: stopped by USR1, with checkpoints that the next run of this task goes on from.
if [ "$code" -eq 138 ]; then
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}"
fi
exit "$code"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_takes_its_share_and_is_queued_again_before_its_limit() {
        let text = script(Path::new("/data/my sweep"), Path::new("/bin/ammon"), 20);
        for part in [
            "#SBATCH --array=0-19",
            "#SBATCH --requeue",
            "--signal=B:USR1@60",
            "/bin/ammon sweep run '/data/my sweep' --task \"$SLURM_ARRAY_TASK_ID/20\"",
            "scontrol requeue",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(script(Path::new("a"), Path::new("b"), 0).contains("--array=0-0\n"));
    }
}
