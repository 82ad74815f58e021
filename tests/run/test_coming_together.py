"""Replaying in particular: what conflicts, what only seems to, and what must stay as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Project, Shelved
from two_clones import (
    FILES,
    SEARCHED,
    UNREPEATABLE,
    bring_together,
    clones,
    collected,
    fetch,
    finish,
    is_linear,
    pool,
    problems,
    records,
    searching,
    send,
    shared,
)  # fmt: skip

from ledger.errors import LedgerError
from ledger.git.branch import Overlap

HYPOTHESIS = "experiments/a/hypothesis.md"


@pytest.fixture
def pair(shelved: Shelved) -> tuple[Project, ...]:
    """Two clones of an experiment with one trial of each arm."""
    return clones(shelved(shared, FILES))


def refused(clone: Project, *words: str, before: str | None = None) -> LedgerError:
    """What is said where nothing may move."""
    fetch(clone)
    state = clone.state()
    with pytest.raises(LedgerError) as raised:
        bring_together(clone, before=before)
    assert clone.state() == state
    assert all(word in raised.value.message for word in words), raised.value.message
    return raised.value


def test_code_that_both_changed_is_refused_by_name(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.commit("code: one way", {"train.py": UNREPEATABLE.replace("0.5", "0.6")})
    there.commit("code: another", {"train.py": UNREPEATABLE.replace("0.5", "0.4")})
    send(here)
    error = refused(there, "train.py", "origin/exp/a", "code: another", "nothing was changed")
    assert error.hint is not None and "git rebase origin/exp/a" in error.hint


def test_a_conflict_ends_where_both_have_the_same_in_the_end(shelved: Shelved) -> None:
    here, there = clones(shelved(pool, FILES, after=shared))
    for number, (clone, level) in enumerate(((here, "0.6"), (there, "0.4"))):
        clone.git("switch", "-q", "exp/a")
        finish(clone, number, "treatment/seed-1")
        collected(clone)
        clone.ledger("amend", "--seeds", str(5 + number), "-m", "more")
        clone.commit("code: a level", {"train.py": UNREPEATABLE.replace("0.5", level)})
    send(here)
    error = refused(there, HYPOTHESIS, "both amended the plan")
    assert error.hint is not None and f"git checkout origin/exp/a -- {HYPOTHESIS}" in error.hint
    there.git("checkout", "-q", "origin/exp/a", "--", HYPOTHESIS)
    there.commit("amend: as on origin")
    error = refused(there, "train.py")
    assert error.hint is not None and "git checkout origin/exp/a -- train.py" in error.hint
    there.git("checkout", "-q", "origin/exp/a", "--", "train.py")
    there.commit("code: as on origin")
    bring_together(there)
    assert "0.6" in (there.root / "train.py").read_text()
    assert there.git("status", "--porcelain") == ""
    # both amendments are in the history, openly
    changed = there.git("log", "--format=%s", "exp/a", "--", HYPOTHESIS).splitlines()
    assert changed[:3] == ["amend: as on origin", "amend: replicates", "amend: replicates"]
    assert problems(there) == []


def test_code_that_both_changed_elsewhere_comes_together(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.commit("code: one end", {"train.py": "# one\n" + UNREPEATABLE, "README.md": "one\n"})
    there.commit("code: other end", {"train.py": UNREPEATABLE + "# other\n"})
    send(here)
    bring_together(there)
    assert (there.root / "train.py").read_text() == "# one\n" + UNREPEATABLE + "# other\n"
    assert there.git("status", "--porcelain") == ""
    assert there.git("log", "-1", "--format=%s %an", "exp/a") == "code: other end Ada Lovelace"


def test_one_parameter_with_two_values_is_refused_by_key(pair: tuple[Project, ...]) -> None:
    here, there = pair
    for clone, rate in ((here, "0.3"), (there, "0.4")):
        text = (clone.root / "params.json").read_text().replace("0.2", rate)
        clone.commit("code: a rate", {"params.json": text})
    send(here)
    refused(there, "params.json", "train.lr", "0.3 on origin/exp/a", "0.4 on exp/a")


def test_a_plan_that_both_amended_is_refused(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.ledger("amend", "--seeds", "5", "-m", "more")
    there.ledger("amend", "--predict", "accuracy >= baseline + 0.01", "-m", "less")
    send(here)
    refused(there, HYPOTHESIS, "both amended the plan", "predictions", "replicates")


def test_one_amendment_that_both_made_is_none(pair: tuple[Project, ...]) -> None:
    for clone in pair:
        clone.ledger("amend", "--seeds", "5", "-m", "more")
    here, there = pair
    send(here)
    found = bring_together(there)
    assert found.tip == here.git("rev-parse", "exp/a") and found.commits == 0


def test_prose_and_plan_come_together(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.ledger("amend", "--seeds", "5", "-m", "more")
    text = (there.root / HYPOTHESIS).read_text()
    there.commit("docs: why", {HYPOTHESIS: f"{text}\nSince rates matter.\n"})
    send(here)
    bring_together(there)
    merged = (there.root / HYPOTHESIS).read_text()
    assert "Since rates matter." in merged and "seed: [0, 1, 2, 3, 4]" in merged


def test_two_experiments_of_one_name_stay_two(pair: tuple[Project, ...]) -> None:
    here, there = pair
    text = (here.root / HYPOTHESIS).read_text().replace("Ada Lovelace <ada@", "Grace Hopper <grace@")
    here.git("reset", "-q", "--hard", "main")
    here.commit("new: another", {HYPOTHESIS: text})
    here.git("push", "-qf", "origin", "exp/a")
    refused(there, "another experiment of that name", "Grace Hopper")


def test_what_the_user_has_changed_is_kept(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.commit("docs: a page", {"README.md": "theirs\n"})
    there.ledger("note", "slow today")
    send(here)
    there.write({"train.py": "# mine\n" + UNREPEATABLE, "README.md": "mine\n"})
    state = there.state()
    with pytest.raises(Overlap):
        bring_together(there)
    assert there.state()[1:] == state[1:] and (there.root / "README.md").read_text() == "mine\n"
    (there.root / "README.md").unlink()
    bring_together(there)
    assert (there.root / "README.md").read_text() == "theirs\n"
    assert there.git("status", "--porcelain").split() == ["M", "train.py"]
    assert is_linear(there)


def test_notes_are_in_the_order_of_their_dates(pair: tuple[Project, ...]) -> None:
    here, there = pair
    path = "experiments/a/notes.md"
    first, second, third = (f"## 2026-11-2{day} 10:00 Ada\n\nday {day}\n" for day in (1, 2, 3))
    here.commit("note: second", {path: second})
    there.commit("note: others", {path: f"{first}\n{third}"})
    send(here)
    bring_together(there)
    assert (there.root / path).read_text() == f"{first}\n{second}\n{third}"


def test_a_remote_that_was_rewritten_takes_what_applies_and_refuses_the_rest(pair: tuple[Project, ...]) -> None:
    here, there = pair
    before = here.git("rev-parse", "exp/a")
    here.git("commit", "-q", "--amend", "-m", "run: reworded")
    here.git("push", "-qf", "origin", "exp/a")
    there.ledger("note", "slow today")
    found = bring_together(there, before=before)
    assert found.rewritten and found.commits == 1
    assert there.git("log", "-2", "--format=%s", "exp/a").splitlines() == ["note: slow today", "run: reworded"]
    # and where nothing here is new
    here.git("commit", "-q", "--amend", "-m", "run: once more")
    here.git("push", "-qf", "origin", "exp/a")
    before = there.git("rev-parse", "exp/a~1")
    there.git("reset", "-q", "--hard", before)
    found = bring_together(there, before=before)
    assert found.rewritten and found.commits == 0
    assert there.git("log", "-1", "--format=%s", "exp/a") == "run: once more"


def test_a_conflict_with_a_rewritten_remote_says_so(pair: tuple[Project, ...]) -> None:
    here, there = pair
    before = here.git("rev-parse", "exp/a")
    here.commit("code: one way", {"train.py": UNREPEATABLE.replace("0.5", "0.6")})
    here.git("reset", "-q", "--soft", "exp/a~2")
    here.git("commit", "-q", "-m", "run: squashed")
    here.git("push", "-qf", "origin", "exp/a")
    there.commit("code: another", {"train.py": UNREPEATABLE.replace("0.5", "0.4")})
    refused(there, "train.py", "rewritten", before=before)


def test_merges_made_by_hand(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.ledger("note", "one")
    send(here)
    fetch(there)
    there.commit("docs: a page", {"README.md": "a page\n"})
    there.git("merge", "-q", "--no-edit", "origin/exp/a")
    there.commit("docs: another page", {"MORE.md": "more\n"})
    here.commit("docs: theirs", {"THEIRS.md": "theirs\n"})
    send(here)
    # one with the other side is none any more; one of the main branch is still one
    bring_together(there)
    assert is_linear(there)
    assert {"README.md", "MORE.md", "THEIRS.md"} <= {*there.git("ls-files").splitlines()}
    there.git("switch", "-q", "main")
    there.commit("docs: on main", {"MAIN.md": "main\n"})
    there.git("switch", "-q", "exp/a")
    there.git("merge", "-q", "--no-edit", "main")
    here.commit("docs: theirs again", {"AGAIN.md": "again\n"})
    send(here)
    bring_together(there)
    assert {"MAIN.md", "AGAIN.md"} <= {*there.git("ls-files").splitlines()}
    assert there.git("rev-list", "--count", "--merges", "origin/exp/a..exp/a") == "1"
    assert there.git("merge-base", "--is-ancestor", "main", "exp/a") == ""


def test_authors_and_dates_are_kept(pair: tuple[Project, ...]) -> None:
    here, there = pair
    here.ledger("note", "one")
    send(here)
    there.write({"README.md": "a page\n"})
    there.git("add", "README.md")
    there.git("commit", "-q", "-m", "docs: a page", "--author", "Grace Hopper <grace@example.org>",
              "--date", "2026-11-20T10:00:00+05:30")  # fmt: skip
    bring_together(there)
    said = there.git("log", "-1", "--format=%an|%ae|%aI|%cn", "exp/a")
    assert said == "Grace Hopper|grace@example.org|2026-11-20T10:00:00+05:30|Ada Lovelace"


def test_a_kill_before_the_branch_moves_leaves_it_as_it_was(
    pair: tuple[Project, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    here.ledger("note", "one")
    send(here)
    there.ledger("note", "two")
    fetch(there)
    state = there.state()
    for place in ("ledger.git.refs.move", "ledger.git.branch.bring_along"):
        with monkeypatch.context() as patch:
            patch.setattr(place, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                bring_together(there)
        assert there.state()[0] == state[0]
    bring_together(there)
    assert there.git("status", "--porcelain") == ""
    notes = (there.root / "experiments/a/notes.md").read_text()
    assert "one" in notes and "two" in notes


def test_signs_as_the_users_git_does(pair: tuple[Project, ...], tmp_path: Path) -> None:
    here, there = pair
    here.ledger("note", "one")
    send(here)
    there.shell(f"ssh-keygen -q -t ed25519 -N '' -f {tmp_path}/key")
    for key, value in (("gpg.format", "ssh"), ("user.signingkey", f"{tmp_path}/key"), ("commit.gpgsign", "true")):
        there.git("config", key, value)
    there.ledger("note", "two")
    bring_together(there)
    assert "BEGIN SSH SIGNATURE" in there.git("cat-file", "commit", "exp/a")


def test_trials_that_wait_and_trials_that_run_meanwhile_get_the_next_name(shelved: Shelved) -> None:
    here, there = clones(shelved(pool, FILES, after=shared))
    finish(here, 0, "treatment/seed-1")
    collected(here)
    send(here)
    finish(there, 1, "treatment/seed-1")
    bring_together(there)
    names = [one["id"] for one in there.ledger("show", "a", "--json").json["trials"]]
    assert [name for name in names if name.startswith("treatment/seed-1")] == ["treatment/seed-1", "treatment/seed-1.2"]
    assert problems(there) == []
    collected(there)
    assert {"treatment/seed-1", "treatment/seed-1.2"} <= {path[21:-5] for path in records(there)}
    assert problems(there) == []


def test_a_trial_whose_record_is_the_same_in_both_is_one(shelved: Shelved) -> None:
    here, there = clones(shelved(pool, FILES, after=shared))
    finish(here, 0, "treatment/seed-1", "baseline/seed-1")
    finish(there, 0, "treatment/seed-1")
    for clone in (here, there):
        collected(clone)
    send(here)
    said = there.ledger("push", "a", "--no-data", code=2).err
    assert said.startswith("error: origin has 1 trial of a that is not here\n")
    told = there.ledger("pull", "a", "--no-data").out
    assert told.startswith("pulled a from origin: 1 trial (1 baseline)\n") and "since both ran it" not in told
    assert records(there).keys() == records(here).keys() and len(records(there)) == 4
    assert problems(there) == []
    assert there.git("rev-parse", "exp/a") == here.git("rev-parse", "exp/a")


def test_a_trial_that_another_experiment_repeats_is_found_under_its_new_name(pair: tuple[Project, ...]) -> None:
    here, there = pair
    for clone in pair:
        clone.ledger("run", "--only", "baseline/seed-1")
    there.git("switch", "-q", "main")
    there.ledger("new", "Another", "--name", "b", "--predict", "accuracy >= baseline", "--over", "seed=1", "-S",
                 "train.lr=0.3")  # fmt: skip
    there.ledger("run", "b")
    assert "reused" in there.git("show", "exp/b:experiments/b/trials/baseline/seed-1.yaml")
    send(here)
    found = bring_together(there)
    assert found.renamed == {"baseline/seed-1": "baseline/seed-1.2"}
    assert problems(there) == [] and problems(there, "b") == []


def test_every_attempt_gets_a_name_of_its_own(shelved: Shelved) -> None:
    three = clones(shelved(pool, FILES, after=shared), 3)
    for number, clone in enumerate(three):
        finish(clone, number, "treatment/seed-1")
        collected(clone)
    send(three[0])
    for clone in three[1:]:
        bring_together(clone)
        send(clone)
    stems = sorted(path.rpartition("/")[2] for path in records(three[2]) if "treatment/seed-1" in path)
    assert stems == ["seed-1.2.yaml", "seed-1.3.yaml", "seed-1.yaml"]
    assert problems(three[2]) == []
    for clone in three:
        bring_together(clone)
    assert len({str(records(clone)) for clone in three}) == 1


def test_a_deleted_branch_is_read_from_a_tag_with_the_trials_of_both(shelved: Shelved) -> None:
    here, there = clones(shelved(pool, FILES, after=shared))
    for number, clone in enumerate((here, there)):
        finish(clone, number, "treatment/seed-1")
        collected(clone)
        clone.ledger("conclude", "a", "--early", "-m", "so far")
    send(here)
    bring_together(there)
    there.git("branch", "-qD", "exp/a")
    there.git("update-ref", "-d", "refs/remotes/origin/exp/a")
    names = [one["id"] for one in there.ledger("show", "a", "--json").json["trials"]]
    assert names == ["baseline/seed-0", "treatment/seed-0", "treatment/seed-1", "treatment/seed-1.2"]
    assert problems(there) == []


def test_a_search_that_went_on_in_both_is_not_accused(shelved: Shelved, sealed: Path) -> None:
    here, there = clones(shelved(searching, SEARCHED))
    for clone, worse in ((here, 4), (there, 1)):
        (sealed / "worse-from").write_text(str(worse))
        clone.ledger("run")
    send(here, "where")
    found = bring_together(there, "where")
    assert len(found.renamed) > 2
    assert problems(there, "where") == []
    # what one knew is not what the other's trials of those names say
    told = there.ledger("verify", "where", code=None).out
    assert "search" not in told


def test_a_clone_that_lacks_the_tags_of_one_side_accuses_nobody(shelved: Shelved) -> None:
    here, there, third = clones(shelved(pool, FILES, after=shared), 3)
    # the trials whose tag is lacking ran first: a run here that ended later did not know them
    finish(there, 0, "treatment/seed-1", "treatment/seed-2")
    collected(there)
    finish(here, 1, "treatment/seed-1", "treatment/seed-3")
    collected(here)
    send(here)
    bring_together(third)
    bring_together(there)
    send(there)
    third.git("fetch", "-q", "--no-tags", "origin", "+exp/a:refs/remotes/origin/exp/a")
    third.git("branch", "-qf", "exp/a", "origin/exp/a")
    assert len(records(third)) == 6
    assert problems(third) == []
    bring_together(third)
