"""What DVC parses is remembered by its text, and DVC is given a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from dvc.config import Config, ConfigError
from dvc.utils import strictyaml
from dvc.utils.serialize import YAMLFileCorruptedError

from ledger.dvc import parsing


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were really parsed, from now on."""
    parse, texts = strictyaml.parse_yaml, []

    def counted(text: str, path: str, typ: str = "safe") -> object:
        texts.append(text)
        return parse(text, path, typ=typ)

    monkeypatch.setattr(strictyaml, "parse_yaml", counted)
    # put back afterwards
    monkeypatch.setattr(Config, "_map_dirs", staticmethod(Config._map_dirs))
    monkeypatch.setattr(Config, "load_one", Config.load_one)
    parsing.remember()
    return texts


def test_a_text_is_parsed_once_and_nobody_shares_what_it_holds(parsed: list[str], tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text("stages: {train: {cmd: a}}\n")
    first, _ = strictyaml.load(str(tmp_path / "dvc.lock"))
    first["stages"]["train"]["cmd"] = "changed"
    again, _ = strictyaml.load(str(tmp_path / "dvc.lock"))
    assert again == {"stages": {"train": {"cmd": "a"}}}
    (tmp_path / "dvc.lock").write_text("stages: {train: {cmd: b}}\n")
    other, _ = strictyaml.load(str(tmp_path / "dvc.lock"))
    assert other == {"stages": {"train": {"cmd": "b"}}}
    assert len(parsed) == 2
    # with what only a round trip keeps it is another value
    assert type(strictyaml.load(str(tmp_path / "dvc.lock"), round_trip=True)[0]) is not dict
    assert len(parsed) == 3


def test_what_cannot_be_parsed_is_told_every_time(parsed: list[str]) -> None:
    for path in ("a", "b"):
        with pytest.raises(YAMLFileCorruptedError) as error:
            strictyaml.parse_yaml("{", path)
        assert error.value.path == path


def test_texts_that_are_long_are_forgotten(parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_MOST", 20)
    for text in ("a: 123456", "b: 123456", "a: 123456", "c: 123456", "a: 123456", "d: " + "1" * 30, "b: 123456"):
        strictyaml.parse_yaml(text, "dvc.yaml")
    assert [text[0] for text in parsed] == ["a", "b", "c", "d", "b"]


@pytest.mark.usefixtures("parsed")
def test_folders_of_a_configuration_are_found_as_before(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[core]\n    remote = far\n['remote \"far\"']\n    url = ../far\n")
    (tmp_path / "config.local").write_text("[core]\n    analytics = false\n")
    read = Config(str(tmp_path))
    assert read["remote"]["far"]["url"] == str(tmp_path.parent / "far")
    assert (read["core"]["remote"], read["core"]["analytics"]) == ("far", False)


@pytest.mark.usefixtures("parsed")
def test_a_configuration_is_read_anew_where_a_file_of_it_has_changed(tmp_path: Path) -> None:
    own, local = tmp_path / "config", tmp_path / "config.local"
    own.write_text('[cache]\n    dir = ../store\n    type = "reflink,copy"\n')
    first = Config(str(tmp_path))
    assert first["cache"]["dir"] == str(tmp_path.parent / "store")
    assert first["cache"]["type"] == ["reflink", "copy"]
    # nobody shares what it holds
    first["cache"]["type"].append("symlink")
    first["core"]["remote"] = "mine"
    again = Config(str(tmp_path))
    assert again["cache"]["type"] == ["reflink", "copy"]
    assert "remote" not in again["core"]
    local.write_text("[core]\n    remote = near\n")
    assert Config(str(tmp_path))["core"]["remote"] == "near"
    local.unlink()
    own.write_text("[cache]\n    dir = ../other\n")
    other = Config(str(tmp_path))
    assert other["cache"]["dir"] == str(tmp_path.parent / "other")
    assert "type" not in other["cache"]
    assert "remote" not in other["core"]


@pytest.mark.usefixtures("parsed")
def test_a_configuration_that_cannot_be_read_is_told_every_time(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[core\n")
    for _ in range(2):
        with pytest.raises(ConfigError):
            Config(str(tmp_path))


@pytest.mark.usefixtures("parsed")
def test_the_same_text_elsewhere_names_other_folders(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config").write_text("[cache]\n    dir = store\n")
    assert [Config(str(tmp_path / name))["cache"]["dir"] for name in ("a", "b")] == [
        str(tmp_path / name / "store") for name in ("a", "b")
    ]
