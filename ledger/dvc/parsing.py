"""DVC parses the files of a pipeline up to four times for one call, in pure Python: once a text is enough."""

from __future__ import annotations

import copy
from typing import Any

# of texts that are kept, in characters
_MOST = 1 << 22


def remember() -> None:
    """From now on DVC is given copies of what it has parsed before in this process."""
    from dvc.utils import strictyaml

    parse = strictyaml.parse_yaml
    known: dict[str, Any] = {}

    def remembering(text: str, path: str, typ: str = "safe") -> Any:
        if typ != "safe":
            return parse(text, path, typ=typ)
        found = known.pop(text, None)
        if found is None:
            found = parse(text, path)
        # what was asked for longest ago comes first
        known[text] = found
        while len(known) > 1 and sum(map(len, known)) > _MOST:
            del known[next(iter(known))]
        # DVC changes what it is given
        return copy.deepcopy(found)

    strictyaml.parse_yaml = remembering
