"""The record of a trial: one YAML file that needs no other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.errors import FormatError
from ledger.model import bounds, replicates
from ledger.model.formats import documents, yaml12
from ledger.model.formats.lockfile import Pinned
from ledger.model.replicates import Point
from ledger.model.trial import STATUSES, Basis, Failure, StageRun, Trial

SCHEMA = 1


def dumps(trial: Trial) -> str:
    """The text of the record; `loads` is the inverse."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "experiment": trial.experiment,
        "variant": trial.variant,
        "replicate": dict(trial.point),
        "attempt": trial.attempt,
        "status": trial.status,
        "fingerprint": trial.fingerprint,
        "code": trial.code,
        "started": trial.started.isoformat(timespec="seconds"),
        "seconds": trial.seconds,
        "params": {file: dict(tree) for file, tree in trial.params.items()},
        "metrics": dict(trial.metrics),
        "data": {path: pin.to_mapping() for path, pin in trial.data.items()},
        "outs": {path: pin.to_mapping() for path, pin in trial.outs.items()},
        "stages": {name: _stage_mapping(run) for name, run in trial.stages.items()},
        "environment": trial.environment,
        "error": None,
    }
    if trial.error is not None:
        error = trial.error
        told = {"reason": error.reason, "hint": error.hint}
        document["error"] = {"stage": error.stage, "exit_code": error.exit_code, "tail": error.tail} | {
            key: text for key, text in told.items() if text is not None
        }
    if trial.by_hand:
        document["by_hand"] = True
    if trial.reused is not None:
        document["reused"] = trial.reused
    if trial.asked is not None:
        known = {arm: list(stems) for arm, stems in trial.asked.known.items()}
        document["asked"] = {"known": known, "waiting": list(trial.asked.waiting)}
    return yaml12.dumps(document)


def _stage_mapping(run: StageRun) -> dict[str, Any]:
    mapping: dict[str, Any] = {"seconds": run.seconds, "cached": run.cached}
    if run.peak_memory_mb is not None:
        mapping["peak_memory_mb"] = run.peak_memory_mb
    return mapping


def loads(text: str) -> Trial:
    """The trial that a record holds; unknown keys are ignored. Raises FormatError, which names the key.

    Records come from other people too, so the text is read as untrusted: no anchors, no tags, capped in size.
    """
    document = documents.loads(text, schema=SCHEMA)
    reader = _Reader(document)
    return Trial(
        experiment=reader.text("experiment"),
        variant=reader.text("variant"),
        point=reader.point(),
        attempt=reader.positive("attempt"),
        status=reader.one_of("status", STATUSES),
        fingerprint=reader.text("fingerprint"),
        code=reader.commit("code"),
        started=reader.moment("started"),
        seconds=reader.seconds(document.get("seconds"), "seconds"),
        params={file: reader.nested(tree, f"params.{file}") for file, tree in reader.mapping("params").items()},
        metrics={name: reader.metric(value, name) for name, value in reader.mapping("metrics").items()},
        data=reader.pins("data"),
        outs=reader.pins("outs"),
        stages={name: reader.stage(run, name) for name, run in reader.mapping("stages").items()},
        environment=reader.text("environment") if document.get("environment") is not None else None,
        error=reader.error(),
        by_hand=document.get("by_hand") is True,
        reused=reader.source("reused") if document.get("reused") is not None else None,
        asked=reader.asked() if document.get("asked") is not None else None,
    )


def _refuse_huge(value: float, key: str) -> None:
    """YAML's integers have no end, and whatever computes with one that is not a float's would fail over it."""
    try:
        float(value)
    except OverflowError:
        raise FormatError(f"`{key}` is a number beyond those that can be computed with") from None


