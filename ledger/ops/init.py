"""Setting up a repository: DVC, `experiments/`, `ledger.yaml`, and a pipeline around a bare script."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.review import Host
from ledger.dvc import script
from ledger.dvc.script import Script
from ledger.git.git import Git
from ledger.machine.plain_files import to_be_written
from ledger.model.experiment import DIRECTORY
from ledger.model.set_up import Lack, SetUp
from ledger.model.settings import FILE, TEMPLATE
from ledger.ops import ci
from ledger.repo import bulk

README = """\
# Experiments

One folder an experiment: `hypothesis.md`, the records of its trials, notes and the verdict. `ledger log` lists them.
"""
OWN_FILES = {FILE: TEMPLATE, f"{DIRECTORY}/README.md": README}


def set_up(git: Git, wanted: Script | None, host: Host | None = None, *, force: bool = False) -> SetUp:
    """Set the repository up; what is there already is left alone. Nothing is committed: that is the author's.

    `host`: with the files by which it verifies pull requests, which `force` overwrites.
    """
    from ledger.dvc import work_tree_config

    here = git.root / git.prefix
    planned, lacks = (None, ()) if wanted is None else script.pipeline(here, wanted)
    workflows = ci.NONE if host is None else ci.plan(git.root, host, force=force)
    own = {path: text for path, text in OWN_FILES.items() if to_be_written(git.root, path) is None}
    if planned is not None:
        for path in ("dvc.yaml", ".gitignore"):
            # a link that leads nowhere is not a file yet, and would be written through
            to_be_written(here, path)
    dvc = work_tree_config.set_up(git)
    if planned is not None:
        (here / "dvc.yaml").write_text(planned, "utf-8")
    ignored = wanted is not None and script.ignore(git, here, wanted.outs)
    files = {**own, **workflows.files}
    for path, text in files.items():
        (git.root / path).parent.mkdir(parents=True, exist_ok=True)
        (git.root / path).write_text(text, "utf-8")
    without = planned is None and not list(git.root.glob("**/dvc.yaml"))
    done = SetUp(
        dvc=dvc,
        pipeline=planned is not None,
        ignored=ignored,
        wrote=tuple(files),
        workflows=tuple(workflows.files),
        bulk=(),
        lacks=(*lacks, *workflows.lacks, *((Lack.PIPELINE,) if without else ())),
    )
    return done if done.nothing or done.workflows_alone else replace(done, bulk=bulk.untracked(git))
