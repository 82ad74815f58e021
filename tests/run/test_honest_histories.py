"""Whatever an honest user does, in whatever order: `ledger verify` finds no problem.

A few histories by default; `--hypothesis-profile many` draws others, and more and longer ones.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from itertools import count

from conftest import NOISY, PARAMS, MakeProject, Project, default_files
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

MANY = settings.default is not None and settings.default.max_examples > 100
numbers = count()


class Author:
    """Somebody who works in a project; `said` is what was typed, for whoever has to find out why it went wrong."""

    def __init__(self, project: Project, data: DataObject) -> None:
        self.project = project
        self.data = data
        self.said: list[str] = []
        self.experiments: list[str] = []

    def one_of(self, *choices: str) -> str:
        return self.data.draw(st.sampled_from(choices))

    def experiment(self) -> str:
        return self.one_of(*self.experiments)

    def ledger(self, *arguments: str) -> None:
        """A command, which may refuse, or answer no, and may not break."""
        answer = self.project.ledger(*arguments, code=None)
        self.said.append(f"ledger {' '.join(arguments)} # {answer.code} {answer.err.splitlines()[:1]}")
        assert answer.code in (0, 1, 2), "\n".join([*self.said, answer.err])

    def git(self, *arguments: str) -> bool:
        """Whether a command of git's succeeds, as it may not where a branch is gone."""
        self.said.append(f"git {' '.join(arguments)}")
        done = subprocess.run(["git", *arguments], cwd=self.project.root, capture_output=True, check=False)
        return done.returncode == 0

    def commit(self, path: str, text: str) -> None:
        """A change that is committed on the branch that is checked out."""
        self.said.append(f"change of {path}")
        (self.project.root / path).write_text(text)
        self.git("add", path)
        self.git("commit", "-m", f"change {path}")

    # --- what may be done

    def new(self) -> None:
        name = f"e{len(self.experiments)}"
        self.experiments.append(name)
        options = ["--seeds", self.one_of("1", "2", "hashed:2")]
        if self.data.draw(st.booleans()):
            options += ["--predict", self.one_of("accuracy >= baseline + 0.01", "loss < 1", "accuracy <= baseline")]
        if self.data.draw(st.booleans()):
            options += ["--from", self.one_of("main", *self.experiments[:-1])]
        if self.data.draw(st.booleans()):
            options += ["--variant", "high:train.lr=0.3"]
        self.ledger(
            "new", f"Idea {name}", "--name", name, "-S", f"train.lr={self.one_of('0.2', '0.1', '0.05')}", *options
        )

    def switch(self) -> None:
        self.git("switch", self.one_of("main", f"exp/{self.experiment()}"))

    def code(self) -> None:
        self.commit("train.py", f"{NOISY}# {next(numbers)}\n")

    def words(self) -> None:
        self.commit("README.md", f"words {next(numbers)}\n")

    def run(self) -> None:
        only = [] if self.data.draw(st.booleans()) else ["--only", self.one_of("treatment", "baseline", "seed-0")]
        self.ledger("run", self.experiment(), *only)

    def record(self) -> None:
        """Reproduce by hand, record it, and tidy up where that is refused."""
        params = {**PARAMS, "seed": self.data.draw(st.integers(0, 3)), "train": {**PARAMS["train"], "lr": 0.2}}  # type: ignore[dict-item]
        (self.project.root / "params.json").write_text(json.dumps(params, indent=2) + "\n")
        self.project.dvc("repro", "-q")
        self.ledger("record", "-m", "by hand")
        self.git("reset", "--hard", "-q")

    def amend(self) -> None:
        change = self.one_of("--predict=accuracy >= baseline", "--seeds=3", "--key=alpha=0.01", "--predict=loss < 0.9")
        self.ledger("amend", "--exp", self.experiment(), change, "-m", "thought again")

    def note(self) -> None:
        self.ledger("note", "what I saw")

    def void(self) -> None:
        trial = f"{self.one_of('treatment', 'baseline')}/{self.one_of('seed-0', 'seed-1')}"
        undo = ["--undo"] if self.data.draw(st.booleans()) else []
        self.ledger("void", f"{self.experiment()}:{trial}", "-m", "the disk was full", *undo)

    def conclude(self) -> None:
        self.ledger("conclude", self.experiment(), "-m", "it is", *self.early())

    def early(self) -> list[str]:
        return ["--early"] if self.data.draw(st.booleans()) else []

    def land(self) -> None:
        self.ledger("land", self.experiment(), self.one_of("--record", "--adopt"))

    def archive(self) -> None:
        self.ledger("archive", self.experiment(), self.one_of("--force", "--undo"))

    def reproduce(self) -> None:
        self.ledger("reproduce", self.experiment())

    def merge(self) -> None:
        """Take over what main has."""
        if not self.git("merge", "--no-edit", "main"):
            self.git("merge", "--abort")

    def rebase(self) -> None:
        """Go on from what main has."""
        if not self.git("rebase", "main"):
            self.git("rebase", "--abort")

    def verified(self) -> None:
        found = self.project.ledger("verify", "--json", code=None)
        assert found.code in (0, 1), "\n".join([*self.said, found.err])
        assert found.json["problems"] == [], "\n".join([*self.said, json.dumps(found.json["problems"], indent=2)])

    def deeds(self) -> list[Callable[[], None]]:
        """What may come next; what makes results more often than the rest."""
        rest = [self.switch, self.code, self.words, self.record, self.amend, self.note, self.void, self.conclude]
        return [self.new, *3 * [self.run], *rest, self.conclude, self.land, self.archive, self.reproduce, self.merge,
                self.rebase]  # fmt: skip


@settings(
    max_examples=100 if MANY else 2,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_an_honest_history_has_no_problem(make_project: MakeProject, data: DataObject) -> None:
    project = make_project(default_files() | {"train.py": NOISY}, name=f"honest-{next(numbers)}")
    author = Author(project, data)
    author.new()
    author.run()
    for _ in range(data.draw(st.integers(4, 16 if MANY else 6))):
        data.draw(st.sampled_from(author.deeds()))()
        author.verified()
