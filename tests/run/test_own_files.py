"""Files of a project's own below `experiments/` are code and results as elsewhere; only records are the ledger's."""

from __future__ import annotations

import json

import pytest
from conftest import TRAIN, Project, Shelved, default_files

FILES = default_files() | {
    "train.py": TRAIN.replace(
        "from _random", "import json, sys\nsys.path.insert(0, 'experiments/nets')\nimport net\nfrom _random", 1
    )
    + "accuracy = net.shift + 0\n"
    + 'json.dump({"shift": net.shift, "accuracy": net.shift}, open("experiments/nets/out.json", "w"))\n',
    "experiments/nets/net.py": "shift = 1\n",
    "experiments/nets/unused.py": "x = 1\n",
    "experiments/README.md": "ours\n",
    "dvc.yaml": """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, experiments/nets/net.py]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
      - experiments/nets/out.json: {cache: false}
""",
}


def ran(project: Project) -> None:
    project.ledger(
        "new", "Nets", "--name", "a", "--seeds", "2", "--predict", "`experiments/nets/out.json:accuracy` > 0"
    )
    project.commit("another net", {"experiments/nets/net.py": "shift = 2\n"})
    project.ledger("run")


@pytest.fixture
def own(shelved: Shelved) -> Project:
    return shelved(ran, FILES)


def test_they_are_code(own: Project) -> None:
    changes = {c["path"] for c in own.ledger("diff", "main", "a", "--json").json["code"]}
    assert changes == {"experiments/nets/net.py"}
    # what no stage depends on is told before it gives old numbers as new ones
    own.commit("unused", {"experiments/nets/unused.py": "x = 2\n"})
    refused = own.ledger("run", "--again", code=2).err
    assert "no stage depends on it: experiments/nets/unused.py" in refused
    # records of its own and of others are none
    own.git("reset", "-q", "--hard", "HEAD^")
    own.ledger("note", "thinking")
    own.ledger("run", "--again")


def test_they_are_landed_with_the_change(own: Project) -> None:
    own.git("switch", "-q", "main")
    own.commit("main goes on", {"experiments/nets/unused.py": "x = 3\n"})
    own.ledger("land", "a", "--adopt")
    assert own.git("show", "main:experiments/nets/net.py") == "shift = 2"
    assert own.git("show", "main:experiments/nets/unused.py") == "x = 3"
    assert json.loads(own.git("show", "main:experiments/nets/out.json")) == {"shift": 2, "accuracy": 2}


def test_a_reused_trial_brings_its_results(own: Project) -> None:
    own.git("switch", "-q", "main")
    own.ledger("new", "Base", "--name", "b", "--seeds", "2")
    own.commit("a third net", {"experiments/nets/net.py": "shift = 3\n"})
    own.ledger("amend", "--predict", "shift >= baseline", "-m", "compare")
    own.ledger("run")
    own.git("switch", "-q", "main")
    own.ledger("new", "Base again", "--name", "c", "--seeds", "2", "--predict", "shift >= baseline - 9")
    own.commit("a fourth net", {"experiments/nets/net.py": "shift = 4\n"})
    own.ledger("run", "--only", "baseline")
    trials = {t["id"]: t for t in own.ledger("show", "--json").json["trials"]}
    commit = trials["baseline/seed-0"]["commit"]
    assert json.loads(own.git("show", f"{commit}:experiments/nets/out.json")) == {"shift": 1, "accuracy": 1}
