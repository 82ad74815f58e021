"""Parameters merged key by key and locks stage by stage: no value is invented, none is lost, layouts stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.analysis import lock_entries
from ledger.analysis.lock_entries import BOTH, OURS, THEIRS, choose, merge_lock, three_way
from ledger.analysis.merge import Clash, merge_parameters, merge_values
from ledger.git.git import open_repository
from ledger.git.three_way import weave
from ledger.model.formats import paramfiles, yaml12
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.parameters import Value, flatten
from ledger.model.pipeline import Output, Pipeline, Stage, TrackedParameters


def none(base: str, ours: str, theirs: str) -> str | None:
    """Git's merge by lines, where it finds a conflict."""
    return None


BASE = """\
# top
seed: 0
train:
  lr: 0.1  # small
  layers: [4, 2]
loss: dice
"""


def merged(ours: str, theirs: str, *, path: str = "params.yaml", base: str = BASE, seed: bool = False) -> str | None:
    return merge_parameters(path, base, ours, theirs, weave=none, yielding=["seed"] if seed else []).text


def test_values_of_both_sides_are_put_into_ours() -> None:
    ours = BASE.replace("lr: 0.1", "lr: 0.2").replace("# top", "# the top")
    theirs = BASE.replace("dice", "focal").replace("[4, 2]", "[8]")
    assert merged(ours, theirs) == ours.replace("dice", "focal").replace("[4, 2]", "[8]")


def test_a_key_that_both_changed_clashes() -> None:
    ours, theirs = BASE.replace("lr: 0.1", "lr: 0.2"), BASE.replace("lr: 0.1", "lr: 0.3").replace("dice", "focal")
    got = merge_parameters("params.yaml", BASE, ours, theirs, weave=none)
    assert got.text is None
    assert got.clashes == (Clash(key="train.lr", base="0.1", ours="0.2", theirs="0.3"),)
    # to the same value is none
    assert merged(ours, theirs.replace("0.3", "0.2")) == ours.replace("dice", "focal")


def test_a_value_of_another_type_is_another_value() -> None:
    got = merge_parameters("p.yaml", "a: 1\n", "a: 1.0\n", "a: true\n", weave=none)
    assert [(c.ours, c.theirs) for c in got.clashes] == [("1.0", "true")]


def test_the_seed_is_the_experiments_where_both_changed_it() -> None:
    ours, theirs = BASE.replace("seed: 0", "seed: 3"), BASE.replace("seed: 0", "seed: 5")
    assert merged(ours, theirs) is None
    assert merged(ours, theirs, seed=True) == theirs


def test_keys_that_both_add_at_one_place_are_kept_with_their_comments() -> None:
    ours = BASE.replace("  layers", "  momentum: 0.9  # ours\n  layers") + "batch: 8\n"
    theirs = (
        BASE.replace("  layers", "  # theirs\n  gamma: 2\n  layers").replace("0.1  # small", "0.2  # tuned")
        + "depth: 3\n"
    )
    assert merged(ours, theirs) == (
        "# top\nseed: 0\ntrain:\n  lr: 0.2  # tuned\n  # theirs\n  gamma: 2\n  momentum: 0.9  # ours\n"
        "  layers: [4, 2]\nloss: dice\nbatch: 8\ndepth: 3\n"
    )  # fmt: skip


def test_keys_that_one_side_removes_are_gone() -> None:
    assert merged(BASE.replace("lr: 0.1", "lr: 0.2"), BASE.replace("loss: dice\n", "")) == (
        BASE.replace("lr: 0.1", "lr: 0.2").replace("loss: dice\n", "")
    )
    # removed here, changed there
    assert merged(BASE.replace("loss: dice\n", ""), BASE.replace("dice", "focal")) is None


