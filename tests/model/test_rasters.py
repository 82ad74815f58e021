"""Of which kind a picture is, from its header alone."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model.formats.rasters import kind_of


def png(wide: int, high: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def jpeg(wide: int, high: int) -> bytes:
    about = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    return b"\xff\xd8" + about + b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, high, wide, 3) + bytes(9)


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 100) + b"WEBP" + kind + body + bytes(20)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(40, 30), "png"),
        (jpeg(640, 480), "jpg"),
        (b"GIF89a" + struct.pack("<HH", 10, 20) + bytes(3), "gif"),
        (webp(b"VP8X", bytes(8) + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")), "webp"),
        (webp(b"VP8L", bytes(4) + b"\x2f" + (99 | 49 << 14).to_bytes(4, "little")), "webp"),
        (webp(b"VP8 ", bytes(10) + struct.pack("<HH", 100, 50)), "webp"),
    ],
)
def test_a_picture_is_known_by_its_header(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        png(0, 10),
        png(60_000, 60_000),
        png(7_900, 7_900),
    ],
)
def test_what_is_no_picture_or_too_large_is_none(data: bytes) -> None:
    assert kind_of(data) is None


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", png(3, 3)[:20], b"RIFF....WEBPVP8X", b"GIF87a"]))
def test_no_bytes_make_it_fail(rest: bytes, begin: bytes) -> None:
    assert kind_of(begin + rest) in (None, "png", "jpg", "gif", "webp")
