"""`ledger verify` through git: tampering with records, branches and trial commits is found and named.

Every kind of tampering is tried on what is gathered, in `tests/repo/test_tampering.py`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable

import pytest
from conftest import Project, Shelved, default_files
from forging import commits, forge
from honest import NOISY, end
from planned import three_seeds
from verifying import (
    FOLDER,
    SEED1,
    VERDICT,
    CopyProject,
    change_record,
    edit,
    found,
    held,
    honest,
    metric,
    record,
    verified,
)

FILE = "seed-1.2.yaml"

Tampering = Callable[[Project], object]


def _forged_record(project: Project) -> None:
    text = (project.root / record("treatment/seed-1.2")).read_text("utf-8")
    text = text.replace("seed: 1", "seed: 9").replace("attempt: 2", "attempt: 1")
    project.write({record("treatment/seed-9"): text.replace(repr(metric(project, "treatment/seed-1.2")), "0.99")})


def _rename(project: Project) -> None:
    (project.root / record("treatment/seed-1.2")).rename(project.root / record("treatment/seed-5"))


def _link(project: Project) -> None:
    at = project.root / record("treatment/seed-1.2")
    at.unlink()
    at.symlink_to("seed-0.2.yaml")


def _environment(project: Project) -> None:
    [path] = (project.root / FOLDER / "environments").iterdir()
    edit(project, f"{FOLDER}/environments/{path.name}", "schema: 1", "schema: 1\npackages_added: {torch: '2.9'}")


def _verdict(old: str, new: str) -> Tampering:
    def tamper(project: Project) -> None:
        text = (project.root / VERDICT).read_text("utf-8")
        changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        assert changed != text
        (project.root / VERDICT).write_text(changed, "utf-8")

    return tamper


# name: the tampering, then the check that finds it, the trial, and what the message names
RECORDS: dict[str, tuple[Tampering, str, str | None, tuple[str, ...]]] = {
    "a metric": (lambda p: change_record(p, SEED1, "metrics.accuracy", 0.99), "numbers", SEED1, (FILE, "0.99")),
    "a record that is gone": (
        lambda p: (p.root / record(SEED1)).unlink(), "records", SEED1, (FILE, "gone")
    ),
    "a record without a trial": (_forged_record, "records", "treatment/seed-9", ("seed-9.yaml",)),
    "a record renamed": (_rename, "records", "treatment/seed-5", ("seed-5.yaml",)),
    "a record that is a link": (_link, "records", SEED1, (FILE, "symbolic link")),
    "a line more in an environment": (_environment, "records", SEED1, ("environments/",)),
    "the outcome": (_verdict(r"^outcome: \w+$", "outcome: refuted"), "verdict", None, ("verdict.md", "`outcome`")),
    "the estimate": (
        _verdict(r"estimate: [\d.]+", "estimate: 0.5"), "verdict", None, ("verdict.md", "`predictions[0].estimate`")
    ),
    "a key more in the verdict": (
        _verdict(r"^outcome:", "reviewed: true\noutcome:"), "verdict", None, ("verdict.md", "`reviewed`")
    ),
}  # fmt: skip


# both ways to read the records: from the branch, and from the main branch after landing
AFTER_LANDING = ("a metric", "a record that is gone", "the estimate")


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, "landed" if name in AFTER_LANDING else "branch") for name in RECORDS] + [("a metric", "branch")],
)
def test_what_is_changed_is_found(recorded: CopyProject, name: str, kind: str) -> None:
    tamper, check, trial, texts = RECORDS[name]
    project = recorded(kind)
    tamper(project)
    project.commit("a small correction")
    found(project, check, *texts, trial=trial)


def test_a_loosened_prediction_is_an_amendment_and_the_verdict_old(recorded: CopyProject) -> None:
    project = recorded("branch")
    edit(project, f"{FOLDER}/hypothesis.md", "baseline + 0.05", "baseline + 0.01")
    project.commit("wording")
    (finding,) = honest(project, unproved=True)
    assert finding["check"] == "verdict"
    assert "out of date: the predictions were changed since" in finding["message"]
    assert project.ledger("log", "--json").json[0]["outcome"] is None
    # what has landed is no longer amended
    project = recorded("landed")
    edit(project, f"{FOLDER}/hypothesis.md", "baseline + 0.05", "baseline + 0.01")
    project.commit("wording")
    found(project, "verdict", "verdict.md", "out of date")


# --- tampering with what the branch shows, and with its history


def test_metrics_changed_on_the_branch_are_found(recorded: CopyProject) -> None:
    project = recorded("branch")
    edit(project, "metrics.json", '"accuracy": 0.7', '"accuracy": 0.9')
    project.commit("rounding")
    found(project, "branch", "metrics.json")
    # also where the code has changed since, so that no trial counts
    project.commit("more code", {"train.py": NOISY + "# more\n"})
    found(project, "branch", "metrics.json")


def test_a_plan_that_was_rewritten_in_history_is_found(recorded: CopyProject) -> None:
    project = recorded("branch")
    script = "sed -i 's/baseline + 0.05/baseline + 0.01/' experiments/a/hypothesis.md"
    project.shell(f'FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch --tree-filter "{script}" main..exp/a')
    project.git("update-ref", "-d", "refs/original/refs/heads/exp/a")
    history = project.git("log", "-p", "--format=", "main..exp/a", "--", f"{FOLDER}/hypothesis.md")
    assert "baseline + 0.05" not in history
    project.ledger("conclude", "-m", "It is.")
    found(project, "plan", f"{FOLDER}/hypothesis.md", "predictions", trial="treatment/seed-0")
    # not of the baseline's trials: they ran at the base, which has no plan
    shape = verified(project)
    assert {row["trial"] for row in shape["problems"] if row["check"] == "plan"} == {
        f"treatment/seed-{n}{attempt}" for n in range(3) for attempt in ("", ".2")
    }
    # nor is it forgotten when the experiment lands
    end(project, "squashed")
    found(project, "plan", f"{FOLDER}/hypothesis.md", "predictions", trial="treatment/seed-0")


# --- tampering with trial commits


def test_what_git_shows_in_place_of_an_object_is_not_believed(recorded: CopyProject) -> None:
    project = recorded("branch")
    plan = f"{FOLDER}/hypothesis.md"
    original = project.git("rev-parse", f"HEAD:{plan}")
    text = project.git("cat-file", "blob", original).replace("baseline + 0.05", "baseline + 0.01")
    (project.root / "other").write_text(f"{text}\n")
    project.git("replace", original, project.git("hash-object", "-w", "other"))
    (project.root / "other").unlink()
    assert "baseline + 0.01" in project.git("show", f"HEAD:{plan}")
    shown = json.loads(project.ledger("show", "a", "--json").out)
    assert shown["predictions"] == ["accuracy >= baseline + 0.05"]
    (finding,) = honest(project, unproved=True)
    assert original[:10] in finding["message"]
    # a graft cuts the history off in the same way
    project.git("replace", "-d", original)
    head = project.git("rev-parse", "HEAD")
    (project.root / ".git" / "info" / "grafts").write_text(f"{head}\n")
    (finding,) = honest(project, unproved=True)
    assert head[:10] in finding["message"]


def test_a_tag_that_was_moved_is_found(recorded: CopyProject) -> None:
    project = recorded("branch")
    tags = project.git("tag", "--list", "ledger/a/*").splitlines()
    forged = forge(project, SEED1, {"metrics.json": json.dumps({"accuracy": 0.99, "loss": 0.01})})
    [new] = set(project.git("tag", "--list", "ledger/a/*").splitlines()) - set(tags)
    [old] = set(tags) - set(project.git("tag", "--list", "ledger/a/*").splitlines())
    project.git("tag", old, f"{new}^{{commit}}")
    project.git("tag", "-d", new)
    found(project, "records", old, "moved")
    found(project, "numbers", "accuracy", "seed-1.2.yaml", trial=SEED1)
    found(project, "numbers", "metrics.json", forged[:10], trial=SEED1)


def test_a_forged_commit_with_its_record_is_found(recorded: CopyProject) -> None:
    """Record, metrics file and message agree, and only the hash in the lock says that the numbers are another's."""
    project = recorded("branch")
    accuracy = metric(project, SEED1)
    change_record(project, SEED1, "metrics.accuracy", 0.99)
    message = project.git("log", "-1", "--format=%B", commits(project)[SEED1])
    forge(
        project,
        SEED1,
        {
            "metrics.json": held(project, SEED1, "metrics.json").replace(repr(accuracy), "0.99"),
            record(SEED1): (project.root / record(SEED1)).read_text("utf-8"),
        },
        message=message.replace(repr(accuracy), "0.99"),
    )
    project.commit("run: treatment x3")
    shape = verified(project)
    rows = [row for row in shape["problems"] if row["trial"] == SEED1]
    assert [row["check"] for row in rows] == ["records", "numbers"]
    assert "metrics.json" in rows[1]["message"]