def test_a_section_that_becomes_a_value_is_no_merge_by_key() -> None:
    got = merge_parameters("p.yaml", "a: 1\nb: 1\n", "a:\n  x: 1\nb: 1\n", "a: 1\nb: 2\nc: 3\n", weave=none)
    assert got.clashes == ()
    assert got.text == "a:\n  x: 1\nb: 2\nc: 3\n"
    assert merged("a:\n  x: 1\n", "a:\n  y: 1\n", base="a: 1\n", path="p.yaml") is None


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        ("p.json", '{"a": 1, "b": 2}\n', '{"a": 3, "b": 2}\n', '{"a": 1, "b": 4}\n', '{"a": 3, "b": 4}\n'),
        (
            "p.json",
            '{\n  "a": {\n    "x": 1\n  }\n}\n',
            '{\n  "a": {\n    "x": 1,\n    "y": 2\n  }\n}\n',
            '{\n  "a": {\n    "x": 0,\n    "z": 3\n  }\n}\n',
            '{\n  "a": {\n    "x": 0,\n    "y": 2,\n    "z": 3\n  }\n}\n',
        ),
        ("p.toml", "a=1 # one\n[s]\nb=2\n", "a=3 # one\n[s]\nb=2\n", "a=1\n[s]\nb=4\n", "a=3 # one\n[s]\nb=4\n"),
        ("p.toml", "[s]\nb = 2\n", "[s]\nb = 2\nc = 3\n", "[s]\nb = 4\nd = 5\n", "[s]\nb = 4\nc = 3\nd = 5\n"),
    ],
)  # fmt: skip
def test_other_formats(path: str, base: str, ours: str, theirs: str, wanted: str) -> None:
    assert merge_parameters(path, base, ours, theirs, weave=none).text == wanted


def test_python_keeps_the_code_of_both_or_is_not_merged(tmp_path: Path) -> None:
    import subprocess

    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    git = open_repository(tmp_path)

    def lines(base: str, ours: str, theirs: str) -> str | None:
        return weave(git, base, ours, theirs)

    base = "lr = 0.1\nname = 'a'\n\n\ndef f():\n    return 1\n"
    ours, theirs = base.replace("0.1", "0.2"), base.replace("'a'", "'b'")
    assert merge_parameters("p.py", base, ours, theirs, weave=lines).text == base.replace("0.1", "0.2").replace(
        "'a'", "'b'"
    )
    # the values could be put together, the functions cannot
    ours, theirs = ours.replace("return 1", "return 2"), theirs.replace("return 1", "return 3")
    got = merge_parameters("p.py", base, ours, theirs, weave=lines)
    assert (got.text, got.clashes) == (None, ())


KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
FLATS = st.dictionaries(KEYS, st.one_of(st.integers(0, 3), st.booleans(), st.sampled_from(["x", "y"]), st.none()))


@given(FLATS, FLATS, FLATS)
def test_a_merge_has_each_change_of_either_side(
    base: dict[str, Value], ours: dict[str, Value], theirs: dict[str, Value]
) -> None:
    got, clashes = merge_values(base, ours, theirs)
    swapped, same_clashes = merge_values(base, theirs, ours)
    clashing = {clash.key for clash in clashes}
    assert {clash.key for clash in same_clashes} == clashing
    assert {k: repr(v) for k, v in got.items()} == {k: repr(v) for k, v in swapped.items()}

    def at(side: dict[str, Value], key: str) -> str | None:
        return repr(side[key]) if key in side else None

    for key in {*base, *ours, *theirs} - clashing:
        b, o, t = at(base, key), at(ours, key), at(theirs, key)
        assert at(got, key) == (t if o == b else o)
    for key in clashing:
        assert len({at(base, key), at(ours, key), at(theirs, key)}) == 3


