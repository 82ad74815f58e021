"""Arms as they are typed: what is a parameter, what is data, and what may be either."""

from __future__ import annotations

import pytest

from ledger.cli import arm_values
from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.model.data_change import DataChange, Grouping
from ledger.model.formats.lockfile import Pinned
from ledger.model.pipeline import Output, Pipeline, Stage
from ledger.repo.asked_arms import understood
from ledger.repo.code import Code

FILES = (
    "params.yaml",
    "dvc.yaml",
    "data/raw.dvc",
    "data/raw-old.dvc",
    "cases/1.csv",
    "lr/a.txt",
    "train.py",
    "made.txt",
)


def code() -> Code:
    """A pipeline with data of DVC's and of git's, and a parameter that is called as a folder is."""
    made = Stage(
        name="train",
        wdir="",
        command="python train.py",
        dependencies=("train.py", "data/raw", "cases"),
        parameters=(),
        outputs=(Output(path="made.txt", cached=False, kind="out"),),
        lockfile="dvc.lock",
        lock_name="train",
    )
    pinned = Pinned(md5=f"{'0' * 32}.dir")
    return Code(
        commit="1" * 40,
        folder="",
        files={path: Entry(mode="100644", oid="2" * 40) for path in FILES},
        pipeline=Pipeline(stages=(made,), definitions=("dvc.yaml",), metrics=(), plots=()),
        texts={"params.yaml": "lr: 0.1\nseed: 0\ndata: {kind: toy}\n"},
        data={"data/raw": pinned, "data/raw-old": pinned},
    )


def read(text: str) -> tuple[dict[str, object], dict[str, DataChange]]:
    (asked,) = arm_values.arms([text])
    found = understood(code(), asked)
    return dict(found.params), dict(found.data)


@pytest.mark.parametrize(
    ("typed", "params", "data"),
    [
        ("seed=3,data.kind=real", {"seed": 3, "data.kind": "real"}, {}),
        ("data/raw@v12", {}, {"data/raw": DataChange(at="v12")}),
        ("./data/raw/@main~2", {}, {"data/raw": DataChange(at="main~2")}),
        ("data/raw-site-c", {}, {"data/raw": DataChange(without=("site-c",))}),
        ("data/raw=site-a", {}, {"data/raw": DataChange(only=("site-a",))}),
        ("data/raw=1", {}, {"data/raw": DataChange(only=("1",))}),
        ("data/raw=0.9", {}, {"data/raw": DataChange(keep=0.9, draw=0)}),
        ("data/raw=.5#3", {}, {"data/raw": DataChange(keep=0.5, draw=3)}),
        ("cases@v1,seed=2", {"seed": 2}, {"cases": DataChange(at="v1")}),
        ("data/raw-a,data/raw-b,data/raw@v1,data/raw=0.5",
         {}, {"data/raw": DataChange(at="v1", without=("a", "b"), keep=0.5, draw=0)}),
        ("@v1.2,data/raw=a,data/raw=b", {}, {"data/raw": DataChange(only=("a", "b"))}),
        ("params.yaml:lr=0.2,./lr=a", {"params.yaml:lr": 0.2}, {"lr": DataChange(only=("a",))}),
        ("data/raw-a=b", {}, {"data/raw": DataChange(without=("a=b",))}),
    ],
)  # fmt: skip
def test_parts(typed: str, params: dict[str, object], data: dict[str, DataChange]) -> None:
    assert read(f"x:{typed}") == (params, data)


@pytest.mark.parametrize(
    ("typed", "said", "hint"),
    [
        ("lr=0.2", "lr is both a parameter and a path", "params.yaml:lr=0.2 sets the parameter, ./lr=0.2 changes"),
        ("data/raw-old-a", "may mean -old-a of data/raw or -a of data/raw-old", "by hand"),
        ("data/row@v1", "begins with no path that git or DVC holds", "did you mean data/raw"),
        ("made.txt@v1", "begins with no path", ""),
        ("data/raw.dvc@v1", "begins with no path", "data/raw"),
        ("data/raw@v1,data/raw@v2", "two of `at` are given", "leave one"),
        ("data/raw-a,data/raw=b", "`without` and `only` contradict each other", ""),
        ("data/raw-a,data/raw-a", "`without` names a twice", ""),
        ("data/raw=", "nothing follows in data/raw=", "data/raw=site-a, or a share, data/raw=0.9"),
        ("seed=1,seed=2", "given twice for seed", "leave one"),
    ],
)
def test_what_cannot_be_understood(typed: str, said: str, hint: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read(f"x:{typed}")
    assert said in caught.value.message
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("typed", ["x", "x:", "x:@", ":lr=1", "x:lr=1,", "x:,lr=1"])
def test_what_is_no_arm(typed: str) -> None:
    with pytest.raises(LedgerError, match="is not NAME:KEY=VALUE, NAME:@REV or NAME:PATH@REV"):
        arm_values.arms([typed])


def test_groups_as_they_are_typed() -> None:
    typed = ["data/raw={site}/**", "./cases/=addition", "x=a:b.csv:file:site", "y={a}:*/**", "z=site"]
    found = arm_values.groups(typed)
    assert found == {
        "data/raw": Grouping(by="{site}/**"),
        "cases": Grouping(),
        "x": Grouping(by="a:b.csv", path="file", group="site"),
        "y": Grouping(by="{a}:*/**"),
        "z": Grouping(by="{site}/**"),
    }
    for wrong in ("data/raw", "data/raw=", "=addition", "data/raw=additon", "data/raw=a/b", "data/raw={a}/{b}"):
        with pytest.raises(LedgerError, match="--group"):
            arm_values.groups([wrong])
    with pytest.raises(LedgerError, match="twice for x"):
        arm_values.groups(["x=addition", "x={a}/**"])
