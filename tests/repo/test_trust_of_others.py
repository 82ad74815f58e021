"""What somebody else made does not run here before it is confirmed, and what a confirmation covers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Project
from strangers import ADA, EVE, EVIL, lacking, strange, trust

from ledger.machine.trust_store import TrustStore, trust_store
from ledger.repo.ledger import open_ledger

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
