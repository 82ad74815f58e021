"""The sections of a report for a pull request below its verdict: what changed, and how far it can be trusted."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.analysis.diff import Diff
from ledger.analysis.review import CheckState, Failed, Host, Picture, Review, WebAddress
from ledger.model.listing import counted, listed
from ledger.report import verdict, verify, written
from ledger.report.blocks import Block, CodeBlock, Fold, Heading, Items, Link, Links, Mark, Part, Prose, Written
from ledger.report.diff import changed as tables_of
from ledger.report.remarks import sentences

# so much of a commit's id is plain
_SHORT: Final = 10
# how many trials that ended alike are named
_NAMED: Final = 5
# more rows and items a page folds
_SHOWN: Final = 8
_SIGNS: Final = {
    CheckState.PASSED: "✓",
    CheckState.PROBLEM: "✗",
    CheckState.UNPROVED: "?",
    CheckState.NOT_ASKED: "·",
}
_WEB: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9_.-]+)+")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SAFE: Final = frozenset(string.ascii_letters + string.digits + "-._/")
_PLACES: Final = {Host.GITHUB: "/blob/", Host.GITLAB: "/-/blob/"}


def changed(one: Review) -> Iterator[Block]:
    """What the leading arm has otherwise; long lists are folded."""
    if one.changed is not None:
        yield Heading(text=f"What changed: {one.changed.a} → {one.changed.b}", level=3)
        yield from differences(one.changed)


def differences(found: Diff, kinds: Sequence[str] | None = None) -> Iterator[Block]:
    """A table for each kind of thing that differs, or for those of them that are asked for."""
    tables = [(kind, table) for kind, table in tables_of(found) if kinds is None or kind in kinds]
    if not tables:
        yield Prose(text="No difference in parameters, data, code or environment.")
    for kind, table in tables:
        yield _folded(f"{kind.capitalize()} ({len(table.rows)})", table, len(table.rows) > _SHOWN)


def _folded(title: str, block: Block, hidden: bool) -> Block:
    if hidden:
        return Fold(summary=title, blocks=(block,), told=True)
    return Part(blocks=(Prose(text=f"{title}:"), block), rank=0, name=title)


def told(lines: Sequence[str], mark: Mark = Mark.NONE) -> Iterator[Block]:
    """Sentences as a list, of which a page folds those that are too many."""
    if lines:
        many = len(lines) > 2 * _SHOWN
        yield Items(items=tuple(lines[:_SHOWN] if many else lines), mark=mark)
        if many:
            rest = tuple(lines[_SHOWN:])
            yield Fold(summary=f"and {len(rest)} more", blocks=(Items(items=rest, mark=mark, near=True),))


def unattributed(one: Review) -> Iterator[Block]:
    lines = [f"{pair.a} and {pair.b}: {text}" for pair in one.unattributed for text in sentences(pair.remarks)]
    if lines:
        yield Heading(text="What cannot be attributed", level=3)
        yield from told([*dict.fromkeys(lines)])


def warnings(one: Review) -> Iterator[Block]:
    said = {text for pair in one.unattributed for text in sentences(pair.remarks)}
    lines = [text for text in dict.fromkeys(sentences(one.warnings)) if text not in said]
    if lines:
        yield Heading(text="What this does not show", level=3)
        yield from told(lines)


def checks(one: Review) -> Iterator[Block]:
    """A line for each check; what is wrong stands at the top, and is counted here."""
    if not one.checks:
        return
    lines = []
    for check in one.checks:
        said = f"{_SIGNS[check.state]} {check.name}: {check.proves}"
        if check.state is CheckState.NOT_ASKED:
            said = f"{_SIGNS[check.state]} {check.name}, not asked here: {check.proves}"
        wrong = sum(not problem.unproved for problem in check.found)
        said += f"; {counted(wrong, 'problem')}" if wrong else ""
        lines.append(said)
        unproved = verify.lines([problem for problem in check.found if problem.unproved])
        lines += [f"? {line}" for line in unproved]
    states = [check.state for check in one.checks]
    counts = [f"{states.count(state)} {state}" for state in CheckState if state in states]
    yield Fold(summary=f"Checks: {', '.join(counts)}", blocks=(Items(items=tuple(lines)),), told=True)


def failed(one: Review) -> Iterator[Block]:
    """The trials without a result, those that ended alike together."""
    if one.failed:
        many = counted(len(one.failed), "trial")
        alike: dict[tuple[str, str], list[str]] = {}
        for each in one.failed:
            commit = "" if each.commit is None else f" ({each.commit[:_SHORT]})"
            alike.setdefault((_ending(each), each.tail), []).append(f"{each.record.trial.id}{commit}")
        blocks = tuple(block for (said, tail), trials in alike.items() for block in _failures(trials, said, tail))
        yield Fold(summary=f"{many} failed", blocks=blocks, told=True)


def voided(one: Review) -> Iterator[Block]:
    """The trials that were voided, each with the reason and whose it is."""
    if one.voided:
        lines = [
            f"{each.trial.id}: {each.void.why or 'no reason given'}, {each.void.by}"
            for each in one.voided
            if each.void is not None
        ]
        yield Fold(summary=f"{len(lines)} voided", blocks=(Items(items=tuple(lines)),), told=True)


def _failures(trials: list[str], said: str, tail: str) -> Iterator[Block]:
    yield Items(items=(f"{listed(trials, _NAMED)}: {said}",))
    if tail.strip():
        yield CodeBlock(text=tail.expandtabs(), near=True)


def _ending(one: Failed) -> str:
    trial, error = one.record.trial, one.record.trial.error
    stage = "" if error is None or error.stage is None else f" in {error.stage}"
    return f"{trial.status}{stage}" + ("" if error is None or not error.ending else f", {error.ending}")


def amended(one: Review) -> Iterator[Block]:
    lines = tuple(line for change in one.amendments for line in verdict.amended(change))
    if lines:
        title = f"{counted(len(lines), 'amendment')} of the plan"
        yield Fold(summary=title, blocks=(Items(items=lines),), told=True)


def pictures(one: Review) -> Iterator[Block]:
    if one.pictures:
        yield Fold(summary=f"Pictures ({len(one.pictures)})", blocks=(links(one.pictures, one.web),), told=True)


def reproduce(one: Review) -> Iterator[Block]:
    if one.reproduce:
        yield Heading(text="How to reproduce it", level=3)
        yield CodeBlock(text="\n".join(_told_apart(one.reproduce)), language="sh")


def _told_apart(commands: Sequence[str]) -> Iterator[str]:
    """The commands of both ways, by ledger and without it."""
    for command in commands:
        if command.startswith("git switch --detach"):
            yield "# or with git and DVC alone"
        yield command


def prose(title: str, text: str, told: str = "") -> Iterator[Block]:
    """What people wrote, folded, with its headings below the others; nothing where it says but what was `told`."""
    found = written.blocks(Written(text=text))
    lower = (Heading(text=e.text, level=min(e.level + 2, 6)) if isinstance(e, Heading) else e for e in found)
    if any(not isinstance(e, Heading) and e != Prose(text=told) for e in found):
        yield Fold(summary=title, blocks=tuple(lower), told=True)


def links(pictures: Sequence[Picture], web: WebAddress | None) -> Links:
    """A link for each picture; its path alone where no address is known."""
    return Links(links=tuple(Link(text=one.path, address=address(one, web)) for one in pictures))


def address(picture: Picture, web: WebAddress | None) -> str | None:
    """Where the host shows the file, every character of the path encoded that is not plain; None where it cannot."""
    if web is None or not _WEB.fullmatch(web.url) or not _COMMIT.fullmatch(picture.commit):
        return None
    parts = picture.path.split("/")
    if not all(parts) or {".", ".."} & set(parts):
        return None
    path = "".join(
        chr(byte) if chr(byte) in _SAFE else f"%{byte:02X}" for byte in picture.path.encode("utf-8", "surrogateescape")
    )
    return f"{web.url}{_PLACES[web.host]}{picture.commit}/{path}"
