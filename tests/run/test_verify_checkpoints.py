"""`ledger verify --data`: checkpoints that are gone, elsewhere or changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from conftest import MakeProject, Project
from honest import FILES
from verifying import SEED1, CopyProject, found, honest, record

from ledger.model import trial_file


def checkpoint(project: Project, trial: str) -> Path:
    """Where the cache keeps a trial's model."""
    text = (project.root / record(trial)).read_text("utf-8")
    md5 = trial_file.loads(text).outs["model.txt"].md5
    assert md5 is not None
    return project.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


def test_a_checkpoint_that_is_gone_is_unproved(recorded: CopyProject) -> None:
    project = recorded("branch")
    checkpoint(project, SEED1).unlink()
    honest(project)
    rows = honest(project, "--data", unproved=True)
    # both attempts made the very same model
    assert [(row["check"], row["trial"]) for row in rows] == [("data", "treatment/seed-1"), ("data", SEED1)]
    assert all("model.txt" in row["message"] and "not in this clone" in row["message"] for row in rows)
    text = project.ledger("verify", "--data").out
    assert "a: no problem, 9 trials" in text and "model.txt" in text


def test_a_checkpoint_in_a_remote_is_found_there(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.dvc("remote", "add", "-q", "--default", "store", str(project.root.parent / "storage"))
    at = checkpoint(project, SEED1)
    twin = project.root.parent / "storage/files/md5" / at.parent.name / at.name
    twin.parent.mkdir(parents=True)
    shutil.move(at, twin)
    assert honest(project, "--data", unproved=True) == []
    twin.unlink()
    row = honest(project, "--data", unproved=True)[0]
    assert "store" in row["message"] and "ledger pull a" in row["message"]


def test_a_checkpoint_that_was_changed_is_found(recorded: CopyProject) -> None:
    project = recorded("branch")
    at = checkpoint(project, SEED1)
    at.chmod(0o644)
    at.write_text("0.99")
    found(project, "data", "model.txt", at.name, trial=SEED1, arguments=("--data",))


def test_a_filter_on_the_metrics_is_no_lie(make_project: MakeProject) -> None:
    project = make_project(FILES | {".gitattributes": "metrics.json filter=rounded\n"})
    project.git("config", "filter.rounded.clean", "sed 's/\\(0\\.[0-9]\\)[0-9]*/\\1/g'")
    project.ledger("new", "A higher rate", "--name", "a", "--seeds", "2", "-S", "train.lr=0.2", "--predict", "loss < 1")
    project.ledger("run")
    assert re.search(r"0\.\d,", project.git("show", "HEAD:metrics.json"))
    found = project.ledger("verify", "a", "--json").json
    assert found["problems"] == []
    said = [one["message"] for one in found["unproved"] if one["check"] == "numbers"]
    assert len([text for text in said if text.startswith("git stores metrics.json through a filter")]) == 2
