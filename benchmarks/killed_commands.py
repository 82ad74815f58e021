"""Kill -9 in the commands beside `run`: is each either not begun or wholly done, and does typing it again complete it?

`random_kills.py` calls this. A repository is brought to the state in which a command is typed, once for each command;
for each kill that state is laid out anew, the command started, and one of its processes killed at a random moment: the
controller, a worker, or git. Then `verify` must know no problem, what is recorded must be recorded once, and the same
command typed again must complete it.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import histories
import psutil
from sandbox import Repository

EXPERIMENT = "e"
# what the cold index is built over
HISTORY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command and the state in which it is typed. `done`: whether it is wholly done; `trials` there are then.

    `in_steps`: what it has recorded when it is killed in the middle is kept, and completed later.
    """

    words: tuple[str, ...]
    prepare: Callable[[Repository], None]
    done: Callable[[Repository], bool]
    trials: int = 2
    in_steps: bool = False

    @property
    def name(self) -> str:
        """The command's own."""
        return self.words[0]


def _new(repository: Repository) -> None:
    told = ("--predict", "accuracy >= 0", "--name", EXPERIMENT, "--over", "seed=0..1", "-S", "name=e")
    repository.ledger("new", "Kills", *told)


def _ran(repository: Repository) -> None:
    _new(repository)
    repository.ledger("run", "-j", "2")


def _concluded(repository: Repository) -> None:
    _ran(repository)
    repository.ledger("conclude", "-m", "so it is")
    repository.git("switch", "-q", "main")


def _reproduced(repository: Repository) -> None:
    _new(repository)
    train = repository.root / "train.py"
    train.write_text(train.read_text() + "# changed by hand\n")
    repository.run(sys.executable, "-m", "dvc", "repro", "-q")


def _holds(ref: str, path: str, text: str = "") -> Callable[[Repository], bool]:
    def asked(repository: Repository) -> bool:
        try:
            return text in repository.git("show", f"{ref}:experiments/{EXPERIMENT}/{path}")
        except subprocess.CalledProcessError:
            return False

    return asked


def _nothing_pending(repository: Repository) -> bool:
    return bool(repository.recorded(EXPERIMENT)) and not repository.git("for-each-ref", "refs/ledger/trials")


def _has_no_branch(repository: Repository) -> bool:
    return not repository.git("for-each-ref", f"refs/heads/exp/{EXPERIMENT}")


