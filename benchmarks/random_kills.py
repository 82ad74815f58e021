"""Kill -9 at random moments: is anything lost, recorded twice, or left in a state that the next run cannot mend?

    python benchmarks/random_kills.py [KILLS] [--seed SEED] [--minutes MINUTES] [--trials TRIALS]

A stream of experiments is run two trials at a time. At a random moment a random process of the run is killed: the
controller, a worker, a process of a stage, or git. After one to three kills the experiment is run to its end. What had
been seen to be finished must then be recorded once, and git, DVC, the user's files and the machine must be clean.
Half of the kills are of the other commands that write (`killed_commands.py`), unless --run or --commands names one
half alone. What is wrong is told at once. Prints how often what was killed, and what was found wrong; exits with 1
where anything was.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import killed_commands
import psutil
from sandbox import Repository

from ledger.machine import locks, processes

# two at a time, and one more for each worker that is killed while its run goes on
MOST_SLOTS = 5
MINE = {"mine.txt": "a file of the user's\n", "ignored.txt": "one that git ignores\n"}
KINDS = ("controller", "worker", "stage", "git")


def main() -> int:
    """Kill, complete and check until so many kills are done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=24 * 60, help="begin no other kill after so many")
    parser.add_argument("--trials", type=int, default=6, help="of an experiment that is run (default: 6)")
    half = parser.add_mutually_exclusive_group()
    half.add_argument("--run", action="store_true", help="`run` alone")
    half.add_argument("--commands", action="store_true", help="the other commands alone")
    wanted = parser.parse_args()
    commands = 0 if wanted.run else wanted.kills if wanted.commands else wanted.kills // 2
    luck = random.Random(wanted.seed)
    until = time.monotonic() + 60 * wanted.minutes
    problems = _kill_runs(wanted.kills - commands, wanted.trials, luck, until) if commands < wanted.kills else []
    if commands:
        problems += _kill_commands(commands, luck, until)
    print("\n".join(problems) or "nothing lost, nothing twice, every command completed, all clean")
    return int(bool(problems))


