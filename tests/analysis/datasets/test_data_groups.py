"""Groups of a data set's files, by folder and by a table."""

from __future__ import annotations

import json

import pytest

from ledger.analysis.datasets import groups
from ledger.errors import FormatError, LedgerError
from ledger.model.formats import group_table

FILES = ["site-a/1.png", "site-a/x/2.png", "site-b/1.png", "labels.csv", "none/3.png"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("{site}/**", ["site-a", "site-a", "site-b", "none", "none"]),
        ("site-{site}/**", ["a", "a", "b", "none", "none"]),
        ("**/{n}.png", ["1", "2", "1", "none", "3"]),
        ("*/{n}.png", ["1", "none", "1", "none", "3"]),
        ("{file}", ["none", "none", "none", "labels.csv", "none"]),
        ("site-?/{name}", ["1.png", "none", "1.png", "none", "none"]),
    ],
)
def test_the_folder_says_which_group(pattern: str, found: list[str]) -> None:
    made = groups.by_folder(FILES, pattern)
    assert [made.of[path] for path in FILES] == found
    assert sum(made.sizes.values()) == len(FILES)


@pytest.mark.parametrize("pattern", ["site", "{a}/{b}", "{}/**", "{a", "a}", "{{a}}"])
def test_a_pattern_has_one_name(pattern: str) -> None:
    with pytest.raises(LedgerError, match="which part of a path"):
        groups.by_folder(FILES, pattern)


def test_a_table_may_name_files_and_folders_from_here_or_from_the_root() -> None:
    table = {"data/raw/site-a/1.png": "one", "./site-a/": "two", "site-b": "three", "elsewhere.png": "four"}
    made = groups.by_table(FILES, table, folder="data/raw")
    assert [made.of[path] for path in FILES] == ["one", "two", "three", "none", "none"]
    assert made.sizes == {"none": 2, "one": 1, "three": 1, "two": 1}


def test_names_are_found_and_others_refused_with_what_may_be_meant() -> None:
    made = groups.by_folder(FILES, "{site}/**")
    assert made.named(["site-b", "site-a", "site-b"], "data") == ("site-b", "site-a")
    with pytest.raises(LedgerError, match="data has no group site-c") as error:
        made.named(["site-c"], "data")
    assert error.value.hint is not None
    assert "site-a" in error.value.hint


def test_an_addition_goes_by_more_or_fewer_digits() -> None:
    made = groups.grouped({"a": "3f2a9c1d", "b": "3f2b0000"}, {"3f2a9c1d": "week 1", "3f2b0000": "week 2"})
    assert made.named(["3f2a", "3f2a9c1d77aa"], "data") == ("3f2a9c1d",)
    for name in ("3f2", "3f2c", ""):
        with pytest.raises(LedgerError):
            made.named([name], "data")


ROWS = [
    {"file": "a.png", "site": 1},
    {"file": "b.png", "site": "two"},
    {"file": "", "site": "x"},
    {"file": "c", "site": None},
]
TEXTS = {
    "t.csv": "\ufeffsite,file\n1,a.png\ntwo,b.png\nx,\n,c\n",
    "t.tsv": "file\tother\tsite\na.png\t\t1\nb.png\t\ttwo\n",
    "t.json": json.dumps(ROWS),
    "t.jsonl": "\n".join(map(json.dumps, ROWS)),
}


@pytest.mark.parametrize("file", TEXTS)
def test_tables_are_read(file: str) -> None:
    assert group_table.parse(file, TEXTS[file].encode(), path="file", group="site") == {"a.png": "1", "b.png": "two"}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("t.csv", "a,b\n1,2\n", "no column 'file' in row 1, but a and b"),
        ("t.json", '{"file": "a"}', "not a list of rows"),
        ("t.json", "[" * 100_000, "not JSON"),
        ("t.json", '[{"file": "a"}]', "no column 'site'"),
        ("t.csv", "file,site\na,1\na,2\n", "a is in two groups, 1 and 2"),
        ("t.xlsx", "file,site\n", "its name ends"),
        ("t.csv", "file,site\n" + "a" * 200_000 + ",1\n", "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(file: str, text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        group_table.parse(file, text.encode(), path="file", group="site")
