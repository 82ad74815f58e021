"""`ledger verify` through git: honest experiments are not accused, and some tampering is found and named.

Every kind of tampering is tried on what is gathered, in `tests/repo/test_tampering.py`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import TRAIN, MakeProject, Project, Shelved
from forging import commits, forge
from honest import FAILS, FILES, NOISY, branch, end, landed, squashed

from ledger.model import trial_file
from ledger.model.formats import yaml12

FOLDER = "experiments/a"
VERDICT = f"{FOLDER}/verdict.md"

CopyProject = Callable[[str], Project]


@pytest.fixture
def recorded(shelved: Shelved) -> CopyProject:
    """A copy of an experiment that was honestly run and concluded: on its `branch`, `landed` or `squashed`."""

    def copy(kind: str) -> Project:
        if kind == "branch":
            return shelved(branch, FILES)
        return shelved(landed if kind == "landed" else squashed, FILES, after=branch)

    return copy


# --- looking


def verified(project: Project, *arguments: str, code: int | None = None) -> dict[str, Any]:
    """What `ledger verify` says; its exit code follows from the problems."""
    got = project.ledger("verify", *arguments, "--json", code=code)
    shape: dict[str, Any] = got.json
    assert got.code == (0 if shape["ok"] else 1)
    assert shape["ok"] == (not shape["problems"])
    return shape


def honest(project: Project, *arguments: str, unproved: bool = False) -> list[dict[str, Any]]:
    """No problem is found; returns what is unproved, which must be nothing unless that is expected."""
    before = project.state()
    shape = verified(project, *arguments)
    assert shape["problems"] == []
    assert unproved or shape["unproved"] == []
    assert project.state() == before
    return list(shape["unproved"])


def found(project: Project, check: str, *texts: str, trial: str | None = None, arguments: tuple[str, ...] = ()) -> None:
    """A problem of that check names the trial and all the texts."""
    shape = verified(project, *arguments, code=1)
    rows = [r for r in shape["problems"] if r["check"] == check and r["trial"] == trial and r["experiment"] == "a"]
    assert any(all(text in row["message"] for text in texts) for row in rows), json.dumps(shape, indent=2)


# --- tampering


def edit(project: Project, path: str, old: str, new: str) -> None:
    """Replace a text in a file, which must be there."""
    text = (project.root / path).read_text("utf-8")
    assert old in text
    (project.root / path).write_text(text.replace(old, new), "utf-8")


def record(trial: str) -> str:
    """The path of a record."""
    return f"{FOLDER}/trials/{trial}.yaml"


def change_record(project: Project, trial: str, key: str, value: object) -> None:
    """Set one key of a record, dots for what lies within."""
    text = (project.root / record(trial)).read_text("utf-8")
    document: Any = yaml12.loads(text)
    *folders, last = key.split(".")
    node = document
    for folder in folders:
        node = node[folder]
    assert last in node
    node[last] = value
    (project.root / record(trial)).write_text(yaml12.dumps(document), "utf-8")


def metric(project: Project, trial: str) -> float:
    """The accuracy that a record holds."""
    return trial_file.loads((project.root / record(trial)).read_text("utf-8")).metrics["accuracy"]


def held(project: Project, trial: str, path: str) -> str:
    """A file as the trial commit holds it."""
    return project.git("show", f"{commits(project)[trial]}:{path}") + "\n"


# --- honest experiments


@pytest.mark.parametrize("kind", ["branch", "landed"])
def test_an_honest_experiment_is_proved(recorded: CopyProject, kind: str) -> None:
    project = recorded(kind)
    honest(project, "a", "--data")
    shape = verified(project, "--data")
    assert shape["checked"] == 9
    assert shape["experiments"] == ["a"]
    assert project.ledger("verify", "a").out == "a: proved, 9 trials\n"


def test_what_a_squash_has_lost_is_unproved(recorded: CopyProject) -> None:
    rest = honest(recorded("squashed"), "--data", unproved=True)
    assert [(row["check"], row["trial"]) for row in rest] == [("verdict", None)]
    assert "amendments" in rest[0]["message"]


def test_no_stage_and_no_dvc_command_runs(recorded: CopyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project = recorded("branch")
    # whatever would be started but git fails
    (project.root.parent / "bin").mkdir()
    (project.root.parent / "bin/git").symlink_to(shutil.which("git") or "git")
    monkeypatch.setenv("PATH", str(project.root.parent / "bin"))
    shutil.rmtree(project.root / ".git/ledger")
    assert project.ledger("verify", "--data").code == 0


def test_an_honest_rebase_is_not_accused(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.git("switch", "-q", "main")
    project.commit("read me", {"README.md": "words\n"})
    project.git("switch", "-q", "exp/a")
    project.git("rebase", "-q", "main")
    honest(project, "a")


def test_later_work_on_the_branch_is_not_accused(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.ledger("note", "what I saw")
    project.commit("words", {"README.md": "words\n"})
    honest(project)
    # the trials are stale now, and the verdict is still that of the code that ran
    project.commit("more code", {"train.py": NOISY + "# more\n"})
    honest(project)
    # and the first results count again
    head, rest = NOISY.split("random.seed", 1)
    project.commit("back", {"train.py": f"{head}{FAILS}random.seed{rest}"})
    assert {r["check"] for r in verified(project)["problems"]} <= {"verdict"}


def test_what_was_reproduced_and_not_recorded_is_unproved(recorded: CopyProject) -> None:
    project = recorded("branch")
    edit(project, "params.json", '"seed": 0', '"seed": 7')
    project.dvc("repro", "-q")
    project.git("commit", "-qam", "try seed 7")
    [row] = honest(project, unproved=True)
    assert row["check"] == "branch"
    assert "not recorded" in row["message"]


def test_trials_by_hand_are_not_accused(project: Project) -> None:
    project.ledger("new", "By hand", "--name", "hand", "--predict", "accuracy > 0.5", "--seeds", "2")
    project.dvc("repro", "-q")
    project.ledger("record")
    edit(project, "params.json", '"seed": 0', '"seed": 1')
    project.dvc("repro", "-q")
    project.ledger("record")
    honest(project, "--data")
    edit(project, "params.json", '"lr": 0.1', '"lr": 0.2')
    project.dvc("repro", "-q")
    project.ledger("record", "-m", "faster")
    honest(project, "--data")


def test_trials_that_are_not_collected_are_proved_too(project: Project) -> None:
    project.dvc("repro", "-q")
    meanwhile = f'open({str(project.root / "metrics.json")!r}, "w").write("mine")\n'
    project.commit("reproduced", {"train.py": TRAIN + meanwhile})
    project.ledger("new", "In the way", "--name", "a", "--seeds", "1", "-S", "train.lr=0.2")
    project.ledger("run", code=1)
    assert project.git("for-each-ref", "refs/ledger/trials")
    assert verified(project)["checked"] == 1
    honest(project)


def test_a_baseline_that_is_reused_is_proved(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.ledger("new", "Lower", "--name", "b", "--from", "main", "--predict", "accuracy <= baseline",
                   "--seeds", "3", "-S", "train.lr=0.05")  # fmt: skip
    project.ledger("run")
    honest(project)


def test_data_and_templates_in_a_subfolder(make_project: MakeProject) -> None:
    project = make_project({}, dvc=False)
    pipeline = """\
