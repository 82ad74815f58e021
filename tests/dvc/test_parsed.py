"""A text of YAML that DVC reads again is parsed once, and nobody sees what another has done to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dvc.utils.serialize import _yaml, load_yaml

from ledger.dvc import parsed

TEXT = "a: &x [1, 2]\nb: *x\nc: {d: 2001-02-03}\n"


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that DVC's own reader has parsed."""
    found: list[str] = []
    parse = _yaml.parse_yaml

    def counted(text: str, path: str, typ: str = "safe") -> Any:
        found.append(text)
        return parse(text, path, typ)

    monkeypatch.setattr(_yaml, "parse_yaml", counted)
    return found


def test_a_text_is_parsed_once(tmp_path: Path, texts: list[str]) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(TEXT)
    before = load_yaml(str(file))
    texts.clear()
    for _ in range(2):
        with parsed.remembered():
            first, second = load_yaml(str(file)), load_yaml(str(file))
            assert first == second == before
            first["a"].append(3)
            # the two names of one list stay that, and are nobody else's
            assert first["b"] == [1, 2, 3]
            assert load_yaml(str(file)) == before
    assert texts == [TEXT]


def test_what_has_changed_is_read_anew(tmp_path: Path, texts: list[str]) -> None:
    file = tmp_path / "params.yaml"
    with parsed.remembered():
        for number in range(3):
            file.write_text(f"seed: {number}\n")
            assert load_yaml(str(file)) == {"seed": number}
    assert len(texts) == 3


def test_what_is_broken_is_named_each_time(tmp_path: Path) -> None:
    with parsed.remembered():
        for name in ("a.yaml", "b.yaml"):
            (tmp_path / name).write_text("a: [1\n")
            for _ in range(2):
                with pytest.raises(_yaml.YAMLFileCorruptedError, match=name):
                    load_yaml(str(tmp_path / name))


def test_what_is_written_again_keeps_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "dvc.lock"
    file.write_text("a: 1  # why\n")
    with parsed.remembered(), _yaml.modify_yaml(str(file)) as data:
        data["b"] = 2
    assert file.read_text() == "a: 1  # why\nb: 2\n"
