"""One experiment that went on in two clones: all trials of both, on one line, each proved, whoever pulls first."""

from __future__ import annotations

import itertools
import shutil
from random import Random

import pytest
from conftest import Project, Shelved
from two_clones import (
    FILES,
    bring_together,
    clones,
    collected,
    finish,
    is_linear,
    pool,
    problems,
    records,
    send,
    shared,
)  # fmt: skip

POINTS = [f"{arm}/seed-{seed}" for arm in ("baseline", "treatment") for seed in (1, 2, 3)]


def test_both_keep_all_trials(shelved: Shelved) -> None:
    here, there = clones(shelved(shared, FILES))
    here.ledger("run", "--only", "seed-1")
    there.ledger("run", "--only", "seed-1", "--only", "seed-2")
    there.ledger("note", "it converges")
    here.ledger("note", "slow today")
    both = {*records(here).values(), *records(there).values()}
    send(here)
    found = bring_together(there)
    assert found.renamed == {f"{arm}/seed-1": f"{arm}/seed-1.2" for arm in ("baseline", "treatment")}
    assert {*records(there).values()} == both and len(records(there)) == len(both) == 8
    assert is_linear(there)
    assert problems(there) == []
    assert there.git("status", "--porcelain") == ""
    send(there)
    bring_together(here)
    assert records(here) == records(there)
    assert problems(here) == []


def work(clone: Project, number: int, luck: Random) -> None:
    """Some of what people do to an experiment."""
    left = [trial for trial in POINTS if f"experiments/a/trials/{trial}.yaml" not in records(clone)]
    for _ in range(luck.randint(1, 3)):
        done = [path for path in records(clone) if path.endswith(".yaml")]
        what = luck.choice(["run", "run", "note", "void", "verdict", "text", "amend"])
        if what == "run" and left:
            chosen = luck.sample(left, luck.randint(1, len(left)))
            left = [trial for trial in left if trial not in chosen]
            finish(clone, number, *chosen)
            collected(clone)
        elif what == "note":
            clone.ledger("note", f"note {luck.random()}", "--exp", "a")
        elif what == "void":
            name = luck.choice(done).split("/trials/")[1].removesuffix(".yaml")
            undo = ["--undo"] if (clone.git("ls-tree", "exp/a", f"experiments/a/trials/{name}.void")) else []
            clone.ledger("void", f"a:{name}", "-m", "the disk was full", *undo)
        elif what == "amend" and number == 0:
            # two who amend one plan do not come together without a word
            clone.ledger("amend", "--exp", "a", "--seeds", str(luck.randint(5, 9)), "-m", "too few", code=None)
        elif what == "verdict":
            clone.ledger("conclude", "a", "--early", "-m", f"so says {number}", code=None)
        elif what == "text":
            clone.git("switch", "-q", "exp/a")
            clone.commit("docs: a page", {f"docs/{number}-{luck.random()}.md": "text\n"})
            clone.git("switch", "-q", "main")


def results(clone: Project) -> dict[str, bool]:
    """The records, and whether each is voided."""
    found = records(clone)
    voids = {path.removesuffix(".void") for path in found if path.endswith(".void")}
    return {blob: path.removesuffix(".yaml") in voids for path, blob in found.items() if path.endswith(".yaml")}


@pytest.mark.parametrize("seed", range(3))
def test_whoever_pulls_first_all_have_the_same_trials(shelved: Shelved, seed: int) -> None:
    luck = Random(seed)
    count = 2 if seed % 3 else 3
    project = shelved(pool, FILES, after=shared)
    outcomes: list[Project] = []
    every = clones(project, count)
    for number, clone in enumerate(every):
        work(clone, number, luck)
    brought = [results(clone) for clone in every]
    for order in itertools.islice(itertools.permutations(range(count)), 2):
        # an order of its own for each copy of all of them
        copies = [clone.root.parent / f"order-{len(outcomes)}-{n}" for n in range(count)]
        for clone, copy in zip(every, copies, strict=True):
            shutil.copytree(clone.root, copy, symlinks=True)
        bare = project.root.parent / f"order-{len(outcomes)}.git"
        shutil.copytree(project.root.parent / "remote.git", bare)
        these = [Project(copy, project._capsys, project._monkeypatch) for copy in copies]
        for clone in these:
            clone.git("remote", "set-url", "origin", str(bare))
        for number in order:
            bring_together(these[number])
            send(these[number])
        for clone in these:
            bring_together(clone)
        outcomes.append(these[0])
        assert {str(records(clone)) for clone in these} == {str(records(these[0]))}
        assert results(these[0]) == {blob: any(b.get(blob) for b in brought) for each in brought for blob in each}
        assert is_linear(these[0])
        assert problems(these[0]) == []
    names = [{path.partition(".")[0] for path in records(one)} for one in outcomes]
    assert names[0] == names[1]
