"""What `ledger promote` has done, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.model.gto import Event
from ledger.model.listing import listed
from ledger.model.promoting import Objection, Promoted
from ledger.model.settings import Settings
from ledger.report.changes import Told
from ledger.report.models import held_as
from ledger.report.numbers import headline_of, number
from ledger.report.text import clean

_DONE: Final = {
    Event.DEREGISTERED: "{name} is taken back",
    Event.UNASSIGNED: "{name} is no longer {stage}",
    Event.DEPRECATED: "{model} is deprecated: no version of it is in use",
}


def promoted(done: Promoted, settings: Settings) -> Told:
    """The version, where it comes from and its checkpoint; then what to know and what to type."""
    name = f"{done.model} {done.version}"
    if not done.tags:
        return Told(answer=f"{name} is already {done.stage}")
    events = set(done.tags.values())
    for event, said in _DONE.items():
        if event in events:
            answer = said.format(name=name, model=done.model, stage=done.stage)
            return Told(answer=answer, notes=tuple(_next(done)))
    if Event.REGISTERED not in events:
        return Told(answer=f"{name} is {done.stage}{_before(done)}", notes=(*_against(done), *_next(done)))
    staged = f", and {done.stage}{_before(done)}" if done.stage is not None else ""
    lines = [
        f"{done.experiment}:{done.trial} is {name}{staged}",
        f"  checkpoint  {clean(done.path or '')} ({done.md5 if done.blob is None else held_as(None, done.blob)})",
    ]
    metric = headline_of((), settings, done.metrics)
    measured = "" if metric is None else f", {metric} {number(done.metrics[metric], settings.precision(metric))}"
    confirmed = f", confirmed by {listed(done.confirmed, 3)}" if done.confirmed else ""
    lines.append(f"  verdict     {done.state}{confirmed}{measured}")
    return Told(answer="\n".join(lines), notes=(*_against(done), *_declared(done), *_next(done)))


def _before(done: Promoted) -> str:
    return f" in place of {done.held_by}" if done.held_by not in (None, done.version) else ""


def _against(done: Promoted) -> Iterator[str]:
    if done.objections:
        words = ", ".join(_WORDS[one] for one in done.objections)
        yield f"warning: promoted anyway ({words}); the tag records why"


def _declared(done: Promoted) -> Iterator[str]:
    if not done.declared and done.commit is not None:
        entry = f"{done.model.rpartition(':')[2]}: {{path: {clean(done.path or '')}, type: model}}"
        yield f"dvc.yaml did not name it: commit {done.commit[:10]}, on the trial's own, adds artifacts: {{{entry}}}"


def _next(done: Promoted) -> Iterator[str]:
    target = f" {done.experiment}" if done.experiment else ""
    yield f"tags: {', '.join(done.tags)}; ledger push{target} pushes them too"


_WORDS: Final = {
    Objection.NO_VERDICT: "there is no verdict",
    Objection.NOT_SUPPORTED: "it is not supported",
    Objection.POST_HOC: "the verdict is post hoc",
    Objection.OUTDATED: "the verdict is out of date",
    Objection.RETRACTED: "evidence was withdrawn since the verdict",
    Objection.NOT_CONFIRMED: "the finding was not confirmed",
    Objection.OTHER_ARM: "no prediction is about the arm",
    Objection.NOT_COUNTED: "the trial does not count",
    Objection.VOIDED: "the trial was voided",
    Objection.NOT_OURS: "no trial here says where it comes from",
    Objection.NOT_BELIEVED: "its tag says what the records do not",
}
