"""Per-case results of real trials: in the verdict, its proof, and other clones; from git and from DVC's cache."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeProject, Project, Shelved, default_files
from pytest import approx

TRAIN = """\
import os, random

params = eval(open("params.json").read(), {"true": True, "false": False, "null": None})
better = params["train"]["lr"] > 0.1
values = []
for case in range(60):
    own = random.Random(case)
    luck = random.Random(f'{case} {params["seed"]} {better}')
    values.append(round(own.gauss(0.7, 0.1) + better * own.gauss(0, 0.1) + luck.gauss(0, 0.01), 6))
os.makedirs("out", exist_ok=True)
for path in ("cases.csv", "out/cases.csv"):
    with open(path, "w") as file:
        print("case,site,dice", file=file)
        for case, value in enumerate(values):
            print(f"c{case},{'AB'[case % 2]},{value}", file=file)
open("metrics.json", "w").write('{"dice": %r}' % (sum(values) / 60))
"""

PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py]
    params:
      - params.json: [seed, train]
    outs:
      - out
      - cases.csv: {cache: false}
    metrics:
      - metrics.json: {cache: false}
"""

SETTINGS = "cases: {file: cases.csv, id: case, metric: dice, by: [site]}\n"
SAID = "holds on these cases; on new ones undecided"


def files() -> dict[str, str]:
    """A pipeline that writes per-case results into git and into DVC's cache."""
    own = {"train.py": TRAIN, "dvc.yaml": PIPELINE, "ledger.yaml": SETTINGS, ".gitignore": "/out\n"}
    return default_files() | own


def finished(project: Project) -> None:
    """Two arms of three seeds, concluded."""
    project.ledger("new", "X", "--name", "x", "--predict", "dice > baseline", "--seeds", "3", "-S", "train.lr=0.3")
    project.ledger("run")
    project.ledger("conclude", "-m", "so")


@pytest.fixture
def concluded(shelved: Shelved) -> Project:
    """The experiment with its verdict."""
    return shelved(finished, files())


def test_the_verdict_tells_these_cases_from_new_ones(concluded: Project) -> None:
    found = concluded.ledger("show", "--json").json["verdict"]
    (one,) = found["predictions"]
    assert one["outcome"] == "supported" and one["remarks"][-1] == SAID
    over = one["over_cases"]
    assert (over["cases"], over["clusters"], over["outcome"]) == (60, None, "inconclusive")
    assert over["interval"][0] < 0 < one["interval"][0]
    assert over["estimate"] == approx(one["estimate"])
    # in place of the bare warning
    assert found["warnings"] == []
    assert found["cases"] == {"file": "cases.csv", "id": "case", "metric": ["dice"]}
    text = (concluded.root / "experiments/x/verdict.md").read_text()
    assert f"\n- {SAID}\n" in text and "evaluation set" not in text
    assert "seeds and 60 cases crossed: difference +0.0" in text
    assert concluded.ledger("verify").out.strip() == "x: proved, 6 trials"


def test_the_cache_gives_the_same_and_what_is_altered_there_is_found(concluded: Project) -> None:
    before = concluded.ledger("show", "--json").json["verdict"]["predictions"]
    concluded.commit("cases from the cache", {"ledger.yaml": SETTINGS.replace("cases.csv", "out/cases.csv")})
    concluded.ledger("conclude")
    assert concluded.ledger("show", "--json").json["verdict"]["predictions"] == before
    concluded.ledger("verify")
    altered = next(
        path for path in (concluded.root / ".dvc/cache/files/md5").rglob("*") if path.is_file()
        and path.read_bytes().startswith(b"case,site,dice")
    )  # fmt: skip
    altered.chmod(0o644)
    kept = altered.read_text()
    altered.write_text(kept.replace("c1,B,0.", "c1,B,1."))
    said = concluded.ledger("verify", code=1).out
    assert "out/cases.csv of x:" in said and "does not match the recorded hash" in said
    # without it the verdict is neither proved nor false
    altered.unlink()
    lacking = concluded.ledger("verify", "--json").json
    assert lacking["ok"] and any("out/cases.csv of x:" in one["message"] for one in lacking["unproved"])
    refused = concluded.ledger("conclude", "-m", "again", code=2).err
    assert "is not in this clone" in refused and "ledger pull " in refused


def test_a_verdict_is_forged_where_its_cases_are(concluded: Project) -> None:
    path = concluded.root / "experiments/x/verdict.md"
    text = path.read_text()
    concluded.commit("forged", {"experiments/x/verdict.md": text.replace("there: inconclusive", "there: supported")})
    said = concluded.ledger("verify", code=1).out
    assert "predictions[0].kinds" in said and ".there` is 'supported', but the records give 'inconclusive'" in said


def test_without_per_case_results_it_is_as_it_was(concluded: Project) -> None:
    concluded.commit("no cases", {"ledger.yaml": "jobs: 1\n"})
    # the stored verdict says what it was computed from
    concluded.ledger("verify")
    concluded.ledger("conclude")
    found = concluded.ledger("show", "--json").json["verdict"]
    assert "cases" not in found and "over_cases" not in found["predictions"][0]
    assert found["warnings"] == ["for this evaluation set only: replicates do not sample the test data"]
    concluded.ledger("verify")
    # and `ledger.yaml` of the commit that wrote one may have known better
    concluded.git("commit", "-q", "--amend", "-m", "x")
    concluded.write({"ledger.yaml": SETTINGS})
    concluded.git("add", "-A")
    concluded.git("commit", "-q", "--amend", "-m", "verdict: without the cases")
    lacking = concluded.ledger("verify", "--json").json
    assert lacking["ok"] and any("does not use the per-case results" in one["message"] for one in lacking["unproved"])


