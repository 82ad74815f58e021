"""How DVC is configured in a work tree, and how in a slot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.dvc.resolve import silence
from ledger.errors import LedgerError


@dataclass(frozen=True, slots=True, kw_only=True)
class DvcPlace:
    """Where a work tree's DVC keeps things: the cache, the root below the git root, settings for a slot."""

    cache: Path
    remotes: Mapping[str, Mapping[str, str]]
    core_remote: str | None
    cache_types: tuple[str, ...]


def describe(root: Path, *, main_root: Path) -> DvcPlace:
    """How DVC is configured at `root`, a work tree; `main_root` is the same place in the main work tree.

    A linked work tree whose own cache is empty uses the main one's: DVC alone would let it begin with nothing.
    Raises LedgerError where DVC does not understand its configuration.
    """
    from configobj import ConfigObjError
    from dvc.config import Config, ConfigError

    try:
        config = Config(str(root / ".dvc"), validate=True)
    except (ConfigError, ConfigObjError, UnicodeDecodeError) as error:
        said = " ".join(str(error).removeprefix("config file error: ").split())
        raise LedgerError(
            f"DVC cannot read its configuration: {said}",
            hint="correct .dvc/config (or .dvc/config.local, or the global one): dvc config --list --show-origin",
        ) from None
    cache = config["cache"].get("dir")
    # DVC lowers a relative `cache.dir` to the folder of the config file that names it
    at = Path(root / ".dvc" / cache) if cache else own_cache(root if holds_objects(own_cache(root)) else main_root)
    types = config["cache"].get("type") or ()
    return DvcPlace(
        cache=at.resolve(),
        remotes={name: {k: str(v) for k, v in remote.items()} for name, remote in config["remote"].items()},
        core_remote=config["core"].get("remote"),
        cache_types=(types,) if isinstance(types, str) else tuple(types),
    )


def own_cache(root: Path) -> Path:
    """Where the DVC of a work tree keeps its cache unless it is told otherwise."""
    return root / ".dvc" / "cache"


def holds_objects(cache: Path) -> bool:
    """Whether something has been added to a cache."""
    try:
        return any(any(prefix.iterdir()) for prefix in (cache / "files" / "md5").iterdir())
    except OSError:
        return False


def furnish(root: Path, place_: DvcPlace) -> None:
    """Write the local DVC configuration of a slot: the shared cache, links instead of copies, remotes by full path."""
    from configobj import ConfigObj

    types = place_.cache_types or ("reflink", "hardlink", "symlink", "copy")
    # written here, since DVC reads UTF-8 but writes ASCII alone: a path may hold any letter
    local = ConfigObj(encoding="utf-8", interpolation=False)
    local["cache"] = {"dir": _written(str(place_.cache), root / ".dvc"), "type": ",".join(types)}
    local["core"] = {"analytics": False, "autostage": False, "check_update": False}
    if place_.core_remote:
        local["core"]["remote"] = place_.core_remote
    for name, remote in place_.remotes.items():
        local[f'remote "{name}"'] = {key: _written(value, root / ".dvc") for key, value in remote.items()}
    path = root / ".dvc" / "config.local"
    # made anew and for us alone: remotes may have passwords in the user's own config.local
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        local.write(stream)


def _written(value: str, folder: Path) -> str:
    """A value as DVC reads it back from a file in `folder`: it takes `%(name)s` for the name of another setting.

    There is no way to write these letters, but a path can be named from where the file is.
    """
    if "%(" not in value:
        return value
    short = os.path.relpath(value, folder.resolve()) if Path(value).is_absolute() else value
    if "%(" in short:
        raise LedgerError(f"DVC cannot be told of {value}: it reads %( as its own", hint="name the folder otherwise")
    return short


def initialise(root: Path, *, subdir: bool) -> None:
    """`dvc init` at `root`."""
    from dvc.repo import Repo

    with silence():
        Repo.init(str(root), subdir=subdir).close()
