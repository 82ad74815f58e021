"""Pictures made of dots: of which kind bytes are, and how large the picture is, from its header alone."""

from __future__ import annotations

import struct
from typing import Final

KINDS: Final = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".gif": "gif", ".webp": "webp"}
"""The kinds by the ending of a name."""

# pixels on a side, and in all: a small file may unpack to a picture that fills a memory
_SIDE: Final = 8_000
_PIXELS: Final = 30_000_000


def kind_of(data: bytes) -> str | None:
    """`png`, `jpg`, `gif` or `webp`; None for anything else, and for a picture that is too large to be shown."""
    for kind, size in (("png", _png(data)), ("gif", _gif(data)), ("jpg", _jpeg(data)), ("webp", _webp(data))):
        if size is not None:
            wide, high = size
            return kind if 0 < wide <= _SIDE and 0 < high <= _SIDE and wide * high <= _PIXELS else None
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    wide, high = struct.unpack(">II", data[16:24])
    return wide, high


def _gif(data: bytes) -> tuple[int, int] | None:
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 10:
        return None
    wide, high = struct.unpack("<HH", data[6:10])
    return wide, high


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        # the frames of all codings, but for what is no frame among these numbers
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack(">HH", data[at + 5 : at + 9])
            return wide, high
        at += 2 + max(length, 2)
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        wide, high = struct.unpack("<HH", data[26:30])
        return wide & 0x3FFF, high & 0x3FFF
    return None
