"""Which objects of DVC's the records of an experiment name, from git alone: no cache is looked into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from ledger.dvc import pointers
from ledger.dvc.store import DIGEST
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.pipeline import Output, inside
from ledger.repo import histories, submodules
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger


@frozen
class Named:
    """An output or an input of a trial, `focal-loss:treatment/seed-3`, that DVC keeps.

    `remote` is the only one that it is kept in, None for the default; `pushed`: it is kept in one at all. `within`:
    of a folder only the files below this path are the trial's, "" where all are.
    """

    trial: str
    path: str
    digest: str
    size: int | None
    remote: str | None = None
    pushed: bool = True
    within: str = ""


class Naming:
    """Names the objects of experiments. Code states and `.dvc` files are read once each."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pointers: dict[str, tuple[Output, ...]] = {}
        self._kept: dict[str, _Kept | None] = {}

    def of(self, experiment: Experiment) -> Iterator[Named]:
        """What each of its records names, each path of a trial once."""
        tagged = _Tagged(self._ledger, experiment)
        for record in experiment.trials:
            kept = self._at(record.trial.code)
            yield from self._outputs(experiment, record, kept)
            yield from self._inputs(experiment, record, kept, tagged)

    def _outputs(self, experiment: Experiment, record: Recorded, kept: _Kept | None) -> Iterator[Named]:
        for path, pin in record.trial.outs.items():
            made = None if kept is None else kept.made.get(path)
            # what git holds, and what lies outside, is not DVC's to keep
            if (made is None or made.cached) and _is_within(path):
                yield from _named(experiment, record, path, pin, made)

    def _inputs(self, experiment: Experiment, record: Recorded, kept: _Kept | None, tagged: _Tagged) -> Iterator[Named]:
        data = record.trial.data
        read = [] if kept is None else [path for path in kept.code.pipeline.sources() if path not in data]
        for path in [*data, *read]:
            if not _is_within(path) or submodules.holding(self._ledger, record.trial.code, path) is not None:
                continue
            if kept is None or path in kept.inputs:
                held_as = None if kept is None else kept.inputs[path]
                pin = data.get(path) or (None if kept is None else kept.code.data.get(path))
                yield from _named(experiment, record, path, pin, held_as)
                continue
            around = next((held for held in kept.inputs if inside(path, held)), None)
            if around is not None:
                # the hash of a part is that of no object
                pin = tagged.pin(record, kept.pointers.get(around), around) or kept.code.data.get(around)
                below = path.removeprefix(f"{around}/")
                yield from _named(experiment, record, around, pin, kept.inputs[around], within=below)
            for held in kept.inputs:
                if inside(held, path):
                    pin = tagged.pin(record, kept.pointers.get(held), held) or kept.code.data.get(held)
                    yield from _named(experiment, record, held, pin, kept.inputs[held])

    def _at(self, commit: str) -> _Kept | None:
        """What DVC keeps of a code state; None where that is not here, or cannot be read."""
        if commit not in self._kept:
            try:
                code = self._ledger.code.at(commit)
                by_pointer = {p: self._outputs_in(code, p) for p in code.files if p.endswith(".dvc")}
                self._kept[commit] = _Kept(code=code, by_pointer=by_pointer)
            except LedgerError:
                self._kept[commit] = None
        return self._kept[commit]

    def _outputs_in(self, code: Code, pointer: str) -> tuple[Output, ...]:
        entry = code.files[pointer]
        if entry.is_tree or entry.is_submodule:
            return ()
        key = f"{entry.oid} {pointer}"
        if key not in self._pointers:
            text = self._ledger.git.objects.held(entry.oid).data.decode("utf-8", errors="replace")
            self._pointers[key] = pointers.outputs_in(pointer, text)
        return self._pointers[key]


class _Kept:
    """The outputs of stages and of `.dvc` files at a code state, by path, and the files that pin the latter."""

    def __init__(self, *, code: Code, by_pointer: Mapping[str, tuple[Output, ...]]) -> None:
        self.code = code
        self.made = {output.path: output for output in code.pipeline.outputs()}
        held = {out.path: out for outs in by_pointer.values() for out in outs if out.cached}
        frozen_ = {p: self.made[p] for p in code.data if p in self.made and self.made[p].cached}
        # a frozen stage made them once, and its lock pins them
        self.inputs = frozen_ | held
        self.pointers = {out.path: pointer for pointer, outs in by_pointer.items() for out in outs}


class _Tagged:
    """What the trial commits of an experiment pin: an arm of other data has `.dvc` files of its own."""

    def __init__(self, ledger: Ledger, experiment: Experiment) -> None:
        self._ledger = ledger
        self._experiment = experiment

    @cached_property
    def _commits(self) -> dict[str, str]:
        return histories.trial_commits(self._ledger, self._experiment.name)

    def pin(self, record: Recorded, pointer: str | None, path: str) -> Pinned | None:
        """What the trial's own `.dvc` file pins at a path; None where its commit is not here."""
        if pointer is None:
            return None
        commit = record.commit or self._commits.get(record.trial.id)
        text = None if commit is None else self._ledger.git.objects.text(commit, pointer)
        try:
            return None if text is None else pointers.pins_in(pointer, text).get(path)
        except LedgerError:
            # anybody may have written it: then the trial's code says what it had
            return None


def _named(
    experiment: Experiment,
    record: Recorded,
    path: str,
    pin: Pinned | None,
    kept: Output | None,
    *,
    within: str = "",
) -> Iterator[Named]:
    # without an md5: a remote file that DVC names by the remote's own mark
    if pin is not None and pin.md5 is not None and DIGEST.fullmatch(pin.md5):
        yield Named(
            trial=f"{experiment.name}:{record.trial.id}",
            path=path,
            digest=pin.md5,
            size=pin.size,
            remote=None if kept is None else kept.remote,
            pushed=kept is None or kept.pushed,
            within=within,
        )


def _is_within(path: str) -> bool:
    return not path.startswith(("/", "../")) and "://" not in path
