"""Make the repository of the story in `docs/a-metric-fell.md`: twelve weeks of digits, one commit a week.

    python example/weekly/repository.py FOLDER

Week 3 has the tag v1. It and the last week have the results of a training with them. Commits have the dates of their
weeks.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dvc.repo import Repo

HERE = Path(__file__).resolve().parent
PIPELINE = ("dvc.yaml", "params.yaml", "ledger.yaml")
SCRIPTS = (HERE / "gather.py", *(HERE.parent / name for name in ("network.py", "train.py", "evaluate.py")))
IGNORED = {
    "data": "/raw\n/eval\n/prepared.npz\n/test.npz\n",
    "models": "/classifier.npz\n",
    "results": "/learning_curve.csv\n/confusion_matrix.csv\n",
    ".": "__pycache__/\n",
}

FIRST_MONDAY = datetime(2026, 8, 31, 9, tzinfo=UTC)
RELEASE = 3
SUBJECTS = {
    2: "week 2: the south joins",
    8: "week 8: first images of the harbour",
    9: "week 9: backlog of the south",
    10: "week 10: images of all places in the evaluation set",
}


def main() -> None:
    """Write the pipeline, then bring in a week after the other."""
    root = Path(sys.argv[1])
    root.mkdir(parents=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["DVC_NO_ANALYTICS"] = "1"
    logging.getLogger("dvc").setLevel(logging.ERROR)
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.update({f"GIT_{who}_NAME": "Ada Lovelace", f"GIT_{who}_EMAIL": "ada@example.org"})
    with tempfile.TemporaryDirectory(prefix="ledger-deliveries-") as folder:
        subprocess.run([sys.executable, HERE / "deliveries.py", folder], check=True)
        os.chdir(root)
        git("init", "--quiet", "--initial-branch=main")
        Repo.init().close()
        write_pipeline(root)
        for number, delivery in enumerate(sorted(Path(folder).iterdir()), 1):
            bring_in(delivery, number, results=number == RELEASE)
    # one training more, of the data that are there now
    with Repo() as repo:
        repo.reproduce()
    git("add", "--all")
    git("commit", "--quiet", "--amend", "--no-edit")


def write_pipeline(root: Path) -> None:
    """Write the stages, and what git leaves to DVC."""
    for name in PIPELINE:
        shutil.copy(HERE / name, root)
    (root / "example").mkdir()
    for script in SCRIPTS:
        shutil.copy(script, root / "example")
    for folder, ignored in IGNORED.items():
        (root / folder).mkdir(exist_ok=True)
        (root / folder / ".gitignore").write_text(ignored, "utf-8")


def bring_in(delivery: Path, number: int, *, results: bool) -> None:
    """Commit the images that came in a week; with `results`, train on what there is then."""
    monday = (FIRST_MONDAY + timedelta(weeks=number - 1)).isoformat()
    os.environ.update({"GIT_AUTHOR_DATE": monday, "GIT_COMMITTER_DATE": monday})
    shutil.copytree(delivery, "data", dirs_exist_ok=True)
    # DVC remembers a folder that it has opened: another week, another Repo
    with Repo() as repo:
        repo.add([f"data/{part.name}" for part in sorted(delivery.iterdir())])
        if results:
            repo.reproduce()
    git("add", "--all")
    git("commit", "--quiet", "--message", SUBJECTS.get(number, f"week {number}"))
    if results:
        git("tag", "v1")


def git(*arguments: str) -> None:
    """Run git in the repository."""
    subprocess.run(["git", *arguments], check=True)


if __name__ == "__main__":
    main()
