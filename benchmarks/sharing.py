"""What it costs to push and pull the data of experiments, beside DVC over all commits with git's own push and fetch.

    python benchmarks/sharing.py [--experiments 20] [--trials 5] [--files 1000] [--rounds 3] [--remotes folder s3]

The experiments are run once, by `ledger run`: each trial has a small checkpoint, and all depend on one folder of many
files that `dvc add` holds. Every measurement begins with a copy of that repository, or a clone of a bare one, and with
a remote of its own: a folder, or a bucket of moto's server on this machine, which counts its requests. Of all
experiments: `ledger push --all` beside `dvc push -A` and one `git push`; `ledger pull --all` in a new clone beside
`git fetch` and `dvc fetch -A`, which lays nothing out either; each again, when there is nothing to do. Of one
experiment the same by name; DVC has no way to say that. Prints a table for each remote in markdown.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from sandbox import PIPELINE, Repository

PUSH_REFS = ("refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*")
FETCH_REFS = ("refs/heads/exp/*:refs/remotes/origin/exp/*", "refs/tags/*:refs/tags/*")
DVC = (sys.executable, "-m", "dvc")


class Requests(logging.Handler):
    """Counts what moto's server was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


class Remotes:
    """Makes a new remote of DVC's for each measurement."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder
        self._numbers = count()
        self.requests = Requests()
        self.endpoint = None
        if kind == "s3":
            from moto.server import ThreadedMotoServer

            log = logging.getLogger("werkzeug")
            log.setLevel(logging.INFO)
            log.addHandler(self.requests)
            log.propagate = False
            server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
            server.start()
            host, port = server.get_host_and_port()
            self.endpoint = f"http://{host}:{port}"

    def new(self) -> dict[str, str]:
        """The settings of an empty one."""
        number = next(self._numbers)
        if self.endpoint is None:
            return {"url": str(self._folder / f"store-{number}")}
        opened = build_opener(ProxyHandler({})).open
        opened(Request(f"{self.endpoint}/bucket-{number}", method="PUT")).close()
        return {"url": f"s3://bucket-{number}/project", "endpointurl": self.endpoint, "region": "us-east-1",
                "access_key_id": "key", "secret_access_key": "key"}  # fmt: skip


class Clone:
    """One clone, with the environment of the repository that the experiments were run in."""

    def __init__(self, origin: Repository, root: Path) -> None:
        self._origin = origin
        self.root = root

    def run(self, *command: str) -> str:
        """What a command prints here; it must succeed."""
        before, self._origin.root = self._origin.root, self.root
        try:
            return self._origin.run(*command)
        finally:
            self._origin.root = before

    def connect(self, settings: dict[str, str]) -> None:
        """Tell DVC of its remote, as a user does who keeps it to this clone."""
        lines = "".join(f"    {name} = {value}\n" for name, value in settings.items())
        text = f"[core]\n    remote = store\n['remote \"store\"']\n{lines}"
        (self.root / ".dvc/config.local").write_text(text)


class Workshop:
    """The repository with the experiments, and copies and clones of it."""

    def __init__(self, folder: Path, experiments: int, trials: int, files: int) -> None:
        self._folder = folder
        self._numbers = count()
        self.origin = Repository(folder)
        root = self.origin.root
        (root / "dvc.yaml").write_text(PIPELINE.replace("deps: [train.py]", "deps: [train.py, data/raw]"))
        (root / "data/raw").mkdir(parents=True)
        for number in range(files):
            (root / f"data/raw/{number:06d}.txt").write_text(f"case {number}\n" * 20)
        self.origin.run(*DVC, "add", "-q", "data/raw")
        self.origin.git("add", "-A")
        self.origin.git("commit", "-q", "-m", "data")
        for number in range(experiments):
            name = f"idea-{number}"
            self.origin.ledger("new", f"Idea {number}", "--name", name, "--seeds", str(trials), "-S", f"name={name}",
                               "--from", "main")  # fmt: skip
            self.origin.ledger("run", "-j", "2")
        self.origin.git("switch", "-q", "main")
        # slots are work trees, which know where they are
        shutil.rmtree(root / ".git/ledger/slots", ignore_errors=True)
        self._kept = folder / "kept"
        root.rename(self._kept)

    def copy(self) -> Clone:
        """A copy with everything, and an empty bare repository as its `origin`."""
        number = next(self._numbers)
        root, bare = self._folder / f"copy-{number}", self._folder / f"bare-{number}.git"
        shutil.copytree(self._kept, root, symlinks=True)
        made = Clone(self.origin, root)
        made.run("git", "worktree", "prune")
        made.run("git", "init", "-q", "--bare", str(bare))
        made.run("git", "remote", "add", "origin", str(bare))
        made.run("git", "push", "-q", "-u", "origin", "main")
        return made

    def clone(self, of: Clone) -> Clone:
        """A clone of the main branch of a copy's bare repository, with nothing in its cache."""
        root = self._folder / f"clone-{next(self._numbers)}"
        bare = of.run("git", "remote", "get-url", "origin")
        of.run("git", "clone", "-q", "--single-branch", "--no-tags", "-b", "main", bare, str(root))
        return Clone(self.origin, root)


