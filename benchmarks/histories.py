"""Repositories with as many experiments as are wanted, built by one `git fast-import`.

`build` is deterministic: the same arguments give the same commits. What it makes is what `ledger` would have left
after so many experiments: branches with plans, records and verdicts; trial commits under tags; a few experiments that
have landed, were put away, are only on a remote, or have trials that are not collected. Only checkpoints are missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from experiment_commits import EXPLORATORY, FAILING, KINDS, LANDED, LANDED_AND_GONE, SCRATCH, Writer, Written
from fast_import import FastImport, Name
from made_up import AUTHORS, BEGIN, PIPELINE, TRAIN, make, params_text, pipeline_text, plan_of

# What has landed early is in the tree of every later branch. So it is in reality; but a thousand would be most of the
# time that building takes, so the others land after all branches are forked.
_LANDED_EARLY: Final = 20

_OWNER: Final = AUTHORS[0]

FILES: Final[Mapping[str, str]] = {
    ".dvc/config": "[core]\n    analytics = false\n",
    ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
    ".gitignore": "/model.pt\n",
    "dvc.yaml": PIPELINE,
    "params.yaml": params_text(make(0, count=1, seed=0, parent=None, kind={}).params, 0),
    "train.py": TRAIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A repository that was built. `later`: those of the experiments that were landed after all were forked."""

    root: Path
    experiments: tuple[Written, ...]

    def of(self, kind: str) -> tuple[Written, ...]:
        """The experiments of one kind."""
        return tuple(one for one in self.experiments if one.kind == kind)


def build(path: Path, *, experiments: int, trials: int = 5, seed: int = 0, steps: int = 0) -> History:
    """A repository at `path`, which does not exist yet, with so many experiments; `main` is checked out."""
    path.mkdir(parents=True)
    _git(path, "init", "-q", "-b", "main", "--object-format=sha1")
    for key, value in (("user.name", "Ada Lovelace"), ("user.email", "ada@example.org"), ("gc.auto", "0")):
        _git(path, "config", key, value)
    with FastImport(path) as stream:
        files = {file: stream.blob(text) for file, text in {**FILES, "dvc.yaml": pipeline_text(steps)}.items()}
        main = stream.commit("refs/heads/main", "pipeline\n", author=_OWNER, when=BEGIN, parents=(), files=files)
        builder = _Builder(writer=Writer(stream=stream, steps=steps), main=main, trials=trials, seed=seed)
        for number in range(experiments):
            builder.add(number)
        builder.land_the_rest()
    return _finished(path, builder)


def extend(history: History, *, number: int, trials: int = 5, seed: int = 0) -> Written:
    """One experiment more, as another run of `ledger` would have added it; `number` decides of which kind."""
    main = _git(history.root, "rev-parse", "main").strip()
    with FastImport(history.root) as stream:
        builder = _Builder(writer=Writer(stream=stream), main=main, trials=trials, seed=seed)
        builder.add(number)
    return builder.written[0]


def _finished(path: Path, builder: _Builder) -> History:
    _git(path, "update-ref", "-d", SCRATCH)
    _git(path, "pack-refs", "--all")
    _git(path, "reset", "--quiet", "--hard", "main")
    return History(root=path, experiments=tuple(builder.written))


def _git(path: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True, text=True).stdout


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Decides what the experiments are, what they refine, and which of them land when."""

    writer: Writer
    main: Name
    trials: int
    seed: int
    written: list[Written] = field(default_factory=list)
    late: list[Written] = field(default_factory=list)
    landed: int = 0

    def add(self, number: int) -> None:
        """Write an experiment with all its refs."""
        kind = KINDS[number % len(KINDS)]
        parent = self._parent(number)
        features = {"against_parent": number % 16 == 11, "exploratory": kind == EXPLORATORY, "failing": kind == FAILING}
        made = make(
            number, count=self.trials, seed=self.seed, parent=None if parent is None else parent.made, kind=features
        )
        written = self.writer.write(made, kind, self.main if parent is None else parent.tip)
        self.written.append(written)
        if kind in (LANDED, LANDED_AND_GONE):
            if self.landed < _LANDED_EARLY:
                self._land(written, made.created + timedelta(minutes=38))
            else:
                self.late.append(written)
            self.landed += 1

    def _parent(self, number: int) -> Written | None:
        """Every fourth refines an earlier one; those chains are up to three long."""
        back = {3: 1, 7: 4}.get(number % 8)
        return self.written[number - back] if back is not None and number < len(self.written) + 1 else None

    def land_the_rest(self) -> None:
        """Land what was left for later."""
        when = BEGIN if not self.written else self.written[-1].made.created
        for place, written in enumerate(self.late):
            self._land(written, when + timedelta(hours=1, seconds=place))

    def _land(self, written: Written, when: datetime) -> None:
        """One commit on main that adds the record, and the tag of the branch's tip, as `ledger land --record` does."""
        tip = self.writer.stream.id(written.tip)
        title = plan_of(written.made, "").title
        message = (
            f"land: {written.outcome} {title}\n\nLedger-Experiment: {written.name}\nLedger-Landed: record\n"
            f"Ledger-Tip: {tip}\n"
        )
        self.writer.tip_tag(written.made, written.tip, when)
        self.main = self.writer.stream.commit(
            "refs/heads/main", message, author=_OWNER, when=when, parents=(self.main,), files=written.paths
        )


def describe(history: History) -> dict[str, object]:
    """What a benchmark must know of a repository: how many there are of what, and two branches that compare."""
    plain = [one.name for one in history.experiments if one.speaks.startswith("refs/heads/exp/")]
    return {
        "experiments": len(history.experiments),
        "trials": sum(one.made.trials for one in history.experiments),
        "verdicts": sum(one.outcome is not None for one in history.experiments),
        "compared": plain[:2],
    }


def list_blobs(history: History, file: Path) -> None:
    """Write the ids of every hypothesis, record, note and verdict to a file, one a line."""
    names = [name for one in history.experiments for name in one.revisions if "/environments/" not in name]
    command = ["git", "cat-file", "--batch-check=%(objectname)"]
    with file.open("wb") as out:
        subprocess.run(command, cwd=history.root, check=True, input="\n".join(names).encode(), stdout=out)


def main() -> None:
    """Build or extend a repository, and say on standard output what is in it, as JSON."""
    parser = argparse.ArgumentParser(description="Build a repository of many experiments.")
    parser.add_argument("path", type=Path)
    parser.add_argument("experiments", type=int, help="how many, or with --extend the number of the one to add")
    parser.add_argument("--trials", type=int, default=5, help="of each (5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=0, help="of the curves that each trial writes (none)")
    parser.add_argument("--extend", action="store_true", help="add one experiment to a repository that is there")
    parser.add_argument("--blobs", type=Path, help="where to list the blobs that a reader of all must read")
    given = parser.parse_args()
    if given.extend:
        history = History(root=given.path, experiments=())
        extend(history, number=given.experiments, trials=given.trials, seed=given.seed)
        return
    history = build(given.path, experiments=given.experiments, trials=given.trials, seed=given.seed, steps=given.steps)
    if given.blobs is not None:
        list_blobs(history, given.blobs)
    print(json.dumps(describe(history)))


if __name__ == "__main__":
    main()
