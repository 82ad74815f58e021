"""How DVC is configured in a work tree, and how in a slot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger.dvc.resolve import silence
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.frozen import frozen

# of the levels of DVC's configuration, those that are of no project
_OUTSIDE = ("system", "global")


@frozen
class DvcConfig:
    """Where a work tree's DVC keeps things: the cache, the root below the git root, settings for a slot."""

    cache: Path
    remotes: Mapping[str, Mapping[str, str]]
    core_remote: str | None
    cache_types: tuple[str, ...]


def describe(root: Path, *, main_root: Path) -> DvcConfig:
    """How DVC is configured at `root`, a work tree; `main_root` is the same place in the main work tree.

    A linked work tree whose own cache is empty uses the main one's: DVC alone would let it begin with nothing.
    Raises LedgerError as `configured` does.
    """
    config = configured(root)
    cache = config["cache"].get("dir")
    # DVC lowers a relative `cache.dir` to the folder of the config file that names it
    at = Path(root / ".dvc" / cache) if cache else own_cache(root if holds_objects(own_cache(root)) else main_root)
    types = config["cache"].get("type") or ()
    return DvcConfig(
        cache=at.resolve(),
        remotes={name: {k: str(v) for k, v in remote.items()} for name, remote in config["remote"].items()},
        core_remote=config["core"].get("remote"),
        cache_types=(types,) if isinstance(types, str) else tuple(types),
    )


def configured(root: Path | None) -> Any:
    """DVC's configuration at `root`: the project's, the user's and the machine's; without a root, the latter two.

    Raises LedgerError, which names the file that DVC does not understand.
    """
    from configobj import ConfigObjError
    from dvc.config import Config, ConfigError

    broken = (ConfigError, ConfigObjError, UnicodeDecodeError, OSError)
    folder = None if root is None else str(root / ".dvc")
    try:
        return Config(folder, validate=True)
    except broken as error:
        said = " ".join(str(error).removeprefix("config file error: ").split())
    outside = [str(Path(folder) / Config.CONFIG) for folder in map(Config.get_dir, _OUTSIDE)]
    files = dict(zip(outside, outside, strict=True))
    if root is not None:
        files |= {f".dvc/{name}": str(root / ".dvc" / name) for name in (Config.CONFIG, Config.CONFIG_LOCAL)}
    for name, path in files.items():
        try:
            Config.validate(Config.load_file(path))
        except FileNotFoundError:
            continue
        except broken:
            raise LedgerError(
                f"DVC cannot read its configuration {name}: {said}",
                hint=f"correct {name}; dvc config --list --show-origin shows where each value comes from",
            ) from None
    raise LedgerError(f"DVC cannot read its configuration: {said}", hint="dvc config --list --show-origin")


def own_cache(root: Path) -> Path:
    """Where the DVC of a work tree keeps its cache unless it is told otherwise."""
    return root / ".dvc" / "cache"


def holds_objects(cache: Path) -> bool:
    """Whether something has been added to a cache."""
    try:
        return any(any(prefix.iterdir()) for prefix in (cache / "files" / "md5").iterdir())
    except OSError:
        return False


def write_local(root: Path, config: DvcConfig) -> None:
    """Write the local DVC configuration of a slot: the shared cache, links instead of copies, remotes by full path."""
    from configobj import ConfigObj

    # of the slot's commit, and of the user, who may have written to it since: no trial fails over it
    configured(root)
    types = config.cache_types or ("reflink", "hardlink", "symlink", "copy")
    # written here, since DVC reads UTF-8 but writes ASCII alone: a path may hold any letter
    local = ConfigObj(encoding="utf-8", interpolation=False)
    local["cache"] = {"dir": _written(str(config.cache), root / ".dvc"), "type": ",".join(types)}
    local["core"] = {"analytics": False, "autostage": False, "check_update": False}
    if config.core_remote:
        local["core"]["remote"] = config.core_remote
    for name, remote in config.remotes.items():
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
        raise LedgerError(f"DVC cannot use {value}: it expands %( in its configuration", hint="rename the folder")
    return short


def initialise(root: Path, *, subdir: bool) -> None:
    """`dvc init` at `root`."""
    from dvc.repo import Repo

    configured(None)
    with silence():
        Repo.init(str(root), subdir=subdir).close()


def set_up(git: Git) -> bool:
    """Set DVC up in the work tree where the current folder is in no project; whether it was.

    Raises LedgerError where DVC cannot read its configuration, and where there is a project further below, or
    something in its place.
    """
    here = git.root / git.prefix
    projects = (folder for folder in (here, *here.parents) if folder.is_relative_to(git.root))
    project = next((folder for folder in projects if (folder / ".dvc" / "config").is_file()), None)
    configured(project)
    if project is not None:
        return False
    below = git.text("ls-files", "--", ":(glob)**/.dvc/config").splitlines()
    if below:
        folder = below[0].removesuffix("/.dvc/config")
        raise LedgerError(
            f"{folder}/ is a DVC project: ledger sets up none around it", hint=f"cd {folder} && ledger init"
        )
    if os.path.lexists(git.root / ".dvc"):
        raise LedgerError(".dvc is in the way: it is not a DVC project", hint="move it away, then ledger init")
    initialise(git.root, subdir=False)
    return True
