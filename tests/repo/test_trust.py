"""Who made a commit, as far as it decides whether it runs here: what is one's own needs no question."""

from __future__ import annotations

from conftest import MakeProject, Project
from strangers import EVIL, FILES, lacking, strange, trust


def test_what_is_committed_here_on_main(mine: Project) -> None:
    assert not lacking(mine, "main", "exp/x", "exp/x~1")
    # remembered, since reflogs expire
    mine.git("reflog", "expire", "--expire=now", "--all")
    assert not lacking(mine, "exp/x")
    assert not lacking(mine, "exp/x~1")


def test_amended_rebased_picked_reverted_and_merged_commits_of_ones_own(mine: Project) -> None:
    mine.write({"one.py": "3\n"})
    mine.git("commit", "-qa", "--amend", "-m", "another")
    assert not lacking(mine, "HEAD")
    mine.git("switch", "-q", "main")
    mine.commit("main", {"train.py": "0\na\nb\nc\nd\ne\n", "more.py": "m\n"})
    mine.git("switch", "-q", "exp/x")
    mine.git("rebase", "-q", "main")
    assert not lacking(mine, "HEAD")
    mine.git("revert", "--no-edit", "HEAD")
    assert not lacking(mine, "HEAD")
    mine.git("switch", "-qc", "exp/y", "main")
    mine.git("cherry-pick", "exp/x~2", "exp/x~1", "exp/x")
    assert not lacking(mine, "HEAD")
    mine.git("switch", "-qc", "exp/z", "main")
    mine.commit("z", {"z.py": "z\n"})
    mine.git("merge", "-q", "--no-edit", "exp/y")
    assert not lacking(mine, "HEAD")
    (mine.root.parent / "own.patch").write_text(mine.git("format-patch", "-1", "--stdout", "exp/z~1") + "\n")
    mine.git("switch", "-qc", "exp/mailed", "exp/y")
    mine.git("am", "-q", "../own.patch")
    assert not lacking(mine, "HEAD")


def test_a_rebase_with_a_conflict_or_with_commits_put_together(mine: Project) -> None:
    mine.commit("code: three", {"train.py": "a\nb\nmine\nd\ne\n"})
    mine.git("switch", "-q", "main")
    mine.commit("main", {"train.py": "a\nb\nmain\nd\ne\n"})
    mine.git("switch", "-q", "exp/x")
    assert "CONFLICT" in mine.shell("git rebase main", code=1)
    mine.write({"train.py": "a\nb\nboth\nd\ne\n"})
    mine.git("add", "-A")
    mine.git("rebase", "--continue")
    assert not lacking(mine, "HEAD")
    mine.git("-c", "sequence.editor=sed -i '2,$s/^pick/fixup/'", "rebase", "-q", "-i", "main")
    assert mine.git("rev-list", "--count", "main..HEAD") == "1"
    assert not lacking(mine, "HEAD")


def test_a_rebase_of_a_rebase_of_an_amended_commit(mine: Project) -> None:
    for number in range(3):
        mine.git("commit", "-q", "--amend", "-m", f"again {number}")
        mine.git("switch", "-q", "main")
        mine.commit("main", {f"m{number}": "m\n"})
        mine.git("switch", "-q", "exp/x")
        mine.git("rebase", "-q", "main")
    assert not lacking(mine, "HEAD")


def test_commits_of_another_work_tree_and_those_of_a_branch_that_is_not_checked_out(mine: Project) -> None:
    mine.git("worktree", "add", "-q", "-b", "exp/w", "../w", "main")
    (mine.root.parent / "w" / "w.py").write_text("w\n")
    mine.git("add", "-A", cwd=mine.root.parent / "w")
    mine.git("commit", "-qm", "w", cwd=mine.root.parent / "w")
    assert not lacking(mine, "exp/w")


def test_a_repository_that_never_met_another_asks_nothing(make_project: MakeProject) -> None:
    project = make_project(FILES, dvc=False)
    project.git("reflog", "expire", "--expire=now", "--all")
    made = strange(project, EVIL, ref="refs/heads/exp/x")
    assert not lacking(project, made)
    # and one that did forgets it no sooner than git does
    for meets in (["remote", "add", "eve", "/nowhere"], ["update-ref", "refs/remotes/gone/main", "main"]):
        project.git(*meets)
        assert lacking(project, made)
        project.git("update-ref", "-d", "refs/remotes/gone/main")
        project.shell("git remote remove eve", code=None)
        assert not lacking(project, made)
    project.git("fetch", "-q", ".", "main")
    assert lacking(project, made)


def test_what_was_pulled_into_main_is_trusted_and_so_is_its_upstream(mine: Project) -> None:
    theirs = strange(mine, {"new.py": "n\n"}, ref="refs/remotes/origin/main")
    assert lacking(mine, theirs)
    mine.git("config", "branch.main.remote", "origin")
    mine.git("config", "branch.main.merge", "refs/heads/main")
    assert not lacking(mine, theirs)


def test_only_records_were_pushed_on_top(mine: Project) -> None:
    plan = "plan\n"
    mine.commit("new: x", {"experiments/x/hypothesis.md": plan})
    record = strange(mine, {"experiments/x/trials/treatment/seed-9.yaml": "r\n"}, onto="exp/x")
    noted = strange(mine, {"experiments/x/notes.md": "note\n"}, onto=record)
    assert not lacking(mine, noted)
    # whether the branch here has gone on to them or not: that made nothing
    mine.git("update-ref", "--create-reflog", "-m", f"ledger pull: x onto {noted}", "refs/heads/exp/x", noted)
    assert not lacking(mine, noted)
    assert lacking(mine, strange(mine, {"experiments/x/trials/evil.py": "x\n"}, onto=noted))


def test_records_of_others_between_ones_own_on_a_confirmed_state(mine: Project) -> None:
    theirs = strange(mine, {**EVIL, "experiments/x/hypothesis.md": "plan\n"})
    trust(mine, theirs)
    mine.git("switch", "-qc", "exp/theirs", theirs)
    mine.commit("run: mine", {"experiments/x/trials/treatment/seed-0.yaml": "r\n"})
    noted = strange(mine, {"experiments/x/notes.md": "n\n"}, onto="HEAD")
    # as a pull does it
    mine.git("update-ref", "-m", f"ledger pull: x onto {noted}", "refs/heads/exp/theirs", noted)
    mine.git("reset", "-q", "--hard")
    assert not lacking(mine, "HEAD")
    mine.commit("amend: mine", {"experiments/x/hypothesis.md": "another plan\n"})
    assert not lacking(mine, "HEAD")
    mine.commit("run: mine", {"experiments/x/trials/treatment/seed-1.yaml": "r\n"})
    again = strange(mine, {"experiments/x/notes.md": "n\n\nn\n"}, onto="HEAD")
    assert not lacking(mine, again)
