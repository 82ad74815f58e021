"""DVC's cache read without DVC: what it wrote is found, whole or not, and a folder's manifest is the very same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from conftest import Project
from hypothesis import given
from hypothesis import strategies as st

from ledger.dvc import manifests
from ledger.dvc.store import ObjectState, Store
from ledger.errors import FormatError
from ledger.model.formats import yaml12


def put(cache: Path, data: bytes, *, old: bool = False, name: str | None = None, suffix: str = "") -> str:
    """Store an object as DVC 3 does, or as those before it; returns its name."""
    digest = name or hashlib.md5(data).hexdigest() + suffix
    path = (cache if old else cache / "files" / "md5") / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest


def test_manifests_are_read_and_written_as_dvc_does(project: Project) -> None:
    project.write({"data/b.txt": "two\n", "data/a/ü.txt": "one\n"})
    project.dvc("add", "-q", "data")
    document = yaml12.loads((project.root / "data.dvc").read_text())
    digest = document["outs"][0]["md5"]  # type: ignore[index]
    store = Store(lambda: [project.root / ".dvc/cache"])
    listing = store.listing(digest)
    assert listing is not None and sorted(listing) == ["a/ü.txt", "b.txt"]
    assert manifests.digest(listing) == digest
    assert manifests.dumps(listing) == store.read(digest)
    assert {store.state(one, None) for one in (digest, *listing.values())} == {ObjectState.PRESENT}
    assert store.text_at("data/b.txt", {"data": digest}) == "two\n"
    assert not store.lacks(digest)


def test_an_object_is_here_corrupt_or_absent(tmp_path: Path) -> None:
    whole = put(tmp_path, b"whole")
    other = put(tmp_path, b"changed", name=hashlib.md5(b"other").hexdigest())
    unix = put(tmp_path, b"a\r\nb\r\n", old=True, name=hashlib.md5(b"a\nb\n").hexdigest())
    modern = put(tmp_path, b"c\r\n", name=hashlib.md5(b"c\n").hexdigest())
    store = Store(lambda: [tmp_path])
    found = [store.state(digest, None) for digest in (whole, other, unix, modern, "0" * 32, "../etc")]
    assert found == [
        ObjectState.PRESENT,
        ObjectState.CORRUPT,
        ObjectState.PRESENT,
        ObjectState.CORRUPT,
        ObjectState.ABSENT,
        ObjectState.ABSENT,
    ]


@pytest.mark.parametrize("data", [b"", b"[1]", b'[{"md5": "1"}]', b'{"a": 1}', b"\xff", b"3"])
def test_what_is_no_manifest_lists_nothing(tmp_path: Path, data: bytes) -> None:
    digest = put(tmp_path, data, suffix=".dir")
    store = Store(lambda: [tmp_path])
    assert store.listing(digest) is None
    assert store.members("data", digest) == {}
    assert store.lacks(digest)


def test_a_folder_lacks_what_one_of_its_files_does(tmp_path: Path) -> None:
    here = put(tmp_path, b"here")
    digest = put(tmp_path, manifests.dumps({"a": here, "b": "0" * 32}), suffix=".dir")
    assert Store(lambda: [tmp_path]).lacks(digest)
    digest = put(tmp_path, manifests.dumps({"a": here}), suffix=".dir")
    assert not Store(lambda: [tmp_path]).lacks(digest)
    assert Store(lambda: [tmp_path]).lacks("1" * 32)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a": 1}', "not a list"),
        (b"[1]", "not a file with its md5"),
        ([("a", "x")], "not a file with its md5"),
        ([("../a", "0" * 32)], "not a path below"),
        ([("a/../../b", "0" * 32)], "not a path below"),
        ([("/etc/passwd", "0" * 32)], "not a path below"),
        ([("", "0" * 32)], "not a path below"),
        ([("a//b", "0" * 32)], "not a path below"),
        ([("a\\b", "0" * 32)], "not a path below"),
        ([("a\0b", "0" * 32)], "not a path below"),
        ([("a", "0" * 32), ("a", "1" * 32)], "names a file twice"),
        ([("a", "0" * 32), ("a/b", "1" * 32)], "a file, and a folder too"),
    ],
)
def test_new_manifests_are_made_of_sound_ones_alone(entries: bytes | list[tuple[str, str]], said: str) -> None:
    made = entries if isinstance(entries, bytes) else None
    data = made or json.dumps([{"md5": md5, "relpath": path} for path, md5 in entries]).encode()  # type: ignore[misc]
    with pytest.raises(FormatError, match=said):
        manifests.read(data)


@given(st.dictionaries(st.from_regex(r"[a-zé]{1,3}(/[b-z]{1,3}){0,2}\.x", fullmatch=True), st.just("0" * 32)))
def test_what_is_written_is_read(members: dict[str, str]) -> None:
    assert manifests.read(manifests.dumps(members)) == members


def test_a_huge_manifest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "MAX_BYTES", 10)
    with pytest.raises(FormatError, match="more than the 10"):
        manifests.read(b"[" + b" " * 20 + b"]")
