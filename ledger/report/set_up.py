"""What `init` has set up, in words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from ledger.model.listing import listed
from ledger.model.set_up import Bulk, Lack, SetUp
from ledger.report.changes import Told
from ledger.report.numbers import size

# how many files are named
_NAMED: Final = 5

_LACKS: Final = {
    Lack.METRICS: "no metrics file is named, so trials will have no metrics: --metrics metrics.json",
    Lack.PARAMETERS: "no parameter file was found (params.yaml), so experiments can only change code",
    Lack.PIPELINE: (
        'there is no dvc.yaml yet: dvc stage add, or ledger init --cmd "python train.py" --metrics metrics.json'
    ),
    Lack.INCLUDE: ".gitlab-ci.yml is yours: add `- local: .gitlab/ledger.yml` below its `include:`",
}


def set_up(done: SetUp) -> Told:
    """What was done, a line each, and what to do next; the notes are warnings."""
    lines = []
    if done.dvc:
        lines.append("set up DVC in .dvc/")
    if done.pipeline:
        lines.append("wrote dvc.yaml: check it, above all `deps` and `params`")
    if done.ignored:
        lines.append("listed the outputs in .gitignore: DVC keeps them")
    lines += [f"wrote {path}" for path in done.wrote]
    notes = []
    if done.bulk:
        notes.append(
            f"large or binary files are untracked, and git would keep them permanently: {_named(done.bulk)}. "
            "Track data with DVC, or list it in .gitignore"
        )
    lines.append("everything is already set up" if done.nothing else f"next: {_next(done)}")
    return Told(answer="\n".join(lines), notes=(*notes, *(_LACKS[lack] for lack in done.lacks)))


def _next(done: SetUp) -> str:
    if done.workflows_alone:
        return f"git add {' '.join(done.workflows)} && git commit -m 'review experiments in CI'"
    first = f"{_kept_by_dvc(done.bulk)}, then " if done.bulk else ""
    return f"{first}git add -A && git commit -m 'set up ledger', then ledger new \"what you expect\""


def _named(found: Sequence[Bulk]) -> str:
    """`scans (200 files, 1.2 GB), weights.pt (45 MB)`."""
    return listed([f"{b.path} ({f'{b.files} files, ' if b.files > 1 else ''}{size(b.bytes)})" for b in found], _NAMED)


def _kept_by_dvc(found: Sequence[Bulk]) -> str:
    """What to type, so that DVC keeps them."""
    more = " …" if len(found) > _NAMED else ""
    return f"dvc add {shlex.join(one.path for one in found[:_NAMED])}{more}"