def test_a_lock_that_cannot_be_read_is_found(recorded: CopyProject) -> None:
    project = recorded("branch")
    forge(project, SEED1, {"dvc.lock": "{"})
    found(project, "code", "dvc.lock", "train", trial=SEED1)


def test_parameters_forged_everywhere_are_found(recorded: CopyProject) -> None:
    """Files, lock and record agree; what the variant is on its code does not."""
    project = recorded("branch")
    params = held(project, SEED1, "params.json").replace('"lr": 0.2', '"lr": 0.15')
    lock = held(project, SEED1, "dvc.lock").replace("lr: 0.2", "lr: 0.15")
    edit(project, record(SEED1), "lr: 0.2", "lr: 0.15")
    text = (project.root / record(SEED1)).read_text("utf-8")
    forge(project, SEED1, {"params.json": params, "dvc.lock": lock, record(SEED1): text})
    project.commit("run: treatment x3")
    found(project, "numbers", "seed-1.2.yaml", "fingerprint", trial=SEED1)
    # the fingerprint as well
    forge(project, SEED1, {"params.json": held(project, SEED1, "params.json").replace("0.15", "0.16")})
    found(project, "numbers", "dvc.lock", "train.lr", trial=SEED1)


def test_a_bad_result_that_was_removed_and_run_again_is_found(shelved: Shelved) -> None:
    """Its tag is gone and so is DVC's memory of it: the branch's own history tells."""
    project = shelved(three_seeds, default_files())
    project.ledger("run", "--only", "treatment/seed-2")
    for tag in project.git("tag", "-l", "ledger/*").splitlines():
        project.git("tag", "-d", tag)
    # put back as it was, it is no problem
    project.git("rm", "-q", record("treatment/seed-2"))
    project.git("commit", "-q", "-m", "clean up")
    removal = project.git("rev-parse", "HEAD")
    project.git("revert", "--no-edit", "HEAD")
    honest(project, unproved=True)
    project.git("reset", "-q", "--hard", removal)
    shutil.rmtree(project.root / ".dvc" / "cache" / "runs")
    project.ledger("run")
    text = (project.root / record("treatment/seed-2")).read_text()
    found(project, "records", "seed-2.yaml", "removed", removal[:10], trial="treatment/seed-2")
    # nor is it hidden by a change in its place
    project.git("reset", "-q", "--hard", f"{removal}^")
    project.write({record("treatment/seed-2"): text})
    project.commit("tidy")
    found(project, "records", "seed-2.yaml", "changed", trial="treatment/seed-2")


def test_a_result_that_was_thrown_away_is_found(recorded: CopyProject) -> None:
    """A run is dropped from the branch and made again, for a better one."""
    project = recorded("branch")
    project.git("reset", "-q", "--hard", "exp/a~2")
    project.ledger("run", "--only", SEED1.removesuffix(".2"))
    found(project, "records", "seed-1.2.yaml", "another result", trial=SEED1)
    found(project, "records", "seed-0.2.yaml", "gone", trial="treatment/seed-0.2")
