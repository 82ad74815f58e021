"""An experiment whose checkpoints are promoted: what tests of models begin with."""

from __future__ import annotations

from conftest import NOISY, PIPELINE, Project, default_files

ARTIFACTS = """\
artifacts:
  net:  # ours
    path: model.txt
    type: model
    desc: a small one
    labels: [digits]
"""
FILES = default_files() | {
    "train.py": NOISY + 'open("head.txt", "w").write("head of " + str(accuracy))\n',
    "dvc.yaml": PIPELINE.replace("outs: [model.txt]", "outs: [model.txt, head.txt]") + ARTIFACTS,
    ".gitignore": "/model.txt\n/head.txt\n",
}


def supported(project: Project) -> None:
    """`rate`, which is supported, and `worse`, which is refuted; the main branch is checked out."""
    for name, rate, margin in (("rate", "0.3", "0.1"), ("worse", "0.05", "0")):
        project.ledger("new", name.capitalize(), "--name", name, "--predict", f"accuracy >= baseline + {margin}",
                       "--seeds", "3", "-S", f"train.lr={rate}")  # fmt: skip
        project.ledger("run")
        project.ledger("conclude", "-m", "so it is")
        project.git("switch", "-q", "main")
