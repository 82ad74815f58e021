"""The story's data are what its documents say: which place delivers when, and whose labels are wrong."""

from __future__ import annotations

import runpy
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_who_delivers_when_and_whose_labels_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["deliveries.py", str(tmp_path)])
    truth = runpy.run_path(str(ROOT / "example/weekly/deliveries.py"), run_name="__main__")["load_digits"]().target

    images = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.pgm")]
    number = {path: int(path.name[:4]) for path in images}
    wrong = {path for path in images if int(path.stem[-1]) != truth[number[path]]}

    assert len(set(number.values())) == len(images)
    assert Counter(path.parts[0] for path in images if path.parts[1] == "eval") == {"week-01": 240, "week-10": 240}
    delivered = Counter((path.parts[2], path.parts[0]) for path in images if path.parts[1] == "raw")
    assert {place: n for (place, week), n in delivered.items() if week == "week-02"} == {"north": 16, "south": 90}
    assert {place: n for (place, week), n in delivered.items() if week == "week-08"} == {"harbour": 60}
    assert {place: n for (place, week), n in delivered.items() if week == "week-09"} == {"south": 46}
    assert {path.parts[:3] for path in wrong} == {("week-08", "raw", "harbour")}
    assert len(wrong) >= 50