def test_what_cannot_be_used_is_said_and_the_warning_stays(concluded: Project) -> None:
    def said(settings: str) -> list[str]:
        concluded.commit("settings", {"ledger.yaml": settings})
        concluded.ledger("conclude")
        found = concluded.ledger("show", "--json").json["verdict"]
        assert "over_cases" not in found["predictions"][0]
        assert [kind["kind"] for kind in found["kinds"]["warnings"]] == ["one-evaluation-set"]
        concluded.ledger("verify")
        return list(found["predictions"][0]["remarks"])

    assert said(SETTINGS.replace("id: case", "id: name"))[-1] == (
        "no per-case results: cases.csv of x:treatment/seed-0 cannot be read (ledger slices says why)"
    )
    assert said(SETTINGS.replace("cases.csv", "other.csv"))[-1] == (
        "no per-case results: x:treatment/seed-0 has no other.csv"
    )
    assert said(SETTINGS.replace("metric: dice", "metric: {dice: iou}"))[-1].endswith("have no column for dice")
    assert len(said(SETTINGS.replace("metric: dice", "metric: hd95"))) == 0


def test_a_shallow_clone_proves_nothing_of_it(concluded: Project, make_project: MakeProject, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    concluded.git("clone", "-q", "--no-tags", "--branch", "exp/x", str(concluded.root), str(clone))
    found = concluded.ledger("verify", "x", "--json", cwd=clone).json
    assert found["ok"] and any("cases.csv of x:" in one["message"] for one in found["unproved"])


def test_slices_of_real_trials(concluded: Project) -> None:
    found = concluded.ledger("slices", "x", "--json").json
    assert (found["metric"], found["a"], found["b"], found["seeds"]) == ("dice", "x:baseline", "x", 3)
    assert sorted(each["by"]["site"] for each in found["slices"]) == ["A", "B"]
    verdict = concluded.ledger("show", "--json").json["verdict"]["predictions"][0]
    assert found["all"]["difference"] == approx(verdict["estimate"])
    turned = concluded.ledger("slices", "x", "x:baseline", "--json").json
    assert turned["all"]["difference"] == approx(-verdict["estimate"])
    shown = concluded.ledger("slices", "--min-cases", "5").out
    assert max(len(line) for line in shown.split("\n\n")[2].splitlines()) <= 80 and "all cases" in shown
    one = concluded.ledger("slices", "x:baseline/seed-0", "x:treatment/seed-0")
    assert "the intervals ignore their variation" in one.out
    listed = concluded.ledger("slices", "--worst", "3", "--json").json["cases"]
    assert [each["difference"] for each in listed] == sorted(each["difference"] for each in listed)


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("main", "x"), "main is a git revision, not an experiment", "ledger log"),
        (("--metric", "iou"), "the cases have no metric iou", "has dice"),
        (("--by", "place"), "cases.csv of x:baseline/seed-0 has no column 'place'", "cases"),
        (("--where", "site = Z"), "no case is left: --where matches none", ""),
        (("--worst", "2", "-o", "a.png"), "-o draws slices, --worst lists cases", "choose one"),
        (("--worst", "2", "--lower-is-better", "--higher-is-better"), "contradict each other", "choose one"),
    ],
)
def test_what_slices_refuses(concluded: Project, arguments: tuple[str, ...], said: str, hint: str) -> None:
    before = concluded.state()
    err = concluded.ledger("slices", *arguments, code=2).err
    assert said in err and hint in err
    assert concluded.state() == before


def test_slices_need_to_know_where_the_cases_are(concluded: Project) -> None:
    concluded.write({"ledger.yaml": "jobs: 1\n"})
    err = concluded.ledger("slices", code=2).err
    assert "no per-case results are known" in err and "cases: {file: results/cases.csv" in err
    concluded.write({"ledger.yaml": SETTINGS.replace(", by: [site]", "")})
    assert "there is nothing to slice the cases by" in concluded.ledger("slices", code=2).err
    concluded.write({"ledger.yaml": SETTINGS.replace("cases.csv", "none.csv")})
    assert "no per-case results: x:baseline/seed-0 has no none.csv" in concluded.ledger("slices", code=2).err


def test_diff_and_show_tell_of_new_cases_too(concluded: Project) -> None:
    verdict = concluded.ledger("show", "--json").json["verdict"]["predictions"][0]
    found = concluded.ledger("diff", "--json").json
    (dice,) = [each for each in found["metrics"] if each["name"] == "dice"]
    assert dice["over_cases"]["interval"] == approx(verdict["over_cases"]["interval"])
    assert dice["over_cases"]["variances"] == approx(verdict["over_cases"]["variances"])
    assert (dice["over_cases"]["cases"], dice["over_cases"]["clusters"]) == (60, None)
    assert "dice with seeds and 60 cases crossed: ~ +0.0" in concluded.ledger("diff").out
    assert "dice > baseline: seeds and 60 cases crossed: difference +0.0" in concluded.ledger("show").out
    # one trial a side gives no noise of the seeds, and a revision no trials
    for pair in (("x:baseline/seed-0", "x:treatment/seed-0"), ("main", "x")):
        assert all("over_cases" not in each for each in concluded.ledger("diff", *pair, "--json").json["metrics"])
    concluded.write({"ledger.yaml": SETTINGS.replace("id: case", "id: name")})
    warned = concluded.ledger("diff", "--json").json["warnings"]
    assert "no per-case results: cases.csv of x:baseline/seed-0 cannot be read (ledger slices says why)" in warned
