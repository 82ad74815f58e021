"""Data sets in real repositories: their versions, groups and parts, and what an arm makes of them.

Manifests are put into DVC's cache as DVC does it (`tests/dvc/test_store.py`); that it takes them is tried once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator

import pytest
from conftest import Project, Shelved, default_files
from made_data import add, put

from ledger.errors import LedgerError, NotHere
from ledger.model.data_change import DataChange, Grouping
from ledger.model.formats import yaml12
from ledger.repo.code import Code
from ledger.repo.datasets import versions
from ledger.repo.datasets.datasets import DataSets
from ledger.repo.datasets.versions import DataVersion
from ledger.repo.ledger import Ledger, open_ledger

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, data/raw, labels]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""

SITES = Grouping(by="{site}/**")
PATH = "data/raw"


WEEK_1 = {"site-a/1.png": "a1", "site-a/2.png": "a2", "labels.csv": "1"}
WEEK_2 = WEEK_1 | {"site-b/1.png": "b1", "site-b/2.png": "b2", "labels.csv": "2"}
WEEK_3 = WEEK_2 | {"site-a/1.png": "corrected", "site-c/1.png": "c1"}


def three_weeks(project: Project) -> None:
    """A data set of DVC's in three additions, with labels that git holds, and commits in between."""
    for number, week in enumerate((WEEK_1, WEEK_2, WEEK_3), start=1):
        project.commit(f"week {number}", add(project, week))
        project.commit(f"code {number}", {"train.py": f"# {number}\n"})


@pytest.fixture
def weeks(shelved: Shelved) -> Project:
    """It, copied."""
    return shelved(three_weeks, default_files() | {"dvc.yaml": PIPELINE, "labels/1.txt": "1", "labels/2.txt": "2"})


@pytest.fixture
def opened(weeks: Project) -> Iterator[Ledger]:
    """Its ledger."""
    with open_ledger(weeks.root) as ledger:
        yield ledger


def commit(project: Project, revision: str) -> str:
    return project.git("rev-parse", revision)


def found(project: Project, good: str, bad: str = "HEAD", path: str = PATH) -> tuple[DataVersion, ...]:
    with open_ledger(project.root) as ledger:
        return ledger.datasets.versions(path, commit(project, good), commit(project, bad))


def subjects(versions: tuple[DataVersion, ...]) -> list[str]:
    return [version.subject for version in versions]


# --- versions


def test_versions_are_the_commits_that_changed_the_content(weeks: Project) -> None:
    first, second, third = found(weeks, "HEAD~5")
    assert subjects((first, second, third)) == ["week 1", "week 2", "week 3"]
    assert (first.brought, first.files) == (None, None)
    assert (second.brought, second.changed, second.removed) == (("site-b/1.png", "site-b/2.png"), ("labels.csv",), ())
    assert (third.brought, third.changed, third.files) == (("site-c/1.png",), ("site-a/1.png",), 2)
    assert (third.commit, third.name) == (commit(weeks, "HEAD~1"), commit(weeks, "HEAD~1")[:8])
    assert third.pin is not None and third.pin.nfiles == 6
    # the content at the commit that is named, whoever made it
    assert subjects(found(weeks, "HEAD~4")) == ["code 1", "week 2", "week 3"]
    assert subjects(found(weeks, "HEAD", "HEAD")) == ["code 3"]


def test_without_their_lists_versions_are_known_and_their_files_are_not(weeks: Project) -> None:
    second = found(weeks, "HEAD~5")[1]
    shutil.rmtree(weeks.root / ".git/ledger/datasets")
    assert second.pin is not None and second.pin.md5 is not None
    (weeks.root / ".dvc/cache/files/md5" / second.pin.md5[:2] / second.pin.md5[2:]).unlink()
    with open_ledger(weeks.root) as ledger:
        versions = ledger.datasets.versions(PATH, commit(weeks, "HEAD~5"), commit(weeks, "HEAD"))
        assert [version.files for version in versions] == [None, None, None]
        assert subjects(ledger.datasets.absent(versions)) == ["week 2"]
        with pytest.raises(NotHere, match=r"data/raw at \w{8} \(week 2\) are in no cache"):
            ledger.datasets.groups(ledger.code.at(commit(weeks, "HEAD")), PATH, Grouping())


