"""What a user does while trials run is kept, whatever it touches; the trials are never lost for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import TRAIN, MakeProject, Project, Shelved, default_files
from planned import two_seeds

# the first trial runs this file, once: it stands for the user, who works while trials run
HOOKED = """\
import os
if os.path.exists(HOOK):
    text = open(HOOK).read()
    os.unlink(HOOK)
    exec(text)
"""


class Meanwhile:
    """A project whose first trial does what a user might do at that moment."""

    def __init__(self, project: Project, hook: Path) -> None:
        self.project = project
        self._hook = hook

    def does(self, code: str) -> None:
        """Let the next trial run `code`, with `root` for the user's work tree."""
        self._hook.write_text(f"import pathlib, subprocess\nroot = pathlib.Path({str(self.project.root)!r})\n{code}\n")

    def writes(self, path: str, text: str) -> None:
        """Let the next trial write a file of the user's work tree."""
        self.does(f"(root / {path!r}).write_text({text!r})")

    def commits(self, path: str, text: str) -> None:
        """Let the next trial write a file of the user's work tree and commit it there."""
        self.writes(path, text)
        with self._hook.open("a") as stream:
            stream.write(f"subprocess.run(['git', 'add', {path!r}], cwd=root, check=True)\n")
            stream.write("subprocess.run(['git', 'commit', '-q', '-m', 'meanwhile'], cwd=root, check=True)\n")


@pytest.fixture
def meanwhile(make_project: MakeProject, tmp_path: Path) -> Meanwhile:
    """The default pipeline, with a user who works while it runs."""
    hook = tmp_path / "hook.py"
    files = default_files() | {
        "train.py": TRAIN + HOOKED.replace("HOOK", repr(str(hook))),
        "README.md": "words\n",
    }
    return Meanwhile(make_project(files), hook)


def pending(project: Project) -> list[str]:
    return project.git("for-each-ref", "--format=%(refname:lstrip=4)", "refs/ledger/trials").splitlines()


def recorded(project: Project, revision: str = "HEAD") -> list[str]:
    paths = project.git("ls-tree", "-r", "--name-only", revision, "experiments/").splitlines()
    return [path.split("/trials/")[1] for path in paths if "/trials/" in path]


def test_edits_beside_the_results_are_kept_and_the_trials_are_collected(meanwhile: Meanwhile) -> None:
    project = meanwhile.project
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    edits = {
        "scratch.txt": "mine",
        "README.md": "other words\n",
        "train.py": "import something_else\n",
        "params.json": '{"seed": 7, "train": {"lr": 9}}\n',
        "model.txt": "my own checkpoint",
    }
    meanwhile.does(f"for path, text in {edits!r}.items():\n    (root / path).write_text(text)")
    got = project.ledger("run")
    assert {path: (project.root / path).read_text() for path in edits} == edits
    assert recorded(project) == ["treatment/seed-0.yaml", "treatment/seed-1.yaml"]
    assert pending(project) == []
    assert project.git("diff", "--cached") == ""
    status = project.git("status", "--porcelain").splitlines()
    assert {line.strip() for line in status} == {"M README.md", "M params.json", "M train.py", "?? scratch.txt"}
    assert "model.txt has changes of yours" in got.err


TWO_STAGES = """\
stages:
  encode:
    cmd: python encode.py
    deps: [encode.py]
    params: [params.json: [seed]]
    outs: [codes, words.txt]
  train:
    cmd: python train.py
    deps: [train.py, codes, words.txt]
    params: [params.json: [seed, train]]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""
ENCODE = """\
import json, pathlib
seed = json.load(open("params.json"))["seed"]
pathlib.Path("codes").mkdir()
for n in range(2):
    pathlib.Path(f"codes/{n}").write_text(f"{seed} {n}")
