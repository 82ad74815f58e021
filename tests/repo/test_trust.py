"""Who made a commit, as far as it decides whether it runs here: what is one's own needs no question, all else does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import MakeProject, Project

from ledger.machine.trust_store import TrustedState, TrustStore, trust_store
from ledger.repo.ledger import open_ledger

FILES = {".dvc/config": "", "dvc.yaml": "stages: {train: {cmd: python train.py}}\n", "train.py": "a\nb\nc\nd\ne\n"}
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
EVE = "Eve <eve@example.org>"
ADA = "Ada Lovelace <ada@example.org>"


@pytest.fixture
def mine(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository with a remote, one commit on main, and an experiment's branch with two commits made here."""
    # takes the message that git proposes
    monkeypatch.setenv("GIT_EDITOR", "true")
    project = make_project(FILES, dvc=False)
    project.git("remote", "add", "origin", "../hub")
    project.git("switch", "-qc", "exp/x")
    project.commit("code: one", {"one.py": "1\n"})
    project.commit("code: two", {"two.py": "2\n"})
    return project


def lacking(project: Project, *revisions: str) -> list[str]:
    """Those of the revisions that are not trusted."""
    with open_ledger(project.root) as ledger:
        commits = {revision: ledger.git.commit(revision) or "" for revision in revisions}
        found = ledger.trust.lacking(commits.values())
        # asked once more it says the same
        assert ledger.trust.lacking(commits.values()) == found
    return [revision for revision, commit in commits.items() if commit in found]


def strange(
    project: Project,
    files: Mapping[str, str | None],
    *,
    onto: str = "main",
    ref: str = "refs/remotes/origin/exp/evil",
    by: str = EVE,
    when: str = "1700000000 +0000",
    subject: str = "evil",
) -> str:
    """A commit that came from elsewhere: no reflog says that it was made here."""
    parent = project.git("rev-parse", onto)
    head = f"commit {ref}\nauthor {by} {when}\ncommitter {by} {when}\ndata {len(subject)}\n{subject}\nfrom {parent}\n"
    stream = [head.encode()]
    for path, text in files.items():
        stream.append(
            f"D {path}\n".encode() if text is None else f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()
        )
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=project.root, input=b"".join(stream), check=True)
    return project.git("rev-parse", ref)


def trust(project: Project, revision: str) -> None:
    with open_ledger(project.root) as ledger:
        commit = ledger.git.commit(revision) or ""
        state = TrustedState(name="x", commit=commit, when=NOW)
        ledger.trust.store.add(ledger.trust.digest(commit), state)


EVIL = {"train.py": "import os\n"}


# --- what needs no question


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


# --- what somebody else made


@pytest.mark.parametrize("by", [EVE, ADA])
@pytest.mark.parametrize("when", ["1700000000 +0000", "1 +0000", "4000000000 +0000"])
def test_names_mails_and_dates_prove_nothing(mine: Project, by: str, when: str) -> None:
    made = strange(mine, EVIL, by=by, when=when)
    assert lacking(mine, made)
    # on top of one's own branch either
    assert lacking(mine, strange(mine, EVIL, onto="exp/x", by=by, when=when))
    # a commit of one's own does not make what is below it one's own
    mine.git("switch", "-q", "--detach", made)
    mine.commit("on top", {"three.py": "3\n"})
    assert lacking(mine, "HEAD")


def test_a_fetch_without_a_tracking_branch_or_right_under_heads(mine: Project, tmp_path: Path) -> None:
    eve = tmp_path / "eve"
    mine.git("clone", "-q", ".", str(eve))
    (eve / "train.py").write_text("evil\n")
    mine.git("commit", "-qam", "evil", cwd=eve)
    mine.git("fetch", "-q", str(eve), "exp/x")
    assert lacking(mine, "FETCH_HEAD")
    mine.git("fetch", "-q", str(eve), "exp/x:refs/heads/exp/pr")
    assert lacking(mine, "exp/pr")
    mine.git("switch", "-qc", "exp/local", "FETCH_HEAD")
    assert lacking(mine, "exp/local")
    mine.git("switch", "-q", "exp/x")
    mine.git("pull", "-q", "--ff-only", str(eve), "exp/x")
    assert lacking(mine, "exp/x")
    mine.git("reset", "-q", "--hard", "exp/x@{1}")
    assert not lacking(mine, "exp/x")
    mine.git("reset", "-q", "--hard", "exp/pr")
    assert lacking(mine, "exp/x")


