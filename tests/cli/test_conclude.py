"""`ledger conclude` on recorded trials: the outcome, the file, the commit, and everything that casts doubt on them."""

from __future__ import annotations

import html
import os
import pty
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import NOISY, Project, Shelved
from scipy import stats

from ledger.cli import editor
from ledger.model.formats import yaml12
from ledger.model.formats.front_matter import split
from ledger.model.verdict import SCHEMA

FILE = "experiments/{}/verdict.md"


def three(project: Project) -> None:
    """Three experiments on one baseline, with margins that the effect of the rate is above, below and about."""
    for name, rate, margin in (("good", 0.2, 0.05), ("bad", 0.21, 0.2), ("vague", 0.22, 0.12)):
        predicted = f"accuracy >= baseline + {margin}"
        project.ledger(
            "new", f"A rate of {rate} helps", "--name", name, "--from", "main", "--predict", predicted,
            "--seeds", "3", "-S", f"train.lr={rate}",
        )  # fmt: skip
        project.ledger("run")


def planned(project: Project) -> None:
    """An experiment of which one trial has run, and three are missing."""
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "--only", "treatment/seed-0")


def front_matter(project: Project, name: str, revision: str | None = None) -> tuple[dict[str, Any], str]:
    """The front matter and the body of a verdict."""
    text = project.git("show", f"{revision or f'exp/{name}'}:{FILE.format(name)}") + "\n"
    front, body = split(text)
    document = yaml12.loads(front)
    assert isinstance(document, dict)
    return document, body


def values(project: Project, name: str, variant: str = "treatment", metric: str = "accuracy") -> list[float]:
    """A metric of an arm by replicate, as the records have it."""
    trials = project.ledger("show", name, "--json").json["trials"]
    return [t["metrics"][metric] for t in trials if t["variant"] == variant and t["status"] == "succeeded"]


# --- the outcome and where it is written


@pytest.mark.parametrize(("name", "outcome"), [("good", "supported"), ("bad", "refuted"), ("vague", "inconclusive")])
def test_the_outcome_follows_from_the_trials(shelved: Shelved, name: str, outcome: str) -> None:
    project = shelved(three)
    tip = project.git("rev-parse", f"exp/{name}")
    answer = project.ledger("conclude", name, "-m", "Mostly on small ones.", "--json")
    found = answer.json
    assert found["outcome"] == outcome
    [judged] = found["predictions"]
    a, b = values(project, name, "baseline"), values(project, name)
    expected = stats.ttest_rel(b, a)
    low, high = expected.confidence_interval(0.9)
    assert judged["estimate"] == pytest.approx(sum(b) / 3 - sum(a) / 3)
    assert judged["interval"] == pytest.approx([low, high])
    margin = float(judged["text"].rsplit(" ", 1)[1])
    above = stats.ttest_1samp([y - x for x, y in zip(a, b, strict=True)], margin, alternative="greater")
    assert judged["p_value"] == pytest.approx(above.pvalue)
    assert (judged["outcome"], judged["test"], judged["n"], judged["n_baseline"]) == (outcome, "paired t", 3, 3)
    assert judged["confidence"] == pytest.approx(0.9)
    assert (found["looks"], found["alpha"], found["amendments"]) == (1, 0.05, [])
    assert any(warning.startswith("for this evaluation set only") for warning in found["warnings"])
    improved = [remark for remark in judged["remarks"] if "in the predicted direction nevertheless" in remark]
    assert bool(improved) is (outcome == "refuted")
    power = [remark for remark in judged["remarks"] if "replicates" in remark]
    assert bool(power) is (outcome == "inconclusive")

    # the file says the same, the commit adds the file and nothing else
    document, body = front_matter(project, name)
    assert document == {"schema": SCHEMA, **found}
    assert body.startswith(f"## Verdict: {outcome}\n\n**{outcome}**: `accuracy >= baseline + {margin:g}`\n")
    assert body.endswith("## Interpretation\n\nMostly on small ones.\n")
    assert project.git("diff", "--name-only", tip, f"exp/{name}") == FILE.format(name)
    subject, *_ = project.git("log", "-1", "--format=%s", f"exp/{name}").splitlines()
    assert subject.startswith(f"verdict: {outcome}, accuracy +0.1") and "(90% CI 0." in subject and "n=3)" in subject
    trailers = project.git("log", "-1", "--format=%(trailers:only)", f"exp/{name}")
    assert trailers.splitlines() == [f"Ledger-Experiment: {name}", f"Ledger-Outcome: {outcome}"]
    assert project.git("status", "--porcelain") == ""
    assert project.ledger("show", name, "--json").json["verdict"]["outcome"] == outcome