pathlib.Path("words.txt").write_text(f"{seed}")
"""


def test_checkpoints_outlive_the_garbage_collection_of_dvc_while_trials_run(
    make_project: MakeProject, tmp_path: Path
) -> None:
    """It follows branches and tags: of the trials under way, and of those that are not collected, it knows nothing."""
    hook = tmp_path / "hook.py"
    files = default_files() | {
        "train.py": TRAIN + HOOKED.replace("HOOK", repr(str(hook))),
        "encode.py": ENCODE,
        "dvc.yaml": TWO_STAGES,
    }
    project = make_project(files)
    # and something in the way of collecting
    collects = (
        "subprocess.run(['dvc', 'gc', '-q', '-f', '--all-commits'], cwd=root, check=True)\n"
        "(root / 'metrics.json').write_text('mine')"
    )
    hook.write_text(f"import pathlib, subprocess\nroot = pathlib.Path({str(project.root)!r})\n{collects}\n")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    project.ledger("run", code=1)
    assert len(pending(project)) == 2
    project.dvc("gc", "-q", "-f", "--all-commits")
    (project.root / "metrics.json").unlink()
    project.ledger("run")
    assert pending(project) == []
    assert project.git("for-each-ref", "refs/remotes") == ""
    proved = project.ledger("verify", "--data", "--json").json
    assert (proved["problems"], proved["unproved"]) == ([], [])


@pytest.mark.parametrize(
    ("path", "text", "before"),
    [
        pytest.param("params.json", '{"seed": 7, "train": {"lr": 9}}\n', False, id="parameters"),
        pytest.param("metrics.json", '{"accuracy": 99}\n', False, id="new metrics"),
        pytest.param("dvc.lock", "schema: '2.0'\n", True, id="a lock"),
        pytest.param("experiments/a/trials/treatment/seed-2.yaml", "mine", True, id="a record"),
    ],
)
def test_an_edit_in_the_way_is_kept_and_the_trials_wait(
    meanwhile: Meanwhile, path: str, text: str, before: bool
) -> None:
    """`before`: a trial is on the branch already, so that the results are tracked."""
    project = meanwhile.project
    # the first declared replicate is not the one that the parameter file holds: the run writes that too
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=2,1")
    if before:
        project.ledger("run", "--only", "treatment/seed-1")
    tip = project.git("rev-parse", "HEAD")
    if path.startswith("experiments/"):
        meanwhile.does(f"p = root / {path!r}; p.parent.mkdir(parents=True, exist_ok=True); p.write_text({text!r})")
    else:
        meanwhile.writes(path, text)
    got = project.ledger("run", code=1)
    ran = 1 if before else 2
    assert "not on the branch yet" in got.err
    assert path in got.err
    assert (project.root / path).read_text() == text
    assert project.git("rev-parse", "HEAD") == tip
    assert project.git("diff", "--cached") == ""
    assert len(pending(project)) == ran
    assert project.ledger("status", "--json").json["uncollected"] == ran
    assert f"{ran} finished, not on the branch yet" in project.ledger("status").out
    shown = {t["id"]: t["status"] for t in project.ledger("show", "--json").json["trials"]}
    assert shown == {"treatment/seed-2": "succeeded", "treatment/seed-1": "succeeded"}

    # while it is in the way every run refuses, and changes nothing
    state = project.state()
    assert project.ledger("run", code=None).code in (1, 2)
    assert project.state() == state
    # out of the way, the next run collects once and runs nothing again
    if project.git("status", "--porcelain", "--", path).startswith("??"):
        (project.root / path).unlink()
    else:
        project.git("stash", "-q")
    got = project.ledger("run")
    assert f"{ran} trial" in got.out
    assert "[1/" not in got.err
    assert recorded(project) == ["treatment/seed-1.yaml", "treatment/seed-2.yaml"]
    assert pending(project) == []
    assert project.git("status", "--porcelain") == ""
    assert json.loads((project.root / "params.json").read_text())["seed"] == 2
    assert "up to date" in project.dvc("status")


def test_a_commit_that_changes_no_result_is_built_upon(meanwhile: Meanwhile) -> None:
    project = meanwhile.project
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=2,1")
    code = project.git("rev-parse", "HEAD")
    meanwhile.commits("README.md", "other words\n")
    project.ledger("run")
    assert project.git("log", "-1", "--format=%s", "HEAD~1") == "meanwhile"
    assert project.git("rev-parse", "HEAD~2") == code
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"]) == (2, 0)
    trials = project.ledger("show", "--json").json["trials"]
    # both ran on what the run began with
    assert {trial["code"] for trial in trials} == {code}
    assert (project.root / "README.md").read_text() == "other words\n"
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")


def test_a_commit_that_changes_the_code_leaves_the_trials_stale(meanwhile: Meanwhile) -> None:
    project = meanwhile.project
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    text = (project.root / "train.py").read_text().replace("0.5 +", "0.6 +")
    meanwhile.commits("train.py", text)
    assert "so 2 are stale: ledger run runs them again" in project.ledger("run", code=1).err
    assert (project.root / "train.py").read_text() == text
    assert not any(trial["current"] for trial in project.ledger("show", "--json").json["trials"])
    assert project.git("ls-files", "dvc.lock", "metrics.json") == ""
    assert project.ledger("status", "--json").json["missing"] == 2
    project.ledger("run")
    assert recorded(project) == [f"treatment/seed-{s}{a}.yaml" for s in (0, 1) for a in (".2", "")]
    assert json.loads((project.root / "metrics.json").read_text())["accuracy"] > 0.7
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")


def test_a_commit_of_results_while_trials_run_is_kept(meanwhile: Meanwhile) -> None:
    """Trials of two runs: what the user has committed in the results' place gives way, and stays in the history."""
    project = meanwhile.project
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    meanwhile.commits("metrics.json", '{"accuracy": 99}\n')
    project.ledger("run")
    assert project.git("show", "HEAD~1:metrics.json") == '{"accuracy": 99}'
    assert len(recorded(project)) == 2
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")