def test_a_merge_is_one_step_of_the_main_line(weeks: Project) -> None:
    weeks.git("switch", "-q", "-c", "side", "HEAD~1")
    weeks.commit("side 1", add(weeks, WEEK_3 | {"site-d/1.png": "d1"}))
    weeks.commit("side 2", add(weeks, WEEK_3 | {"site-d/1.png": "d1", "site-d/2.png": "d2"}))
    weeks.git("switch", "-q", "main")
    weeks.commit("code 4", {"train.py": "# 4\n"})
    weeks.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
    assert subjects(found(weeks, "HEAD~2")) == ["code 3", "Merge side"]
    assert found(weeks, "HEAD~2")[1].files == 2
    # from within the side branch its own commits are steps
    assert subjects(found(weeks, "side~1")) == ["side 1", "side 2"]
    with pytest.raises(LedgerError, match="is not in the history of"):
        found(weeks, "main~1", "side")


def test_what_is_remembered_of_a_history_is_what_it_says(weeks: Project) -> None:
    with open_ledger(weeks.root) as ledger:
        read = versions.until(ledger.git, PATH, commit(weeks, "HEAD"))
    assert [versions.from_json(json.loads(json.dumps(one.to_json()))) for one in read] == list(read)
    assert subjects(read) == ["week 1", "week 2", "week 3"]


@pytest.mark.parametrize(
    "text", ["outs: 3\n", "[1]\n", "outs: [1, {path: 2}]\n", "{", "wdir: []\nouts: [{path: raw}]\n"]
)
def test_a_pointer_that_is_none_holds_nothing(weeks: Project, text: str) -> None:
    weeks.commit("broken", {"data/raw.dvc": text})
    weeks.commit("whole", add(weeks, WEEK_1))
    assert subjects(found(weeks, "HEAD~2"))[1:] == ["broken", "whole"]
    assert found(weeks, "HEAD~2")[1].held is None


def test_a_data_set_that_moved_is_followed(weeks: Project) -> None:
    weeks.git("mv", "data/raw.dvc", "data/images.dvc")
    pointer = (weeks.root / "data/images.dvc").read_text()
    weeks.commit("renamed", {"data/images.dvc": pointer.replace("path: raw", "path: images")})
    weeks.git("rm", "-q", "data/images.dvc")
    more = add(weeks, WEEK_3 | {"site-d/1.png": "d"}, "sets/images")
    weeks.commit("moved, and more", more)
    # another name of the pointer alone is no change
    weeks.git("mv", "sets/images.dvc", "sets/all.dvc")
    weeks.commit("pointer renamed")
    versions = found(weeks, "HEAD~8", path="sets/images")
    assert subjects(versions) == ["week 1", "week 2", "week 3", "moved, and more"]
    assert [version.held and version.held.path for version in versions] == [PATH, PATH, PATH, "sets/images"]
    assert versions[-1].brought == ("site-d/1.png",)


def test_what_git_holds_has_versions_too(weeks: Project) -> None:
    weeks.commit("more labels", {"labels/3.txt": "3", "labels/1.txt": "one"})
    weeks.git("mv", "labels", "notes")
    weeks.commit("moved")
    weeks.commit("one file", {"notes/1.txt": "1!"})
    versions = found(weeks, "HEAD~8", path="notes")
    assert subjects(versions)[1:] == ["more labels", "one file"]
    assert (versions[1].brought, versions[1].changed) == (("3.txt",), ("1.txt",))
    (one, other) = found(weeks, "HEAD~1", path="notes/1.txt")
    assert (other.subject, other.changed, one.pin) == ("one file", ("1.txt",), None)


def test_a_file_of_dvc_has_versions(weeks: Project) -> None:
    for text in ("one", "two"):
        digest = put(weeks, text.encode())
        pointer = f"outs:\n- md5: {digest}\n  size: 3\n  hash: md5\n  path: table.csv\n"
        weeks.commit(text, {"data/table.csv.dvc": pointer})
    versions = found(weeks, "HEAD~1", path="data/table.csv")
    assert [(v.subject, v.changed, v.files) for v in versions] == [("one", None, None), ("two", ("table.csv",), 1)]


