"""What DVC parses is remembered by its text, and DVC is given a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from dvc.config import Config, ConfigError
from dvc.utils import strictyaml
from dvc.utils.serialize import YAMLFileCorruptedError

from ledger.dvc import parsing
from ledger.model.formats import yaml12


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were really parsed, from now on."""
    parse, loads, texts = strictyaml.parse_yaml, yaml12.loads, []

    def by_dvc(text: str, path: str, typ: str = "safe") -> object:
        texts.append(text)
        return parse(text, path, typ=typ)

    def by_us(text: str) -> object:
        texts.append(text)
        return loads(text)

    monkeypatch.setattr(strictyaml, "parse_yaml", by_dvc)
    monkeypatch.setattr(yaml12, "loads", by_us)
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


@pytest.mark.parametrize("text", ["{", "a: 1\t\n"])
def test_what_cannot_be_parsed_is_told_every_time(parsed: list[str], text: str) -> None:
    for path in ("a", "b"):
        with pytest.raises(YAMLFileCorruptedError) as error:
            strictyaml.parse_yaml(text, path)
        assert error.value.path == path


LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: train.py
      hash: md5
      md5: 1e10
      size: 341
    params:
      params.yaml:
        lr: 1e-3
        momentum: 1.0e-05
        nesterov: yes
        schedule: 0:30
        seed: 010
        when: 2026-11-29
        none:
    outs:
    - path: model.txt
      md5: '0012'
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LOCK, id="a lock"),
        pytest.param("a: &one {x: 1}\nb: *one\nc: {<<: *one, y: 2}\n", id="anchors"),
        pytest.param("%YAML 1.1\n---\na: yes\nb: 010\n", id="another version"),
        pytest.param("a: !!set {x}\n", id="a tag"),
        pytest.param("# nothing\n", id="nothing"),
        pytest.param("", id="empty"),
    ],
)
def test_it_means_what_it_means_to_dvc(text: str) -> None:
    parse = strictyaml.parse_yaml
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strictyaml, "parse_yaml", parse)
        patch.setattr(Config, "_map_dirs", staticmethod(Config._map_dirs))
        patch.setattr(Config, "load_one", Config.load_one)
        parsing.remember()
        found = strictyaml.parse_yaml(text, "dvc.lock")
    assert repr(found) == repr(parse(text, "dvc.lock"))


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
