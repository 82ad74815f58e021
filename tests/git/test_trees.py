"""A tree with some paths changed is the one that an index would have written."""

from __future__ import annotations

import random

from conftest import Project

from ledger.git.entries import EMPTY_TREE, Entry
from ledger.git.git import open_repository

NAMES = ("a", "b", "a.b", "a-b", "ä ö", "0")


def test_the_same_as_by_an_index(project: Project) -> None:
    git = open_repository(project.root)
    draw = random.Random(20261120)
    blobs = [git.blob(text.encode()) for text in ("", "x", "y")]
    base = git.commit("HEAD") or ""
    for number in range(60):
        changes: dict[str, Entry | None] = {}
        for _ in range(draw.randrange(6)):
            path = "/".join(draw.choice(NAMES) for _ in range(draw.randrange(1, 4)))
            # a file and a folder of one name in one change is nobody's wish
            if not any(path.startswith(f"{p}/") or p.startswith(f"{path}/") for p in changes):
                mode = draw.choice(("100644", "100755", "120000"))
                changes[path] = None if draw.random() < 0.3 else Entry(mode=mode, oid=draw.choice(blobs))
        made = git.tree(base, changes)
        assert made == git.tree_of_files(base, (), root=project.root, entries=changes), (number, changes)
        base = made
    everything: dict[str, Entry | None] = dict.fromkeys(git.objects.files(base))
    assert git.tree(base, everything) == EMPTY_TREE
    assert git.tree(base, {}) == base


def test_records_are_left_out_of_the_code(project: Project) -> None:
    git = open_repository(project.root)
    project.commit(
        "folders",
        {
            "experiments/mine/hypothesis.md": "---\n",
            "experiments/mine/trials/treatment/seed-0.yaml": "schema: 1\n",
            "experiments/own/train.py": "print()\n",
        },
    )
    from ledger.repo.ledger import open_ledger

    with open_ledger(project.root) as ledger:
        files = ledger.code.at(git.commit("HEAD") or "").files
    assert [path for path in files if path.startswith("experiments/")] == ["experiments/own/train.py"]
