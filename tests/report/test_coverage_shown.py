"""Coverage as people see it: in a terminal, on a page, and where somebody's text is hostile."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from typing import Any

from made_coverage import of

from ledger.analysis.coverage.tried import Bins
from ledger.report import coverage as report
from ledger.report.blocks import CodeBlock, Figure
from ledger.report.documents import Format, rendered
from ledger.report.svg.image import image
from ledger.report.svg.pairs import pairs

ROWS = [{"train.lr": lr, "train.opt": opt, "size": 8} for lr, opt in ((0.1, "sgd"), (0.2, "adam"), (0.3, "sgd"))]


def shown(rows: list[dict[str, Any]], form: Format = Format.TEXT, total: int = 80, **asked: Any) -> str:
    """The answer in a format."""
    found = of(rows, **asked)
    return rendered(report.document(found, total=total, sheet=True), form, total=total, wrap=True)


def test_pairs_in_a_terminal() -> None:
    said = shown(ROWS, exclude=("lr = 0.3 and opt = adam",), complete=5)

    assert said.startswith("3 of 5 pairs tried (60.0%), in 3 trials; 1 excluded.\n")
    assert "          opt\n          adam sgd\nlr  0.1   ·    ■\n    0.2   ■    ·\n    0.3   x    ■\n" in said
    assert "never varied: size=8" in said
    assert "2 configurations close all 2 gaps:" in said
    assert "  --variant gap-1:train.lr=0.2,train.opt=sgd \\\n  --variant gap-2:train.lr=0.1,train.opt=adam\n" in said


def test_triples_and_more_have_a_table_of_pairs() -> None:
    rows = [dict(zip("abcd", each, strict=True)) for each in itertools.product(range(2), repeat=4)][:9]

    assert "of 32 triples tried" in shown(rows, t=3)
    said = shown(rows, t=4)
    assert "9 of 16 quadruples tried (56.2%)" in said and "■" not in said
    assert "pairs    b    c    d\na      3/4  3/4  3/4\nb           4/4  4/4\nc                4/4\n" in said


def test_a_share_is_neither_none_nor_the_whole_where_it_is_not() -> None:
    few = [{"a": at, "b": at} for at in range(1000)]
    assert shown(few, bins=Bins(each=True)).startswith("1,000 of 1,000,000 pairs tried (0.1%)")
    fewer = [{"a": at, "b": at} for at in range(3000)]
    assert shown(fewer, bins=Bins(each=True)).startswith("3,000 of 9,000,000 pairs tried (0.000333)")


def test_other_peoples_text_is_nothing_but_text() -> None:
    evil = "</title><script>alert(1)</script>"
    rows = [{f"p.{evil}": evil, "b": 0}, {f"p.{evil}": "\u202ex", "b": 1}]
    found = of(rows, complete=3)

    drawn = pairs(found, evil)
    assert drawn is not None
    root = ET.fromstring(image(drawn))
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    assert {each.get("class") for each in root.iter() if each.tag.endswith("rect")} == {
        "combination tried",
        "combination missing",
    }
    for form in (Format.TEXT, Format.MD, Format.HTML):
        said = shown(rows, form, complete=3)
        assert "\u202e" not in said
        assert "<script>" not in said or form is not Format.HTML


def test_where_a_name_cannot_be_typed_there_is_no_command() -> None:
    rows = [{"a,b": 0, "c": 0}, {"a,b": 1, "c": 1}]
    document = report.document(of(rows, complete=3))
    assert not [block for block in document.blocks if isinstance(block, CodeBlock)]
    assert report.data(of(rows, complete=3))["command"] is None
    assert "write these arms into the `variants` of hypothesis.md" in shown(rows, complete=3).replace("\n", " ")


def test_too_many_values_have_no_picture() -> None:
    rows = [{"a": f"v{at}", "b": f"w{at}"} for at in range(130)]
    found = of(rows)
    assert pairs(found, "") is None
    assert not [block for block in report.document(found, total=80).blocks if isinstance(block, Figure)]
