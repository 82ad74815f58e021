"""The pictures that git holds of an experiment: those in its folder, and those that stages draw."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from ledger.analysis.progress import canonical
from ledger.analysis.review import Picture
from ledger.errors import LedgerError
from ledger.git.changed_files import changes
from ledger.git.entries import Entry
from ledger.model.experiment import Experiment, directory
from ledger.repo.proof.records import files_at
from ledger.repo.review.git_alone import GitAlone

_KINDS = (".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp")
# a report shows a few
_SHOWN = 12


def of(alone: GitAlone, experiment: Experiment, commits: Mapping[str, str]) -> tuple[Picture, ...]:
    """The pictures by path, at most twelve: the branch's own, then those of the trial that stands for the experiment.

    `commits` are the trial commits by trial id.
    """
    found: dict[str, Picture] = {}
    files = files_at(alone.git, experiment.name, experiment.tip)
    own = {f"{directory(experiment.name)}/{path}": entry for path, entry in files.items()}
    for path in [*_pictures(own), *_drawn(alone, experiment)]:
        found[path] = Picture(path=path, commit=experiment.tip)
    arm = experiment.leading
    record = canonical(experiment, alone.present(experiment), arm)
    commit = None if record is None else commits.get(record.trial.id)
    if record is not None and commit is not None and alone.git.commit(record.trial.code) is not None:
        made = changes(alone.git.objects, record.trial.code, commit)
        for path in _pictures({path: entry for path, entry in made.items() if entry is not None}):
            found.setdefault(path, Picture(path=path, commit=commit))
    return tuple(found[path] for path in sorted(found))[:_SHOWN]


def _drawn(alone: GitAlone, experiment: Experiment) -> list[str]:
    """Those that stages have drawn, as the tip holds them."""
    try:
        code = alone.code.at(experiment.tip)
    except LedgerError:
        return []
    return [path for path in _pictures(code.files) if code.pipeline.is_result(path)]


def _pictures(files: Mapping[str, Entry]) -> list[str]:
    plain = (path for path, entry in files.items() if not entry.is_link and not entry.is_submodule)
    return [path for path in plain if PurePosixPath(path).suffix.lower() in _KINDS]
