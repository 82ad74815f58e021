"""What a commit would run, as a value: its files, pipeline, parameters and data; and what an arm makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePosixPath
from typing import Any

from ledger.errors import LedgerError
from ledger.git.entries import Entry
from ledger.model.formats import paramfiles
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.parameters import flatten, identical, merge_files
from ledger.model.pipeline import Pipeline
from ledger.model.trial import Trial

ParameterKey = tuple[str, str]


@frozen
class Code:
    """The state of one commit. `folder` is the DVC root below the git root.

    `data` is what `.dvc` files pin and what frozen stages have made, by path. Of an arm with other data these and
    `files` are the arm's; `written` are the texts of its `.dvc` files, `laid` the files of git's that differ from the
    commit's, None for one that goes.
    """

    commit: str
    folder: str
    files: Mapping[str, Entry]
    pipeline: Pipeline
    texts: Mapping[str, str]
    data: Mapping[str, Pinned]
    written: Mapping[str, str] = field(default_factory=dict)
    laid: Mapping[str, Entry | None] = field(default_factory=dict)

    @property
    def submodules(self) -> dict[str, str]:
        """The commits of submodules by their paths."""
        return {path: entry.oid for path, entry in self.files.items() if entry.is_submodule}

    def submodule_of(self, path: str) -> str | None:
        """The submodule that a path lies in, whose commit says what is there."""
        above = (str(folder) for folder in PurePosixPath(path).parents)
        return next((at for at in above if at in self.files and self.files[at].is_submodule), None)

    @property
    def trees(self) -> dict[str, dict[str, Any]]:
        """The parsed parameter files by path."""
        return {path: paramfiles.parse(path, text) for path, text in self.texts.items()}

    @property
    def names(self) -> dict[str, tuple[ParameterKey, Any]]:
        """Every parameter under the name that people use for it, with its file, its key there and its value."""
        flat = {path: flatten(tree) for path, tree in self.trees.items()}
        located = {path: {key: (path, key) for key in values} for path, values in flat.items()}
        merged = merge_files(located)
        return {name: ((file, key), flat[file][key]) for name, (file, key) in merged.items()}

    def plain(self, name: str) -> str:
        """The one name that a parameter goes by, of the several that people may write: `lr` for `params.yaml:lr`.

        Raises LedgerError with near misses where there is no such parameter.
        """
        at = self.locate(name)
        return next((known for known, (key, _) in self.names.items() if key == at), name)

    def locate(self, name: str) -> ParameterKey:
        """The file and key that a parameter's name means. Raises LedgerError with near misses."""
        names = self.names
        if name in names:
            return names[name][0]
        file, colon, key = name.partition(":")
        if colon and file in self.texts and key in flatten(self.trees[file]):
            return file, key
        shared = [known for known in names if known.endswith(":" + name)]
        if shared:
            raise LedgerError(f"parameter {name} is in more than one file", hint="say which: " + " or ".join(shared))
        for file, tree in self.trees.items():
            # a whole mapping cannot be overridden: its keys can
            below = [key for key in flatten(tree) if key.startswith(name + ".")]
            if below:
                known = listed(below, 5, word="or")
                raise LedgerError(f"{name} is a group of parameters in {file}", hint=f"say {known}")
        if not names:
            raise LedgerError(f"there is no parameter {name}: no stage reads a parameter file")
        hint = did_you_mean(name, list(names), f"known: {listed(names, 12)}")
        raise LedgerError(f"no parameter file has {name} ({', '.join(self.texts)})", hint=hint)


@frozen
class Arm:
    """A variant on its code: what it is (`fingerprint`), and the parameter files that it writes, by path.

    `missing` are dependencies that nothing holds, `linked` the user's own symbolic links that lead to dependencies.
    `borrowed` are the dependencies that only the user's work tree holds, with the hashes of what they contain.
    `samples` are the paths of data of which every replicate draws a sample; the code has the whole of them.
    """

    code: Code
    fingerprint: str
    texts: Mapping[str, str]
    missing: tuple[str, ...]
    linked: tuple[str, ...] = ()
    borrowed: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[ParameterKey, Any] = field(default_factory=dict)
    samples: Mapping[str, float] = field(default_factory=dict)


def edited(texts: Mapping[str, str], changes: Mapping[ParameterKey, Any]) -> dict[str, str]:
    """The parameter files with the changes made, everything else kept byte for byte."""
    by_file: dict[str, dict[str, Any]] = {}
    for (file, key), value in changes.items():
        by_file.setdefault(file, {})[key] = value
    return {
        path: paramfiles.edit(path, text, by_file[path]) if path in by_file else text for path, text in texts.items()
    }


def recorded_changes(code: Code, trial: Trial) -> dict[ParameterKey, Any]:
    """The parameters of the code's files that a record has otherwise, its replicate's among them, with its values."""
    changes = {}
    for file, tree in trial.params.items():
        if file not in code.texts:
            continue
        present = flatten(paramfiles.parse(file, code.texts[file]))
        for key, value in flatten(tree).items():
            if key in present and not identical(present[key], value):
                changes[file, key] = value
    return changes
