"""`ledger archive`: the branch goes, and nothing else does."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

import pytest
from conftest import Project, Shelved, default_files
from test_bad_input import refused

VERDICT = "---\nschema: 1\noutcome: refuted\npredictions: []\nwarnings: []\n---\nIt is not so.\n"


def has_ended(project: Project) -> None:
    """An experiment `a` with a trial and a verdict, which is not checked out."""
    project.ledger("new", "Rate a", "--name", "a", "--from", "main", "-S", "train.lr=0.2")
    project.ledger("run")
    project.commit("verdict", {"experiments/a/verdict.md": VERDICT})
    project.git("switch", "-q", "main")


def has_run(project: Project) -> None:
    """An experiment `a` with one trial and a verdict that came early; `main` is checked out."""
    project.ledger("new", "Rate", "--name", "a", "-S", "train.lr=0.2", "--predict", "loss < 1", "--seeds", "1")
    project.ledger("run")
    project.ledger("conclude", "-m", "so")
    project.git("switch", "-q", "main")


def lands(project: Project, how: str) -> None:
    """Bring `a` to main: as the ledger does it, or as a host of git does."""
    if how in ("squash", "merge"):
        project.git("merge", "-q", *(["--squash"] if how == "squash" else ["--no-ff"]), "exp/a")
        project.git("commit", "-q", "--allow-empty", "-m", "a pull request")
    else:
        project.ledger("land", "a", f"--{how}")


def goes_on(project: Project) -> None:
    """Change the plan of `a` and run what that adds, on its branch."""
    project.ledger("amend", "--exp", "a", "--seeds", "2", "--key", "alpha=0.01", "-m", "thought again")
    project.ledger("run", "a")


@pytest.fixture
def concluded(shelved: Shelved) -> Project:
    """An experiment `a` with a trial and a verdict, which is not checked out."""
    return shelved(has_ended, default_files())


@pytest.fixture
def archived(concluded: Project) -> Project:
    concluded.ledger("archive", "a")
    return concluded


def entry(project: Project, name: str = "a") -> Any:
    return next(e for e in project.ledger("log", "--json").json if e["name"] == name)


def test_everything_still_finds_it(concluded: Project) -> None:
    project = concluded
    tip = project.git("rev-parse", "exp/a")
    before = {
        command: project.ledger(*command.split(), code=None) for command in ("show a --json", "diff main a --json")
    }
    verified = project.ledger("verify", "a", "--json", code=None).json

    done = project.ledger("archive", "a")

    assert done.out == f"archived a: the tag ledger/a/{tip[:10]} holds the tip of exp/a\n"
    assert project.git("for-each-ref", "refs/heads/exp") == ""
    assert project.git("rev-parse", f"ledger/a/{tip[:10]}^{{commit}}") == tip
    assert project.git("cat-file", "tag", f"ledger/a/{tip[:10]}").endswith("tip of a")
    assert entry(project)["status"] == "archived"
    assert entry(project)["outcome"] == "refuted"
    shown = before["show a --json"].json
    assert project.ledger("show", "a", "--json").json == shown | {"status": "archived", "branch": None}
    assert project.ledger("diff", "main", "a", "--json", code=None).json == before["diff main a --json"].json
    after = project.ledger("verify", "a", "--json", code=None).json
    assert after["problems"] == verified["problems"]
    assert [row["experiment"] for row in project.ledger("table", "--json").json] == ["a"]
    assert "a" in project.ledger("status").out or "1 experiment" in project.ledger("status").out


def test_it_comes_back_as_it_was(concluded: Project) -> None:
    project = concluded
    shown, tip = project.ledger("show", "a", "--json").json, project.git("rev-parse", "exp/a")
    project.ledger("archive", "a")

    project.ledger("archive", "a", "--undo")

    assert project.git("rev-parse", "exp/a") == tip
    assert project.ledger("show", "a", "--json").json == shown
    refused(
        project, "archive", "a", "--undo", says="a is not archived: the branch exp/a exists", hint="git switch exp/a"
    )
    project.ledger("archive", "a")
    assert entry(project)["status"] == "archived"


def test_a_remote_that_was_left_behind_takes_nothing_away(concluded: Project) -> None:
    project = concluded
    tip = project.git("rev-parse", "exp/a")
    project.git("update-ref", "refs/remotes/origin/exp/a", "exp/a^")

    said = project.ledger("archive", "a").err

    assert "origin/exp/a is still there" in said
    assert (entry(project)["status"], entry(project)["outcome"]) == ("archived", "refuted")
    project.ledger("archive", "a", "--undo")
    assert project.git("rev-parse", "exp/a") == tip

    project.ledger("land", "a", "--record")
    project.ledger("archive", "a")
    project.ledger("archive", "a", "--undo")
    assert project.git("rev-parse", "exp/a") == tip, "also where it has landed, and the remote speaks"


def test_it_can_be_built_upon_and_its_name_is_taken(archived: Project) -> None:
    archived.ledger("new", "Builds on it", "--name", "b", "--from", "a")

    assert entry(archived, "b")["parent"] == "a"
    archived.git("switch", "-q", "main")
    refused(
        archived,
        "new",
        "Again",
        "--name",
        "a",
        "--from",
        "main",
        says="the name a is taken by the tag ledger/a/",
        hint="--name a-2",
    )


def test_what_is_not_finished_stays(project: Project) -> None:
    project.ledger("new", "Rate", "--name", "a", "-S", "train.lr=0.2")
    refused(project, "archive", "a", says="a is not finished: it has no verdict", hint="ledger archive a --force")
    refused(project, "archive", "a", "--force", says="exp/a is checked out in", hint="git switch main there first")
    project.git("switch", "-q", "main")

    project.ledger("archive", "a", "--force")

    assert entry(project)["status"] == "archived"
    refused(project, "archive", "a", says="a is archived", hint="--undo")
    refused(project, "land", "a", "--record", says="a is archived", hint="ledger archive a --undo")


def test_what_is_not_committed_is_told_apart_from_what_is_proved(concluded: Project) -> None:
    project = concluded
    project.git("switch", "-q", "exp/a")
    path = project.root / "experiments/a/hypothesis.md"
    path.write_text(path.read_text() + "More.\n")

    found = project.ledger("verify", "a", "--json", code=None).json["unproved"]

    assert [one["kind"] == "uncommitted" for one in found].count(True) == 1
    project.git("stash", "-q")
    project.git("switch", "-q", "main")
    project.write({"experiments/README.md": "about\n"})
    kinds = [one["kind"] for one in project.ledger("verify", "a", "--json", code=None).json["unproved"]]
    assert "uncommitted" not in kinds


def test_a_verdict_that_was_put_away_out_of_date_is_no_problem(project: Project) -> None:
    project.ledger("new", "Rate", "--name", "a", "-S", "train.lr=0.2", "--predict", "accuracy >= 0.1", "--seeds", "2")
    project.ledger("run")
    project.ledger("conclude", "-m", "so")
    project.ledger("amend", "--key", "alpha=0.1", "-m", "thought again")
    project.git("switch", "-q", "main")
    project.ledger("archive", "a", "--force")

    found = project.ledger("verify", "a", "--json").json

    assert found["problems"] == []
    assert "outdated" in [one["kind"] for one in found["unproved"]]


@pytest.mark.parametrize("how", ["record", "adopt", "squash", "merge"])
@pytest.mark.parametrize("gone", ["archived", "deleted"])
def test_what_was_done_after_it_had_landed_is_told_and_no_problem(shelved: Shelved, how: str, gone: str) -> None:
    project = shelved(has_run, default_files())
    lands(project, how)
    goes_on(project)
    if gone == "archived":
        refused(
            project, "archive", "a", says="a has changed since it landed, and main has", hint="ledger land a --record"
        )
        assert "note: main keeps a as it landed" in project.ledger("archive", "a", "--force").err
    else:
        project.git("branch", "-qD", "exp/a")

    found = project.ledger("verify", "a", "--json").json

    assert found["problems"] == []
    assert ("after-landing", "treatment/seed-1") in [(one["kind"], one["trial"]) for one in found["unproved"]]


@pytest.mark.parametrize("taken", ["from main", "before it landed"])
def test_a_result_that_is_kept_from_main_is_a_problem(shelved: Shelved, taken: str) -> None:
    project = shelved(has_run, default_files())
    if taken == "from main":
        goes_on(project)
        project.ledger("conclude", "a", "-m", "so")
        lands(project, "record")
        project.git("branch", "-qD", "exp/a")
        project.git("rm", "-q", "experiments/a/trials/treatment/seed-1.yaml")
        project.commit("tidy up")
    else:
        tip = project.git("rev-parse", "exp/a")
        goes_on(project)
        project.ledger("archive", "a", "--force")
        project.git("branch", "exp/a", tip)
        later = str(
            int(project.git("for-each-ref", "--sort=-taggerdate", "--format=%(taggerdate:unix)").split()[0]) + 1
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GIT_AUTHOR_DATE", f"{later} +0000")
            patch.setenv("GIT_COMMITTER_DATE", f"{later} +0000")
            lands(project, "squash")
        project.git("branch", "-qD", "exp/a")

    found = project.ledger("verify", "a", "--json", code=1).json

    assert ("record-gone", "treatment/seed-1") in [(one["kind"], one["trial"]) for one in found["problems"]]


def test_trials_that_wait_or_run_hold_it(concluded: Project) -> None:
    project = concluded
    commit = project.git("rev-parse", "exp/a")
    project.git("update-ref", "refs/ledger/trials/a/treatment/trial.2", commit)
    refused(
        project, "archive", "a", says="1 finished trial of a is not on its branch yet", hint="ledger run a collects"
    )
    project.git("update-ref", "-d", "refs/ledger/trials/a/treatment/trial.2")
    claim = project.root / ".git/ledger/claims/a/treatment+trial"
    with Path(claim).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        refused(
            project, "archive", "a", says="a trial of a is running: treatment+trial", hint="wait until it has ended"
        )
    project.ledger("archive", "a")


def test_a_landed_branch_goes_too(concluded: Project) -> None:
    project = concluded
    project.ledger("land", "a", "--record")
    tags = project.git("tag")

    project.ledger("archive", "a")

    assert project.git("tag") == tags, "landing had made the tag already"
    assert entry(project)["status"] == "landed"
    refused(project, "archive", "a", says="a has landed, and its branch is gone", hint="ledger show a")
    project.ledger("archive", "a", "--undo")
    assert project.git("rev-parse", "--abbrev-ref", "exp/a") == "exp/a"


def test_a_tag_of_somebody_elses_is_not_taken_for_it(concluded: Project) -> None:
    project = concluded
    tip = project.git("rev-parse", "exp/a")
    project.git("tag", f"ledger/a/{tip[:10]}", "main")

    project.ledger("archive", "a")

    assert project.git("rev-parse", f"ledger/a/{tip}^{{commit}}") == tip
    assert entry(project)["status"] == "archived"


def test_dvc_keeps_its_checkpoints(archived: Project) -> None:
    outs = [
        pin["md5"] for trial in archived.ledger("show", "a", "--json").json["trials"] for pin in trial["outs"].values()
    ]
    assert outs

    archived.dvc("gc", "--all-commits", "--force")

    for md5 in outs:
        assert (archived.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).is_file()
