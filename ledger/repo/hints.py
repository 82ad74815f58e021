"""Names as a shell completes them: from refs and from the index as it is, in a few hundredths of a second.

Nothing is checked, read again or written. What the index has not heard of is missing; what is damaged says nothing.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ledger.git.process import GitError, call
from ledger.machine.state_directory import StateDirectory

# metrics and parameters are those of the arms that were made last
_LATEST: Final = 300
_NAMED: Final = """SELECT DISTINCT j.key FROM (SELECT {column} AS held FROM variant ORDER BY id DESC LIMIT ?) v
    JOIN json_each(v.held) j"""
_PATIENCE: Final = 0.1
"""Seconds to wait for a process that writes the index."""


class Hints:
    """What there is to be named in the repository of a folder; nothing where there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def targets(self, word: str) -> list[str]:
        """The experiments; behind `NAME:` its arms, behind `NAME:ARM/` the trials of that."""
        name, colon, arm = word.partition(":")
        if not colon:
            return self.experiments()
        variant, slash, _ = arm.partition("/")
        if slash:
            return [f"{name}:{trial}" for trial in self._of("trial", name) if trial.startswith(f"{variant}/")]
        return [f"{name}:{one}" for one in self.arms(name)]

    def experiments(self) -> list[str]:
        """The names of the experiments that a branch here or on a remote has, or that have landed or are archived."""
        named = re.compile(rf"refs/(?:heads|remotes/[^/]+)/{re.escape(self._prefix)}([^/]+)")
        matches = (named.fullmatch(ref) for ref in self._refs("refs/heads", "refs/remotes"))
        branches = {found[0]: found[1] for found in matches if found is not None}
        found = self._asked("SELECT name, branch FROM experiment WHERE own IS NOT NULL ORDER BY moment DESC")
        return [*branches.values(), *(name for name, branch in found if branch is None or branch in branches)]

    def arms(self, name: str | None) -> list[str]:
        """The arms of an experiment, by default of the one that is checked out."""
        if name is None:
            head = self._lines("symbolic-ref", "--quiet", "HEAD")
            name = head[0].rpartition(self._prefix)[2] if head else ""
        return self._of("variant", name.partition(":")[0])

    def metrics(self) -> list[str]:
        """The metrics of the latest arms."""
        return self._named("metrics")

    def params(self) -> list[str]:
        """The parameters of the latest arms, by their dotted names."""
        return self._named("params")

    def branches(self) -> list[str]:
        """The short names of the branches here."""
        return [ref.removeprefix("refs/heads/") for ref in self._refs("refs/heads")]

    # --- models, by their tags

    def models(self) -> list[str]:
        """The names of the models."""
        return [tag.rpartition("@")[0] for tag in self._tags if "@" in tag]

    def versions(self) -> list[str]:
        """The versions and stages of models: `unet@v1.2.0`, `unet#prod`."""
        return [tag.partition("#")[0] if "@" in tag else tag.rpartition("#")[0] for tag in self._tags]

    def stages(self) -> list[str]:
        """The stages that models have had."""
        return [tag.split("#")[1].removesuffix("!") for tag in self._tags if "@" not in tag]

    @cached_property
    def _tags(self) -> Sequence[str]:
        from ledger.model import gto

        tags = [ref.removeprefix("refs/tags/") for ref in self._refs("refs/tags/**/*@*", "refs/tags/**/*#*")]
        return [tag for tag in tags if gto.parse(tag) is not None]

    # --- refs

    def _refs(self, *patterns: str) -> list[str]:
        return self._lines("for-each-ref", "--format=%(refname)", *patterns)

    def _lines(self, *arguments: str) -> list[str]:
        try:
            done = call(arguments, cwd=self._folder)
        except (OSError, GitError):
            return []
        return os.fsdecode(done.stdout).splitlines() if done.returncode == 0 else []

    @cached_property
    def _prefix(self) -> str:
        """What the names of the experiments' branches begin with."""
        for folder in (self._folder, *self._folder.parents):
            file = folder / "ledger.yaml"
            if file.is_file():
                text = file.read_text("utf-8", errors="replace")
                if "branch_prefix" not in text:
                    break
                # most repositories have no other, and need not wait for what reads YAML
                from ledger.model import settings

                return settings.parse(text).branch_prefix
            if (folder / ".git").exists():
                break
        return "exp/"

    # --- the index

    def _of(self, column: str, name: str) -> list[str]:
        table = "trial" if column == "trial" else "variant"
        query = f"SELECT DISTINCT t.{column} FROM {table} t JOIN experiment e ON e.id = t.experiment WHERE e.name = ?"
        return [one for (one,) in self._asked(query, name)]

    def _named(self, column: str) -> list[str]:
        return [one for (one,) in self._asked(_NAMED.format(column=column), _LATEST)]

    def _asked(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if self._index is None:
            return []
        try:
            return self._index.execute(query, values).fetchall()
        except (sqlite3.Error, sqlite3.Warning, ValueError):
            return []

    @cached_property
    def _index(self) -> sqlite3.Connection | None:
        common = self._lines("rev-parse", "--path-format=absolute", "--git-common-dir")
        if not common:
            return None
        file = StateDirectory(common=Path(common[0])).index
        try:
            return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
        except sqlite3.Error:
            return None
