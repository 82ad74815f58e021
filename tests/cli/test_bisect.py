"""`ledger bisect`: weekly additions to a data set, one of which did it; and all that cannot be searched.

What is in a file is its effect on the metric, so that each addition does what its files say.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from conftest import Project, Shelved
from made_data import add
from test_bad_input import refused

from ledger.analysis.bisection import expected
from ledger.repo.bisection import planning
from ledger.repo.bisection.planning import SearchDraft
from ledger.repo.bisection.request import BisectRequest, Prior
from ledger.repo.ledger import open_ledger

TRAIN = """\
import os, random

params = eval(open("params.json").read())
found = sorted((f, open(os.path.join(at, f)).read()) for at, _, files in os.walk("data/raw") for f in files)
luck = random.Random(str((params["seed"], found)))
sites = {}
for site in "ac":
    level = 0.6 + sum(float(effect) for name, effect in found if name[0] == site)
    sites["site-" + site] = {"dice": level + luck.gauss(0, 0.004) - float(open("data/test").read())}
dice = sum(values["dice"] for values in sites.values()) / 2
open("model.txt", "w").write(str(found))
open("metrics.json", "w").write(str({"dice": dice, **sites}).replace("'", '"'))
"""

PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, data/raw, data/test]
    params:
      - params.json: [seed]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""

FILES = {
    "train.py": TRAIN,
    "params.json": '{"seed": 0}\n',
    "dvc.yaml": PIPELINE,
    ".gitignore": "/model.txt\n/data/raw\n",
    "data/test": "0.0\n",
}

# the third week harms both sites, with files of the second one
WEEKS = (
    {"site-a/a1": "0.0", "site-c/c1": "0.0"},
    {"site-a/a2": "0.0"},
    {"site-c/a3": "-0.1", "site-c/c3": "-0.1"},
    {"site-a/a4": "0.0", "site-a/a5": "0.0"},
    {"site-a/a6": "0.0"},
)


def five_weeks(project: Project) -> None:
    """A data set in five additions, each tagged, with a commit of code after the fourth."""
    held: dict[str, str] = {}
    for number, week in enumerate(WEEKS, start=1):
        held |= week
        project.commit(f"week {number}", add(project, held))
        project.git("tag", f"w{number}")
    project.commit("a harder test", {"data/test": "0.02\n"})


@pytest.fixture
def weeks(shelved: Shelved) -> Project:
    return shelved(five_weeks, FILES)


def draft(project: Project, good: str = "w1", bad: str = "w5", **asked: object) -> SearchDraft:
    with open_ledger(project.root) as ledger:
        request = BisectRequest(**({"metric": "dice", "good": good, "bad": bad, "better": "higher"} | asked))  # type: ignore[arg-type]
        return planning.draft(ledger, request)


def subjects(found: SearchDraft) -> list[str]:
    return [place.subject for place in found.places]


def test_the_guilty_addition_is_found_confirmed_and_judged(weeks: Project) -> None:
    before = weeks.state()
    asked = ("bisect", "dice", "w1", "main", "--higher-is-better", "--confirm", "3", "--evaluation", "data/test")
    first = weeks.ledger(*asked, "--budget", "6", "--json", code=None).json
    assert weeks.state()[1:] == before[1:]
    answer = weeks.ledger(*asked, "--budget", "30", "--json").json
    assert (answer["answer"]["kind"], answer["versions"][2]["subject"]) == ("step", "week 3")
    assert answer["answer"]["version"] == answer["versions"][2]["name"] == weeks.git("rev-parse", "w3")[:7]
    assert answer["answer"]["posterior"] > 0.95
    # the search went on with what it had
    assert first["experiment"] == answer["experiment"]
    assert answer["trainings"] >= first["trainings"]
    # the newer test is harder by 0.02, and the model worse by 0.1
    assert answer["evaluation"]["share"] == pytest.approx(0.1 / 0.12, abs=0.05)
    assert answer["confirmation"]["difference"] == pytest.approx(-0.1, abs=0.02)
    assert answer["confirmation"]["p_value"] < 0.01
    assert answer["confirmation"]["share"]["estimate"] == pytest.approx(1, abs=0.15)
    assert answer["groups"]["nature"] == "bad"
    assert {group["group"]: group["own"] for group in answer["groups"]["groups"]} == {"site-a": False, "site-c": True}
    # asked again it answers from the records
    assert weeks.ledger(*asked, "--json").json == answer
    name = answer["experiment"]
    page = weeks.ledger(*asked, "--format", "html").out
    assert page.count("data:image/svg+xml") == 1
    assert "week 3" in page
    assert weeks.ledger("conclude", name, "-m", "week 3 it was", "--json").json["finding"]["confirmation"]["confirmed"]
    assert weeks.ledger("verify", name, "--json").json["ok"]


def test_the_versions_are_those_of_the_data_that_changed(weeks: Project) -> None:
    found = draft(weeks)
    assert found.search.paths == ("data/raw",)
    assert subjects(found) == ["week 1", "week 2", "week 3", "week 4", "week 5"]
    # by the files that each addition brought
    assert found.search.weights == (1.0, 2.0, 2.0, 1.0)
    assert draft(weeks, prior=Prior.FLAT).search.weights is None
    assert found.search.evaluation_at is None
    assert subjects(draft(weeks, "w2", "w4")) == ["week 2", "week 3", "week 4"]


def test_commits_of_code_are_those_that_change_what_runs(weeks: Project) -> None:
    weeks.commit("words alone", {"README.md": "x"})
    found = draft(weeks, "w4", "HEAD", commits=True)
    assert subjects(found) == ["week 4", "week 5", "a harder test"]
    assert (found.search.paths, found.search.weights) == ((), None)


def test_the_evaluation_is_fixed_where_it_differs(weeks: Project) -> None:
    bad, good = weeks.git("rev-parse", "HEAD"), weeks.git("rev-parse", "w1")
    search = draft(weeks, bad="main", evaluation=("data/test",)).search
    assert (search.evaluation_at, search.evaluation_other) == (bad, good)
    search = draft(weeks, bad="main", evaluation=("data/test",), evaluation_at="w1").search
    assert (search.evaluation_at, search.evaluation_other) == (good, bad)
    assert draft(weeks, evaluation=("data/test",)).search.evaluation_at is None


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_the_direction_is_that_of_the_settings(weeks: Project, direction: str) -> None:
    weeks.commit("settings", {"ledger.yaml": f"metrics:\n  dice: {{direction: {direction}}}\n"})
    assert draft(weeks, better=None).search.better == direction


def test_what_else_differs_is_said(weeks: Project) -> None:
    (remark,) = draft(weeks, bad="main").remarks
    assert dict(remark.facts) == {"paths": ("data/test",)}
    assert draft(weeks, bad="main", evaluation=("data/test",)).remarks == ()


def test_a_version_that_is_skipped_stays_in_its_place(weeks: Project) -> None:
    assert draft(weeks, skip=("w3",)).search.skipped == (weeks.git("rev-parse", "w3"),)


def test_two_data_sets_are_searched_together(weeks: Project) -> None:
    labels = weeks.commit("labels", add(weeks, {"1": "x"}, "data/labels") | {"train.py": TRAIN + "# 2\n"})
    weeks.commit("more labels", add(weeks, {"1": "x", "2": "y"}, "data/labels"))
    found = draft(weeks, labels, "HEAD", paths=("data/labels",))
    assert subjects(found) == ["labels", "more labels"]
    weeks.commit("both", add(weeks, {"1": "z"}, "data/labels") | add(weeks, {"site-a/a1": "0.0"}))
    both = draft(weeks, labels, "HEAD", paths=("data/labels", "data/raw"))
    assert subjects(both) == ["labels", "more labels", "both"]
    # all that it changed of either: one label, and seven files that went
    assert both.search.weights == (1.0, float(2 + 7))


def test_a_dry_run_changes_nothing_and_says_what_it_may_cost(weeks: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # enough for an order of magnitude
    monkeypatch.setattr(expected, "_DECISIONS", 20)
    before = weeks.state()
    text = weeks.ledger("bisect", "dice", "w1", "w5", "--higher-is-better", "--dry-run").out
    assert "5 versions of data/raw, oldest first; nothing has been run" in text
    data = weeks.ledger("bisect", "dice", "w1", "w5", "--higher-is-better", "--dry-run", "--json").json
    assert [version["files"] for version in data["versions"]] == [None, 1, 2, 2, 1]
    costs = [one["trainings"] for one in data["expected"]]
    assert costs[0] > costs[-1] >= 4
    assert weeks.state() == before


HIGHER = ("--higher-is-better",)


@pytest.mark.parametrize(
    ("given", "says", "hint"),
    [
        (("w5", "w1", *HIGHER), "w5 comes after w1: GOOD is the earlier one", "ledger bisect METRIC w1 w5"),
        (("w3", "w3", *HIGHER), "w3 and w3 are the same commit", "an earlier one"),
        (("nothing", "w3", *HIGHER), "no experiment and no revision 'nothing'", "ledger log"),
        (
            ("w1", "w5"),
            "it is unknown whether a higher or a lower dice",
            "metrics: {dice: {direction: higher}}",
        ),
        (("w1", "w5", *HIGHER, "--lower-is-better"), "contradict each other", "choose one"),
        (("w1", "w5", *HIGHER, "--path", "data/other"), "neither git nor a .dvc file holds data/other", "dvc add"),
        (("w5", "main", *HIGHER, "--path", "data/raw"), "data/raw holds the same at both ends", "another --path"),
        (("w5", "main", *HIGHER), "no data that a stage depends on changed", "--commits"),
        (("w1", "w5", *HIGHER, "--commits", "--path", "data/raw"), "--commits those of code", "one of them"),
        (("w1", "w5", *HIGHER, "--confidence", "95"), "--confidence 95 is not from 0.5", "0.95"),
        (("w1", "w5", *HIGHER, "--confirm", "1"), "--confirm 1 gives no estimate", "--confirm 5"),
        (("w1", "w5", *HIGHER, "--skip", "w5"), "--skip w5 is an end of the search", "another GOOD or BAD"),
        (("w1", "w5", *HIGHER, "--skip", "main"), "--skip main is not one of the 5 versions", "--dry-run"),
        (("w1", "w5", *HIGHER, "--prior", "some"), "--prior some is not one of flat, files", "--prior files"),
        (("w1", "w5", *HIGHER, "--evaluation", "no/such"), "--evaluation no/such does not exist", "path right"),
        (
            ("w1", "main", *HIGHER, "--evaluation", "data/test", "--evaluation-at", "w3"),
            "--evaluation-at w3 is neither GOOD nor BAD",
            "--evaluation-at w1",
        ),
        (("w1", "w5", *HIGHER, "-o", "x.bmp"), "x.bmp: the extension must say the format", "plot.png"),
    ],
)
def test_what_cannot_be_searched_is_refused(weeks: Project, given: Sequence[str], says: str, hint: str) -> None:
    refused(weeks, "bisect", "dice", *given, says=says, hint=hint)


def test_a_branch_of_another_line_is_no_good_end(weeks: Project) -> None:
    weeks.git("switch", "-q", "-c", "aside", "w2")
    weeks.commit("aside", {"train.py": TRAIN + "# aside\n"})
    refused(
        weeks, "bisect", "dice", "aside", "w5", *HIGHER, says="aside is not in the history of w5", hint="git merge-base"
    )


def test_of_several_data_sets_the_one_must_be_said(weeks: Project) -> None:
    pipeline = PIPELINE.replace("data/test]", "data/test, data/labels]")
    weeks.commit("labels", add(weeks, {"1": "x"}, "data/labels") | {"dvc.yaml": pipeline})
    good = weeks.git("rev-parse", "HEAD")
    weeks.commit("both", add(weeks, {"1": "z"}, "data/labels") | add(weeks, {"site-a/a1": "0.0"}))
    refused(
        weeks, "bisect", "dice", good, "HEAD", *HIGHER,
        says="2 data sets changed between the ends", hint="--path data/labels",
    )  # fmt: skip


def test_versions_whose_data_are_nowhere_are_named(weeks: Project) -> None:
    pointer = weeks.git("show", "w3:data/raw.dvc")
    digest = pointer.split("md5: ")[1].split()[0]
    (weeks.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).unlink()
    name = weeks.git("rev-parse", "w3")[:8]
    refused(
        weeks, "bisect", "dice", "w1", "w5", *HIGHER,
        says=f"the data of 1 of 5 versions of data/raw are in no cache and no remote: {name}", hint=f"--skip {name}",
    )  # fmt: skip
    assert draft(weeks, skip=(name,)).search.skipped == (weeks.git("rev-parse", "w3"),)
    weeks.commit("a remote", {".dvc/config": "['remote \"far\"']\n    url = s3://far/away\n"})
    assert len(draft(weeks).places) == 5


def test_a_metric_that_no_file_has_is_refused(weeks: Project) -> None:
    weeks.commit("results", {"metrics.json": '{"dice": 0.6, "loss": 0.1}'})
    refused(weeks, "bisect", "dise", "w1", "HEAD", *HIGHER, says="has dise", hint="did you mean dice?")


def test_the_name_has_the_tags_that_were_typed(weeks: Project) -> None:
    assert draft(weeks).request.name == "bisect-dice-w1-w5"
    head = weeks.git("rev-parse", "HEAD")[:7]
    assert draft(weeks, bad="main").request.name == f"bisect-dice-w1-{head}"


def test_other_settings_than_it_began_with_are_refused(weeks: Project) -> None:
    weeks.ledger("bisect", "dice", "w1", "w5", *HIGHER, "--budget", "2", "--confirm", "0", code=1)
    refused(
        weeks,
        "bisect",
        "dice",
        "w1",
        "w5",
        *HIGHER,
        "--confirm",
        "4",
        says="began with another --confirm",
        hint="--name",
    )
    refused(weeks, "bisect", "dice", "w1", "w5", "--lower-is-better", says="asks a different question", hint="--name")