class Measured:
    """Seconds and requests by what was done, in the order in which it was first done."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self.rows: dict[str, list[tuple[float, int]]] = {}

    def time(self, name: str, act: Callable[[], object]) -> None:
        """Do it, and keep what it took."""
        begun, asked = time.perf_counter(), self._requests.count
        act()
        taken = time.perf_counter() - begun
        self.rows.setdefault(name, []).append((taken, self._requests.count - asked))
        # a round takes minutes, most of them DVC's
        print(f"{taken:8.2f} s  {name}", file=sys.stderr)

    def table(self) -> Iterator[str]:
        """Markdown; of each pair the second line is the peer of the first."""
        yield "| | median s | slowest s | requests | × ledger |"
        yield "| --- | ---: | ---: | ---: | ---: |"
        unit = 1.0
        for name, times in self.rows.items():
            median = statistics.median(seconds for seconds, _ in times)
            unit = median if name.startswith("`ledger") else unit
            slowest, asked = max(seconds for seconds, _ in times), statistics.median(number for _, number in times)
            yield f"| {name} | {median:.2f} | {slowest:.2f} | {asked:.0f} | {median / unit:.1f} |"


def one_round(shop: Workshop, remotes: Remotes, done: Measured) -> None:
    """Push and pull everything, by the ledger and by DVC."""
    ledger = (sys.executable, "-m", "ledger")
    ours, theirs = shop.copy(), shop.copy()
    settings = {ours: remotes.new(), theirs: remotes.new()}
    for clone, remote in settings.items():
        clone.connect(remote)

    def by_hand(clone: Clone, act: str, git: tuple[str, ...]) -> None:
        if act == "fetch":
            clone.run("git", "fetch", "-q", "origin", *git)
        clone.run(*DVC, act, "-q", "-A")
        if act == "push":
            clone.run("git", "push", "-q", "origin", *git)

    for again in ("", ", again"):
        done.time(f"`ledger push --all`{again}", lambda: ours.run(*ledger, "push", "--all"))
        done.time(f"`dvc push -A`, `git push`{again}", lambda: by_hand(theirs, "push", PUSH_REFS))
    puller, peer = shop.clone(ours), shop.clone(theirs)
    puller.connect(settings[ours])
    peer.connect(settings[theirs])
    for again in ("", ", again"):
        done.time(f"`ledger pull --all`{again}", lambda: puller.run(*ledger, "pull", "--all"))
        done.time(f"`git fetch`, `dvc fetch -A`{again}", lambda: by_hand(peer, "fetch", FETCH_REFS))
    single = shop.copy()
    single.connect(remotes.new())
    done.time("`ledger push idea-1`", lambda: single.run(*ledger, "push", "idea-1"))
    done.time("`ledger push idea-2`, beside it", lambda: single.run(*ledger, "push", "idea-2"))
    done.time("`ledger push idea-3 --no-data`", lambda: single.run(*ledger, "push", "idea-3", "--no-data"))


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=20, help="four or more")
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--remotes", nargs="+", choices=("folder", "s3"), default=["folder", "s3"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledger-sharing-") as folder:
        shop = Workshop(Path(folder), asked.experiments, asked.trials, asked.files)
        for kind in asked.remotes:
            remotes = Remotes(Path(folder), kind)
            done = Measured(remotes.requests)
            for _ in range(asked.rounds):
                one_round(shop, remotes, done)
            print(f"\n{kind}:\n")
            print("\n".join(done.table()))


if __name__ == "__main__":
    main()
