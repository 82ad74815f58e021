"""What is said of a file that was skipped."""

from __future__ import annotations

import pytest

from ledger.model.experiment import Unread


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("experiments/x/notes.md", "experiments/x/notes.md"),
        ("experiments/x/a\nerror: b", '"experiments/x/a\\nerror: b"'),
        ("experiments/x/\u202eb", '"experiments/x/\\u202eb"'),
        ("experiments/x/\x1b[31m", '"experiments/x/\\u001b[31m"'),
        ("experiments/x/\udcff", '"experiments/x/\\udcff"'),
    ],
)
def test_a_name_takes_one_line_and_shows_what_it_is_made_of(path: str, shown: str) -> None:
    assert str(Unread(path=path, said=" is no record")) == f"{shown} is no record"