@given(FLATS, FLATS, FLATS, st.sampled_from(["p.yaml", "p.json"]))
def test_a_merged_text_holds_exactly_the_merged_values(
    base: dict[str, Value], ours: dict[str, Value], theirs: dict[str, Value], path: str
) -> None:
    write: Any = json.dumps if path == "p.json" else _lines
    values, clashes = merge_values(base, ours, theirs)
    got = merge_parameters(path, *(write(side) for side in (base, ours, theirs)), weave=none)
    assert got.clashes == clashes
    if got.text is not None:
        assert {k: repr(v) for k, v in flatten(paramfiles.parse(path, got.text)).items()} == {
            k: repr(v) for k, v in values.items()
        }
    elif path == "p.json":
        assert clashes


def _lines(flat: dict[str, Value]) -> str:
    return "".join(f"# {key}\n{key}: {yaml12.inline(value)}\n" for key, value in flat.items())


# --- locks

LOCK = """\
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    outs:
    - path: data
      hash: md5
      md5: {data}
  train:
    cmd: python train.py
    deps:
    - path: data
      hash: md5
      md5: {data}
    params:
      params.yaml:
        lr: {lr}
    outs:
    - path: model
      hash: md5
      md5: {model}
"""


def lock(data: str = "d0", lr: float = 0.1, model: str = "m0") -> str:
    return LOCK.format(data=data, lr=lr, model=model)


def test_each_stage_of_a_lock_is_one_sides_own_lines() -> None:
    other = LOCK.replace("python train.py", "python train.py -v")
    base, ours, theirs = lock(), lock(model="m1"), lock().replace("prepare.py", "prepare.py -q")
    got = merge_lock(base, ours, theirs, {})
    assert got == ours.replace("prepare.py", "prepare.py -q")
    assert merge_lock(base, base, theirs, {}) == theirs
    # both ran one stage: as was decided
    theirs = other.format(data="d0", lr=0.1, model="m2")
    assert merge_lock(base, ours, theirs, {"train": OURS}) == ours
    assert merge_lock(base, ours, theirs, {"train": THEIRS}) == theirs
    assert merge_lock(base, ours, theirs, {}) == theirs


def test_stages_that_one_side_adds_or_drops() -> None:
    base = lock()
    more = base + "  evaluate:\n    cmd: python evaluate.py\n"
    head, _, train = base.partition("  train:\n")
    assert merge_lock(base, base.replace("lr: 0.1", "lr: 0.2"), more, {}) == more.replace("lr: 0.1", "lr: 0.2")
    assert merge_lock(base, head, base.replace("prepare.py", "prepare.py -q"), {}) == head.replace(
        "prepare.py", "prepare.py -q"
    )
    assert train
    # both begin to have a lock
    assert merge_lock("", head, more, {}) == more


def test_a_lock_in_another_layout_is_merged_too() -> None:
    base, ours = lock(), "stages: {prepare: {cmd: a}}\nschema: '2.0'\n"
    theirs = "schema: '2.0'\nstages:\n  train: {cmd: b}\n"
    got = yaml12.loads(merge_lock(base, ours, theirs, {"prepare": OURS, "train": THEIRS}))
    assert got == {"stages": {"prepare": {"cmd": "a"}, "train": {"cmd": "b"}}, "schema": "2.0"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "whose"),
    [(1, 1, 1, BOTH), (1, 2, 2, BOTH), (1, 2, 1, OURS), (1, 1, 2, THEIRS), (1, 2, 3, None), (None, 2, 3, None)],
)
def test_three_way(base: int | None, ours: int, theirs: int, whose: str | None) -> None:
    assert three_way(base, ours, theirs) == whose


def stage(name: str, dependencies: tuple[str, ...], output: str, keys: tuple[str, ...] = ()) -> Stage:
    return Stage(
        name=name,
        wdir="",
        command=f"python {name}.py",
        dependencies=dependencies,
        outputs=(Output(path=output, cached=True),),
        parameters=(TrackedParameters(file="params.yaml", keys=keys),) if keys else (),
        lockfile="dvc.lock",
        lock_name=name,
    )


