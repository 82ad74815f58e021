"""The front matter of `verdict.md`: a verdict to plain values and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from ledger.errors import FormatError
from ledger.model import cases as case_columns
from ledger.model import finding as findings
from ledger.model import remarks
from ledger.model.cases import CaseColumns
from ledger.model.remarks import Remark, rounded
from ledger.model.verdict import Amendment, Judged, OverCases, Verdict

# what the variance of a difference comes from
_SOURCES = ("seed", "case", "rest")


def front_matter(verdict: Verdict) -> dict[str, Any]:
    """What stands at the head of `verdict.md`; `from_mapping` is the inverse."""
    early = {"early": True} if verdict.early else {}
    return {"schema": verdict.schema, **to_mapping(verdict), **early}


def to_mapping(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON, and as the front matter has it; numbers are rounded to 10 significant digits.

    Remarks are written as the sentences that they have, see `report.remarks.worded`, with their kinds beside them.
    """
    with_kinds = verdict.schema >= 3
    confirmatory = {
        "confirmatory": verdict.confirmatory,
        "reasons": _texts(verdict.reasons),
        "numbers_say": verdict.numbers_say or verdict.outcome,
    }
    return {
        "outcome": verdict.outcome,
        **({} if verdict.finding is None else {"finding": findings.to_mapping(verdict.finding)}),
        **({} if verdict.older else confirmatory),
        "predictions": [_of_prediction(one, with_kinds=with_kinds) for one in verdict.predictions],
        "warnings": _texts(verdict.warnings),
        "amendments": [_of_amendment(change) for change in verdict.amendments],
        "looks": verdict.looks,
        "alpha": verdict.alpha,
        **({} if verdict.older else {"left_out": list(verdict.left_out)}),
        **({} if verdict.older and not verdict.fingerprints else {"fingerprints": dict(verdict.fingerprints)}),
        # where there is none it is as it was before trials could be voided, and metrics have several names
        **({"voided": list(verdict.voided)} if verdict.voided else {}),
        **({"voided_sources": list(verdict.voided_sources)} if verdict.voided_sources else {}),
        **({"aliases": {name: list(had) for name, had in verdict.aliases.items()}} if verdict.aliases else {}),
        **({"late_aliases": list(verdict.late_aliases)} if verdict.late_aliases else {}),
        **({"late_directions": list(verdict.late_directions)} if verdict.late_directions else {}),
        **({} if verdict.cases is None else {"cases": verdict.cases.to_mapping()}),
        **({"kinds": {"reasons": _kinds(verdict.reasons), "warnings": _kinds(verdict.warnings)}} if with_kinds else {}),
        **verdict.unknown,
    }


def _of_prediction(one: Judged, *, with_kinds: bool) -> dict[str, Any]:
    return {
        "text": one.text,
        "outcome": one.outcome,
        "estimate": rounded(one.estimate),
        "interval": None if one.interval is None else [rounded(bound) for bound in one.interval],
        "confidence": rounded(one.confidence),
        "p_value": rounded(one.p_value),
        "p_refuting": rounded(one.p_refuting),
        "test": one.test,
        "n": one.n,
        "n_baseline": one.n_baseline,
        "remarks": _texts(one.remarks),
        **({"kinds": _kinds(one.remarks)} if with_kinds else {}),
        **({} if one.over_cases is None else {"over_cases": _of_cases(one.over_cases)}),
        **one.unknown,
    }


def _of_cases(found: OverCases) -> dict[str, Any]:
    variances = None if found.variances is None else map(rounded, found.variances)
    return {
        "cases": found.cases,
        "clusters": found.clusters,
        "estimate": rounded(found.estimate),
        "interval": [rounded(bound) for bound in found.interval],
        "p_value": rounded(found.p_value),
        "outcome": found.outcome,
        "share": rounded(found.share),
        "variances": None if variances is None else dict(zip(_SOURCES, variances, strict=True)),
    }


def _of_amendment(change: Amendment) -> dict[str, Any]:
    """An amendment as verdicts state it."""
    texts = {"before": change.before, "after": change.after}
    return {
        "date": change.date,
        "changed": list(change.changed),
        "after_results": change.after_results,
        **({"corrects": dict(change.corrects)} if change.corrects else {}),
        **{side: dict(text) for side, text in texts.items() if text is not None},
    }


def _texts(held: Iterable[Remark]) -> list[str]:
    return [remark.text for remark in held if remark.text]


def _kinds(held: Iterable[Remark]) -> list[dict[str, object]]:
    return [remarks.to_mapping(remark) for remark in held if remark.kind]


# --- from the file


