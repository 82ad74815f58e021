"""`ablate` and `matrix` for real: an experiment of their own, its trials, the answer, and the same answer again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from conftest import Project, Shelved

from ledger.report.text import width

TRAIN = """\
import os, random
seed = int(open("params.yaml").read().split(":")[1])
files = sorted(os.path.join(at, name) for at, _, names in os.walk("data/train") for name in names)
with open(TALLY, "a") as tally:
    tally.write(f"{seed} {len(files)}\\n")
total = sum(float(open(file).read()) for file in files)
open("model.txt", "w").write(repr(0.5 + total + random.Random(str((seed, files))).gauss(0, 0.002)))
"""

EVALUATE = """\
import os, random
model = float(open("model.txt").read())
hard = sum(float(open(f"data/test/{name}").read()) for name in os.listdir("data/test"))
luck = random.Random(str((model, hard))).gauss(0, 0.001)
assert not os.path.exists("data/test/broken") or model > 0.7, "cannot be measured"
open("metrics.json", "w").write('{"dice": %r}' % (model - hard + luck))
"""

PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, data/train]
    params: [seed]
    outs: [model.txt]
  evaluate:
    cmd: python -S evaluate.py
    deps: [evaluate.py, model.txt, data/test]
    metrics:
      - metrics.json: {cache: false}
"""

SITES = {"site-a/1": "0.02", "site-a/2": "0.03", "site-c/1": "-0.08", "stray": "0"}


def weeks(project: Project) -> None:
    project.commit("week 1", {f"data/train/{name}": text for name, text in SITES.items()} | {"data/test/1": "0.01"})
    project.git("tag", "v1")
    project.commit("week 2", {"data/train/site-a/3": "0.06", "data/test/2": "0.05"})
    project.git("tag", "v2")


@pytest.fixture
def tally(tmp_path: Path) -> Path:
    return tmp_path / "tally"


@pytest.fixture
def sites(shelved: Shelved, tally: Path) -> Project:
    files = {
        "train.py": TRAIN, "evaluate.py": EVALUATE, "dvc.yaml": PIPELINE, "params.yaml": "seed: 0\n",
        ".gitignore": "/model.txt\n", "ledger.yaml": "metrics:\n  dice: {direction: higher}\n",
    }  # fmt: skip
    project = shelved(weeks, files)
    project.commit("where it is told", {"train.py": TRAIN.replace("TALLY", repr(str(tally)))})
    return project


def trained(tally: Path) -> Counter[str]:
    return Counter(tally.read_text().splitlines()) if tally.exists() else Counter()


def test_ablate(sites: Project, tally: Path) -> None:
    project = sites
    asked = ("ablate", "dice", "--path", "data/train", "--by", "site", "--seeds", "2")
    expected = project.ledger(*asked, "--dry-run", "--json").json
    assert (expected["trainings"], expected["trials"]) == (8, 8)
    assert [part["site"] for part in expected["parts"]] == ["none", "site-a", "site-c"]
    assert not tally.exists() and "exp/" not in project.git("branch")

    begun = project.ledger(*asked, "-j", "2")
    assert "1 file is in no site by {site}/**" in begun.err
    assert sum(trained(tally).values()) == 8
    assert "site-c harms dice; site-a helps dice" in begun.out
    assert [line for line in begun.out.splitlines() if width(line) > 80] == []
    assert project.git("status", "--porcelain") == "" and project.git("branch", "--show-current").strip() == "main"

    # the same again, and the answer alone, run nothing
    shown = project.ledger("ablate", "dice", "ablate-data-train", "--json").json
    assert project.ledger(*asked, "--json").json == shown
    assert sum(trained(tally).values()) == 8
    effects = {group["name"]: group for group in shown["groups"]}
    assert effects["site-c"]["effect"] == pytest.approx(-0.08, abs=0.01) and effects["site-c"]["label"] == "harms"
    assert effects["site-a"]["files"] == 3 and effects["none"]["label"] == "~"
    assert (shown["trainings"], shown["failed"], shown["missing"]) == (8, [], [])

    # the experiment is one as any other
    name = shown["experiment"]
    project.ledger("verify", name)
    project.ledger("conclude", name, "-m", "site c is to be looked at")
    project.ledger("land", name)
    again = project.ledger("ablate", "dice", name, "--json").json
    assert again == shown
    # another question of the same data has another name
    other = project.ledger(*asked, "--design", "alone", "--name", name, code=2)
    assert f"{name} asks a different question" in other.err
    refused = project.ledger(*asked, code=2)
    assert f"ledger ablate dice {name} shows its answer" in refused.err


