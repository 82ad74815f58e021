"""Uncommitted changes: trials would not see them, so they are committed or refused before a run."""

from __future__ import annotations

import posixpath

from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.git import Git
from ledger.model.experiment import Experiment
from ledger.model.listing import listed
from ledger.model.pipeline import inside
from ledger.model.settings import Settings
from ledger.repo.code import Code
from ledger.repo.commit import commit_tracked
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger
from ledger.run.worker import Worker


def settle(ledger: Ledger, experiment: Experiment, message: str | None, worker: Worker) -> str | None:
    """Commit the work tree's changes where there is a message; returns the commit, None where nothing had changed.

    Raises LedgerError for changes that a trial would not see.
    """
    code, dirty = ledger.code.at(experiment.tip), ledger.git.dirty()
    keep = "ledger record keeps them as a trial; " if experiment.plan.tunes is None else ""
    _refuse(
        [d.path for d in dirty if code.pipeline.is_git_result(d.path)],
        "the work tree holds unrecorded results",
        f"{keep}git restore (or git clean) drops them",
    )
    _refuse(
        _new_files(ledger.settings, code, [d.path for d in dirty if d.untracked]),
        "trials would not see new files that stages depend on, because git does not track them",
        "git add {}, or list it in .gitignore",
    )
    edited = _edited_data(ledger.git, code, worker)
    add = "dvc add" if edited and f"{edited[0]}.dvc" in code.files else "dvc commit"
    _refuse(
        edited,
        "trials would not see changed data that DVC does not track yet",
        f'{add} {{0}}, then ledger run -m "what you changed"; dvc checkout {{0}} takes them back',
    )
    changed = [d.path for d in dirty if not d.untracked]
    if message is not None:
        return commit_tracked(ledger, experiment, changed, message) if changed else None
    objects, tip = ledger.git.objects, experiment.tip
    relevant = [
        path
        for path in changed
        if code.pipeline.reads(path) or not (ledger.settings.ignores(path) or is_record(objects, path, tip))
    ]
    # `git switch` leaves submodules behind, and to commit one as it is would take the branch's back
    behind = [path for path in relevant if path in code.submodules]
    _refuse(
        [*behind, *(path for path in relevant if path not in behind)],
        "trials would not see uncommitted changes",
        'commit them, or let ledger do it: ledger run -m "what you changed"'
        + ("; git submodule update {} checks out the branch's" if behind else ""),
    )
    return None


def _refuse(paths: list[str], message: str, hint: str) -> None:
    if paths:
        raise LedgerError(f"{message}: {listed(paths, 6)}", hint=hint.format(paths[0]))


def _new_files(settings: Settings, code: Code, untracked: list[str]) -> list[str]:
    # a folder that git holds in part: a stage would find the new file here, and not in a trial
    held = [source for source in code.pipeline.sources() if any(inside(file, source) for file in code.files)]
    added = [path for path in untracked if any(inside(path, folder) for folder in held)]
    return [path for path in added if not any(inside(path, c.rstrip("/")) for c in settings.copy)]


def _edited_data(git: Git, code: Code, worker: Worker) -> list[str]:
    """The data that stages read and DVC tracks, and that holds here what is in no cache."""
    sources = code.pipeline.sources()
    read = [path for path in code.data if any(inside(path, source) or inside(source, path) for source in sources)]
    root = git.root / code.folder
    if not any((git.root / path).exists() for path in read):
        return []
    main_root = work_trees.listed(git)[0].path / code.folder
    cache = worker.describe(root, main_root=main_root).cache
    changed = {posixpath.join(code.folder, path) for path in worker.changed_outputs(root, cache)}
    return [path for path in read if path in changed]