stages:
  prepare:
    cmd: mkdir -p made && cat data/raw/* > made/all.txt
    deps: [data/raw]
    outs: [made]
  train:
    cmd: python src/train.py ${seed} ${lr}
    deps: [src, made/all.txt, weight.txt]
    params: [seed, lr]
    outs: [model.txt]
metrics: [scores/result.json]
"""
    script = """\
import json, pathlib, sys
pathlib.Path("scores").mkdir(exist_ok=True)
score = float(sys.argv[2]) * len(open("made/all.txt").read()) + int(sys.argv[1])
json.dump({"score": score}, open("scores/result.json", "w"))
open("model.txt", "w").write(str(score))
"""
    project.write(
        {
            "ml/dvc.yaml": pipeline.replace("    outs: [model.txt]", "    outs: [model.txt, scores: {cache: false}]"),
            "ml/params.yaml": "seed: 0\nlr: 0.5  # the rate\n",
            "ml/src/train.py": script,
            "ml/data/raw/1.txt": "one\n",
            "ml/data/raw/2.txt": "two\n",
            "ml/weight.txt": "1\n",
        }
    )
    (project.root / "ml/.dvc").mkdir()
    project.write({"ml/.dvc/config": "[core]\n    analytics = false\n", "ml/.dvc/.gitignore": "/tmp\n/cache\n"})
    text = (project.root / "ml/dvc.yaml").read_text().replace("scores: {cache: false}]", "{scores: {cache: false}}]")
    project.write({"ml/dvc.yaml": text})
    project.dvc("add", "-q", "data/raw", "weight.txt", cwd=project.root / "ml")
    project.commit("pipeline")
    project.ledger("new", "Higher", "--name", "a", "--predict", "score >= baseline", "--seeds", "1", "-S", "lr=0.75",
                   "--variant", "high:lr=1.0", cwd=project.root / "ml")  # fmt: skip
    project.ledger("run", cwd=project.root / "ml")
    honest(project, "--data")
    shutil.rmtree(project.root / "ml/.dvc/cache")
    shutil.rmtree(project.root / ".git/ledger/pipelines")
    rest = honest(project, "--data", unproved=True)
    assert {row["check"] for row in rest} == {"code", "data"}
    assert any("ml/made/all.txt" in row["message"] for row in rest)
    # the same numbers with another template value, from the cache of nothing
    edit(project, "ml/scores/result.json", "score", "points")
    project.commit("tampered")
    found(project, "branch", "ml/scores/result.json")


def test_a_clone_without_tags_proves_less(recorded: CopyProject) -> None:
    project = recorded("branch")
    for tag in project.git("tag", "--list").splitlines():
        project.git("tag", "-d", tag)
    rest = honest(project, unproved=True)
    assert {row["trial"] for row in rest if row["check"] == "lost"} == {
        *(f"baseline/seed-{n}" for n in range(3)),
        *(f"treatment/seed-{n}" for n in range(3)),
        *(f"treatment/seed-{n}.2" for n in range(3)),
    }


def test_a_shallow_clone_proves_less(recorded: CopyProject, tmp_path: Path) -> None:
    project = recorded("branch")
    clone = tmp_path / "clone"
    project.git("clone", "-q", "--depth", "1", "--branch", "exp/a", f"file://{project.root}", str(clone))
    project.git("fetch", "-q", "--depth", "1", "--tags", cwd=clone)
    got = project.ledger("verify", "a", "--json", cwd=clone)
    assert got.json["problems"] == []
    assert {row["check"] for row in got.json["unproved"]} >= {"lost"}


def test_an_amendment_is_no_problem(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.02", "-m", "five was too much to ask")
    assert {row["check"] for row in honest(project, unproved=True)} == {"verdict"}
    project.ledger("conclude", "-m", "It is.")
    honest(project)
    end(project, "squashed")
    rest = honest(project, unproved=True)
    assert {row["check"] for row in rest} == {"plan", "verdict"}


def test_an_early_verdict_on_stale_trials_stays_proved(recorded: CopyProject) -> None:
    project = recorded("branch")
    project.git("rm", "-q", VERDICT)
    project.git("commit", "-q", "-m", "once more")
    project.commit("more code", {"train.py": NOISY + "# more\n"})
    assert project.ledger("conclude", "--early", "-m", "not yet", "--json").json["outcome"] == "inconclusive"
    # the treatment has no results at its present code, and those of the old code are not judged in their place
    honest(project, unproved=True)


def test_an_early_verdict_without_the_other_side_stays_proved(project: Project) -> None:
    project.ledger("new", "Other", "--name", "other", "--seeds", "2", "-S", "train.lr=0.3")
    project.git("switch", "-q", "main")
    project.ledger("new", "A", "--name", "a", "--baseline", "other", "--predict", "accuracy <= baseline",
                   "--seeds", "2", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "a")
    project.ledger("conclude", "a", "--early", "-m", "not yet")
    project.ledger("run", "other")
    honest(project, "a", unproved=True)


def test_an_experiment_that_cannot_be_read_is_named(recorded: CopyProject) -> None:
    project = recorded("landed")
    edit(project, f"{FOLDER}/hypothesis.md", "alpha: 0.05", "alpha: much")
    project.commit("tampered")
    found(project, "records", f"{FOLDER}/hypothesis.md", "alpha")
    (project.root / f"{FOLDER}/hypothesis.md").unlink()
    project.commit("tampered more")
    found(project, "records", f"{FOLDER}/hypothesis.md")


# --- tampering with records, on the branch and after landing

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


SEED1 = "treatment/seed-1.2"
FILE = "seed-1.2.yaml"

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


def test_a_bad_result_that_was_removed_and_run_again_is_found(project: Project) -> None:
    """Its tag is gone and so is DVC's memory of it: the branch's own history tells."""
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
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


# --- checkpoints


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
    assert all("model.txt" in row["message"] and "nowhere" in row["message"] for row in rows)
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
