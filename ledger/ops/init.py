"""Setting up a repository: DVC, `experiments/`, `ledger.yaml`, and a pipeline around a bare script."""

from __future__ import annotations

from ledger.analysis.review import Host
from ledger.dvc import script
from ledger.dvc.script import Script
from ledger.git.git import Git
from ledger.machine.plain_files import to_be_written
from ledger.model.experiment import DIRECTORY
from ledger.model.frozen import frozen
from ledger.model.settings import FILE, TEMPLATE
from ledger.ops import ci
from ledger.repo import bulk

README = """\
# Experiments

One folder an experiment: `hypothesis.md`, the records of its trials, notes and the verdict. `ledger log` lists them.
"""
OWN_FILES = {FILE: TEMPLATE, f"{DIRECTORY}/README.md": README}


@frozen
class Made:
    """What was set up, line by line, and what the author may want to know."""

    told: tuple[str, ...]
    remarks: tuple[str, ...]


def set_up(git: Git, wanted: Script | None, host: Host | None = None, *, force: bool = False) -> Made:
    """Set the repository up; what is there already is left alone. Nothing is committed: that is the author's.

    `host`: with the files by which it verifies pull requests, which `force` overwrites.
    """
    from ledger.dvc import project

    told: list[str] = []
    remarks: list[str] = []
    here = git.root / git.prefix
    planned = None if wanted is None else script.pipeline(here, wanted, remarks)
    workflows = ci.NONE if host is None else ci.plan(git.root, host, force=force)
    own = {path: text for path, text in OWN_FILES.items() if to_be_written(git.root, path) is None}
    if planned is not None:
        for path in ("dvc.yaml", ".gitignore"):
            # a link that leads nowhere is no file yet, and would be written through
            to_be_written(here, path)
    if project.set_up(git):
        told.append("set up DVC in .dvc/")
    if planned is not None:
        (here / "dvc.yaml").write_text(planned, "utf-8")
        told.append("wrote dvc.yaml: check it, above all `deps` and `params`")
        if wanted is not None and script.ignore(git, here, wanted.outs):
            told.append("listed the outputs in .gitignore: DVC keeps them")
    for path, text in {**own, **workflows.files}.items():
        (git.root / path).parent.mkdir(parents=True, exist_ok=True)
        (git.root / path).write_text(text, "utf-8")
        told.append(f"wrote {path}")
    remarks += workflows.remarks
    if not told:
        told.append("everything is set up already")
    elif len(told) == len(workflows.files):
        told.append(f"next: git add {' '.join(workflows.files)} && git commit -m 'review experiments in CI'")
    else:
        data = bulk.untracked(git)
        if data:
            remarks.append(
                f"large or binary files are untracked, and git would keep them for good: {bulk.named(data)}. "
                "Track data with DVC, or list it in .gitignore"
            )
        first = f"{bulk.command(data)}, then " if data else ""
        told.append(f"next: {first}git add -A && git commit -m 'set up ledger', then ledger new \"what you expect\"")
    if planned is None and not list(git.root.glob("**/dvc.yaml")):
        remarks.append(
            'there is no dvc.yaml yet: dvc stage add, or ledger init --cmd "python train.py" --metrics metrics.json'
        )
    return Made(told=tuple(told), remarks=tuple(remarks))
