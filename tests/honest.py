"""An experiment that was honestly run and concluded: what tests of `verify` begin with."""

from __future__ import annotations

from conftest import Project, default_files, noisy

# the noise differs between the arms, as it does in life
NOISY = noisy("f\"{params['seed']} {params['train']['lr']}\"")
FAILS = 'import sys\nif params["seed"] == 2 and params["train"]["lr"] > 0.15:\n    sys.exit("out of memory")\n'
FILES = default_files() | {"train.py": NOISY}


def branch(project: Project) -> None:
    """An experiment with a failed trial, stale attempts at an earlier code, and a code change in between."""
    project.ledger("new", "A higher rate", "--name", "a", "--predict", "accuracy >= baseline + 0.05",
                   "--seeds", "3", "-S", "train.lr=0.2")  # fmt: skip
    head, rest = NOISY.split("random.seed", 1)
    project.commit("code: too large", {"train.py": f"{head}{FAILS}random.seed{rest}"})
    project.ledger("run", code=1)
    project.commit("code: smaller", {"train.py": NOISY + "# smaller\n"})
    project.ledger("run")
    project.ledger("conclude", "-m", "It is.")


def landed(project: Project) -> None:
    """It has landed, and its branch is gone."""
    end(project, "landed")


def squashed(project: Project) -> None:
    """It was squashed into main, and its branch is gone."""
    end(project, "squashed")


def end(project: Project, kind: str) -> None:
    """Land it, or squash it into main; its branch is gone then."""
    project.git("switch", "-q", "main")
    if kind == "landed":
        project.ledger("land", "a", "--record")
    else:
        project.git("merge", "-q", "--squash", "exp/a")
        project.git("commit", "-q", "-m", "a, squashed")
    project.git("branch", "-q", "-D", "exp/a")
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
