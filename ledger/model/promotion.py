"""What a tag says of the model version that it names: where it comes from, and what was known of it then.

It is written for people, with trailers that are read back. Anybody may write such a message: what is read is a claim,
which `analysis/model_doubts.py` compares with the records.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from ledger.model.formats import trailers
from ledger.model.frozen import frozen
from ledger.model.names import NAME

CHECKPOINT: Final = "Ledger-Checkpoint"
HASH: Final = "Ledger-Checkpoint-MD5"
BLOB: Final = "Ledger-Checkpoint-Blob"
WHY: Final = "Ledger-Why"
CONFIRMED: Final = "Ledger-Confirmed"
MODEL: Final = "Ledger-Model"
"""Which version a commit was made for, or a tag is about that registers none."""

TRIAL_ID: Final = re.compile(rf"{NAME.pattern}/[A-Za-z0-9_][A-Za-z0-9._+-]*")
_BLOB: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MD5: Final = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_SIGNATURE: Final = re.compile(r"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$", re.M)


@frozen
class Promotion:
    """One trial's checkpoint as a version of a model, by which it was tagged.

    `trial` is its id (`treatment/seed-0`), `outcome` what the experiment's state was for people, `confirmed` the
    experiments that had confirmed the arm, `why` the reason that was given, "" where none had to be. `path` is the
    checkpoint's, with its `md5` where DVC keeps it, or as a `blob` where git does: exactly one of both is there.
    """

    experiment: str
    trial: str
    outcome: str
    path: str
    md5: str | None = None
    blob: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    confirmed: tuple[str, ...] = ()

    @property
    def variant(self) -> str:
        """The arm."""
        return self.trial.partition("/")[0]


def message(subject: str, body: str, made: Promotion) -> str:
    """The message of the tag."""
    told = [
        (trailers.EXPERIMENT, made.experiment),
        (trailers.VARIANT, made.variant),
        (trailers.TRIAL, made.trial),
        (trailers.OUTCOME, made.outcome),
        *((CONFIRMED, name) for name in made.confirmed),
        *((trailers.METRIC, f"{_quoted(name)}={value!r}") for name, value in made.metrics.items()),
        (CHECKPOINT, _quoted(made.path)),
        *([(HASH, made.md5)] if made.md5 is not None else []),
        *([(BLOB, made.blob)] if made.blob is not None else []),
        *([(WHY, made.why)] if made.why else []),
    ]
    return trailers.compose(subject, body, trailers=told)


def remark(subject: str, experiment: str | None, of: str, why: str) -> str:
    """The message of a tag that is about a version or a model, `of`, which is registered already."""
    told = [(trailers.EXPERIMENT, experiment)] if experiment else []
    return trailers.compose(subject, trailers=[*told, (MODEL, of), *([(WHY, why)] if why else [])])


def parse(text: str) -> Promotion | None:
    """What the message of a tag claims, None where it is not of a promotion, or is not whole."""
    told = trailers.read(payload(text))
    first = dict(reversed(told))
    experiment, trial, path = map(first.get, (trailers.EXPERIMENT, trailers.TRIAL, CHECKPOINT))
    md5, blob = first.get(HASH), first.get(BLOB)
    if experiment is None or trial is None or path is None or (md5 is None) == (blob is None):
        return None
    if not (_MD5.fullmatch(md5) if md5 is not None else _BLOB.fullmatch(blob or "")):
        return None
    if TRIAL_ID.fullmatch(trial) is None or NAME.fullmatch(experiment) is None:
        return None
    metrics = (_metric(value) for key, value in told if key == trailers.METRIC)
    return Promotion(
        experiment=experiment,
        trial=trial,
        outcome=first.get(trailers.OUTCOME, ""),
        path=_unquoted(path),
        md5=md5,
        blob=blob,
        metrics=dict(one for one in metrics if one is not None),
        why=first.get(WHY, ""),
        confirmed=tuple(value for key, value in told if key == CONFIRMED),
    )


def payload(text: str) -> str:
    """The message of a tag without the signature that git puts behind it."""
    found = _SIGNATURE.search(text)
    return text if found is None else text[: found.start()]


def _metric(text: str) -> tuple[str, float] | None:
    name, _, value = text.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        return None
    return (_unquoted(name), number) if name else None


def _quoted(text: str) -> str:
    """The text as a trailer holds it: as JSON where it has blanks or characters that one line does not keep."""
    plain = text.isprintable() and text == "".join(text.split()) and not text.startswith('"')
    return text if plain else json.dumps(text)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, str) else text


def same_metrics(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
    """Whether two sets of metrics are the same numbers, NaN among them."""
    return a.keys() == b.keys() and all(a[n] == b[n] or (math.isnan(a[n]) and math.isnan(b[n])) for n in a)
