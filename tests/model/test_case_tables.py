"""Per-case results: what `ledger.yaml` says of them, and files of every format, whole and broken."""

from __future__ import annotations

import io
import json
import math

import pytest

from ledger.errors import FormatError, LedgerError
from ledger.model import settings
from ledger.model.cases import CaseColumns, parse
from ledger.model.formats import case_tables

COLUMNS = CaseColumns(file="r/cases.csv", id="case", metrics={"dice": "dice"}, by=("site",), cluster="patient")
CSV = "case,site,patient,dice\na,X,1,0.5\nb,Y,1,0.25\n"


def named(file: str, **changes: object) -> CaseColumns:
    """The columns in another file."""
    return parse({**COLUMNS.to_mapping(), "file": file, **changes})


def test_the_setting() -> None:
    text = "cases: {file: ./r/cases.csv, id: case, metric: dice, by: site, cluster: patient}\n"
    assert settings.parse(text).cases == COLUMNS
    assert parse(COLUMNS.to_mapping()) == COLUMNS
    several = named("c.tsv", metric=["dice", "hd95"], by=[])
    assert (several.metrics, several.by, several.labels) == ({"dice": "dice", "hd95": "hd95"}, (), ("patient",))
    other = named("c.tsv", metric={"accuracy": "correct"})
    assert other.metrics == {"accuracy": "correct"} and parse(other.to_mapping()) == other
    assert settings.parse("jobs: 2\n").cases is None


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[a]", "`cases` is ['a'], not a mapping of file, id, metric, by, cluster"),
        ("{files: a.csv}", "`cases` is 'files', not one of its keys"),
        ("{file: a.csv, metric: m}", "`cases.id` is None, not a text"),
        ("{file: /a.csv, id: i, metric: m}", "`cases.file` is '/a.csv', not a path below the root"),
        ("{file: ../a.csv, id: i, metric: m}", "`cases.file` is '../a.csv'"),
        ("{file: a.xlsx, id: i, metric: m}", "that ends in .csv, .tsv"),
        ("{file: a.csv, id: i}", "`cases.metric` is None, not a metric, a list of metrics or a mapping"),
        ("{file: a.csv, id: i, metric: []}", "`cases.metric` is [], not a metric"),
        ("{file: a.csv, id: i, metric: {m: 3}}", "`cases.metric` is {'m': 3}"),
        ("{file: a.csv, id: i, metric: m, by: [s, s]}", "not a list of different columns"),
        ("{file: a.csv, id: i, metric: m, by: m}", "`cases.metric` is 'm', not a column of its own"),
        ("{file: a.csv, id: i, metric: m, cluster: i}", "`cases.cluster` is 'i', not another column than `id`"),
    ],
)
def test_what_it_may_not_say(document: str, said: str) -> None:
    with pytest.raises(LedgerError) as refused:
        settings.parse(f"cases: {document}\n")
    assert said in refused.value.message
    assert "cases: {file: results/cases.csv" in (refused.value.hint or "")


def parquet() -> bytes:
    """The same table as Parquet."""
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"case": ["a", "b"], "site": ["X", "Y"], "patient": [1, 1], "dice": [0.5, 0.25], "more": [[], []]}
    sink = io.BytesIO()
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns), sink)
    return sink.getvalue()


ROWS = [
    {"case": "a", "site": "X", "patient": 1, "dice": 0.5},
    {"case": "b", "site": "Y", "patient": 1.0, "dice": "0.25"},
]


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        ("csv", CSV.encode()),
        ("csv", b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode() + b"\r\n"),
        ("tsv", CSV.replace(",", "\t").encode()),
        ("json", json.dumps(ROWS).encode()),
        ("jsonl", "\n\n".join(map(json.dumps, ROWS)).encode()),
        ("parquet", None),
    ],
)
def test_every_format(suffix: str, data: bytes | None) -> None:
    found = case_tables.parse(parquet() if data is None else data, named(f"cases.{suffix}"))
    assert found.ids == ("a", "b")
    assert list(found.values["dice"]) == [0.5, 0.25]
    assert found.labels == {"site": ("X", "Y"), "patient": ("1", "1")}


def test_what_is_no_number_is_none_and_a_metric_may_be_missing() -> None:
    text = "case,site,patient,dice\na,,1,\nb,Y,1,NaN\nc,Y,2,True\nd,Y,2,1e999\n"
    found = case_tables.parse(text.encode(), named("c.csv", metric=["dice", "hd95"]))
    assert list(map(math.isnan, found.values["dice"])) == [True, True, False, False]
    assert list(found.values["dice"])[2:] == [1.0, math.inf]
    assert found.labels["site"][0] == "" and "hd95" not in found.values


@pytest.mark.parametrize(
    ("suffix", "text", "said"),
    [
        ("csv", "", "is empty"),
        ("csv", "case,site,patient,dice\n", "has no cases"),
        ("csv", CSV.replace("case", "id"), "has no column 'case': it has 'id', 'site', 'patient' and 'dice'"),
        ("csv", CSV.replace("site", "place"), "has no column 'site'"),
        ("csv", CSV.replace("site", "dice", 1), "has the column 'dice' more than once"),
        ("csv", CSV + "a,X,1,0.5\nb,X,1,0.5\n", "has 2 case more than once: 'a' and 'b'"),
        ("csv", CSV.replace("0.25", "good"), "line 3: dice is 'good', not a number"),
        ("csv", CSV.replace("0.25", "1_0"), "line 3: dice is '1_0', not a number"),
        ("csv", CSV.replace("0.25", "=HYPERLINK(1)" * 9), "…, not a number"),
        ("csv", CSV.replace("b,Y", ",Y"), "line 3 has no case"),
        ("csv", CSV + "c,X\n", "line 4 has 2 cells, not 4"),
        ("csv", 'case,site,patient,dice\n"a' + "x" * 200_000, "line 2"),
        ("json", "{", "is not JSON"),
        ("json", "[" * 100_000, "is not JSON"),
        ("json", "{}", "is not a list of cases"),
        ("json", "[]", "has no cases"),
        ("json", "[1]", "case 1 is not a mapping"),
        ("json", json.dumps([*ROWS, {"case": "c"}]), "case 3 has no 'site'"),
        ("json", json.dumps([{**ROWS[0], "dice": [1]}]), "case 1: dice is [1], not a number"),
        ("jsonl", json.dumps(ROWS[0]) + "\nnot", "is not JSON lines"),
        ("parquet", "PAR1", "is not Parquet"),
    ],
)
def test_broken_files(suffix: str, text: str, said: str) -> None:
    with pytest.raises(FormatError) as refused:
        case_tables.parse(text.encode(), named(f"c.{suffix}"))
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(FormatError, match="is not UTF-8"):
        case_tables.parse(b"case,site,patient,dice\n\xff,X,1,1\n", COLUMNS)