COMMANDS = (
    Command(
        words=("new", "Kills", "--name", EXPERIMENT, "-S", "name=e"),
        prepare=lambda _: None,
        done=_holds(f"exp/{EXPERIMENT}", "hypothesis.md"),
        trials=0,
    ),
    Command(
        words=("conclude", EXPERIMENT, "-m", "so it is"),
        prepare=_ran,
        done=_holds(f"exp/{EXPERIMENT}", "verdict.md"),
    ),
    Command(words=("land", EXPERIMENT), prepare=_concluded, done=_holds("main", "verdict.md")),
    Command(words=("archive", EXPERIMENT), prepare=_concluded, done=_has_no_branch),
    Command(
        words=("record", "-m", "by hand"), prepare=_reproduced, done=_nothing_pending, trials=1, in_steps=True
    ),
    Command(
        words=("amend", "--over", "seed=0..3", "-m", "more of them"),
        prepare=_ran,
        done=_holds(f"exp/{EXPERIMENT}", "hypothesis.md", "2, 3"),
    ),
    Command(
        words=("note", "seen"), prepare=_ran, done=_holds(f"exp/{EXPERIMENT}", "notes.md", "seen")
    ),
    Command(
        words=("void", f"{EXPERIMENT}:treatment/seed-1", "-m", "the disk was full"),
        prepare=_ran,
        done=_holds(f"exp/{EXPERIMENT}", "trials/treatment/seed-1.void", "the disk was full"),
    ),
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Kills:
    """What was killed in which command, how often it had been done already, and what was found wrong."""

    killed: Counter[str] = field(default_factory=Counter)
    before: int = 0
    complete: int = 0
    locks: int = 0
    problems: list[str] = field(default_factory=list)


def kill_commands(folder: Path, kills: int, luck: random.Random, until: float) -> Kills:
    """Kill the commands one after another, and the building of the index; `until` as `time.monotonic()` has it."""
    found = Kills()
    counts = Counter(i % (len(COMMANDS) + 1) for i in range(kills))
    for at, command in enumerate(COMMANDS):
        if counts[at]:
            below = folder / command.name
            below.mkdir()
            for _ in _killed_commands(below, command, counts[at], luck, found):
                if time.monotonic() > until:
                    return found
    if counts[len(COMMANDS)]:
        below = folder / "index"
        below.mkdir()
        _kill_index(below, counts[len(COMMANDS)], luck, found)
    return found


def _killed_commands(folder: Path, command: Command, kills: int, luck: random.Random, found: Kills) -> Iterator[None]:
    """Kill a command so often; comes back after each."""
    repository = Repository(folder)
    command.prepare(repository)
    kept = folder / "kept"
    shutil.copytree(repository.root, kept, symlinks=True)
    refs = _refs(repository)
    started = time.monotonic()
    repository.ledger(*command.words)
    length = time.monotonic() - started
    clean = repository.git("status", "--porcelain")
    done = 0
    print(f"{found.killed.total()} kills, next is {command.name}", file=sys.stderr)
    while done < kills:
        shutil.rmtree(repository.root)
        shutil.copytree(kept, repository.root, symlinks=True)
        kind, said = kill(repository, command.words, luck, length)
        if kind == "nothing":
            continue
        done += 1
        found.killed[f"{command.name}: {kind}"] += 1
        wrong = [*_checked(repository, command, refs, found), *_completed(repository, command, found)]
        now = repository.git("status", "--porcelain")
        wrong += [f"git status: {now}"] if now != clean else []
        wrong = [f"{command.name}, {kind} killed ({said.strip()}): {problem}" for problem in wrong]
        print("\n".join(wrong), end="\n" * bool(wrong), file=sys.stderr)
        found.problems += wrong
        yield


def kill(repository: Repository, words: tuple[str, ...], luck: random.Random, length: float) -> tuple[str, str]:
    """The kind of process that was killed at a random moment of a command ("nothing": it was over), what it said."""
    process = repository.start(*words)
    with contextlib.suppress(subprocess.TimeoutExpired):
        # before a quarter of it Python is still starting
        process.communicate(timeout=luck.uniform(0.25, 1) * length)
        return "nothing", ""
    kind = "nothing"
    with contextlib.suppress(psutil.Error):
        # the controller is always there, and each of the others as likely as it
        victims = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        victim = luck.choice(victims)
        name = "git" if victim.name() == "git" else "controller" if victim.pid == process.pid else "worker"
        victim.kill()
        kind = name
    out, err = process.communicate(timeout=120)
    return kind, f"{process.returncode} {err or out}"


def _checked(repository: Repository, command: Command, refs: str, found: Kills) -> Iterator[str]:
    """What is wrong right after the kill."""
    if command.done(repository):
        found.complete += 1
    elif _refs(repository) == refs:
        found.before += 1
    elif not command.in_steps:
        yield "half done"
    if _refs(repository) != refs or command.name != "new":
        yield from _verified(repository)


def _completed(repository: Repository, command: Command, found: Kills) -> Iterator[str]:
    """What is wrong once the command has been typed again."""
    was_done = command.done(repository)
    code, said = type_again(repository, command.words, found)
    if code not in ((0, 2) if was_done or command.in_steps else (0,)):
        yield f"typed again it gave {code}: {said}"
    if not command.done(repository):
        yield f"typed again it is not done: {code} {said}"
    if command.name != "archive":
        on_branch, tagged = repository.recorded(EXPERIMENT), repository.tagged(EXPERIMENT)
        if len(on_branch) != command.trials or sorted(tagged) != sorted(on_branch):
            yield f"on the branch {sorted(on_branch)}, under tags {sorted(tagged)}"
    if command.name == "note" and repository.git("show", f"exp/{EXPERIMENT}:experiments/e/notes.md").count("seen") != 1:
        yield "noted twice"
    yield from _verified(repository)
    said = repository.git("fsck", "--strict", "--no-dangling")
    if said:
        yield f"git fsck: {said}"
    yield from faults(repository)


def type_again(repository: Repository, words: tuple[str, ...], found: Kills | None = None) -> tuple[int, str]:
    """What a command answers; a lock that a killed git has left is removed where the answer says so."""
    for _ in range(5):
        process = repository.start(*words)
        out, err = process.communicate(timeout=300)
        left = re.search(r"'?(/[^\s']+\.lock)\b", err)
        if process.returncode != 2 or left is None:
            break
        if found is not None:
            found.locks += 1
        Path(left[1]).unlink(missing_ok=True)
    return process.returncode, f"{out}{err}"


def faults(repository: Repository) -> Iterator[str]:
    """What the ledger itself has called its own mistake."""
    for file in sorted((repository.root / ".git/ledger/faults").glob("*")):
        yield f"a fault: {file.read_text().strip().splitlines()[-1]}"


def _refs(repository: Repository) -> str:
    return repository.git("for-each-ref") + repository.git("symbolic-ref", "HEAD")


def _verified(repository: Repository) -> Iterator[str]:
    process = repository.start("verify", EXPERIMENT)
    out, err = process.communicate(timeout=120)
    if process.returncode != 0:
        yield f"verify gave {process.returncode}: {out}{err}"


def _kill_index(folder: Path, kills: int, luck: random.Random, found: Kills) -> None:
    repository = Repository(folder)
    repository.root = folder / "history"
    histories.build(repository.root, experiments=HISTORY)
    index = repository.root / ".git/ledger"
    words = ("table", "--json")
    started = time.monotonic()
    whole = repository.ledger(*words)
    length = time.monotonic() - started
    done = 0
    while done < kills:
        shutil.rmtree(index)
        kind, said = kill(repository, words, luck, length)
        if kind == "nothing":
            continue
        done += 1
        found.killed[f"cold index: {kind}"] += 1
        found.before += 1
        code, answer = type_again(repository, words, found)
        if code != 0 or json.loads(answer) != json.loads(whole):
            found.problems.append(f"cold index, {kind} killed ({said}): {code}, another answer")
        found.problems += [f"cold index, {kind} killed: {fault}" for fault in faults(repository)]
