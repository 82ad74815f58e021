"""What may stand in a place of the command line, by the word that the help has for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ledger.model.frozen import frozen
from ledger.repo.hints import Hints

_TARGETS: Final = frozenset(
    {"EXP", "EXP[:ARM]", "EXP[:TRIAL]", "EXP[:ARM[/TRIAL]]", "EXP:ARM/TRIAL", "A", "B", "OTHER"}
)
_REVISIONS: Final = frozenset({"REV", "GOOD", "BAD"})
_METRICS: Final = frozenset({"METRIC", "--metric NAME"})
_PARAMS: Final = frozenset({"PARAM", "KEY"})
_FIELDS: Final = frozenset({"COLUMN", "FIELD", "KEYS", "PATTERN"})
_ARMS: Final = frozenset({"VARIANT[/TRIAL]", "--variant NAME"})
_MODELS: Final = frozenset({"models NAME", "promote NAME"})
_ASSIGNED: Final = frozenset({"NAME=DOMAIN", "OVERRIDES"})
_FILES: Final = frozenset({"FILE", "PATH", "DIR", "OUTPUT"})


@frozen
class Completion:
    """What is to be completed: the `word` so far, where the help of the command has a word of this `kind`.

    `option`: the one whose value it is, None for an argument; `positional`: the arguments before it.
    """

    command: str
    option: str | None
    kind: str
    word: str
    positional: tuple[str, ...]

    def is_one(self, kinds: frozenset[str]) -> bool:
        """Whether its kind is among these, alone or with its option or command before it."""
        return not kinds.isdisjoint({self.kind, f"{self.option or self.command} {self.kind}"})


def candidates(wanted: Completion, folder: Path) -> Sequence[str] | None:
    """What there is of that kind in the repository of a folder, whether or not it fits; None for a file's name."""
    hints, kind, word = Hints(folder), wanted.kind, wanted.word
    if kind in _FILES:
        return None
    if kind in _TARGETS:
        versions = hints.versions() if wanted.command == "promote" and "@" in word else ()
        return (*hints.targets(word), *versions)
    if kind in _REVISIONS:
        return (*hints.targets(word), *hints.branches())
    if wanted.is_one(_METRICS):
        return hints.metrics()
    if kind in _PARAMS or (wanted.command == "coverage" and kind in _FIELDS):
        return hints.params()
    if kind in _FIELDS:
        return (*hints.metrics(), *hints.params())
    if "KEY=" in kind or kind in _ASSIGNED:
        return [f"{one}=" for one in hints.params()]
    if wanted.is_one(_ARMS):
        return hints.arms(wanted.positional[0] if wanted.positional else None)
    if wanted.is_one(_MODELS):
        return hints.versions() if "@" in word or "#" in word else hints.models()
    if kind == "STAGE":
        return hints.stages()
    # those that the help lists
    return kind.split("|") if "|" in kind and kind == kind.lower() else ()
