"""What would run here and came from somebody else, for whoever is to decide. Nothing is cut, and nothing hidden."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ledger.model.trust import ChangedFile, FileFate, FileKind, Foreign, ForeignState, StageCommand, TrustDone
from ledger.report.changes import Told
from ledger.report.text import columns, pad, revealed, width

_LETTERS = {FileFate.ADDED: "A", FileFate.CHANGED: "M", FileFate.REMOVED: "D"}
# how many files are listed; the others are counted, and git shows them all
_MOST = 60
_WIDTH = 80


def foreign(shown: Foreign, *, total: int | None) -> str:
    """What is not trusted, state by state."""
    name = revealed(shown.name)
    if not shown.states:
        return f"{name} is trusted: everything it would run was made here, is on main, or was confirmed"
    came = "" if shown.since is None else f" since you trusted it on {shown.since:%Y-%m-%d}"
    lines = [f"{name} came from {revealed(shown.origin)} and {'has changed' + came if came else 'is not trusted'}."]
    for number, state in enumerate(shown.states):
        lines += ["", *_state(state, first=number == 0, total=total or _WIDTH)]
    if shown.copies:
        lines += ["", *_wrapped(f"your files that ledger.yaml has copied there: {', '.join(shown.copies)}", total)]
    return "\n".join(lines)


def _state(state: ForeignState, *, first: bool, total: int) -> Iterator[str]:
    runs = "" if not state.runs else f", for {', '.join(state.runs)}"
    yield from _wrapped(f"{'would run' if first else 'would also run'} {state.commit[:10]}{runs}", total)
    yield from _commands(state.stages, total)
    if state.settings:
        yield f"  DVC configuration, unlike that of {state.against}:"
        for setting in state.settings:
            yield from _wrapped(f"{'+' if setting.added else '-'} {setting.path}: {setting.line}", total, indent=4)
    if not state.files:
        yield f"  no file differs from {state.against}"
        return
    count = len(state.files)
    yield f"  {count} file{' differs' if count == 1 else 's differ'} from {state.against}:"
    # what can do most harm is not to be the one that is left out
    files = sorted(state.files, key=lambda file: file.kind is FileKind.PLAIN and not file.hidden)[:_MOST]
    yield from columns([_file(file) for file in files], indent=4, total=None)
    if count > len(files):
        yield f"    and {count - len(files)} more"
    if state.against_commit is not None:
        yield f"  git diff {state.against_commit[:10]} {state.commit[:10]}"


def _commands(stages: Sequence[StageCommand], total: int) -> Iterator[str]:
    names = [revealed(one.stage) + (f" ({one.arm})" if one.arm else "") for one in stages]
    room = min(max(map(width, names), default=0), 24)
    for name, one in zip(names, stages, strict=True):
        where = f"cd {one.folder} && " if one.folder else ""
        lines = _wrapped(where + one.command, total, indent=4 + room)
        yield f"  {pad(name, room)}  {lines[0].strip()}" if width(name) <= room else f"  {name}"
        yield from lines[0 if width(name) > room else 1 :]


def _file(file: ChangedFile) -> list[str]:
    lines = (
        " ".join(f"{sign}{n}" for sign, n in (("+", file.added), ("-", file.removed)) if n)
        if file.added is not None
        else "binary"
    )
    notes = [] if file.kind is FileKind.PLAIN else [file.kind.value]
    if file.target is not None:
        notes[-1] += f" to {revealed(file.target[:10] if file.kind is FileKind.SUBMODULE else file.target)}"
    if file.hidden:
        notes.append(f"{file.hidden} control or bidirectional character{'s' if file.hidden > 1 else ''}")
    return [
        _LETTERS[file.fate],
        revealed(file.path).replace("\n", "<U+000A>").replace("\t", "<U+0009>"),
        lines,
        ", ".join(notes),
    ]


def _wrapped(text: str, total: int | None, *, indent: int = 0) -> list[str]:
    """The whole text in lines of this many columns; a word that is longer goes on in the next line."""
    room = max((total or _WIDTH) - indent, 20)
    lines = [
        part
        for line in revealed(text).split("\n")
        for part in textwrap.wrap(line, room, break_on_hyphens=False) or [""]
    ]
    return [" " * indent + line for line in lines]


def done(done: TrustDone) -> Told:
    """What is trusted now, or no longer."""
    name = revealed(done.name)
    if done.url is not None:
        what = f"{name} ({revealed(done.url)})"
        if done.trusted:
            return Told(answer=f"everything on the branches of {what} is trusted from now on")
        return Told(answer=f"{what} is no longer trusted")
    if done.trusted:
        return Told(answer=f"{name} is trusted as it is now: ledger run {name}")
    still = ("note: main holds it, or it was made here, so it still runs",) if done.still else ()
    return Told(answer=f"{name} is no longer trusted", notes=still)
