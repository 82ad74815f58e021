"""DVC parses the files of a pipeline up to four times for one call, in pure Python: once a text is enough, by libyaml.

So it does with the four files of its configuration, of which it compiles a schema of all folders that one may name, and
with the schema of a stage, which it compiles for every stage that it reads.
"""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ledger.model.formats import yaml12

# of texts that are kept, in characters
_MOST = 1 << 22

# the sections of a configuration that may name folders
_WITH_FOLDERS = {"cache", "remote", "machine"}


def remember() -> None:
    """From now on DVC is given copies of what it has parsed before, compiles the schema of a stage once, and looks for
    folders only where some may be.
    """
    from dvc import schema as schemas
    from dvc.config import Config
    from dvc.fs import LocalFileSystem
    from dvc.utils import strictyaml

    parse = strictyaml.parse_yaml
    known: dict[str, Any] = {}

    def fast(text: str, path: str) -> Any:
        # tabs between words are for libyaml what they are not for DVC, which would refuse the file elsewhere
        if "\t" in text:
            return parse(text, path)
        try:
            return yaml12.loads(text) or {}
        except yaml12.YamlError:
            # DVC says what is wrong, and reads what only it can read
            return parse(text, path)

    def remembering(text: str, path: str, typ: str = "safe") -> Any:
        if typ != "safe":
            return parse(text, path, typ=typ)
        found = known.pop(text, None)
        if found is None:
            found = fast(text, path)
        # what was asked for longest ago comes first
        known[text] = found
        while len(known) > 1 and sum(map(len, known)) > _MOST:
            del known[next(iter(known))]
        # DVC changes what it is given
        return copy.deepcopy(found)

    mapped = Config._map_dirs

    def map_dirs(conf: dict[str, Any], function: Any) -> Any:
        return mapped(conf, function) if _WITH_FOLDERS & conf.keys() else conf

    load = Config.load_one
    files: dict[str, tuple[bytes | None, Any]] = {}

    def load_one(config: Any, level: str) -> Any:
        path = Path(config.files[level])
        if not path.is_absolute() or not isinstance(config._get_fs(level), LocalFileSystem):
            return load(config, level)
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            text = None
        except OSError:
            # DVC says what is wrong
            return load(config, level)
        known = files.get(str(path))
        if known is None or known[0] != text:
            known = files[str(path)] = text, load(config, level)
        return _copied(known[1])

    compiled: dict[int, Any] = {}

    def schema(description: Any) -> Any:
        # those of a stage, which stay for as long as DVC does
        if id(description) not in compiled:
            compiled[id(description)] = compile_schema(description)
        return compiled[id(description)]

    compile_schema = schemas.vol.Schema
    schemas.vol = SimpleNamespace(Schema=schema)
    strictyaml.parse_yaml = remembering
    Config._map_dirs = staticmethod(map_dirs)
    Config.load_one = load_one


def _copied(section: dict[str, Any]) -> dict[str, Any]:
    """The same with sections of its own; its values are texts and numbers, and folders, which no `deepcopy` takes."""
    return {
        name: _copied(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value
        for name, value in section.items()
    }