def test_matrix(sites: Project, tally: Path) -> None:
    project = sites
    # both columns of one row at once: the second waits for the stage that trains
    one_row = ("matrix", "dice", "--train", "data/train@v1", "--eval", "data/test@v1,v2", "--seeds", "1")
    project.ledger(*one_row, "-j", "2")
    assert trained(tally) == {"0 4": 1}
    asked = ("matrix", "dice", "--train", "data/train@v1,v2", "--eval", "data/test@v1,v2", "--seeds", "2")
    expected = project.ledger(*asked, "--dry-run", "--json").json
    assert (expected["trainings"], expected["trials"]) == (4, 8)
    done = project.ledger(*asked, "-j", "2")
    # each model once a seed, whatever the number of columns
    assert trained(tally) == {"0 4": 1, "1 4": 1, "0 5": 1, "1 5": 1}
    assert [line for line in done.out.splitlines() if width(line) > 80] == []
    # another question of the same data gets a number
    found = project.ledger("matrix", "dice", "matrix-data-train-data-test-2", "--json").json
    assert (found["rows"], found["columns"]) == (["v1", "v2"], ["v1", "v2"])
    assert [[cell["n"] for cell in row] for row in found["cells"]] == [[2, 2], [2, 2]]
    assert found["column_effects"][1]["effect"] == pytest.approx(-0.05, abs=0.01)
    assert found["row_effects"][1]["effect"] == pytest.approx(0.06, abs=0.01)
    project.ledger("verify", found["experiment"])


def refusals() -> dict[str, tuple[tuple[str, ...], str]]:
    ablate = ("ablate", "dice", "--path")
    matrix = ("matrix", "dice", "--train")
    return {
        "no groups": ((*ablate, "data/train", "--by", "{site}-x/**"), "matches no file"),
        "one group": (
            (*ablate, "data/train", "--by", "data.csv:file:all"),
            "one all, x: nothing is left without it",
        ),
        "a file": ((*ablate, "params.yaml", "--by", "site"), "is a single file"),
        "no path": ((*ablate, "data/trian", "--by", "site"), "data/trian"),
        "no grouping": ((*ablate, "data/train"), "say how the files are grouped"),
        "unread": ((*ablate, "docs", "--by", "site"), "no stage depends on docs"),
        "a budget": ((*ablate, "data/train", "--by", "site", "--budget", "9"), "--budget 9 is too small"),
        "overlap": ((*matrix, "data/train@v1,v2", "--eval", "data/train/site-a@v1"), "overlap"),
        "twice": ((*matrix, "data/train@v1,v1", "--eval", "data/test@v1"), "names v1 twice"),
        "the same": ((*matrix, "data/train@v2,main", "--eval", "data/test@v1"), "holds the same at v2 and at main"),
        "not there": ((*matrix, "data/train@v1,v0", "--eval", "data/test@v1"), "is not there at v0"),
        "no revision": ((*matrix, "data/train@v1,v9", "--eval", "data/test@v1"), "v9 is not a commit here"),
        "not read": ((*matrix, "docs@v1,v2", "--eval", "data/test@v1"), "no stage depends on docs"),
        "one cell": ((*matrix, "data/train@v1", "--eval", "data/test@v1"), "one cell"),
        "nothing to measure on": ((*matrix, "data/train@v1,v2"), "--eval is missing"),
    }


def test_what_cannot_be_asked(sites: Project, tally: Path) -> None:
    project = sites
    project.git("tag", "v0", project.git("rev-list", "--max-parents=0", "HEAD").strip())
    table = "file,all\n" + "".join(f"{name},x\n" for name in [*SITES, "site-a/3"])
    project.commit("documents", {"docs/a/1": "1", "docs/b/1": "2", "data.csv": table})
    before = project.state()
    for asked, said in refusals().values():
        assert said in project.ledger(*asked, code=2).err
    assert "lower-is-better" in project.ledger("ablate", "loss", "--path", "data/train", "--by", "site", code=2).err
    assert project.state() == before and not tally.exists()


def test_a_cell_that_cannot_be_measured(sites: Project) -> None:
    project = sites
    project.commit("a broken set", {"data/test/broken": "0.0"})
    done = project.ledger(
        "matrix", "dice", "--train", "data/train@v1,v2", "--eval", "data/test@v1,main", "--seeds", "1", code=1
    )  # fmt: skip
    assert "failed, or lacks the metric" in done.out
    found = project.ledger("matrix", "dice", "matrix-data", "--json", code=1).json
    assert [[cell["n"] for cell in row] for row in found["cells"]] == [[1, 0], [1, 0]]
    assert found["row_effects"][1]["effect"] == pytest.approx(0.06, abs=0.01)
    assert len(found["failed"]) == 2
