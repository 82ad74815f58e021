"""DVC parses the files of a pipeline up to four times for one call, in pure Python: once a text is enough.

And for each of the four files of its configuration it compiles a schema of all folders that one may name.
"""

from __future__ import annotations

import copy
from typing import Any

# of texts that are kept, in characters
_MOST = 1 << 22

# the sections of a configuration that may name folders
_WITH_FOLDERS = {"cache", "remote", "machine"}


def remember() -> None:
    """From now on DVC is given copies of what it has parsed before, and looks for folders only where some may be."""
    from dvc.config import Config
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

    mapped = Config._map_dirs

    def map_dirs(conf: dict[str, Any], function: Any) -> Any:
        return mapped(conf, function) if _WITH_FOLDERS & conf.keys() else conf

    strictyaml.parse_yaml = remembering
    Config._map_dirs = staticmethod(map_dirs)
