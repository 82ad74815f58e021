"""`ledger conclude` on recorded trials: the outcome, the file, the commit, and when it is refused."""

from __future__ import annotations

import html
import os
import pty
import re
import shutil
import sys
from pathlib import Path

import pytest
from concluding import FILE, front_matter, planned, three, values
from conftest import NOISY, Shelved
from scipy import stats
from trained import trained

from ledger.cli import editor
from ledger.model.verdict import SCHEMA

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
    assert again.err == "the verdict is unchanged\n"
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
    assert "unchanged" in project.ledger("conclude").err
    assert path.read_text() == edited
    state = project.state()
    answer = project.ledger("conclude", "-m", "Another.", code=2)
    assert "in the way" in answer.err and "hint: commit or stash those changes" in answer.err
    assert (path.read_text(), project.state()) == (edited, state)
    project.commit("words")
    assert "unchanged" in project.ledger("conclude").err


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
        assert seen[1] == "# What do you make of it? Lines starting with # are ignored."
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
    assert "unchanged" in project.ledger("conclude", "--early").err
    assert project.ledger("conclude", "--early", "-m", "far too soon", "--json").json["looks"] == 1

    project.ledger("run", "--only", "baseline")
    assert project.ledger("conclude", "--early", "--json").json["looks"] == 1

    project.ledger("run")
    done = project.ledger("conclude", "--early", "--json").json
    # what is judged is the number that was planned: nothing was stopped or added for what was seen
    assert (done["outcome"], done["looks"], done["confirmatory"]) == ("supported", 1, True)
    assert not any("early" in warning for warning in done["warnings"])
    assert "early" not in front_matter(project, "a")[0]
    assert "unchanged" in project.ledger("conclude").err


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
    trained(project, "good")
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