def _kill_commands(kills: int, luck: random.Random, until: float) -> list[str]:
    """What was found wrong with the commands beside `run`; prints how often what was killed."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ledger-benchmark-") as folder:
        found = killed_commands.kill_commands(Path(folder), kills, luck, until)
    of = ", ".join(f"{name} {count}" for name, count in sorted(found.killed.items()))
    print(f"other commands: {found.killed.total()} kills ({of}) in {time.monotonic() - started:.0f} s")
    print(f"{found.before} were as before, {found.complete} were wholly done; {found.locks} locks of git's were left")
    return found.problems


def _kill_runs(kills: int, trials: int, luck: random.Random, until: float) -> list[str]:
    """What was found wrong with `run`; prints how often what was killed."""
    killed: Counter[str] = Counter()
    problems: list[str] = []
    started = time.monotonic()
    finished = 0
    with tempfile.TemporaryDirectory(prefix="ledger-benchmark-") as folder:
        repository = Repository(Path(folder), seconds=0.1)
        # how long a run takes here, so that moments are spread over all of it
        length = _undisturbed(repository, trials)
        number = 0
        while killed.total() < kills and time.monotonic() < until:
            number += 1
            name, told = f"e{number}", len(problems)
            _new(repository, name, trials)
            seen: dict[str, str] = {}
            for _ in range(min(luck.randint(1, 3), kills - killed.total())):
                kind, said = _killed(repository, name, luck, length)
                killed[kind] += kind != "nothing"
                seen |= _finished(repository, name)
                found = [f"a line of {trial}, and no record" for trial in _said(said) - set(seen)]
                problems += [f"{name}: {problem}" for problem in found]
            finished += len(seen)
            problems += [f"{name}: {problem}" for problem in _completed(repository, name, trials, seen)]
            print("\n".join(problems[told:]), end="\n" * (told < len(problems)), file=sys.stderr)
            if number % 10 == 0:
                print(f"{killed.total()} kills, {time.monotonic() - started:.0f} s", file=sys.stderr)
    of = ", ".join(f"{killed[kind]} of a {kind}" for kind in KINDS)
    print(f"{killed.total()} kills ({of}) over {number} experiments in {time.monotonic() - started:.0f} s")
    print(f"{finished} trials had finished before a kill; {number * trials} were to be done")
    return problems


def _new(repository: Repository, name: str, trials: int) -> None:
    repository.git("switch", "-q", "main")
    options = ("--name", name, "--over", f"seed=0..{trials - 1}", "-S", f"name={name}")
    repository.ledger("new", f"Kills: {name}", *options)
    for file, text in MINE.items():
        (repository.root / file).write_text(text)


def _undisturbed(repository: Repository, trials: int) -> float:
    _new(repository, "e0", trials)
    started = time.monotonic()
    repository.ledger("run", "-j", "2")
    return time.monotonic() - started


# --- killing


def _killed(repository: Repository, name: str, luck: random.Random, length: float) -> tuple[str, str]:
    """What was killed ("nothing" where the run was over before), and what the run had said."""
    run = repository.start("run", name, "-j", "2", "--again")
    kind = luck.choice(KINDS)
    with contextlib.suppress(subprocess.TimeoutExpired):
        out, err = run.communicate(timeout=luck.random() * length)
        return "nothing", out + err
    victims = list(_victims(run.pid, kind))
    if not victims:
        # it is not that far yet, or has done with them
        kind, victims = "controller", [psutil.Process(run.pid)]
    try:
        luck.choice(victims).kill()
    except psutil.Error:
        kind = "nothing"
    try:
        out, err = run.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        run.kill()
        return kind, "the run hangs: " + "".join(run.communicate())
    return kind, out + err


def _victims(pid: int, kind: str) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        if kind == "controller":
            yield psutil.Process(pid)
            return
        if kind == "git":
            yield from (child for child in psutil.Process(pid).children(recursive=True) if child.name() == "git")
            return
        for child in psutil.Process(pid).children():
            if any("worker_main" in part for part in child.cmdline()):
                below = [one for one in child.children(recursive=True) if one.name() != "git"]
                yield from [child] if kind == "worker" else below


def _said(text: str) -> set[str]:
    """The trials whose lines a run has printed: `[3/6] treatment seed=2 …`."""
    rows = re.findall(r"^\[\d+/\d+\] treatment seed=(\d+)(?: \(attempt (\d+)\))?", text, re.MULTILINE)
    return {f"treatment/seed-{seed}" + (f".{attempt}" if attempt else "") for seed, attempt in rows}


def _finished(repository: Repository, name: str) -> dict[str, str]:
    """The trials that are recorded now with their commits: those under refs of their own, and those under tags."""
    commits = dict.fromkeys(repository.recorded(name), "")
    keys = "--format=%H %(trailers:key=Ledger-Trial,valueonly,separator=%x2C)"
    rows = repository.git("log", keys, f"--tags=ledger/{name}/*").splitlines()
    commits |= {trial: commit for commit, _, trial in (row.partition(" ") for row in rows) if trial}
    refs = repository.git("for-each-ref", "--format=%(refname:lstrip=4) %(objectname)", f"refs/ledger/trials/{name}/")
    commits |= {trial: commit for trial, _, commit in (row.partition(" ") for row in refs.splitlines())}
    return commits


# --- checking


def _completed(repository: Repository, name: str, trials: int, seen: dict[str, str]) -> Iterator[str]:
    """Run the experiment to its end; gives what is wrong then."""
    for _ in range(3):
        code, said = killed_commands.type_again(repository, ("run", name, "-j", "2", "--again"))
        if code == 0:
            break
    else:
        yield f"the next run gave {code}: {said}"
    yield from killed_commands.faults(repository)
    on_branch, tagged = repository.recorded(name), repository.tagged(name)
    now = _finished(repository, name)
    yield from (f"{trial} is lost" for trial in seen if trial not in on_branch)
    yield from (f"{trial} is another commit" for trial in seen if seen[trial] and seen[trial] != now.get(trial))
    if sorted(tagged) != sorted(on_branch):
        yield f"on the branch {sorted(on_branch)}, under tags {sorted(tagged)}"
    texts = {trial: repository.git("show", f"exp/{name}:experiments/{name}/trials/{trial}.yaml") for trial in on_branch}
    good = Counter(trial.split(".")[0] for trial, text in texts.items() if "status: succeeded" in text)
    if good != Counter({f"treatment/seed-{seed}": 1 for seed in range(trials)}):
        yield f"succeeded: {dict(good)}"
    if repository.git("for-each-ref", "refs/ledger/trials") != "":
        yield "trials are left uncollected"
    yield from repository.problems(untracked="?? mine.txt")
    yield from (f"{file} has changed" for file, text in MINE.items() if (repository.root / file).read_text() != text)
    common = repository.root / ".git"
    yield from (
        f"a lock is left: {p}" for p in common.rglob("*.lock") if "slots" not in p.parts and "runs" not in p.parts
    )
    own = [p for p in (common / "ledger").rglob("*") if p.is_file() and "slots" not in p.relative_to(common).parts]
    yield from (f"a lock is held: {p}" for p in own if locks.is_held(p))
    slots = [path for path in (common / "ledger/slots").iterdir() if path.is_dir()]
    yield from (f"{p} works still in {slot}" for slot in slots for p in processes.marked(slot))
    # a trial whose worker was killed goes on in another slot: what is left in the first may still write there
    if len(slots) > MOST_SLOTS:
        yield f"{len(slots)} slots for two"
    listed = repository.git("worktree", "list", "--porcelain")
    if listed.count("worktree ") != len(slots) + 1 or "prunable" in listed:
        yield f"git worktree list: {listed}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr}")
