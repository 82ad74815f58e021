"""How DVC is configured in a work tree, and how in a slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.store.dvc.resolve import silence


@dataclass(frozen=True, slots=True, kw_only=True)
class DvcPlace:
    """Where a work tree's DVC keeps things: the cache, the root below the git root, settings for a slot."""

    cache: Path
    remotes: Mapping[str, Mapping[str, str]]
    core_remote: str | None
    cache_types: tuple[str, ...]


def describe(root: Path, *, main_root: Path) -> DvcPlace:
    """How DVC is configured at `root`, a work tree; `main_root` is the same place in the main work tree.

    A linked work tree without a cache of its own uses the main one's: DVC would give it an empty one.
    """
    from dvc.config import Config

    config = Config(str(root / ".dvc"), validate=True)
    cache = config["cache"].get("dir")
    # DVC lowers a relative `cache.dir` to the folder of the config file that names it
    at = Path(root / ".dvc" / cache) if cache else main_root / ".dvc" / "cache"
    types = config["cache"].get("type") or ()
    return DvcPlace(
        cache=at.resolve(),
        remotes={name: {k: str(v) for k, v in remote.items()} for name, remote in config["remote"].items()},
        core_remote=config["core"].get("remote"),
        cache_types=(types,) if isinstance(types, str) else tuple(types),
    )


def furnish(root: Path, place_: DvcPlace) -> None:
    """Write the local DVC configuration of a slot: the shared cache, links instead of copies, remotes by full path."""
    from configobj import ConfigObj

    types = place_.cache_types or ("reflink", "hardlink", "symlink", "copy")
    # written here, since DVC reads UTF-8 but writes ASCII alone: a path may hold any letter
    local = ConfigObj(encoding="utf-8", interpolation=False)
    local["cache"] = {"dir": str(place_.cache), "type": ",".join(types)}
    local["core"] = {"analytics": False, "autostage": False, "check_update": False}
    if place_.core_remote:
        local["core"]["remote"] = place_.core_remote
    for name, remote in place_.remotes.items():
        local[f'remote "{name}"'] = dict(remote)
    with (root / ".dvc" / "config.local").open("wb") as stream:
        local.write(stream)


def initialise(root: Path, *, subdir: bool) -> None:
    """`dvc init` at `root`."""
    from dvc.repo import Repo

    with silence():
        Repo.init(str(root), subdir=subdir).close()
