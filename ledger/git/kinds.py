"""What objects are, asked of many at once without reading them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from ledger.git.git import Git

_KNOWN = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag)")


def kinds(git: Git, names: Sequence[str]) -> list[tuple[str, str] | None]:
    """The id and the kind of each object by a name such as `HEAD:data`, None for what there is not."""
    if not names:
        return []
    # a name with a line end would be two
    asked = b"".join(b"-\n" if "\n" in name else os.fsencode(name) + b"\n" for name in names)
    out = git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
    found = map(_KNOWN.fullmatch, out.removesuffix(b"\n").split(b"\n"))
    return [None if one is None else (one[1].decode(), one[2].decode()) for one in found]
