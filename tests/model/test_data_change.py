"""Arms that differ in data: what a plan may ask for, written and read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.model import hypothesis as hypotheses
from ledger.model.data_change import MAX_DRAW, DataChange, Grouping
from ledger.model.formats.data_changes import change_mapping, group_mapping, read_changes, read_groups
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import BASE, Plan, Variant
from ledger.model.replicates import Axis, Replicates

FULL = "3f2a9c1d" * 5
PATHS = st.from_regex(r"[a-z]{1,4}(/[a-zA-Z0-9 .=-]{1,4}[a-z]){0,2}", fullmatch=True).filter(lambda p: ".." not in p)
SHARES = st.floats(0, 1, exclude_min=True, exclude_max=True)
GROUPS = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3, unique=True).map(tuple)
PARTS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}), st.fixed_dictionaries({"without": GROUPS}), st.fixed_dictionaries({"only": GROUPS})
)
SAMPLES: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"keep": SHARES, "draw": st.integers(0, MAX_DRAW)}
)
PLACES: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"at": st.just(BASE) | st.text("0123456789abcdef", min_size=40, max_size=40)}
)
CHANGES: st.SearchStrategy[DataChange] = (
    st.tuples(PLACES, PARTS, SAMPLES)
    .map(lambda given: given[0] | given[1] | given[2])
    .filter(bool)
    .map(lambda given: DataChange(**given))
)
GROUPINGS = st.sampled_from(
    [
        Grouping(),
        Grouping(by="{site}/**"),
        Grouping(by="images/{site}_*.png"),
        Grouping(by="data/cases.csv", path="file", group="site"),
    ]
)


def plan(**given: Any) -> Plan:
    whole: dict[str, Any] = {
        "title": "A title",
        "name": "a",
        "author": "Ada <ada@example.org>",
        "created": datetime(2026, 11, 20, 10, tzinfo=UTC),
        "base": FULL,
        "variants": (Variant(name="x"),),
        "replicates": Replicates(axes=(Axis(name="seed", values=(0, 1)),)),
    }
    return Plan(**(whole | given))


def read(**replaced: str) -> Plan:
    """The plan as it is read where a person has written other values of some keys."""
    text = hypotheses.render(Hypothesis(plan=plan(), body=""))
    for key, value in replaced.items():
        lines = {"variants": "variants:\n  x: {}\n", "replicates": "replicates:\n  seed: [0, 1]\n"}
        line = lines.get(key)
        if line is None:
            text = text.replace("variants:", f"{key}: {value}\nvariants:")
        else:
            assert line in text, text
            text = text.replace(line, f"{key}: {value}\n")
    return hypotheses.parse(text).plan


@given(st.dictionaries(PATHS, CHANGES, max_size=3), st.dictionaries(PATHS, GROUPINGS, max_size=3), SHARES)
def test_what_is_written_is_what_is_read(
    changes: dict[str, DataChange], groups: dict[str, Grouping], share: float
) -> None:
    sampled = Axis(name="data/raw", values=(0, 7), kind="split", keep=share)
    written = Hypothesis(
        plan=plan(
            variants=(Variant(name="x", data=changes),),
            groups=groups,
            replicates=Replicates(axes=(sampled, Axis(name="seed", values=(0,)))),
        ),
        body="",
    )
    if any(path == "data/raw" and change.keep is not None for path, change in changes.items()):
        with pytest.raises(FormatError, match="every replicate draws a sample"):
            hypotheses.parse(hypotheses.render(written))
        return
    assert hypotheses.parse(hypotheses.render(written)) == written


@given(CHANGES, GROUPINGS)
def test_mappings_and_values_are_inverses(change: DataChange, grouping: Grouping) -> None:
    assert read_changes({"d": change_mapping(change)}, "data") == {"d": change}
    assert read_groups({"d": group_mapping(grouping)}) == {"d": grouping}


def test_arms_as_the_documents_write_them() -> None:
    found = read(
        groups="{data/raw: {by: '{site}/**'}}",
        variants=f"""
  week-12:   {{data: {{data/raw: {{at: {FULL}}}}}}}
  no-site-c: {{data: {{data/raw: {{without: [site-c]}}}}}}
  only-a:    {{at: base, params: {{lr: 0.1}}, data: {{data/raw: {{only: [site-a], at: base}}}}}}
  shaken:    {{data: {{data/raw: {{keep: 0.9, draw: 3}}}}}}""",
    )
    assert found.groups == {"data/raw": Grouping(by="{site}/**")}
    assert [v.data["data/raw"] for v in found.variants] == [
        DataChange(at=FULL),
        DataChange(without=("site-c",)),
        DataChange(only=("site-a",), at=BASE),
        DataChange(keep=0.9, draw=3),
    ]
    assert (found.grouping("data/raw").word, found.grouping("other").by) == ("site", "addition")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{keep: 1.5, draw: 0}", "`variants.week-12.data.data/raw.keep` is 1.5: a share between 0 and 1"),
        ("{keep: 1, draw: 0}", "`variants.week-12.data.data/raw.keep` is 1: a share between 0 and 1"),
        ("{keep: .nan, draw: 0}", "keep` is nan: a share between 0 and 1"),
        ("{keep: many, draw: 0}", "keep` is 'many': a share between 0 and 1"),
        ("{keep: 0.5}", "`variants.week-12.data.data/raw.keep` and `draw` go together"),
        ("{draw: 3}", "keep` and `draw` go together"),
        ("{keep: 0.5, draw: -1}", "`variants.week-12.data.data/raw.draw` is -1: a whole number from 0"),
        ("{keep: 0.5, draw: true}", "draw` is True: a whole number"),
        ("{at: v1.2}", "`variants.week-12.data.data/raw.at` is 'v1.2'; it may be `base` or the full id"),
        ("{without: site-c}", "without` is 'site-c': a list of groups"),
        ("{without: []}", "without` is []: a list of groups"),
        ("{without: [3141592]}", "without` has 3141592, not the name of a group: write it in quotes"),
        ("{without: [a, b, a]}", "`variants.week-12.data.data/raw.without` names a twice"),
        ("{without: [a], only: [b]}", "without` and `only` contradict each other"),
        ("{minus: [a]}", "may hold `at:`, `without:`, `only:`, `keep:`, `draw:` only"),
        ("{}", "may hold `at:`"),
        ("{at: null}", "`variants.week-12.data.data/raw` changes nothing"),
    ],
)
def test_what_is_no_change_is_named_by_its_key(change: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(variants=f"{{week-12: {{data: {{data/raw: {change}}}}}}}")
    assert said in str(caught.value)


@pytest.mark.parametrize("path", ["/data", "../data", "data/../x", "data/", ".", "''", "./data", ".git/x", ".dvc/tmp"])
def test_a_path_stays_in_the_repository(path: str) -> None:
    with pytest.raises(FormatError, match=r"`variants.x.data`: .* path from the root|does not lie in the repository"):
        read(variants=f"{{x: {{data: {{{path}: {{at: base}}}}}}}}")


def test_data_of_an_arm_that_another_experiment_fills_are_that_ones() -> None:
    with pytest.raises(FormatError, match="stands alone"):
        read(variants="{x: {experiment: other, data: {data: {at: base}}}}")


@pytest.mark.parametrize(
    ("grouping", "said"),
    [
        ("{by: '{site}/{scanner}'}", "`groups.data/raw.by` is '{site}/{scanner}': a pattern has one name in braces"),
        ("{by: '{}/**'}", "a pattern has one name in braces"),
        ("{by: '{site/**'}", "a pattern has one name in braces"),
        ("{by: additions}", "`groups.data/raw.by` is 'additions', and not `addition`, a pattern"),
        ("{by: cases.csv, path: file}", "or a table, with its columns"),
        ("{by: ../cases.csv, path: file, group: site}", "does not lie in the repository"),
        ("{by: addition, group: site}", "`groups.data/raw.group` is a column of a table, and `by` is 'addition'"),
        ("{by: 3}", "`groups.data/raw.by` is 3, not a text"),
        ("{path: file}", "`groups.data/raw.by` is None, not a text"),
        ("{with: site}", "`groups.data/raw` may hold `by:`, `path:`, `group:` only"),
    ],
)
def test_what_is_no_grouping_is_named_by_its_key(grouping: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(groups=f"{{data/raw: {grouping}}}")
    assert said in str(caught.value)


def test_samples_as_replicates() -> None:
    found = read(replicates="{data/raw: {keep: 0.9, draws: [0, 1]}, seed: [0, 1]}").replicates
    sampled = Axis(name="data/raw", values=(0, 1), kind="split", keep=0.9)
    assert (found.axes[0], found.parts_axis, found.samples) == (sampled, sampled, {"data/raw": 0.9})
    assert found.parameters == ("seed",)
    assert found.points()[1] == (("data/raw", 0), ("seed", 1))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{data/raw: {keep: 2, draws: [0]}}", "data/raw: `keep` is 2: a share between 0 and 1"),
        ("{data/raw: {keep: a, draws: [0]}}", "data/raw: `keep` is 'a': a share between 0 and 1"),
        ("{data/raw: {keep: 0.5, draws: [a]}}", "data/raw: a draw is a whole number from 0, not 'a'"),
        ("{data/raw: {keep: 0.5, draws: 3}}", "data/raw: a list of values was expected"),
        ("{data/raw: {keep: 0.5}}", "data/raw: `keep`, a share, and `draws`"),
        ("{../raw: {keep: 0.5, draws: [0]}}", "does not lie in the repository"),
        ("{a: {keep: 0.5, draws: [0]}, b: {keep: 0.5, draws: [0]}}", "b: a is the split axis already"),
        ("{a: {keep: 0.5, draws: [0]}, kind: fold}", "no axis that could hold the folds"),
    ],
)
def test_what_is_no_axis_of_samples(given: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(replicates=given)
    assert said in str(caught.value)


def test_what_an_arm_has_at_a_point() -> None:
    drawn = Axis(name="data/raw", values=(0, 4), kind="split", keep=0.9)
    arm = Variant(name="x", data={"data/raw": DataChange(without=("c",)), "data/test": DataChange(at=FULL)})
    whole = plan(variants=(arm, Variant(name="y")), replicates=Replicates(axes=(drawn,)))
    point = whole.replicates.points()[1]
    assert whole.data_of(arm) == arm.data
    assert whole.data_of(arm, point)["data/raw"] == DataChange(without=("c",), keep=0.9, draw=4)
    assert whole.data_of(Variant(name="y"), point) == {"data/raw": DataChange(keep=0.9, draw=4)}
