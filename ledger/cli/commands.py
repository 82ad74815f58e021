"""All commands in one table, each with its line of help."""

from __future__ import annotations

# the function `new` in `ledger/cli/new.py`, and so on
COMMANDS = {
    "init": "Set up this repository, and a pipeline around a bare script.",
    "new": "Begin an experiment: a branch, a hypothesis and its prediction.",
    "run": "Run the declared trials that are missing, baseline included.",
    "record": "Record what `dvc repro` just made in this work tree as a trial.",
    "status": "Show what is declared, done, failed, missing or unrecorded.",
    "note": "Add a dated note to the experiment.",
    "log": "List the experiments, newest first, one per line.",
    "table": "Show experiments, arms or trials as rows: what varies, results.",
    "export": "Write trials, arms or experiments as CSV, JSON or Parquet.",
    "query": "Query the history with read-only SQL, on documented views.",
    "show": "Show one experiment: its plan, trials, hypothesis and notes.",
    "amend": "Change the plan, on the record.",
    "void": "Void a trial: it stays on record, and counts nowhere.",
    "conclude": "Compute the verdict from the declared trials, and commit it.",
    "power": "Tabulate what a plan can detect and how many replicates it takes.",
    "diff": "Show how two experiments differ, and how their results compare.",
    "slices": "Show where two arms differ: by site, by scanner, case by case.",
    "reproduce": "Run a recorded trial again from its own commit, and compare.",
    "trust": "Allow somebody else's code to run here, once you have read it.",
    "bisect": "A metric fell: find the addition of data, or the commit, at fault.",
    "ablate": "Show what each group of the data adds to a metric.",
    "matrix": "Compare versions of training data on versions of evaluation data.",
    "importance": "Show which parameters a metric depends on, over all trials.",
    "confirm": "Put a finding to the test: fresh seeds, a cautious prediction.",
    "coverage": "Show which combinations of parameters were tried, and which never.",
    "suggest": "Suggest what to try next, from the recorded trials.",
    "plot": "Plot learning curves, or metrics against parameters or by arm.",
    "verify": "Prove the record (order, code, numbers, verdict) from git alone.",
    "review": "Write the report for a pull request, from git alone.",
    "site": "Build a web site of the whole ledger, as static pages.",
    "report": "Write experiments as one HTML file, to send or print.",
    "promote": "Make a checkpoint a version of a model, and give it a stage.",
    "models": "List models: versions, stages, and where each comes from.",
    "land": "Bring an experiment into main: its record, or its change.",
    "push": "Push experiments to a remote: branches, tags and data.",
    "pull": "Pull experiments from a remote, and say what is new.",
    "archive": "Archive a finished branch under a tag; commands still find it.",
    "completion": "Print a script that completes names and options in the shell.",
}


def usage() -> str:
    """The help of `ledger` itself."""
    width = max(map(len, COMMANDS))
    return "\n".join(
        [
            "Usage: ledger COMMAND [ARGUMENTS]",
            "",
            "A git-backed experiment ledger: a hypothesis first, then trials, a comparison",
            "and a verdict. Each experiment is a git branch and a hypothesis file.",
            "",
            "Commands:",
            *(f"  {name.ljust(width)}  {line}" for name, line in COMMANDS.items()),
            "",
            "ledger COMMAND --help explains one; ledger --version prints the version.",
            "ledger --no-pager COMMAND prints long answers without a pager.",
        ]
    )
