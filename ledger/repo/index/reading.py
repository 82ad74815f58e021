"""Reading many experiments for the index: in bulk, and by several processes where there are thousands."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING

from ledger.errors import FormatError
from ledger.git.objects import Objects
from ledger.machine import processors
from ledger.machine.garbage import uncollected
from ledger.model.experiment import directory
from ledger.repo import experiments
from ledger.repo.index.lines import Lines, lines_of, unread

if TYPE_CHECKING:
    from ledger.git.git import Git
    from ledger.repo.experiments import Texts
    from ledger.repo.index.changes import Fresh, Suspect

# how many at once: their texts are in memory together, and more spare git's starts where there are few processors
CHUNK = 250
MAX_CHUNK = 500
# from this many on, starting processes costs less than they save
MANY = 1000
_MAX_PROCESSES = 8


Read = tuple[str | None, Lines | None]
"""The tree of an experiment's directory, and its lines: None where the tree is that which the index has."""


def read(git: Git, asked: Sequence[Suspect], *, main: str | None) -> Iterator[Fresh]:
    """What has become of every experiment that is asked for, in their order."""
    from ledger.repo.index.changes import Fresh

    most = min(_MAX_PROCESSES, processors.count())
    size = max(CHUNK, min(MAX_CHUNK, len(asked) // (2 * most)))
    chunks = [asked[at : at + size] for at in range(0, len(asked), size)]
    count = min(most, len(chunks))
    several = len(asked) >= MANY and count > 1
    answers = _by_several(git, chunks, count, main) if several else (read_chunk(git.objects, c, main) for c in chunks)
    for chunk, answer in zip(chunks, answers, strict=True):
        for one, (tree, lines) in zip(chunk, answer, strict=True):
            yield Fresh(asked=one, tree=tree, lines=lines)


def read_chunk(objects: Objects, asked: Sequence[Suspect], main: str | None) -> list[Read]:
    """The same for a few, in this process."""
    with uncollected():
        folders = experiments.folders(objects.read_many, [one.wanted for one in asked])
        answers: list[Read] = [(folder.tree, None) for folder in folders]
        anew = [n for n, one in enumerate(asked) if one.tree is None or one.tree != folders[n].tree]
        texts = experiments.read_texts(objects.read_many, [asked[n].wanted for n in anew], [folders[n] for n in anew])
        for number, text in zip(anew, texts, strict=True):
            answers[number] = (folders[number].tree, _lines(asked[number], text, main))
    return answers


def _lines(one: Suspect, texts: Texts, main: str | None) -> Lines:
    source = one.source
    try:
        experiment = experiments.assemble(
            one.wanted, texts, branch=source.branch, landed=source.landed, archived=source.archived
        )
        with experiments.anything_wrong():
            return unread(None) if experiment is None else lines_of(experiment, texts.verdict)
    except FormatError as error:
        return unread(unreadable(one.wanted.name, source.label(main), error))


def unreadable(name: str, where: str, error: FormatError) -> str:
    """Why an experiment cannot be read."""
    return f"{directory(name)}/hypothesis.md on {where}: {error}"


# --- several processes


def _by_several(git: Git, chunks: Sequence[Sequence[Suspect]], count: int, main: str | None) -> Iterator[list[Read]]:
    """Each process is given every `count`-th chunk; this one reads what they find, and what one of them has not."""
    # -P: a folder `ledger` where this is called must not be imported
    command = [sys.executable, "-P", "-m", "ledger.repo.index.reading"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    helpers = [
        subprocess.Popen(
            command,
            cwd=git.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=1 << 20,
        )
        for _ in range(count)
    ]
    try:
        for number, helper in enumerate(helpers):
            _send(helper.stdin, (git.root, main, chunks[number::count]))
        for at in range(len(chunks)):
            found = _received(helpers[at % count].stdout)
            # a helper that has died leaves its part to us
            yield read_chunk(git.objects, chunks[at], main) if found is None else found
    finally:
        for helper in helpers:
            helper.kill()
            for pipe in (helper.stdin, helper.stdout):
                if pipe is not None:
                    pipe.close()
            helper.wait()


def _send(pipe: IO[bytes] | None, message: object) -> None:
    assert pipe is not None
    try:
        pipe.write(pickle.dumps(message, protocol=5))
        pipe.close()
    except BrokenPipeError:
        pass


def _received(pipe: IO[bytes] | None) -> list[Read] | None:
    assert pipe is not None
    try:
        found: list[Read] = pickle.load(pipe)
    except (EOFError, pickle.UnpicklingError, AttributeError, ImportError):
        return None
    return found


def _main() -> None:
    from ledger.git.process import scrubbed_alone

    # what asks and what answers are one program: nothing else can write to these pipes
    root, main, chunks = pickle.load(sys.stdin.buffer)
    objects = Objects(root, scrubbed_alone(os.environ))
    for chunk in chunks:
        sys.stdout.buffer.write(pickle.dumps(read_chunk(objects, chunk, main), protocol=5))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