# defined in the wrong order, as people do
PIPELINE = Pipeline(
    stages=(stage("train", ("data", "train.py"), "model", ("train",)), stage("prepare", ("raw",), "data")),
    definitions=("dvc.yaml",),
    metrics=(),
    plots=(),
)


def entries(
    raw: str = "r0", data: str = "d0", code: str = "c0", lr: float = 0.1, model: str = "m0"
) -> dict[str, LockedStage]:
    """What a lock pins after a run on these inputs."""
    return {
        "prepare": LockedStage(
            command="python prepare.py",
            dependencies={"raw": Pinned(md5=raw)},
            parameters={},
            outputs={"data": Pinned(md5=data)},
        ),
        "train": LockedStage(
            command="python train.py",
            dependencies={"data": Pinned(md5=data), "train.py": Pinned(md5=code)},
            parameters={"params.yaml": {"train": {"lr": lr}}},
            outputs={"model": Pinned(md5=model)},
        ),
    }


def chosen(
    base: dict[str, LockedStage], ours: dict[str, LockedStage], theirs: dict[str, LockedStage],
    *, raw: str = "r0", code: str = "c0", lr: float = 0.1,
) -> lock_entries.LockChoice:  # fmt: skip
    """The choice for merged files with these contents."""
    held = {"raw": raw, "train.py": code}
    return choose(
        PIPELINE,
        {"params.yaml": {"train.lr": lr, "other": 1}},
        lambda path, pin, side: held[path] == pin.md5,
        base=base,
        ours=ours,
        theirs=theirs,
    )


def test_entries_that_hold_need_no_run() -> None:
    base, theirs = entries(), entries(lr=0.2, model="m1")
    got = chosen(base, base, theirs, lr=0.2)
    assert (got.sides, got.contested, got.stale) == ({"prepare": BOTH, "train": THEIRS}, (), ())


def test_an_entry_that_neither_side_has_is_to_be_made() -> None:
    got = chosen(entries(), entries(code="c1", model="m1"), entries(lr=0.2, model="m2"), code="c1", lr=0.2)
    assert (got.sides["train"], got.contested, got.stale) == (THEIRS, ("train",), ("train",))


def test_of_two_entries_the_one_that_holds_is_taken() -> None:
    # theirs had run with a rate which main has overtaken
    got = chosen(entries(), entries(lr=0.3, model="m1"), entries(lr=0.2, model="m2"), lr=0.3)
    assert (got.sides["train"], got.stale) == (OURS, ())


def test_what_depends_on_a_stage_to_reproduce_is_to_be_reproduced() -> None:
    ours, theirs = entries(raw="r1", data="d1", model="m1"), entries(lr=0.2, model="m2")
    got = chosen(entries(), ours, theirs, raw="r1", lr=0.2)
    # prepare is main's and holds; train ran on the experiment's data
    assert (got.sides, got.stale) == ({"prepare": OURS, "train": THEIRS}, ("train",))
    got = chosen(entries(), entries(), theirs, raw="r2", lr=0.2)
    assert got.stale == ("prepare", "train")


@pytest.mark.parametrize("lacking", ["prepare", "train"])
def test_a_stage_without_an_entry_is_to_be_reproduced(lacking: str) -> None:
    held = {name: entry for name, entry in entries().items() if name != lacking}
    assert lacking in chosen(held, held, held).stale


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ((stage("a", (), "x"), stage("b", ("x",), "y")), None),
        ((stage("a", (), "x"), stage("b", (), "x")), "a and b both make x"),
        ((stage("a", (), "x/y"), stage("b", (), "x")), "a makes x/y inside x, which b makes"),
        ((stage("a", ("y",), "x"), stage("b", ("x",), "y")), "its stages form a dependency cycle"),
    ],
)
def test_pipelines_that_would_not_run_are_told(stages: tuple[Stage, ...], said: str | None) -> None:
    got = lock_entries.unsound(Pipeline(stages=stages, definitions=(), metrics=(), plots=()))
    assert got == said or (said is not None and got is not None and got.startswith(said))