class _Reader:
    """Typed access to a parsed record: each method returns a value of its type or raises FormatError."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def text(self, key: str) -> str:
        value = self.document.get(key)
        if value is None:
            raise FormatError(f"it lacks the key `{key}`")
        if not isinstance(value, str) or not value:
            raise FormatError(f"`{key}` is {value!r}, not a text")
        return value

    def commit(self, key: str) -> str:
        try:
            return bounds.commit(self.text(key))
        except FormatError:
            raise
        except ValueError as error:
            raise FormatError(f"`{key}`: {error}") from None

    def source(self, key: str) -> str:
        text = self.text(key)
        if text.count("/") != 2 or not all(text.split("/")):
            raise FormatError(f"`{key}` is {text!r}, not EXPERIMENT/ARM/TRIAL")
        return text

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise FormatError(f"`{key}` is {value!r}, none of {', '.join(allowed)}")
        return value

    def positive(self, key: str) -> int:
        value = self.document.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= bounds.MAX_ATTEMPTS:
            raise FormatError(f"`{key}` is {value!r}, not a number from 1 to {bounds.MAX_ATTEMPTS}")
        return value

    def moment(self, key: str) -> datetime:
        value = self.document.get(key)
        try:
            moment = bounds.moment(value if isinstance(value, datetime) else self.text(key))
        except FormatError:
            raise
        except ValueError:
            raise FormatError(f"`{key}` is {value!r}, not a time") from None
        if moment.tzinfo is None:
            raise FormatError(f"`{key}` is {value!r}, a time without its zone")
        return moment

    def point(self) -> Point:
        try:
            return replicates.make_point(self.mapping("replicate"))
        except ValueError as error:
            raise FormatError(f"`replicate`: {error}") from None

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.document.get(key)
        return self.nested(value, key) if value else {}

    def nested(self, value: object, key: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise FormatError(f"`{key}` is {value!r}, not a mapping")
        for name in value:
            if type(name) is not str:
                return {str(name): item for name, item in value.items()}
        # the document is ours alone
        return value

    def metric(self, value: object, name: str) -> float:
        if type(value) is float:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FormatError(f"`metrics.{name}` is {value!r}, not a number")
        _refuse_huge(value, f"metrics.{name}")
        return value

    def seconds(self, value: object, key: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= bounds.MAX_SECONDS:
            raise FormatError(f"`{key}` is {value!r}, not a number of seconds")
        return value

    def pins(self, key: str) -> dict[str, Pinned]:
        pins = {}
        for path, pin in self.mapping(key).items():
            entry = self.nested(pin, f"{key}.{path}")
            md5, size, nfiles = entry.get("md5"), entry.get("size"), entry.get("nfiles")
            if (
                (md5 is not None and not isinstance(md5, str))
                or (size is not None and not bounds.is_count(size))
                or (nfiles is not None and not bounds.is_count(nfiles))
            ):
                raise FormatError(f"`{key}.{path}` is {pin!r}, not a hash with sizes")
            pins[path] = Pinned(md5=md5, size=size, nfiles=nfiles)
        return pins

    def stage(self, value: object, name: str) -> StageRun:
        entry = self.nested(value, f"stages.{name}")
        return StageRun(
            seconds=self.seconds(entry.get("seconds"), f"stages.{name}.seconds"),
            cached=entry.get("cached") is True,
            peak_memory_mb=self.seconds(entry.get("peak_memory_mb"), f"stages.{name}.peak_memory_mb"),
        )

    def asked(self) -> Basis:
        entry = self.mapping("asked")
        known, waiting = entry.get("known") or {}, entry.get("waiting") or []
        lists = [waiting, *(known.values() if isinstance(known, dict) else [None])]
        if not all(isinstance(names, list) and all(isinstance(one, str) for one in names) for names in lists):
            raise FormatError("`asked` holds `known`, lists of trials by arm, and `waiting`, a list of trials")
        return Basis(known={str(arm): tuple(stems) for arm, stems in known.items()}, waiting=tuple(waiting))

    def error(self) -> Failure | None:
        if self.document.get("error") is None:
            return None
        entry = self.mapping("error")
        stage, code = entry.get("stage"), entry.get("exit_code")
        reason, hint = entry.get("reason"), entry.get("hint")
        return Failure(
            stage=stage if isinstance(stage, str) else None,
            exit_code=code if isinstance(code, int) and abs(code) <= bounds.MAX_COUNT else None,
            tail=str(entry.get("tail") or ""),
            reason=reason if isinstance(reason, str) else None,
            hint=hint if isinstance(hint, str) else None,
        )