def test_the_branch_in_another_work_tree_is_brought_along(project: Project, tmp_path: Path) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=2,1", "--no-switch")
    other = tmp_path / "other"
    project.git("worktree", "add", "-q", str(other), "exp/a")
    (other / "scratch.txt").write_text("mine")
    (project.root / "train.py").write_text("broken(")
    (project.root / "params.json").write_text("{}")
    before = project.git("status", "--porcelain")
    project.ledger("run", "a")
    assert project.git("status", "--porcelain") == before
    assert project.git("status", "--porcelain", cwd=other) == "?? scratch.txt"
    assert json.loads((other / "params.json").read_text())["seed"] == 2
    # the outputs are laid out where the branch is checked out, from the cache of the main work tree
    accuracy = json.loads((other / "metrics.json").read_text())["accuracy"]
    assert (other / "model.txt").read_text() == str(accuracy)
    assert not (project.root / "model.txt").exists()

    # and a run that is called from there
    (other / "train.py").write_text(TRAIN.replace("0.5 +", "0.6 +"))
    project.ledger("run", "-m", "more", cwd=other)
    assert len(recorded(project, "exp/a")) == 4
    assert project.git("status", "--porcelain", cwd=other) == "?? scratch.txt"
    assert project.git("log", "-1", "--format=%s", "exp/a~1") == "code: more"


def test_a_branch_that_nobody_has_checked_out(project: Project) -> None:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2", "--no-switch")
    project.write({"train.py": "broken(", "scratch.txt": "mine"})
    before = project.git("status", "--porcelain", "--branch")
    project.ledger("run", "a")
    assert project.git("status", "--porcelain", "--branch") == before
    assert len(recorded(project, "exp/a")) == 2


def test_what_is_staged_stays_staged(project: Project) -> None:
    project.commit("words", {"README.md": "words\n"})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    project.write({"README.md": "staged\n", "docs/new.md": "staged too\n"})
    project.git("add", "README.md", "docs/new.md")
    project.write({"README.md": "and more\n"})
    staged, status = project.git("diff", "--cached"), project.git("status", "--porcelain")
    project.ledger("run")
    assert (project.git("diff", "--cached"), project.git("status", "--porcelain")) == (staged, status)
    project.ledger("note", "what I saw")
    assert (project.git("diff", "--cached"), project.git("status", "--porcelain")) == (staged, status)
    assert project.git("show", "--format=", "--name-only", "HEAD") == "experiments/a/notes.md"
    # `-m` commits as `git commit -a` does
    project.write({"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    project.ledger("run", "-m", "more")
    assert project.git("status", "--porcelain") == ""
    assert project.git("show", "--format=", "--name-only", "HEAD~1").split() == [
        "README.md",
        "docs/new.md",
        "train.py",
    ]


def test_outputs_are_laid_out_unless_they_are_the_users_own(shelved: Shelved) -> None:
    project = shelved(two_seeds, default_files())
    project.ledger("run")
    first = (project.root / "model.txt").read_text()
    assert first == str(json.loads((project.root / "metrics.json").read_text())["accuracy"])

    # those of the lock before are replaced, since the cache still has them
    project.commit("more", {"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    project.ledger("run")
    second = (project.root / "model.txt").read_text()
    assert second == str(json.loads((project.root / "metrics.json").read_text())["accuracy"]) != first

    # one that is in no cache is left, and the command says so
    (project.root / "model.txt").write_text("my own")
    project.commit("yet more", {"train.py": TRAIN.replace("0.5 +", "0.7 +")})
    got = project.ledger("run")
    assert (project.root / "model.txt").read_text() == "my own"
    assert "model.txt has changes of yours" in got.err