def test_ones_own_work_on_top_of_a_strangers(mine: Project) -> None:
    made = strange(mine, EVIL)
    mine.git("switch", "-qc", "exp/evil", made)
    # each is made here, and holds what the stranger made
    mine.git("commit", "-q", "--amend", "-m", "reworded")
    assert lacking(mine, "HEAD")
    mine.git("switch", "-q", "main")
    mine.commit("main", {"more.py": "m\n"})
    mine.git("switch", "-q", "exp/evil")
    mine.git("reset", "-q", "--hard", made)
    mine.git("rebase", "-q", "main")
    assert lacking(mine, "HEAD")
    mine.git("switch", "-q", "exp/x")
    before = mine.git("rev-parse", "HEAD")
    mine.git("cherry-pick", made)
    assert lacking(mine, "HEAD")
    mine.git("reset", "-q", "--hard", before)
    mine.git("merge", "-q", "--no-edit", made)
    assert mine.git("rev-list", "--count", "--merges", "-1", "HEAD") == "1"
    assert lacking(mine, "HEAD")
    mine.git("reset", "-q", "--hard", before)
    mine.git("merge", "-q", "--squash", made)
    mine.git("commit", "-q")
    assert lacking(mine, "HEAD")
    mine.git("reset", "-q", "--hard", before)
    (mine.root.parent / "evil.patch").write_text(mine.git("format-patch", "-1", "--stdout", made) + "\n")
    mine.git("am", "-q", "../evil.patch")
    assert lacking(mine, "HEAD")
    mine.git("reset", "-q", "--hard", before)
    assert not lacking(mine, "HEAD")
    # put in by hand among commits of one's own that are rebased
    mine.git("-c", f"sequence.editor=echo pick {made} >>", "rebase", "-q", "-i", "main")
    assert mine.git("log", "-1", "--format=%s") == "evil"
    assert lacking(mine, "HEAD")


@pytest.mark.parametrize(
    "subject",
    [
        "x (continue): y",
        "(squash): x",
        "x: Merge made by the 'ort' strategy.",
        "commit: x",
        "x (finish): refs/heads/exp/x onto " + "a" * 40,
        "Squashed commit of the following:",
    ],
)
def test_a_subject_does_not_pass_for_what_git_says(mine: Project, subject: str) -> None:
    made = strange(mine, EVIL, subject=subject)
    mine.git("-c", f"sequence.editor=echo pick {made} >>", "rebase", "-q", "-i", "--force-rebase", "main")
    assert mine.git("log", "-1", "--format=%s") == subject
    assert lacking(mine, "HEAD")
    mine.git("reset", "-q", "--hard", "HEAD~1")
    assert not lacking(mine, "HEAD")
    mine.git("cherry-pick", made)
    assert lacking(mine, "HEAD")


def test_a_change_under_the_words_of_ones_own_commit(mine: Project) -> None:
    author = mine.git("log", "-1", "--format=%an <%ae>")
    when = mine.git("log", "-1", "--format=%ad", "--date=raw")
    for evil in ({"two.py": "evil\n"}, {"two.py": " 2\n"}, {"two.py": "2\n", "train.py": "evil\n"}):
        made = strange(mine, evil, onto="exp/x~1", by=author, when=when)
        mine.git("switch", "-q", "--detach", "main")
        mine.git("cherry-pick", made)
        # as `git patch-id` has it, a line that is indented is the same line
        assert lacking(mine, "HEAD")
    # the very change is one's own, whoever brings it
    made = strange(mine, {"two.py": "2\n"}, onto="main", by=author, when=when)
    mine.git("switch", "-q", "--detach", "main")
    mine.commit("forks", {"fork.py": "f\n"})
    mine.git("cherry-pick", made)
    assert not lacking(mine, "HEAD")
    assert lacking(mine, made)


def test_a_branch_brought_back_from_a_strangers_tag_is_not_made_here(mine: Project) -> None:
    made = strange(mine, EVIL)
    mine.git("update-ref", "-m", "ledger archive: evil brought back", "refs/heads/exp/evil", made)
    mine.git("update-ref", "-m", "ledger pull: evil", "refs/heads/exp/pulled", made)
    mine.git("update-ref", "-m", "commit: evil", "refs/heads/exp/odd", made)
    assert lacking(mine, "exp/evil", "exp/pulled", "exp/odd") == ["exp/evil", "exp/pulled", "exp/odd"]