def test_from_git_to_dvc_there_is_no_comparing(weeks: Project) -> None:
    weeks.git("rm", "-q", "-r", "labels")
    weeks.commit("labels to DVC", add(weeks, {"1.txt": "1"}, "labels"))
    with pytest.raises(LedgerError, match="moved from git to DVC at"):
        found(weeks, "HEAD~2", path="labels")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("data/raw/site-a", "a part of data/raw, which data/raw.dvc pins"),
        ("data", "holds data sets of DVC"),
        ("nowhere", "neither git nor a .dvc file holds nowhere"),
    ],
)
def test_a_path_that_is_no_data_set_is_refused(weeks: Project, path: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        found(weeks, "HEAD~5", path=path)


# --- groups and arms


def code_of(ledger: Ledger) -> Code:
    return ledger.code.at(ledger.git.commit("HEAD") or "")


def made(ledger: Ledger, change: DataChange, by: Grouping | None = None, path: str = PATH) -> Code:
    """The code of HEAD with the change."""
    given = {} if by is None else {path: by}
    return ledger.datasets.applied(code_of(ledger), {path: change}, given, base=ledger.git.commit("HEAD~5") or "")


def names(datasets: DataSets, ledger: Ledger, change: DataChange, by: Grouping | None = None) -> list[str]:
    base = ledger.git.commit("HEAD~5") or ""
    return sorted(datasets.files(code_of(ledger), PATH, change, by or Grouping(), base=base))


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def test_files_are_grouped_by_the_addition_that_changed_them_last(opened: Ledger) -> None:
    one, two, three = (opened.git.commit(f"HEAD~{n}") or "" for n in (5, 3, 1))
    groups = opened.datasets.groups(code_of(opened), PATH, Grouping())
    assert groups.sizes == {one[:8]: 1, two[:8]: 3, three[:8]: 2}
    assert groups.titles[two[:8]].startswith("week 2 (20")
    left = opened.datasets.files(code_of(opened), PATH, DataChange(without=(three,)), Grouping(), base=one)
    assert left == {name: md5(text) for name, text in WEEK_2.items()}
    left = opened.datasets.files(code_of(opened), PATH, DataChange(without=(two, three)), Grouping(), base=one)
    assert left == {name: md5(text) for name, text in WEEK_1.items()}
    alone = names(opened.datasets, opened, DataChange(only=(two[:8],)))
    assert alone == ["labels.csv", "site-b/1.png", "site-b/2.png"]
    # of an earlier commit the additions of its time
    early = opened.datasets.groups(code_of(opened), PATH, Grouping(), at=two)
    assert early.sizes == {one[:8]: 2, two[:8]: 3}


def test_equal_data_is_one_thing_wherever_it_comes_from(opened: Ledger) -> None:
    third = opened.git.commit("HEAD~1") or ""
    without = made(opened, DataChange(without=(third[:8],)))
    earlier = made(opened, DataChange(at=opened.git.commit("HEAD~3")))
    assert without.data[PATH] == earlier.data[PATH]
    assert without.written == earlier.written
    prints = {opened.code.arm(code, {}, ["seed"]).fingerprint for code in (without, earlier, code_of(opened))}
    assert len(prints) == 2
    assert made(opened, DataChange(at="base")).data == made(opened, DataChange(at=opened.git.commit("HEAD~5"))).data


def test_a_pointer_stays_as_it_was_written_but_for_the_content(weeks: Project) -> None:
    text = (weeks.root / "data/raw.dvc").read_text()
    weeks.commit("described", {"data/raw.dvc": f"# ours\n{text}desc: scans\n"})
    with open_ledger(weeks.root) as ledger:
        code = ledger.datasets.applied(
            code_of(ledger), {PATH: DataChange(without=("site-b",))}, {PATH: SITES}, base=commit(weeks, "HEAD")
        )
        pin, written = code.data[PATH], code.written["data/raw.dvc"]
    assert (pin.nfiles, pin.size) == (4, len("corrected" + "a2" + "c1" + "2"))
    assert written == (
        f"# ours\nouts:\n- md5: {pin.md5}\n  size: {pin.size}\n  nfiles: 4\n  hash: md5\n  path: raw\ndesc: scans\n"
    )
    (weeks.root / "written").write_text(written)
    assert weeks.git("hash-object", "written") == code.files["data/raw.dvc"].oid


def test_a_size_that_is_not_known_is_left_out(weeks: Project) -> None:
    (weeks.root / ".dvc/cache/files/md5" / md5("b1")[:2] / md5("b1")[2:]).unlink()
    with open_ledger(weeks.root) as ledger:
        code = made(ledger, DataChange(without=("site-b",)), SITES)
    assert (code.data[PATH].size, code.data[PATH].nfiles) == (None, 4)
    assert yaml12.loads(code.written["data/raw.dvc"]) == {
        "outs": [{"md5": code.data[PATH].md5, "nfiles": 4, "hash": "md5", "path": "raw"}]
    }


def test_folders_of_git_lose_and_change_files(weeks: Project) -> None:
    weeks.commit("more labels", {"labels/3.txt": "3", "labels/1.txt": "one", "labels/.gitignore": "x\n"})
    with open_ledger(weeks.root) as ledger:
        addition = commit(weeks, "HEAD")
        code = made(ledger, DataChange(without=(addition,)), path="labels")
        assert code.laid == {
            "labels/3.txt": None,
            "labels/1.txt": ledger.code.at(commit(weeks, "HEAD~1")).files["labels/1.txt"],
        }
        assert code.files.keys() == code_of(ledger).files.keys() - {"labels/3.txt"}
        single = made(ledger, DataChange(at=commit(weeks, "HEAD~1")), path="labels/1.txt")
        assert single.laid == {"labels/1.txt": code.files["labels/1.txt"]}
        half = made(ledger, DataChange(keep=0.4, draw=0), path="labels")
        assert list(half.laid.values()) == [None, None]
        prints = {ledger.code.arm(one, {}, ["seed"]).fingerprint for one in (code_of(ledger), code, single, half)}
    assert len(prints) == 4


TABLE = "file,site\nsite-a/1.png,x\nsite-a/2.png,y\ndata/raw/site-b,x\n"


@pytest.mark.parametrize("where", ["git", "dvc", "inside"])
def test_a_table_says_the_groups(weeks: Project, where: str) -> None:
    by = Grouping(by="data/raw/labels.csv" if where == "inside" else "data/groups.csv", path="file", group="site")
    if where == "git":
        weeks.commit("table", {"data/groups.csv": TABLE})
    elif where == "dvc":
        digest = put(weeks, TABLE.encode())
        weeks.commit("table", {"data/groups.csv.dvc": f"outs:\n- md5: {digest}\n  hash: md5\n  path: groups.csv\n"})
    else:
        weeks.commit("table", add(weeks, WEEK_3 | {"labels.csv": TABLE}))
    with open_ledger(weeks.root) as ledger:
        groups = ledger.datasets.groups(code_of(ledger), PATH, by)
        assert groups.sizes == {"none": 2, "x": 3, "y": 1}
        files = names(ledger.datasets, ledger, DataChange(only=("x",)), by)
    assert files == ["site-a/1.png", "site-b/1.png", "site-b/2.png"]


@pytest.mark.parametrize(
    ("change", "by", "said"),
    [
        (DataChange(without=("site-d",)), SITES, "data/raw has no group site-d"),
        (DataChange(without=("all",)), Grouping(by="**/{file}.png"), "data/raw has no group"),
        (DataChange(without=("site-a", "site-b", "site-c", "none")), SITES, "without them nothing is left"),
        (DataChange(only=("site-a", "site-b", "site-c", "none")), SITES, "the same data as its code"),
        (DataChange(keep=0.01, draw=0), None, "1% of the 6 files of data/raw is no file"),
        (DataChange(without=("x",)), Grouping(by="train.py", path="a", group="b"), "its name ends"),
        (DataChange(without=("x",)), Grouping(by="no.csv", path="a", group="b"), "no.csv is not held at"),
    ],
)
def test_arms_of_nothing_are_refused(opened: Ledger, change: DataChange, by: Grouping | None, said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        made(opened, change, by)


def test_what_is_no_folder_has_no_parts(opened: Ledger) -> None:
    with pytest.raises(LedgerError, match="a single file, which has no parts"):
        made(opened, DataChange(keep=0.5, draw=0), path="labels/1.txt")
    with pytest.raises(LedgerError, match="is made by a stage"):
        made(opened, DataChange(keep=0.5, draw=0), path="model.txt")
    with pytest.raises(LedgerError, match="there was no data/raw at"):
        made(opened, DataChange(at=opened.git.commit("HEAD~6")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b'[{"md5": "0123456789abcdef0123456789abcdef", "relpath": "../../.git/hooks/x"}]',
            "not a path below the folder",
        ),
        (b"[" * 100_000, "not JSON"),
        (None, "does not match its name"),
    ],
)
def test_a_hostile_list_of_files_is_refused(weeks: Project, data: bytes | None, said: str) -> None:
    digest = put(weeks, b"[]" if data is None else data, ".dir")
    if data is None:
        (weeks.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).write_bytes(b"[ ]")
    weeks.commit("hostile", {"data/raw.dvc": f"outs:\n- md5: {digest}\n  hash: md5\n  path: raw\n"})
    with open_ledger(weeks.root) as ledger, pytest.raises(LedgerError, match=said):
        made(ledger, DataChange(keep=0.5, draw=0))


def test_dvc_takes_what_is_laid_out_as_its_own(weeks: Project) -> None:
    change = {PATH: DataChange(without=("site-b",), keep=0.8, draw=1)}
    with open_ledger(weeks.root) as ledger:
        base = commit(weeks, "HEAD")
        code = ledger.datasets.applied(code_of(ledger), change, {PATH: SITES}, base=base)
        cache = weeks.root / ".dvc/cache"
        held = set(cache.rglob("*"))
        # also where only the pin is remembered
        with open_ledger(weeks.root) as other:
            other.datasets.lay_out(code_of(other), change, {PATH: SITES}, base=base, cache=cache)
        brought = [path for path in set(cache.rglob("*")) - held if path.is_file()]
        kept = ledger.datasets.files(code_of(ledger), PATH, change[PATH], SITES, base=base)
    assert [path.name for path in brought] == [(code.data[PATH].md5 or "")[2:]]
    weeks.write(dict(code.written))
    weeks.dvc("checkout", "-q", "data/raw.dvc")
    there = {path.relative_to(weeks.root / PATH).as_posix() for path in (weeks.root / PATH).rglob("*.*")}
    assert there == kept.keys()
    assert len(there) == 3
    assert "up to date" in weeks.dvc("status", "data/raw.dvc")
    weeks.dvc("add", "-q", PATH)
    assert (weeks.root / "data/raw.dvc").read_text() == code.written["data/raw.dvc"]


def test_lists_are_fetched_from_a_remote_where_somebody_asks(weeks: Project) -> None:
    # a remote within another one is none that could be looked into as a folder
    weeks.dvc("remote", "add", "-q", "base", str(weeks.root.parent / "base"))
    weeks.dvc("remote", "add", "-q", "-d", "store", "remote://base/store")
    weeks.dvc("push", "-q", "data/raw.dvc")
    weeks.commit("remote")
    change, by = {PATH: DataChange(without=("site-b",))}, {PATH: SITES}
    with open_ledger(weeks.root) as ledger:
        before = ledger.datasets.applied(code_of(ledger), change, by, base="")
        pin = code_of(ledger).data[PATH].md5 or ""
    shutil.rmtree(weeks.root / ".dvc/cache")
    shutil.rmtree(weeks.root / ".git/ledger/datasets")
    with open_ledger(weeks.root) as ledger:
        with pytest.raises(NotHere, match="the list of files of data/raw"):
            ledger.datasets.applied(code_of(ledger), change, by, base="")
        ledger.datasets.bring(code_of(ledger), change, by, base="")
        after = ledger.datasets.applied(code_of(ledger), change, by, base="")
        # the list alone was fetched, so that the size is not known
        assert [path.name for path in (weeks.root / ".dvc/cache").rglob("*") if path.is_file()] == [pin[2:]]
        assert (after.data[PATH].md5, after.data[PATH].size) == (before.data[PATH].md5, None)
        with pytest.raises(NotHere, match=r"no cache and no remote has the list of files of data/raw \(\w{10}\)"):
            ledger.datasets.bring(code_of(ledger), {PATH: DataChange(without=("x",))}, {}, base="")
