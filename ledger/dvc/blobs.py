"""What git holds of one file, as the hashes that DVC may have given it."""

from __future__ import annotations

import hashlib

from ledger.analysis.witness import Content
from ledger.model.frozen import frozen

# what `git lfs` keeps instead of a file
_LFS = b"version https://git-lfs.github.com/spec/"


@frozen
class Blob(Content):
    """What git holds of one file; `plain` is the md5 of exactly these bytes."""

    plain: str


def digests(data: bytes) -> Blob:
    """The md5s of a file, with the line ends that git or an old DVC may have given it."""
    plain = hashlib.md5(data).hexdigest()
    unix = data.replace(b"\r\n", b"\n")
    others = {hashlib.md5(text).hexdigest() for text in (unix, unix.replace(b"\n", b"\r\n"))}
    doubt = "git holds a pointer of its large file storage" if data.startswith(_LFS) else None
    return Blob(md5s=frozenset({plain, *others}), plain=plain, doubt=doubt)
