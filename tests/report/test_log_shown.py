"""The lines of the log in a narrow terminal: what matters least goes first."""

from __future__ import annotations

from ledger.report.blocks import Table
from ledger.report.experiments import fitted
from ledger.report.text import width

HEAD = ("state", "name", "title", "metric", "trials", "age")
ROWS = (
    ("recorded, 1 arm confirmed", "grid", "Which rate", "acc[lr-0-03-hidden-8] 0.680 ± 0.033", "12", "1 min"),
    ("supported", "confirm-grid-lr-1-hidden-32", "grid:lr-1 holds", "acc 0.802 ± 0.013", "10", "now"),
)
TABLE = Table(head=HEAD, rows=ROWS)


def test_titles_are_cut_first() -> None:
    lines = fitted(Table(head=HEAD, rows=(("supported", "a", "A long title of one", "acc 0.8", "10", "now"),)), 50)
    assert lines[1].split() == ["supported", "a", "A", "long", "tit…", "acc", "0.8", "10", "now"]


def test_then_arms_and_names_and_then_titles_and_ages_go() -> None:
    for total in (160, 120, 100, 90, 80):
        lines = fitted(TABLE, total)
        assert max(map(width, lines)) <= total
        # no number is ever cut
        assert "0.680 ± 0.033" in lines[1] and "acc 0.802 ± 0.013" in lines[2]
    assert "acc[lr-0-03-hidden-8]" in fitted(TABLE, 160)[1] and "title" in fitted(TABLE, 160)[0]
    narrow = fitted(TABLE, 80)
    assert narrow[0].split() == ["state", "name", "metric", "trials"]
    assert "acc[lr-0…n-8] 0.680" in narrow[1]
    assert "age" in fitted(TABLE, 96)[0] and "title" not in fitted(TABLE, 96)[0]


def test_without_a_width_nothing_is_cut() -> None:
    assert "confirm-grid-lr-1-hidden-32  grid:lr-1 holds" in fitted(TABLE, None)[2]
