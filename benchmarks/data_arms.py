"""What an arm without one group of a large data set costs, beside the same by hand with DVC.

    python benchmarks/data_arms.py [--files 100000] [--gigabytes 50] [--rounds 3] [--folder FOLDER]

The data set is one folder of sparse files in ten groups, which `dvc add` has hashed (that takes minutes) and holds by
hard links. An arm without one group: from the plan's words to the list of files in DVC's cache and the text of the
`.dvc` file, each time by a new process. By hand: the files of the group are removed from the work tree, then `dvc add`.
Laying the files out is DVC's work in both, so `dvc checkout` of the arm into an empty folder is timed beside them.
Prints a table in markdown, with the processors' time beside that of the clock, and by how many bytes the cache has
grown.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

GROUPS = tuple(f"site-{letter}" for letter in "abcdefghij")
OUT = GROUPS[2]

PIPELINE = """\
stages:
  train:
    cmd: ls data/raw > files.txt
    deps: [data/raw]
    outs: [files.txt]
"""

ARM = """\
import sys
from pathlib import Path
from ledger.model.data_change import DataChange, Grouping
from ledger.repo.ledger import open_ledger

change, by = {"data/raw": DataChange(without=(sys.argv[1],))}, {"data/raw": Grouping(by="{site}/**")}
with open_ledger(".") as ledger:
    head = ledger.git.commit("HEAD")
    code = ledger.code.at(head)
    ledger.datasets.bring(code, change, by, base=head)
    made = ledger.datasets.applied(code, change, by, base=head)
    ledger.datasets.lay_out(code, change, by, base=head, cache=Path(".dvc/cache").resolve())
for path, text in made.written.items():
    Path(sys.argv[2]).write_text(text)
"""


class DataSet:
    """A repository with the data set below a folder."""

    def __init__(self, folder: Path, files: int, size: int) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        home = folder / "home"
        home.mkdir()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "DVC_", "LEDGER_"))}
        self.environment = inherited | {
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.call("git", "init", "-q")
        self.call("git", "config", "user.name", "Ada")
        self.call("git", "config", "user.email", "ada@example.org")
        self.call("dvc", "init", "-q")
        self.call("dvc", "config", "cache.type", "hardlink")
        (self.root / "dvc.yaml").write_text(PIPELINE)
        for number in range(files):
            self._file(number, size)
        self.call("dvc", "add", "-q", "data/raw")
        self.call("git", "add", "-A")
        self.call("git", "commit", "-q", "-m", "data")

    def _file(self, number: int, size: int) -> None:
        folder = self.root / "data/raw" / GROUPS[number % len(GROUPS)] / f"case-{number // 100:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{number:06d}.png").open("wb") as stream:
            stream.write(number.to_bytes(8, "big"))
            stream.truncate(size)

    def call(self, *command: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def timed(self, *command: str) -> tuple[float, float]:
        """The seconds that a command takes, by the clock and of the processors."""
        begun, worked = time.perf_counter(), os.times()
        self.call(*command)
        ended = os.times()
        cpu = ended.children_user + ended.children_system - worked.children_user - worked.children_system
        return time.perf_counter() - begun, cpu

    def cached(self) -> dict[str, int]:
        """The files in DVC's cache with the bytes that they take on the disk."""
        below = (self.root / ".dvc/cache").rglob("*")
        return {str(path): path.stat().st_blocks * 512 for path in below if path.is_file()}


def measured(data: DataSet, rounds: int) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """What is timed, and the seconds of each round."""
    pointer = str(data.root / "arm.dvc")
    python = str(sys.executable)
    whole = (data.root / "data/raw.dvc").read_text()
    held = data.cached()
    # DVC resolves a pipeline once, whatever is asked of it
    data.call(python, "-c", ARM, OUT, pointer)
    first, again = [], []
    for _ in range(rounds):
        for path in data.cached().keys() - held.keys():
            Path(path).unlink()
        shutil.rmtree(data.root / ".git/ledger/datasets", ignore_errors=True)
        first.append(data.timed(python, "-c", ARM, OUT, pointer))
        brought = {path: size for path, size in data.cached().items() if path not in held}
        again.append(data.timed(python, "-c", ARM, OUT, pointer))
    print(f"The cache grew by {len(brought)} file with {sum(brought.values()):,} bytes, the list of files.\n")
    arm = Path(pointer).read_text()
    Path(pointer).unlink()
    yield "`ledger`: the arm, for the first time", first
    yield "`ledger`: the same arm again", again
    by_hand, checkout = [], []
    for _ in range(rounds):
        shutil.rmtree(data.root / "data/raw" / OUT)
        by_hand.append(data.timed("dvc", "add", "-q", "data/raw"))
        assert (data.root / "data/raw.dvc").read_text() == arm, "DVC makes another data set of the same files"
        shutil.rmtree(data.root / "data/raw")
        (data.root / "data/raw.dvc").write_text(arm)
        checkout.append(data.timed("dvc", "checkout", "-q", "data/raw.dvc"))
        (data.root / "data/raw.dvc").write_text(whole)
        data.call("dvc", "checkout", "-q", "data/raw.dvc")
    yield f"by hand: `rm -r data/raw/{OUT}`, `dvc add data/raw`", by_hand
    yield "beside it, of either: `dvc checkout` of the arm into an empty folder", checkout


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--gigabytes", type=float, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledger-data-", dir=asked.folder) as folder:
        data = DataSet(Path(folder), asked.files, int(asked.gigabytes * 1e9 / asked.files))
        rows = list(measured(data, asked.rounds))
    unit = statistics.median(wall for wall, _ in rows[0][1])
    print("| an arm without one group of ten | median s | slowest s | processors, median s | × ledger |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, times in rows:
        walls, cpus = zip(*times, strict=True)
        wall = statistics.median(walls)
        print(f"| {name} | {wall:.2f} | {max(walls):.2f} | {statistics.median(cpus):.2f} | {wall / unit:.1f} |")


if __name__ == "__main__":
    main()
