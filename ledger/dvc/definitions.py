"""Which files of a commit define a pipeline, and which its templates bring in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import place
from ledger.model.patterns import pattern
from ledger.model.pipeline import Pipeline, inside


def defines(path: str, folder: str) -> bool:
    """Whether a file takes part in the definition of the pipeline in that folder."""
    return PurePosixPath(path).name in ("dvc.yaml", ".dvcignore") and inside(path, folder)


def beside(path: str, pipeline: Pipeline) -> bool:
    """Files in a directory that is a dependency which are no input of it: results, and git's own files."""
    return pipeline.is_result(path) or path.endswith(".gitignore")


def dvc_folder(files: Mapping[str, Entry], git: Git) -> str:
    """The DVC root below the git root ("" where they are one); of several, the one around the current folder."""
    if ".dvc/config" in files:
        return ""
    folders = [path.removesuffix("/.dvc/config") for path in files if path.endswith("/.dvc/config")]
    if not folders:
        if any((git.root / at / ".dvc" / "config").is_file() for at in ("", git.prefix)):
            raise LedgerError("the DVC setup is not committed yet", hint="git add -A && git commit")
        raise LedgerError("DVC is not set up in this repository", hint="ledger init")
    around = [folder for folder in folders if inside(git.prefix, folder)]
    chosen = around or folders
    if len(chosen) > 1:
        raise LedgerError(
            f"there are several DVC projects here: {', '.join(sorted(chosen))}",
            hint="run ledger inside one of them",
        )
    return chosen[0]


_VARS = pattern(r"^\s*(?:-\s*)?vars\s*:", re.MULTILINE)


def variable_files(definitions: Mapping[str, bytes], files: Collection[str]) -> list[str]:
    """The files that the templates of the definitions may read: `params.yaml`, and those listed under `vars`."""
    found: list[str] = []
    for path, data in definitions.items():
        text = data.decode("utf-8", errors="replace")
        if PurePosixPath(path).name != "dvc.yaml" or ("${" not in text and not _VARS.search(text)):
            continue
        try:
            document = yaml12.loads(text)
        except yaml12.YamlError as error:
            raise LedgerError(f"{path} is not YAML: {error}", hint=f"correct {path} and commit it") from None
        folder = PurePosixPath(path).parent.as_posix().removeprefix(".")
        named, wdirs = _vars_and_wdirs(document)
        for wdir in ["", *wdirs]:
            for name in ["params.yaml", *named]:
                candidate = place(place(folder, wdir) if wdir else folder, name.split(":", 1)[0])
                if candidate in files:
                    found.append(candidate)
    return list(dict.fromkeys(found))


def _vars_and_wdirs(node: object) -> tuple[list[str], list[str]]:
    named: list[str] = []
    wdirs: list[str] = []
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key == "vars" and isinstance(value, list):
            named += [item for item in value if isinstance(item, str)]
        elif key == "wdir" and isinstance(value, str):
            wdirs.append(value)
        else:
            below, folders = _vars_and_wdirs(value)
            named += below
            wdirs += folders
    return named, wdirs
