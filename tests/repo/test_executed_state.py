"""What counts of a commit when it is asked whether it may run: all but what commands only read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

import pytest
from conftest import Project

from ledger.errors import LedgerError
from ledger.repo.ledger import open_ledger
from ledger.repo.trust import state
from ledger.repo.trust.links import require_no_links

PIPELINE = "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [models/net.txt]\n"
FILES = {
    ".dvc/config": "",
    "dvc.yaml": PIPELINE,
    "train.py": "print(1)\n",
    "experiments/x/hypothesis.md": "plan\n",
    "experiments/own/run.py": "print(2)\n",
}
LINK, EXECUTABLE, PLAIN, SUBMODULE = "120000", "100755", "100644", "160000"


def commit(project: Project, files: Mapping[str, str | tuple[str, str]]) -> str:
    """A commit of these files, each a text, or a mode with a text (of a submodule with the commit)."""
    stream = [b"commit refs/heads/made\ncommitter Eve <e@x> 1 +0000\ndata 1\nx\ndeleteall\n"]
    for path, given in files.items():
        mode, text = (PLAIN, given) if isinstance(given, str) else given
        if mode == SUBMODULE:
            stream.append(f"M {mode} {text} {path}\n".encode())
        else:
            stream.append(f"M {mode} inline {path}\ndata {len(text.encode())}\n{text}\n".encode())
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=project.root, input=b"".join(stream), check=True)
    return project.git("rev-parse", "made")


def digest(project: Project, more: Mapping[str, str | tuple[str, str]]) -> str:
    with open_ledger(project.root) as ledger:
        return state.digest(ledger.git.objects, commit(project, {**FILES, **more}))


@pytest.mark.parametrize(
    "path",
    [
        "experiments/x/notes.md",
        "experiments/x/verdict.md",
        "experiments/x/trials/treatment/seed-0.yaml",
        "experiments/x/trials/treatment/fold-2+train.seed-0.2.yaml",
        "experiments/x/trials/treatment/seed-0.void",
        "experiments/x/environments/5f1d0c9be2a4.yaml",
    ],
)
def test_what_is_recorded_does_not_count_as_a_plain_file_only(project: Project, path: str) -> None:
    alone = digest(project, {})
    assert digest(project, {path: "a"}) == alone
    assert digest(project, {path: (EXECUTABLE, "a")}) != alone
    assert digest(project, {path: (LINK, "/etc/passwd")}) != alone
    assert digest(project, {f"{path}/evil.yaml": "a"}) != alone
    # of a folder that is no experiment all files are the project's own
    assert digest(project, {path.replace("/x/", "/own/"): "a"}) != alone


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("experiments/x/trials/evil.py", "print(3)"),
        ("experiments/x/trials/treatment/evil.py", "print(3)"),
        ("experiments/x/trials/treatment/deeper/seed-0.yaml", "print(3)"),
        ("experiments/x/trials", (LINK, "../..")),
        ("experiments/x/trials", (SUBMODULE, "a" * 40)),
        ("experiments/x/trials/treatment", (LINK, "../..")),
        ("experiments/x/environments/evil.yaml", "a"),
        ("experiments/x/environments/sitecustomize.py", "a"),
        ("experiments/x/hypothesis.md", "another plan"),
        ("experiments/x", (LINK, "..")),
        ("experiments/own/run.py", "print(3)"),
        ("experiments/x/more.md", "a"),
        ("sitecustomize.py", "a"),
        (".env", "a"),
        ("train.py", (EXECUTABLE, "print(1)\n")),
        (".dvc/config.local", "[cache]\n    dir = /tmp\n"),
        (".gitattributes", "* filter=x"),
        ("deeper/dvc.yaml", PIPELINE),
        ("dvc.lock", "schema: '2.0'\n"),
    ],
)
def test_all_else_counts(project: Project, path: str, given: str | tuple[str, str]) -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith(f"{path}/")}
    with open_ledger(project.root) as ledger:
        other = state.digest(ledger.git.objects, commit(project, {**files, path: given}))
    assert other != digest(project, {})


@pytest.mark.parametrize(
    "command", ["python experiments/x/notes.md", "sh verdict.md", "cd experiments/x/trials && sh treatment/*.yaml"]
)
def test_what_a_stage_may_run_counts_wherever_it_stands(project: Project, command: str) -> None:
    runs = {"deeper/dvc.yaml": f"stages:\n  evil:\n    cmd: {command}\n"}
    assert digest(project, {**runs, "experiments/x/notes.md": "a"}) != digest(project, {**runs})


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("models", "../../.git/hooks"),
        ("models/net.txt", "/etc/passwd"),
        ("experiments/x/trials", "/tmp"),
        ("dvc.lock", "../out"),
        (".dvc/config.local", "/etc/passwd"),
        (".dvc/tmp", "/tmp"),
        ("data.dvc", "/etc/passwd"),
    ],
)
def test_links_that_dvc_would_write_through_are_refused(project: Project, path: str, target: str) -> None:
    with open_ledger(project.root) as ledger:
        require_no_links(ledger, commit(project, {**FILES, "docs/link": (LINK, "../train.py")}))
        made = commit(project, {**FILES, path: (LINK, target)})
        with pytest.raises(LedgerError, match=f"{path} is a symbolic link") as refused:
            require_no_links(ledger, made)
    assert path in str(refused.value.hint)


@pytest.mark.parametrize("folder", [".GIT", "sub/.Git", "git~1", ".git.", ".g\u200cit", ".git::$INDEX_ALLOCATION"])
def test_outputs_in_what_a_disk_may_take_for_gits_folder_are_refused(project: Project, folder: str) -> None:
    # `.git` itself DVC refuses
    pipeline = (
        f"stages:\n  train:\n    cmd: python train.py\n    outs: [{json.dumps(folder + '/hooks/post-checkout')}]\n"
    )
    made = commit(project, {**FILES, "dvc.yaml": pipeline})
    with open_ledger(project.root) as ledger, pytest.raises(LedgerError, match="into git's own folder"):
        require_no_links(ledger, made)


def test_links_on_the_path_of_data(project: Project) -> None:
    pointer = f"outs:\n- md5: {'a' * 32}\n  size: 1\n  path: raw.txt\n"
    made = commit(project, {**FILES, "data/raw.txt.dvc": pointer, "data/raw.txt": (LINK, "../x")})
    with open_ledger(project.root) as ledger, pytest.raises(LedgerError, match=r"data/raw.txt is a symbolic link"):
        require_no_links(ledger, made)