def test_the_settings_of_a_branch_do_not_say_which_branch_is_main(mine: Project) -> None:
    made = strange(mine, {**EVIL, "ledger.yaml": "main: exp/evil\nbranch_prefix: ''\n"})
    mine.git("switch", "-qc", "exp/evil", made)
    assert lacking(mine, "exp/evil")
    # nor does what another remote has checked out
    mine.git("remote", "add", "eve", "/eve")
    mine.git("symbolic-ref", "refs/remotes/eve/HEAD", "refs/remotes/eve/exp/evil")
    mine.git("update-ref", "refs/remotes/eve/exp/evil", made)
    assert lacking(mine, "exp/evil")


def test_without_reflogs_nothing_is_known_to_be_ones_own(mine: Project) -> None:
    mine.git("reflog", "expire", "--expire=now", "--all")
    assert lacking(mine, "exp/x")
    mine.git("config", "core.logAllRefUpdates", "false")
    with open_ledger(mine.root) as ledger:
        assert not ledger.trust.bases.keeps_reflogs


# --- what the user has confirmed


def test_a_confirmed_state_and_what_comes_after_it(mine: Project) -> None:
    made = strange(mine, {**EVIL, "experiments/evil/hypothesis.md": "plan\n"})
    trust(mine, made)
    assert not lacking(mine, made)
    assert not lacking(mine, strange(mine, {"experiments/evil/notes.md": "n\n"}, onto=made))
    # the same files under another name are the same state
    assert not lacking(mine, mine.git("commit-tree", f"{made}^{{tree}}", "-m", "x"))
    later = strange(mine, {"train.py": "worse\n"}, onto=made)
    assert lacking(mine, later)
    mine.git("switch", "-qc", "exp/mine", made)
    mine.commit("on top", {"three.py": "3\n"})
    assert not lacking(mine, "HEAD")
    # what rests on it is not remembered as one's own
    with open_ledger(mine.root) as ledger:
        assert ledger.trust.store.remove(ledger.trust.digest(made))
    assert lacking(mine, "HEAD", made) == ["HEAD", made]


def test_a_trusted_remote_is_its_branches_and_not_its_pull_requests(mine: Project) -> None:
    made = strange(mine, EVIL)
    other = strange(mine, {"train.py": "worse\n"}, ref="refs/remotes/origin/pr/7")
    elsewhere = strange(mine, {"train.py": "worst\n"}, ref="refs/remotes/eve/exp/evil")
    mine.git("config", "--add", "remote.origin.fetch", "+refs/pull/*/head:refs/remotes/origin/pr/*")
    with open_ledger(mine.root) as ledger:
        ledger.trust.store.add_remote(ledger.trust.bases.url("origin"))
    assert lacking(mine, made, other, elsewhere) == [other, elsewhere]
    # another URL under the same name is another remote
    mine.git("remote", "set-url", "origin", "../eve")
    assert lacking(mine, made)
    mine.git("remote", "set-url", "origin", str(mine.root.parent / "hub"))
    assert not lacking(mine, made)


def test_what_others_could_write_counts_for_nothing(mine: Project, sealed: Path) -> None:
    made = strange(mine, EVIL)
    trust(mine, made)
    (digest,) = (sealed / ".state/ledger/trusted/states").glob("*")
    assert digest.stat().st_mode & 0o777 == 0o600
    for path in (digest, digest.parent, digest.parent.parent):
        mode = path.stat().st_mode & 0o777
        path.chmod(mode | 0o020)
        assert lacking(mine, made)
        path.chmod(mode)
        assert not lacking(mine, made)
    moved = digest.rename(digest.parent.parent / "moved")
    digest.symlink_to(moved)
    assert lacking(mine, made)


def test_whoever_shares_a_group_can_still_keep_what_he_trusts(mine: Project) -> None:
    made = strange(mine, EVIL)
    before = os.umask(0o002)
    try:
        trust(mine, made)
        assert not lacking(mine, made)
    finally:
        os.umask(before)


def test_the_store_is_where_the_specification_says(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    default = tmp_path / ".local/state/ledger/trusted"
    assert trust_store(home) == TrustStore(folder=default)
    assert trust_store({**home, "XDG_STATE_HOME": "relative"}) == TrustStore(folder=default)
    assert trust_store({**home, "XDG_STATE_HOME": "/s"}) == TrustStore(folder=Path("/s/ledger/trusted"))