def test_the_body_can_be_read(shelved: Shelved) -> None:
    project = shelved(three)
    project.ledger("conclude", "good")
    _, body = front_matter(project, "good")
    assert body.count("\n## ") == 3
    lines = body.splitlines()
    assert "| metric   | baseline              | treatment             |" in lines
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| seed=")] == [
        "seed=0",
        "seed=1",
        "seed=2",
    ]
    assert "The declared replicates, seed 0, 1, 2; mean ± standard deviation. Alpha 0.05; looked at once" in body
    assert "## What this does not show\n\n- for this evaluation set only" in body
    assert "<!-- What do you make of it? -->" in body
    assert "## Amendments" not in body


def test_the_work_tree_is_brought_along(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    before = (project.root / "params.json").read_text()
    project.ledger("conclude")
    assert (project.root / FILE.format("good")).is_file()
    assert project.git("status", "--porcelain") == ""
    assert (project.root / "params.json").read_text() == before


def test_what_it_says_on_the_terminal(shelved: Shelved) -> None:
    project = shelved(three)
    answer = project.ledger("conclude", "bad")
    first, second, third, *rest = answer.out.splitlines()
    assert first == "bad: refuted"
    assert second == "  accuracy >= baseline + 0.2: refuted"
    assert third.startswith("    difference +0.11") and third.endswith("paired t, n = 3, p > 0.99")
    assert rest[-1].startswith("! for this evaluation set only")
    assert answer.err.startswith("committed as ")
    page = project.ledger("conclude", "bad", "--format", "md").out
    computed, _, _ = front_matter(project, "bad")[1].partition("\n## Interpretation\n")
    # what is stored keeps the escapes that it has always had, what is printed has those that hosts read alike
    assert html.unescape(page).strip() == re.sub(r"\\([^\w\s])", r"\1", html.unescape(computed)).strip()
    page = project.ledger("conclude", "bad", "--format", "html").out
    assert "<strong>refuted</strong>: <code>accuracy &gt;= baseline + 0.2</code>" in page


def test_exit_codes(shelved: Shelved) -> None:
    project = shelved(three)
    assert project.ledger("conclude", "bad").code == 0
    project.ledger("conclude", "bad", "--exit-code", code=1)
    project.ledger("conclude", "good", "--exit-code")
    project.ledger("conclude", "vague", "--exit-code")


# --- again


def test_the_same_records_give_the_same_bytes(shelved: Shelved, tmp_path: Path) -> None:
    project = shelved(three)
    project.ledger("conclude", "good", "-m", "It helps.")
    text = project.git("show", f"exp/good:{FILE.format('good')}")
    tip = project.git("rev-parse", "exp/good")

    again = project.ledger("conclude", "good")
    assert again.err == "the verdict is what it was\n"
    assert project.git("rev-parse", "exp/good") == tip

    project.git("update-ref", "refs/heads/exp/good", f"{tip}~1")
    project.ledger("conclude", "good", "-m", "It helps.")
    assert project.git("show", f"exp/good:{FILE.format('good')}") == text

    project.git("update-ref", "refs/heads/exp/good", f"{tip}~1")
    clone = tmp_path / "clone"
    project.git("clone", "-q", str(project.root), str(clone))
    refused = project.ledger("conclude", "good", cwd=clone, code=2)
    assert "no branch here, only on a remote\nhint: git switch" in refused.err
    project.git("switch", "-q", "exp/good", cwd=clone)
    project.ledger("conclude", "-m", "It helps.", cwd=clone)
    assert project.git("show", f"exp/good:{FILE.format('good')}", cwd=clone) == text


def test_an_interpretation_is_kept(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger("conclude", "-m", "It helps.\n\n## Limits\n\nSmall data.")
    project.ledger("conclude", "-m", "It helps.\n\n## Limits\n\nSmall data.")
    assert len(project.git("rev-list", "main..").split()) == 3
    project.ledger("conclude")
    assert front_matter(project, "good")[1].endswith("\nIt helps.\n\n## Limits\n\nSmall data.\n")
    project.ledger("conclude", "-m", "On second thought.")
    assert front_matter(project, "good")[1].endswith("\n## Interpretation\n\nOn second thought.\n")
    # one that was written by hand, below the question
    path = project.root / FILE.format("good")
    asked = "<!-- What do you make of it? -->\n\nBy hand."
    project.commit("words", {FILE.format("good"): path.read_text().replace("On second thought.", asked)})
    project.ledger("amend", "--key", "tags=[x]", "-m", "to find it")
    project.ledger("conclude")
    assert path.read_text().endswith("## Interpretation\n\nBy hand.\n")


def test_an_uncommitted_edit_is_not_lost(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger("conclude", "-m", "It helps.")
    path = project.root / FILE.format("good")
    edited = path.read_text().replace("It helps.", "It helps, on small lesions.")
    path.write_text(edited)
    assert "what it was" in project.ledger("conclude").err
    assert path.read_text() == edited
    state = project.state()
    answer = project.ledger("conclude", "-m", "Another.", code=2)
    assert "in the way" in answer.err and "hint: commit or stash those changes" in answer.err
    assert (path.read_text(), project.state()) == (edited, state)
    project.commit("words")
    assert "what it was" in project.ledger("conclude").err


# --- an editor


EDITOR = """#!/bin/sh
cp "$1" "$0.seen"
printf 'What I make of it.\\n# not this\\n' > "$1"
"""


def test_the_editor_asks_what_the_author_makes_of_it(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = shelved(three)
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", str(editor))
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        project.ledger("conclude", "good")
        # what is to be judged is shown
        seen = (tmp_path / "editor.seen").read_text().splitlines()
        assert seen[1] == "# What do you make of it? Lines that begin with # are left out."
        assert "# good: supported" in seen and any(line.startswith("#     difference +0.1") for line in seen)
        assert front_matter(project, "good")[1].endswith("## Interpretation\n\nWhat I make of it.\n")
        # once: the second time it is kept, and a text on the command line asks nobody
        monkeypatch.setenv("GIT_EDITOR", "false")
        project.ledger("conclude", "good")
        project.ledger("conclude", "bad", "-m", "No.")
        failed = project.ledger("conclude", "vague", code=2)
        assert failed.err == 'error: the editor false failed\nhint: say it on the command line: -m "…"\n'
        assert project.ledger("show", "vague", "--json").json["verdict"] is None
    os.close(master)


def test_nobody_is_asked_about_a_verdict_that_is_refused(shelved: Shelved, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shelved(planned)
    monkeypatch.setattr(editor, "edited", lambda prompt: pytest.fail("asked"))
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        project.ledger("conclude", code=2)
    os.close(master)


# --- trials that are missing, and looks


def test_missing_trials_are_named(shelved: Shelved) -> None:
    project = shelved(planned)
    state = project.state()
    answer = project.ledger("conclude", code=2)
    assert answer.err == (
        "error: 3 declared trials have no result yet: baseline/seed-0, baseline/seed-1, treatment/seed-1\n"
        "hint: ledger run, or --early for an inconclusive verdict until then\n"
    )
    assert project.state() == state
    project.ledger("run", "--only", "baseline/seed-0", "--only", "baseline/seed-1")
    assert "1 declared trial has no result yet: treatment/seed-1" in project.ledger("conclude", code=2).err


def test_an_early_verdict_is_inconclusive_and_takes_nothing_from_the_planned_one(shelved: Shelved) -> None:
    project = shelved(planned)
    found = project.ledger("conclude", "--early", "-m", "too soon", "--json").json
    assert (found["outcome"], found["looks"]) == ("inconclusive", 1)
    assert found["warnings"][0] == "concluded early: declared trials were missing"
    assert front_matter(project, "a")[0]["early"] is True
    assert "what it was" in project.ledger("conclude", "--early").err
    assert project.ledger("conclude", "--early", "-m", "far too soon", "--json").json["looks"] == 1

    project.ledger("run", "--only", "baseline")
    assert project.ledger("conclude", "--early", "--json").json["looks"] == 1

    project.ledger("run")
    done = project.ledger("conclude", "--early", "--json").json
    # what is judged is the number that was planned: nothing was stopped or added for what was seen
    assert (done["outcome"], done["looks"], done["confirmatory"]) == ("supported", 1, True)
    assert not any("early" in warning for warning in done["warnings"])
    assert "early" not in front_matter(project, "a")[0]
    assert "what it was" in project.ledger("conclude").err


def test_looks_that_the_plan_declares_share_alpha(shelved: Shelved) -> None:
    project = shelved(planned)
    project.ledger("amend", "--key", "looks=2", "-m", "one early look")
    project.ledger("run")
    project.ledger("conclude")
    project.commit("a little more", {"train.py": NOISY.replace("0.5 +", "0.6 +")})
    project.ledger("run")
    found = project.ledger("conclude", "--json").json
    assert (found["looks"], found["alpha"]) == (2, 0.05)
    assert found["reasons"] == ["changed after results had been seen: looks"]
    assert found["predictions"][0]["confidence"] == pytest.approx(0.95)
    assert not any("looked at" in warning for warning in found["warnings"])
    assert "Alpha 0.05, divided by 2 looks; looked at twice, twice declared." in front_matter(project, "a")[1]


def test_a_tweak_is_a_look(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger("conclude")
    project.commit("a little more", {"train.py": NOISY.replace("0.5 +", "0.6 +")})
    stale = project.ledger("conclude", code=2)
    assert "3 declared trials have no result yet (3 ran before the variant changed): treatment/seed-0" in stale.err
    # the verdict before it stands until then
    assert project.ledger("show", "--json").json["verdict"]["outcome"] == "supported"
    project.ledger("run")
    found = project.ledger("conclude", "--json").json
    assert (found["looks"], found["outcome"], found["numbers_say"]) == (2, "inconclusive", "supported")
    assert found["reasons"] == ["looks at the results: 2, declared: 1"]
    assert found["warnings"][0].startswith("the results were looked at 2 times")
    assert "both parameters and code differ: no difference can be attributed to one of them" in found["warnings"]
    assert found["predictions"][0]["estimate"] == pytest.approx(0.2, abs=0.01)


def test_trials_that_an_interrupted_run_left_are_collected_first(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    commits = {t["id"]: t["commit"] for t in project.ledger("show", "--json").json["trials"]}
    project.git("reset", "-q", "--hard", "HEAD~1")
    for trial, commit in commits.items():
        project.git("update-ref", f"refs/ledger/trials/good/{trial}", commit)
    project.ledger("conclude")
    assert project.git("for-each-ref", "refs/ledger/trials") == ""
    assert project.git("ls-tree", "--name-only", "HEAD:experiments/good/trials").split() == ["baseline", "treatment"]
    assert project.git("status", "--porcelain") == ""


# --- what casts doubt on trials


def test_results_that_may_be_older_than_the_prediction(shelved: Shelved) -> None:
    project = shelved(three)
    # the run cache has both seeds of what `good` ran, and baseline trials are taken over
    project.ledger("new", "The same again", "--name", "cached", "--from", "main", "--predict", "accuracy > 0.6",
                   "--seeds", "2", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")
    warnings = project.ledger("conclude", "--json").json["warnings"]
    assert (
        "restored from the run cache, so the results may predate the prediction: treatment/seed-0, treatment/seed-1"
        in warnings
    )


def test_trials_by_hand_and_beyond_the_plan(shelved: Shelved) -> None:
    project = shelved(three)
    project.ledger("new", "By hand", "--name", "hand", "--from", "main", "--predict", "accuracy > 0.6", "--seeds", "2",
                   "-S", "train.lr=0.25")  # fmt: skip
    for seed in (0, 1, 7):
        params = (project.root / "params.json").read_text()
        old = next(line for line in params.splitlines() if '"seed"' in line)
        project.write({"params.json": params.replace(old, f'  "seed": {seed},')})
        project.dvc("repro", "-q")
        project.ledger("record", "-m", "by hand")
    found = project.ledger("conclude", "hand", "--json").json
    assert (
        "recorded by hand, so the results may predate the prediction: treatment/seed-0, treatment/seed-1"
        in (found["warnings"])
    )
    assert "1 trial is beyond the declared replicates: stored, but not counted" in found["warnings"]
    assert found["predictions"][0]["n"] == 2
    assert found["predictions"][0]["estimate"] == pytest.approx(sum(values(project, "hand")[:2]) / 2)


FAILS = NOISY.replace(
    "accuracy = ", 'if params["seed"] == 1 and params["train"]["lr"] > 0.1: raise SystemExit(3)\naccuracy = '
)
NAN = NOISY + 'if params["seed"] == 1: open("metrics.json", "w").write(\'{"accuracy": NaN, "loss": 0.1}\')\n'


def failing(project: Project) -> None:
    """An experiment of which one treatment trial fails."""
    project.commit("fails", {"train.py": FAILS})
    project.ledger("new", "It fails", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", code=1)


def test_a_failed_trial(shelved: Shelved) -> None:
    project = shelved(failing)
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "inconclusive"
    [judged] = found["predictions"]
    assert judged["remarks"] == ["1 of 3 trials of treatment have no finite accuracy"]
    assert (judged["estimate"], judged["interval"], judged["p_value"], judged["n"]) == (None, None, None, 2)
    assert any(line.startswith("| seed=1") and line.split("|")[3].strip() == "-" for line in
               front_matter(project, "a")[1].splitlines())  # fmt: skip

    project.ledger("amend", "--key", "failures=worst", "-m", "a crash is a bad result")
    worst = project.ledger("conclude", "--json").json
    [judged] = worst["predictions"]
    assert judged["remarks"][0].startswith("1 of 3 trials of treatment failed and count as 0.6")
    assert judged["n"] == 3
    low = min(*values(project, "a"), *values(project, "a", "baseline"))
    assert judged["estimate"] == pytest.approx(
        (sum(values(project, "a")) + low) / 3 - sum(values(project, "a", "baseline")) / 3
    )
    assert worst["reasons"] == ["changed after results had been seen: failures"]

    project.ledger("amend", "--key", "failures=0.0", "-m", "a crash is no result")
    zero = project.ledger("conclude", "--json").json["predictions"][0]
    assert zero["remarks"][0] == "1 of 3 trials of treatment failed and count as 0, as the plan declares"
    assert zero["estimate"] < judged["estimate"]


@pytest.mark.parametrize("late", [True, False])
def test_a_direction_says_which_value_is_the_worst(shelved: Shelved, *, late: bool) -> None:
    """Chosen after results it may be chosen by them."""
    project = shelved(undirected if late else directed)
    if late:
        assert project.ledger("conclude", "--json").json["confirmatory"]
        project.commit("direction", {"ledger.yaml": "metrics: {loss: {direction: lower}}\n"})
    found = project.ledger("conclude", "--json").json
    told = "a direction committed after results decides which value is the worst: loss"
    assert (found["reasons"], found.get("late_directions")) == (([told], ["loss"]) if late else ([], None))
    assert "count as" in found["predictions"][0]["remarks"][0]
    assert project.ledger("verify", "a", "--json").json["problems"] == []
    # what is said later changes no verdict that is written
    project.commit("another direction", {"ledger.yaml": "metrics: {loss: {direction: higher}}\n"})
    assert project.ledger("verify", "a", "--json").json["problems"] == []


def undirected(project: Project) -> None:
    """An experiment of which one treatment trial fails, which counts as the worst value, whichever that is."""
    project.commit("fails", {"train.py": FAILS})
    project.ledger("new", "It fails", "--name", "a", "--predict", "loss <= baseline", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("amend", "--key", "failures=worst", "-m", "a crash is a bad result")
    project.ledger("run", code=1)


def directed(project: Project) -> None:
    """The same with the direction, which was there before the results."""
    project.commit("direction", {"ledger.yaml": "metrics: {loss: {direction: lower}}\n"})
    undirected(project)


def not_a_number(project: Project) -> None:
    """An experiment of which one seed gives no number."""
    project.commit("nan", {"train.py": NAN})
    project.ledger("new", "NaN", "--name", "a", "--predict", "accuracy > baseline", "--predict", "loss <= 1",
                   "--seeds", "3", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", code=None)


def test_nan_is_a_failure_of_its_metric_alone(shelved: Shelved) -> None:
    project = shelved(not_a_number)
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "inconclusive"
    first, second = found["predictions"]
    assert first["remarks"] == ["1 of 3 trials of treatment have no finite accuracy"]
    assert first["n"] == 2
    assert second["outcome"] == "supported"
    said = project.ledger("status").out
    assert "! no finite accuracy in baseline/seed-1 and treatment/seed-1: failed as far as it goes\n" in said
    assert "loss" not in said.partition("!")[2]


# --- no noise


def constant(project: Project) -> None:
    """A pipeline that reads its seed and does not use it, with as many as one replicate too."""
    project.commit("constant", {"train.py": NOISY.replace(" + random.random() / 100", "")})
    for name, seeds in (("still", "3"), ("one", "1")):
        project.ledger("new", "No noise", "--name", name, "--from", "main", "--predict", "accuracy > baseline",
                       "--seeds", seeds, "-S", "train.lr=0.2")  # fmt: skip
        project.ledger("run")


def test_replicates_that_change_nothing(shelved: Shelved) -> None:
    project = shelved(constant)
    [judged] = project.ledger("conclude", "still", "--json").json["predictions"]
    assert (judged["outcome"], judged["p_value"], judged["interval"]) == ("inconclusive", None, None)
    assert "".join(judged["remarks"]) == (
        "no estimate of the noise: the replicates do not vary at all. If accuracy is truly the same for every "
        "replicate, declare it deterministic in the plan; else replicates change nothing, or were restored from one run"
    )
    project.git("switch", "-q", "exp/still")
    project.ledger("amend", "--key", "deterministic=[accuracy]", "-m", "there is no noise in it")
    [exact] = project.ledger("conclude", "still", "--json").json["predictions"]
    assert (exact["outcome"], exact["test"], exact["interval"]) == ("supported", "exact", None)
    assert exact["estimate"] == pytest.approx(0.1)


def test_one_replicate(shelved: Shelved) -> None:
    project = shelved(constant)
    found = project.ledger("conclude", "one", "--json").json
    [judged] = found["predictions"]
    assert (found["outcome"], judged["p_value"], judged["n"]) == ("inconclusive", None, 1)
    assert judged["remarks"] == ["no estimate of the noise: one replicate gives none"]


def same_noise(project: Project) -> None:
    """The effect of the rate is the same at every seed."""
    project.commit("same", {"train.py": NOISY.replace("""str(params).replace("'", '"')""", 'params["seed"]')})
    project.ledger("new", "Same", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")


def test_a_difference_that_does_not_vary(shelved: Shelved) -> None:
    [judged] = shelved(same_noise).ledger("conclude", "--json").json["predictions"]
    assert judged["remarks"] == [
        "no estimate of the noise: the difference is the same at every replicate, so the replicates do not vary it"
    ]


# --- what predictions are about


def several(project: Project) -> None:
    """Odd metrics, two further arms, and predictions about each."""
    odd = '"val.acc": accuracy, "top`1": 2 * accuracy'
    project.commit("odd", {"train.py": NOISY.replace('"accuracy": accuracy', f'"accuracy": accuracy, {odd}')})
    project.ledger(
        "new", "Many", "--name", "a", "--seeds", "3", "-S", "train.lr=0.2", "--variant", "high:train.lr=0.4",
        "--predict", "val.acc >= baseline + 10%", "--predict", "`top``1` > 1", "--predict", "accuracy[high] > 0.8",
        "--predict", "loss within 0.2 of baseline", "--predict", "accuracy[high] >= accuracy[treatment] - 0.5",
    )  # fmt: skip
    project.ledger("run")


def test_predictions_of_every_kind(shelved: Shelved) -> None:
    project = shelved(several)
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "supported"
    relative, odd, high, within, of_arms = found["predictions"]
    contrast = [b - 1.1 * a for b, a in zip(values(project, "a", metric="val.acc"),
                                            values(project, "a", "baseline", "val.acc"), strict=True)]  # fmt: skip
    assert relative["p_value"] == pytest.approx(stats.ttest_1samp(contrast, 0, alternative="greater").pvalue)
    assert odd["text"] == "`top``1` > 1"
    assert odd["estimate"] == pytest.approx(sum(values(project, "a", metric="top`1")) / 3)
    assert (odd["test"], odd["n_baseline"]) == ("one-sample t", None)
    assert high["estimate"] == pytest.approx(sum(values(project, "a", "high")) / 3)
    assert (within["outcome"], within["test"]) == ("supported", "paired t")
    assert of_arms["text"] == "accuracy[high] >= accuracy[treatment] - 0.5"
    differences = [b - a for b, a in zip(values(project, "a", "high"), values(project, "a"), strict=True)]
    assert of_arms["estimate"] == pytest.approx(sum(differences) / 3)
    assert project.ledger("verify", "a", "--json").json["ok"]
    _, body = front_matter(project, "a")
    assert "**supported**: ``` `top``1` > 1 ```" in body
    assert "| high " in body
    # said of what is not supported only
    assert "of the contrary" not in body


def test_one_refuted_of_several(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger(
        "amend", "--predict", "accuracy >= baseline + 0.05", "--predict", "loss >= baseline", "--predict",
        "accuracy >= baseline + 0.1", "-m", "more",
    )  # fmt: skip
    found = project.ledger("conclude", "--json").json
    assert [p["outcome"] for p in found["predictions"]] == ["supported", "refuted", "inconclusive"]
    assert found["outcome"] == "refuted"
    assert "of the contrary, corrected: p" in front_matter(project, "good")[1]


def test_a_metric_that_no_trial_has(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger("amend", "--predict", "acuracy > baseline", "-m", "a slip")
    state = project.state()
    answer = project.ledger("conclude", code=2)
    assert answer.err == (
        "error: the prediction acuracy > baseline names a metric that no trial has: acuracy\n"
        "hint: did you mean accuracy? ledger amend changes the plan openly\n"
    )
    assert project.state() == state
    project.ledger("amend", "--predict", "f1_macro > baseline", "-m", "another")
    assert "hint: the trials have accuracy and loss" in project.ledger("conclude", code=2).err


def test_a_variant_that_a_hand_edited_plan_does_not_declare(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    path = "experiments/good/hypothesis.md"
    text = (project.root / path).read_text().replace("accuracy >= baseline + 0.05", "'accuracy[deep] > 0'")
    project.commit("by hand", {path: text})
    answer = project.ledger("conclude", code=2)
    assert "is about the variant deep, which the plan does not declare" in answer.err
    assert "hint: it declares baseline, treatment" in answer.err


def test_nothing_predicted(shelved: Shelved) -> None:
    project = shelved(three)
    project.ledger("new", "Just looking", "--name", "look", "--from", "main", "--seeds", "2")
    project.ledger("run")
    found = project.ledger("conclude", "--json").json
    assert (found["outcome"], found["predictions"]) == ("inconclusive", [])
    assert found["warnings"][0].startswith("exploratory: nothing was predicted")
    assert "Nothing was predicted." in front_matter(project, "look")[1]
    assert project.git("log", "-1", "--format=%s") == "verdict: inconclusive"


# --- another experiment as the baseline


def compared(project: Project) -> None:
    """An experiment, and others that compare with it: at the same seeds, at others, by data that they declare."""
    project.commit("data", {"test.csv": "1\n", "dvc.yaml": (project.root / "dvc.yaml").read_text().replace(
        "deps: [train.py]", "deps: [train.py, test.csv]")})  # fmt: skip
    project.ledger("new", "First", "--name", "first", "--seeds", "3", "-S", "train.lr=0.2")
    project.ledger("run")
    for name, seeds in (("same", "0,1,2"), ("others", "1,2,3")):
        project.ledger("new", "Then", "--name", name, "--from", "main", "--baseline", "first", "--seeds", seeds,
                       "--predict", "accuracy > baseline + 0.05", "-S", "train.lr=0.3")  # fmt: skip
        project.ledger("run")


def test_another_experiment_is_paired_where_the_replicates_are_the_same(shelved: Shelved) -> None:
    project = shelved(compared)
    [judged] = project.ledger("conclude", "same", "--json").json["predictions"]
    a, b = values(project, "first"), values(project, "same")
    expected = stats.ttest_rel(b, a)
    assert (judged["test"], judged["outcome"]) == ("paired t", "supported")
    assert judged["interval"] == pytest.approx(list(expected.confidence_interval(0.9)))

    [judged] = project.ledger("conclude", "others", "--json").json["predictions"]
    b = values(project, "others")
    welch = stats.ttest_ind(b, a, equal_var=False)
    assert (judged["test"], judged["outcome"]) == ("Welch's t", "supported")
    assert judged["interval"] == pytest.approx(list(welch.confidence_interval(0.9)))
    assert judged["remarks"] == ["only 2 of 3 replicates are the same on both sides, so they are not paired"]
    assert "Welch's t, n = 3" in front_matter(project, "others")[1]


def test_another_experiment_without_results(shelved: Shelved) -> None:
    project = shelved(compared)
    project.ledger("new", "Unborn", "--name", "unborn", "--from", "main", "--seeds", "3", "--no-switch")
    project.git("switch", "-q", "exp/same")
    project.ledger("amend", "--key", "variants={baseline: {experiment: unborn}, treatment: {}}", "-m", "another")
    answer = project.ledger("conclude", code=2)
    assert answer.err == (
        "error: the experiment unborn, which is compared with, has no results\n"
        "hint: git fetch, or ledger run unborn; --early concludes without it\n"
    )
    project.git("branch", "-D", "exp/unborn")
    assert "unborn, which is compared with, is not in this clone" in project.ledger("conclude", code=2).err
    found = project.ledger("conclude", "--early", "--json").json
    assert found["outcome"] == "inconclusive"
    assert found["predictions"][0]["remarks"] == ["there are no trials of baseline to compare with"]


def test_data_that_both_sides_must_be_evaluated_on(shelved: Shelved) -> None:
    project = shelved(compared)
    project.git("switch", "-q", "exp/same")
    project.ledger("amend", "--key", "evaluation=[test.csv]", "-m", "say it")
    late = project.ledger("conclude", "--json").json
    assert (late["outcome"], late["numbers_say"]) == ("inconclusive", "supported")
    assert late["reasons"] == ["changed after results had been seen: evaluation"]
    project.commit("more tests", {"test.csv": "1\n2\n"})
    project.ledger("run")
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "inconclusive"
    assert found["predictions"][0]["remarks"] == [
        "the two sides were evaluated on different data: test.csv differs, so they cannot be compared"
    ]


def test_two_things_changed_between_experiments_that_predictions_name(shelved: Shelved) -> None:
    project = shelved(compared)
    project.ledger("new", "Both", "--name", "both", "--from", "main", "--seeds", "3", "--predict",
                   "accuracy > first", "-S", "train.lr=0.3")  # fmt: skip
    project.commit("code", {"train.py": NOISY.replace("0.5 +", "0.51 +")})
    project.ledger("run")
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "supported"
    assert "both parameters and code differ: no difference can be attributed to one of them" in found["warnings"]


# --- where it is not to be written


def test_an_experiment_without_a_branch(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--squash", "exp/good")
    project.git("commit", "-q", "-m", "good")
    project.git("branch", "-D", "exp/good")
    state = project.state()
    for command in (["conclude", "good"], ["amend", "--exp", "good", "--key", "tags=[x]", "-m", "x"]):
        answer = project.ledger(*command, code=2)
        assert answer.err == (
            "error: good has landed, and its branch is gone\nhint: ledger show good shows its record\n"
        )
    assert project.state() == state
    assert "no experiment is checked out" in project.ledger("conclude", code=2).err


def test_a_verdict_that_was_taken_away_with_its_file(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger("conclude", "-m", "It helps.")
    text = (project.root / FILE.format("good")).read_text()
    shutil.rmtree(project.root / "experiments/good/trials")
    project.git("rm", "-q", FILE.format("good"))
    project.git("restore", "--worktree", "experiments/good/trials")
    project.git("commit", "-q", "-m", "away")
    project.ledger("conclude", "-m", "It helps.")
    assert (project.root / FILE.format("good")).read_text() == text
