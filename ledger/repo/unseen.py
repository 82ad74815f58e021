"""The one guard against code that changed behind the back of every stage: its numbers are the old code's.

`run` and `record` ask before they make results, `conclude`, `verify`, `land` and `status` before these stand for the
code that the branch has now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.analysis import traps
from ledger.errors import LedgerError, NotHere
from ledger.model.experiment import Experiment
from ledger.model.formats.paramfiles import parse
from ledger.model.listing import listed
from ledger.model.parameters import flatten
from ledger.model.pipeline import inside
from ledger.repo import submodules
from ledger.repo.code import Code
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger


def since_trials(ledger: Ledger, experiment: Experiment) -> LedgerError | None:
    """The refusal where the branch has changed since the trials so that no stage noticed; None where it has not.

    Also None for what has no branch, whose code is not here any more, and before there are results.
    """
    if experiment.branch is None or not _codes(experiment):
        return None
    try:
        code = ledger.code.at(experiment.tip)
    except LedgerError:
        # a branch that nobody can read has worse problems, of which others tell
        return None
    try:
        refuse(ledger, experiment, code)
    except LedgerError as error:
        return error
    return None


def require_none(ledger: Ledger, experiment: Experiment) -> None:
    """Raise that refusal where there is one."""
    refusal = since_trials(ledger, experiment)
    if refusal is not None:
        raise refusal


def refuse(ledger: Ledger, experiment: Experiment, code: Code) -> None:
    """Raise LedgerError where code or a parameter changed since `base` or the last trials, and no stage notices."""
    git = ledger.git
    before = dict.fromkeys([experiment.plan.base, *_codes(experiment)])
    known = [commit for commit in before if commit != code.commit and git.commit(commit) is not None]
    paths = {
        path for commit in known for path in undeclared(ledger, code, since=commit) - _parted(ledger, code, commit)
    }
    read = {path for stage in code.pipeline.stages for path in stage.dependencies}
    whole = sorted(at for at in paths & code.submodules.keys() if any(path != at and inside(path, at) for path in read))
    if paths - set(whole):
        raise _error(sorted(paths))
    if whole:
        raise NotHere(
            f"the submodule {whole[0]} is not here, so it is unknown whether a file changed that no stage depends on",
            hint=f"git submodule update --init --recursive {whole[0]}, or git -C {whole[0]} fetch --all",
        )
    for commit in known:
        _refuse_parameters(ledger, ledger.code.at(commit), code)


def undeclared(ledger: Ledger, code: Code, *, since: str) -> frozenset[str]:
    """The files that differ from another commit and that no stage of the code depends on.

    A result that a stage wrote there, and writes to another place now, is none of them.
    """
    found = _undeclared(ledger, code, submodules.changed_paths(ledger, code, since), since)
    gone = [path for path in found if path not in code.files]
    before = ledger.code.at(since).pipeline if gone and ledger.code.has_pipeline(since) else None
    return frozenset(found) - {path for path in gone if before is not None and before.is_result(path)}


def _parted(ledger: Ledger, code: Code, since: str) -> set[str]:
    """The files that another commit's pipeline read, and that are gone from this one's: their stages run anew."""
    before = ledger.code.at(since)
    return {path for path in before.files.keys() - code.files.keys() if before.pipeline.reads(path)}


def refuse_undeclared(ledger: Ledger, code: Code, changed: Iterable[str]) -> None:
    """Raise LedgerError, which names them, where changed files are such that no stage of the code depends on."""
    paths = _undeclared(ledger, code, changed)
    if paths:
        raise _error(paths)


def _undeclared(ledger: Ledger, code: Code, changed: Iterable[str], *commits: str) -> tuple[str, ...]:
    objects = ledger.git.objects
    own = [path for path in changed if not is_record(objects, path, code.commit, *commits)]
    return traps.undeclared(own, code.pipeline, ledger.settings, tracked=code.data)


def refuse_dates(code: Code) -> None:
    """Raise LedgerError where a tracked parameter is a date: DVC runs no stage that has one."""
    files = {file: parse(file, text) for file, text in code.texts.items()}
    dates = traps.not_plain(code.pipeline, files)
    if dates:
        raise no_date(dates[0])


def no_date(name: str) -> LedgerError:
    """The refusal of a parameter that is a date."""
    return LedgerError(
        f"{name} is a date, which DVC cannot track as a parameter", hint="put it in quotes to make it a string"
    )


def _codes(experiment: Experiment) -> list[str]:
    """The commits on which the results of the branch's own arms ran last; an arm at another commit has none of them."""
    found: list[str] = []
    for variant in experiment.plan.variants:
        if variant.at is not None or variant.experiment is not None:
            continue
        good = [r.trial for r in experiment.of(variant.name) if r.valid]
        last = max(good, key=lambda trial: trial.started, default=None)
        found += [trial.code for trial in good if last is not None and trial.fingerprint == last.fingerprint]
    return list(dict.fromkeys(found))


def _error(paths: Sequence[str]) -> LedgerError:
    return LedgerError(
        f"changed, but no stage depends on it: {listed(paths, 5)}. DVC would not run anything again, and old numbers "
        "would pass for the new code's",
        hint="list it in dvc.yaml under `deps:` of the stage that uses it (a frozen one does not count), or, if it "
        f"has no effect, under `ignore:` in ledger.yaml ({paths[0]})",
    )


def _refuse_parameters(ledger: Ledger, before: Code, after: Code) -> None:
    for file, text in after.texts.items():
        if text == before.texts.get(file):
            continue
        # a file that is gone may have been moved here
        held = [before.texts[path] for path in before.texts if path == file or path not in after.files]
        old = {key: value for text in held for key, value in flatten(parse(file, text)).items()}
        new = flatten(parse(file, text))
        for key, value in new.items():
            if key not in old or old[key] != value:
                ledger.code.require_tracked(after, f"{file}:{key}", old.get(key))
