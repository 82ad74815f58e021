"""Which changed files would a run not notice?"""

from __future__ import annotations

import pytest

from ledger.analysis.traps import undeclared
from ledger.model.formats.lockfile import Pinned
from ledger.model.pipeline import Output, Pipeline, Stage, TrackedParameters
from ledger.model.settings import DEFAULT_IGNORE, Settings

PIPELINE = Pipeline(
    stages=(
        Stage(
            name="train",
            wdir="",
            command="python train.py",
            dependencies=("train.py", "src/model", "data/raw", "conf.csv"),
            outputs=(Output(path="model.pt", cached=True), Output(path="out", cached=False, kind="plot")),
            parameters=(TrackedParameters(file="params.yaml", keys=("lr",)),),
            lockfile="dvc.lock",
            lock_name="train",
        ),
    ),
    definitions=("dvc.yaml",),
    metrics=("metrics.json",),
    plots=("curve.csv",),
    variables=("vars.yaml",),
)

DATA = {
    "data/raw": Pinned(md5="1"),
    "data/raw/part": Pinned(md5="2"),
    "data": Pinned(md5="3"),
    "other": Pinned(md5="4"),
}


def unseen(*changed: str, ignore: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The changes that go unseen."""
    return undeclared(changed, PIPELINE, Settings(ignore=(*DEFAULT_IGNORE, *ignore)), tracked=DATA)


@pytest.mark.parametrize(
    "path",
    [
        "train.py",  # a dependency
        "src/model/net.py",  # below one
        "dvc.yaml",  # changes of a command show in the pipeline itself
        "params.yaml",  # its keys are checked one by one
        "vars.yaml",
        "dvc.lock",  # results
        "out/roc.json",
        "metrics.json",
        "curve.csv",
        "experiments/a/hypothesis.md",  # no effect
        "docs/a/b.py",
        "requirements-dev.txt",  # what is installed is in the record
        "tests/test_a.py",
        "deep/down/README.md",
        "data/.gitignore",
        "ledger.yaml",
        ".dvc/config",
        "data/raw.dvc",  # data that a stage reads, above and below it too
        "data/raw/part.dvc",
        "data.dvc",
    ],
)
def test_what_a_run_notices_or_need_not(path: str) -> None:
    assert unseen(path) == ()


@pytest.mark.parametrize(
    "path",
    [
        "src/other.py",
        "src/model.py",  # not below src/model
        "train.py.bak",
        "sub/train.py",
        "mydocs/a.py",
        "sub/docs/a.py",  # `docs/` is a folder at the root
        "other.dvc",  # data that no stage reads
        "lost.dvc",  # pins nothing that is known
        "setup.cfg",
        "words.txt",  # as often data as a document
    ],
)
def test_what_a_run_would_not_notice(path: str) -> None:
    assert unseen(path) == (path,)


def test_the_unseen_are_sorted_and_named_once() -> None:
    assert unseen("z.py", "a.py", "train.py", "z.py") == ("a.py", "z.py")


@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("scripts/", "scripts/deep/a.py", True),
        ("scripts/", "my/scripts/a.py", False),
        ("/scripts/", "scripts/a.py", True),
        ("*.ipynb", "deep/down/a.ipynb", True),
        ("src/plot_*.py", "src/plot_a.py", True),
        ("src/plot_*.py", "src/net.py", False),
    ],
)
def test_settings_can_ignore_more(pattern: str, path: str, ignored: bool) -> None:
    assert unseen(path, ignore=(pattern,)) == (() if ignored else (path,))
