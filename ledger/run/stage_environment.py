"""The environment in which the stages of a trial run, and its description for the record."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.process import scrubbed
from ledger.machine import environment as environments
from ledger.model.environment import LOCK_FILES, Environment
from ledger.model.frozen import frozen
from ledger.repo.code import Code


@frozen
class StageEnvironment:
    """What holds for all trials on one code state in one slot: the stages' variables, and what the record says."""

    variables: Mapping[str, str]
    environment: Environment


def prepared(
    git: Git,
    code: Code,
    probe: environments.Probe,
    variables: Mapping[str, str],
    *,
    roots: Sequence[Path],
    slot: Path,
) -> StageEnvironment:
    """The environment of the stages on this code; refuses one in which they would import the user's own tree.

    `probe` describes the stages' Python, `variables` are the caller's, `roots` the user's work trees.
    """
    own = dict(variables)
    twins = environments.twin_pythonpath(probe.editables, roots=roots, slot=slot, inherited=variables.get("PYTHONPATH"))
    if twins:
        own["PYTHONPATH"] = twins
        _refuse_misdirected(environments.check_imports(probe.editables, own, slot=slot, roots=roots))
    return StageEnvironment(variables=own, environment=with_locks(git, probe.environment, code))


def scrubbed_for_stages(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment as the stages get it, without what ties git to a repository."""
    clean = scrubbed(environment)
    for key in ("GIT_TERMINAL_PROMPT", "LC_ALL", "LANGUAGE", "GIT_OPTIONAL_LOCKS"):
        if key in environment:
            clean[key] = environment[key]
        else:
            clean.pop(key, None)
    # a directory that is a dependency would count the bytecode that Python leaves in it
    return clean | {"PYTHONDONTWRITEBYTECODE": "1", "DVC_NO_ANALYTICS": "1"}


def with_locks(git: Git, environment: Environment, code: Code) -> Environment:
    """The environment with the hashes of the lock files that the code holds."""
    locks = {}
    for path in LOCK_FILES:
        data = git.objects.blob(code.commit, path) if path in code.files else None
        if data is not None:
            locks[path] = hashlib.sha256(data).hexdigest()
    return dataclasses.replace(environment, locks=locks)


def _refuse_misdirected(misdirected: Sequence[environments.Misdirected]) -> None:
    """Refuse modules that the slot has too and that would still come from the user's tree.

    One that the slot's code does not have is no danger: that code cannot have imported it.
    """
    wrong = [m for m in misdirected if m.in_slot]
    if wrong:
        names = ", ".join(dict.fromkeys(m.module for m in wrong))
        raise LedgerError(
            f"the stages would import {names} from your work tree ({wrong[0].origin}) and not from the trial's own "
            "code: every variant would run the same code",
            hint="its editable install comes before PYTHONPATH; install it without -e, or in a mode that adds a path",
        )