def from_mapping(document: Mapping[str, Any]) -> Verdict:
    """The verdict that a front matter states. Raises FormatError, which names the key.

    Keys that older verdicts do not have may be missing; keys that this version does not know are kept.
    """
    schema = document.get("schema", 1)
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise FormatError(f"`schema` is {schema!r}, not a whole number")
    get = _Reader(document)
    kinds = _Reader(get("kinds", _mapping, {}) if schema >= 3 else {})
    verdict = Verdict(
        outcome=get("outcome", _text, ""),
        predictions=tuple(_prediction(one, schema) for one in get("predictions", _mappings, ())),
        warnings=_remarks(get("warnings", _strings, ()), kinds("warnings", _mappings, ())),
        amendments=tuple(_amendment(one) for one in get("amendments", _mappings, ())),
        looks=get("looks", _whole, 1),
        alpha=get("alpha", _number, 0.05),
        early=get("early", _truth, False),
        reasons=_remarks(get("reasons", _strings, ()), kinds("reasons", _mappings, ())),
        numbers_say=get("numbers_say", _text, None),
        left_out=get("left_out", _strings, ()),
        voided=get("voided", _strings, ()),
        voided_sources=get("voided_sources", _strings, ()),
        aliases={name: _strings(had) for name, had in get("aliases", _mapping, {}).items()},
        late_aliases=get("late_aliases", _strings, ()),
        late_directions=get("late_directions", _strings, ()),
        finding=get("finding", findings.from_mapping, None),
        fingerprints={name: _text(value) for name, value in get("fingerprints", _mapping, {}).items()},
        cases=get("cases", _columns, None),
        schema=schema,
        older="confirmatory" not in document,
        unknown=get.others("schema", "confirmatory"),
    )
    if not verdict.older and document["confirmatory"] is not verdict.confirmatory:
        against = "there are reasons against it" if verdict.reasons else "there is no reason against it"
        raise FormatError(f"`confirmatory` is {document['confirmatory']!r}, and {against}")
    return verdict


def _prediction(document: Mapping[str, Any], schema: int) -> Judged:
    get = _Reader(document)
    return Judged(
        text=get("text", _text, ""),
        outcome=get("outcome", _text, ""),
        estimate=get("estimate", _number, None),
        interval=get("interval", _interval, None),
        confidence=get("confidence", _number, None),
        p_value=get("p_value", _number, None),
        p_refuting=get("p_refuting", _number, None),
        test=get("test", _text, None),
        n=get("n", _whole, 0),
        n_baseline=get("n_baseline", _whole, None),
        remarks=_remarks(get("remarks", _strings, ()), get("kinds", _mappings, ()) if schema >= 3 else ()),
        over_cases=get("over_cases", lambda value: _over_cases(_mapping(value)), None),
        unknown=get.others(),
    )


def _amendment(document: Mapping[str, Any]) -> Amendment:
    get = _Reader(document)
    return Amendment(
        date=get("date", str, ""),
        changed=get("changed", _strings, ()),
        after_results=get("after_results", _truth, False),
        before=get("before", _mapping, None),
        after=get("after", _mapping, None),
        corrects={old: _text(new) for old, new in get("corrects", _mapping, {}).items()},
    )


def _remarks(texts: Sequence[str], kinds: Sequence[Mapping[str, Any]]) -> tuple[Remark, ...]:
    """The remarks, from sentences and the kinds beside them; "" stands for a missing partner."""
    return tuple(
        Remark(kind="", text=text or "") if kind is None else remarks.from_mapping(kind, text or "")
        for text, kind in zip_longest(texts, kinds)
    )


def _over_cases(document: Mapping[str, Any]) -> OverCases:
    get = _Reader(document)
    spread = get("variances", _mapping, None)
    seeds, cases, rest = (_number((spread or {}).get(source, 0.0)) for source in _SOURCES)
    found = OverCases(
        cases=get("cases", _whole, 0),
        clusters=get("clusters", _whole, None),
        estimate=get("estimate", _number, 0.0),
        interval=get("interval", _interval, (0.0, 0.0)),
        p_value=get("p_value", _number, 1.0),
        outcome=get("outcome", _text, ""),
        share=get("share", _number, 0.0),
        variances=None if spread is None else (seeds, cases, rest),
    )
    if others := get.others():
        raise FormatError(f"it has no key {next(iter(others))!r}")
    return found


def _columns(value: object) -> CaseColumns:
    try:
        return case_columns.parse(value)
    except case_columns.NotSo as error:
        raise FormatError(f"`{error.key}` is {error.value!r}, not {error.wanted}") from None


T = TypeVar("T")
D = TypeVar("D")


class _Reader:
    """Reads the keys of a mapping, and remembers which were asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._asked: set[str] = set()

    def __call__(self, key: str, read: Callable[[Any], T], otherwise: D) -> T | D:
        """The value of a key, or `otherwise` where it is missing or null. Raises FormatError, which names the key."""
        self._asked.add(key)
        value = self._document.get(key)
        try:
            return otherwise if value is None else read(value)
        except FormatError as error:
            raise FormatError(f"`{key}`: {error}") from None

    def others(self, *known: str) -> dict[str, object]:
        """The keys that were neither asked for nor are `known`."""
        return {key: value for key, value in self._document.items() if key not in self._asked and key not in known}


def _text(value: object) -> str:
    return _of(value, str, "a text")


def _truth(value: object) -> bool:
    return _of(value, bool, "yes or no")


def _whole(value: object) -> int:
    return _of(value, int, "a whole number")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else _of(value, float, "a number")


def _mapping(value: object) -> Mapping[str, Any]:
    found: dict[Any, Any] = _of(value, dict, "a mapping")
    return {_text(key): item for key, item in found.items()}


def _mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(map(_mapping, _list(value)))


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


def _list(value: object) -> list[Any]:
    return _of(value, list, "a list")


def _interval(value: object) -> tuple[float, float]:
    bounds = [_number(bound) for bound in _list(value)]
    if len(bounds) != 2:
        raise FormatError(f"{value!r} has not two bounds")
    return bounds[0], bounds[1]


def _of(value: object, kind: type[T], called: str) -> T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FormatError(f"{value!r} is not {called}")
    return value
