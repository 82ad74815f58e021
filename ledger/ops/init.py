"""Setting up a repository: DVC, `experiments/`, `ledger.yaml`, and a pipeline around a bare script."""

from __future__ import annotations

from ledger.dvc import script
from ledger.dvc.script import Script
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.experiment import DIRECTORY
from ledger.model.frozen import frozen
from ledger.model.settings import FILE, TEMPLATE
from ledger.repo import bulk

README = """\
# Experiments

One folder an experiment: `hypothesis.md`, the records of its trials, notes and the verdict. `ledger log` lists them.
"""


@frozen
class Made:
    """What was set up, line by line, and what the author may want to know."""

    told: tuple[str, ...]
    remarks: tuple[str, ...]


def set_up(git: Git, wanted: Script | None) -> Made:
    """Set the repository up; what is there already is left alone. Nothing is committed: that is the author's."""
    from ledger.dvc.work_tree_config import configured, initialise

    told: list[str] = []
    remarks: list[str] = []
    here = git.root / git.prefix
    planned = None if wanted is None else script.pipeline(here, wanted, remarks)
    projects = (folder for folder in (here, *here.parents) if folder.is_relative_to(git.root))
    project = next((folder for folder in projects if (folder / ".dvc" / "config").is_file()), None)
    configured(project)
    if project is None:
        below = git.text("ls-files", "--", ":(glob)**/.dvc/config").splitlines()
        if below:
            folder = below[0].removesuffix("/.dvc/config")
            raise LedgerError(
                f"there is a DVC project in {folder}/: ledger sets up none around it",
                hint=f"cd {folder} && ledger init",
            )
        initialise(git.root, subdir=False)
        told.append("set up DVC in .dvc/")
    if planned is not None:
        (here / "dvc.yaml").write_text(planned, "utf-8")
        told.append("wrote dvc.yaml: check it, above all `deps` and `params`")
        if wanted is not None and script.ignore(git, here, wanted.outs):
            told.append("listed the outputs in .gitignore: DVC keeps them")
    for path, text in ((git.root / FILE, TEMPLATE), (git.root / DIRECTORY / "README.md", README)):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            told.append(f"wrote {path.relative_to(git.root)}")
    if not told:
        told.append("everything is set up already")
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
