"""What a command would train to answer a question, and what that costs: `--dry-run`."""

from __future__ import annotations

from typing import Any

from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.remarks import Remark
from ledger.report.blocks import Document, Items, Mark, Prose, Table
from ledger.report.numbers import seconds
from ledger.report.remarks import sentences


@frozen
class Expected:
    """A plan that is not an experiment yet: so many `trainings`, of `trial_seconds` each where that is known.

    `parts` are the rows of the table below `head`: a group with its files, or a version. `notes` are about them.
    """

    plan: Plan
    trainings: int
    trial_seconds: float | None
    head: tuple[str, ...]
    parts: tuple[tuple[str | int, ...], ...]
    notes: tuple[Remark, ...] = ()

    @property
    def seconds(self) -> float | None:
        """One training after another."""
        return None if self.trial_seconds is None else self.trial_seconds * self.trainings


def document(found: Expected) -> Document:
    """The parts, then what they cost."""
    plan = found.plan
    return Document(
        title=f"{plan.name}: what it would train",
        blocks=(
            Prose(text=f"{plan.title} Nothing has been run."),
            Items(items=sentences(found.notes), mark=Mark.WRONG, near=True),
            Table(
                head=found.head,
                rows=tuple(tuple(map(str, part)) for part in found.parts),
                names=0,
                right=(len(found.head) - 1,),
            ),
            Prose(text=_cost(found)),
        ),
        data=_shape(found),
    )


def _cost(found: Expected) -> str:
    trials = len(found.plan.variants) * len(found.plan.replicates.points())
    time = "how long a training takes is not known yet"
    if found.seconds is not None:
        time = f"about {seconds(found.seconds)} one at a time, judging by the latest trials"
    more = "" if trials == found.trainings else f" for {trials} trials"
    return f"{len(found.plan.variants)} arms, {found.trainings} trainings{more}; {time}"


def _shape(found: Expected) -> dict[str, Any]:
    return {
        "experiment": found.plan.name,
        "variants": [variant.name for variant in found.plan.variants],
        "parts": [dict(zip(found.head, part, strict=True)) for part in found.parts],
        "trainings": found.trainings,
        "trials": len(found.plan.variants) * len(found.plan.replicates.points()),
        "seconds": found.seconds,
        "notes": list(sentences(found.notes)),
    }
