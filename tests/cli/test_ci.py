"""The workflows that `ledger init --ci` writes: when, and what they may do."""

from __future__ import annotations

import re
from pathlib import Path

from ci_runner import COMMENT, GITLAB, PARSED, REVIEW, TEXTS, steps
from conftest import Project

from ledger.version import __version__

# when they are written


def test_the_workflows_are_written_once(project: Project) -> None:
    project.ledger("init")
    said = project.ledger("init", "--ci", "github").out

    assert said.splitlines() == [
        f"wrote {REVIEW}",
        f"wrote {COMMENT}",
        f"next: git add {REVIEW} {COMMENT} && git commit -m 'review experiments in CI'",
    ]
    for path in (REVIEW, COMMENT):
        assert (project.root / path).read_text("utf-8") == TEXTS[path]
    assert f"experiment-ledger=={__version__}'" in TEXTS[REVIEW]
    before = project.state()
    assert project.ledger("init", "--ci", "github").out == "everything is already set up\n"
    assert project.state() == before


def test_a_workflow_that_was_changed_is_left_alone(project: Project) -> None:
    project.ledger("init", "--ci", "github")
    ours = (project.root / COMMENT).read_bytes()
    project.write({COMMENT: "name: mine\n"})
    (project.root / REVIEW).unlink()

    refused = project.ledger("init", "--ci", "github", code=2)
    assert f"error: {COMMENT} differs from what ledger {__version__} writes" in refused.err
    assert "hint: ledger init --ci github --force overwrites" in refused.err
    assert (project.root / COMMENT).read_text("utf-8") == "name: mine\n"
    assert not (project.root / REVIEW).exists()

    project.ledger("init", "--ci", "github", "--force")
    assert (project.root / COMMENT).read_bytes() == ours
    assert "--force needs --ci" in project.ledger("init", "--force", code=2).err
    assert "jenkins" in project.ledger("init", "--ci", "jenkins", code=2).err


def test_what_is_in_the_way_is_named(project: Project, tmp_path: Path) -> None:
    project.write({".github": ""})
    assert "error: .github is in the way" in project.ledger("init", "--ci", "github", code=2).err
    (project.root / ".github").unlink()
    (project.root / ".github").symlink_to(tmp_path)
    assert "leads out of the repository" in project.ledger("init", "--ci", "github", "--force", code=2).err
    assert not (tmp_path / "workflows").exists()
    assert not (project.root / "ledger.yaml").exists()


def test_an_own_configuration_of_gitlab_is_left_to_its_author(project: Project) -> None:
    project.write({".gitlab-ci.yml": "test:\n  script: [make]\n"})
    said = project.ledger("init", "--ci", "gitlab").err
    assert "warning: .gitlab-ci.yml is yours: add `- local: .gitlab/ledger.yml` below its `include:`" in said
    project.write({".gitlab-ci.yml": "include:\n  - local: .gitlab/ledger.yml\n"})
    assert ".gitlab-ci.yml" not in project.ledger("init", "--ci", "gitlab").err


# what they may do


def test_what_a_host_knows_reaches_shell_through_the_environment_alone() -> None:
    for path in (REVIEW, COMMENT):
        workflow = PARSED[path]
        assert [step for step in steps(workflow) if "${{" in step.get("run", "")] == []
        for job in workflow["jobs"].values():
            assert job["defaults"]["run"] == {"shell": "bash"}
        for step in steps(workflow):
            assert "run" not in step or step["run"].startswith("set -euo pipefail\n")
    for job in PARSED[GITLAB].values():
        (script,) = job["script"]
        assert script.startswith("set -euo pipefail\n")
        # the names that a branch's author chooses
        assert not re.search(
            "CI_(COMMIT_(REF|BRANCH|TAG|TITLE|MESSAGE)|MERGE_REQUEST_(TITLE|SOURCE_BRANCH_NAME))", script
        )


def test_actions_are_pinned_by_commit_and_the_version_is_told() -> None:
    for path in (REVIEW, COMMENT):
        text = TEXTS[path]
        used = re.findall(r"uses: (.*)", text)
        assert len(used) == len([step for step in steps(PARSED[path]) if "uses" in step]) > 0
        assert [one for one in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_what_runs_on_a_branch_can_write_nothing_and_what_writes_runs_nothing_of_it() -> None:
    review, comment = PARSED[REVIEW], PARSED[COMMENT]
    assert review["on"] == "pull_request"
    assert review["permissions"] == {"contents": "read"}
    assert [job for job in review["jobs"].values() if "permissions" in job] == []
    assert "secrets" not in TEXTS[REVIEW]
    (checkout,) = [step["with"] for step in steps(review) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["persist-credentials"] == "false"
    assert checkout["fetch-depth"] == "0"
    install = next(step for step in steps(review) if "pip" in step.get("run", ""))
    order = [step.get("uses", "").partition("@")[0] or step["name"] for step in steps(review)]
    assert order.index(install["name"]) < order.index("actions/checkout")

    assert comment["on"] == {"workflow_run": {"workflows": [review["name"]], "types": ["completed"]}}
    assert comment["permissions"] == {}
    (job,) = comment["jobs"].values()
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step.get("uses", "").partition("@")[0] for step in steps(comment)] == ["actions/download-artifact", ""]
    for path in (REVIEW, COMMENT):
        assert "pull_request_target" not in TEXTS[path]

    gitlab = PARSED[GITLAB]
    assert gitlab["ledger-comment"]["variables"] == {"GIT_STRATEGY": "none"}
    (rule,) = gitlab["ledger-comment"]["rules"]
    assert "$LEDGER_TOKEN && $CI_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert gitlab["ledger-review"]["script"][0].index("unset LEDGER_TOKEN") < 30
