"""A made-up lab: a pipeline that draws curves and a picture, and experiments on it, of which one is hostile."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import DVC_FILES, Project

RUN = "window.pwned=1"
TITLE = f"<script>{RUN}</script> \"'><img src=x onerror={RUN}> [a](javascript:{RUN})"
# no command takes it; whoever edits the file does
TURNED = f"\u202e{TITLE}\u202c \u200b"
AUTHOR = f"مرحبا \"'>{TITLE[:31]} javascript:{RUN} \u202e <eve@example.org>"
NOTE = """Larger on **small** lesions, see [the paper](https://example.org/paper).

<script>window.pwned = 1</script><img src="http://evil.example/x.png" onerror="window.pwned=1">
[click](javascript:window.pwned=1) [data](data:text/html,<script>window.pwned=1</script>) [up](../../../etc/passwd)
[cased](JaVaScRiPt:window.pwned=1) [spaced](java\tscript:window.pwned=1) [file](file:///etc/passwd) \0 \u2066
![beacon](http://evil.example/beacon.png) <http://evil.example/auto> www.evil.example

| a | b |
|---|---|
| 1 | <svg onload=window.pwned=1> |
"""
METRIC = "</script><script>window.pwned=1</script>"

TRAIN = r"""
import math, struct, sys, zlib
from _random import Random
p = eval(open("params.json").read(), {"true": True, "false": False, "null": None})
random = Random()
random.seed(p["seed"] * 1000 + int(p["rate"] * 100))
if p["rate"] > 0.9:
    print("\x1b[31mloss is NaN\x1b[0m: <b>the rate is too high</b>")
    sys.exit("ValueError: <script>window.pwned=1</script>")
best = 0.6 + 0.3 * p["rate"] + random.random() / 100
with open("curve.csv", "w") as file:
    file.write("epoch,dice,loss\n")
    for epoch in range(12):
        file.write(f"{epoch},{best * (1 - math.exp(-(epoch + 1) / 4)):.5f},{math.exp(-epoch / 5):.5f}\n")
with open("training.csv", "w") as file:
    file.write("step,grad_norm,learning_rate\n")
    for step in range(12):
        file.write(f"{step},{1000 * math.exp(-step):.6f},{p['rate'] * 0.9 ** step:.8f}\n")
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
rows = b"".join(b"\0" + bytes(int(255 * abs(math.sin(x * y * p["rate"] / 40))) for x in range(40)) for y in range(40))
open("confusion.png", "wb").write(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
)
open("model.txt", "w").write(str(best))
metrics = {"dice": best, "loss": 1 - best}
metrics.update(p.get("more", {}))
open("metrics.json", "w").write(repr(metrics).replace("'", '"').replace("nan", "NaN").replace("inf", "Infinity"))
"""

HOSTILE_FILES = r"""
script = "<script>window.pwned=1</script>"
object = f'<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">{script}</body></foreignObject>'
svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1">{script}{object}</svg>'
open("evil.svg", "w").write(svg)
open("page.html", "w").write(f"<html>{script}</html>")
open("page.png", "w").write(f"<html>{script}</html>")
for name in ("a #1?b=c%20d.png", "it's \"quoted\".png", "back\\slash.png", "صورة 图 🎉 e\u0301.png"):
    open(name, "wb").write(open("confusion.png", "rb").read())
least = '"unknown": NaN, "endless": Infinity, "least": -Infinity, "huge": 1e308, "nothing": -0.0, "a=b": 1'
text = open("metrics.json").read()
open("metrics.json", "w").write(f"{{{least}, {text[1:]}")
print("the log: \0 \x1b[31m \u202e <script>window.pwned=1</script>")
size = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
open("huge.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IEND", b""))
with open("wide.csv", "w") as file:
    names = [f"c{k}" for k in range(3000)]
    file.write(f"step,</script>{script}," + ",".join(names) + "\n")
    for step in range(3):
        file.write(f"{step},{step}," + ",".join("1" for _ in names) + "\n")
"""

PLOTS = """\
    plots:
      - curve.csv: {cache: false, x: epoch, y: dice}
      - training.csv: {cache: false}
      - confusion.png: {cache: false}
"""
HOSTILE_PLOTS = """\
      - evil.svg: {cache: false}
      - page.html: {cache: false}
      - "a #1?b=c%20d.png": {cache: false}
      - it's "quoted".png: {cache: false}
      - back\\slash.png: {cache: false}
      - "صورة 图 🎉 e\u0301.png": {cache: false}
      - page.png: {cache: false}
      - huge.png: {cache: false}
      - wide.csv: {cache: false}
"""

STAGE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py]
    params:
      - params.json: [seed, rate, more]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""


def files(rate: float = 0.1) -> dict[str, str]:
    """The files of the pipeline."""
    return DVC_FILES | {
        "train.py": TRAIN,
        "params.json": json.dumps({"seed": 0, "rate": rate, "more": {}}, indent=1) + "\n",
        "dvc.yaml": STAGE + PLOTS,
        ".gitignore": "/model.txt\n",
    }


def lab(project: Project) -> None:
    """A supported experiment, one that refines it with an arm that fails, one that is planned, and a hostile one."""
    project.ledger("new", "A higher rate improves Dice", "--name", "rate", "--predict", "dice >= baseline + 0.05",
                   "--seeds", "3", "-S", "rate=0.5", "--tag", "rate")  # fmt: skip
    project.ledger("run")
    project.ledger("note", NOTE)
    project.ledger("conclude", "-m", "It does.")
    project.ledger("new", "A very high rate is better still", "--name", "faster", "--from", "exp/rate",
                   "--predict", "dice >= baseline", "--vary", "rate=0.6,0.95", "--seeds", "2")  # fmt: skip
    project.ledger("run", code=1)
    project.git("switch", "-q", "main")
    project.ledger(
        "new", "Smoothing helps", "--name", "smooth", "--predict", "dice > baseline", "--seeds", "2", "-S", "rate=0.2"
    )
    project.git("switch", "-q", "main")
    hostile(project)
    project.git("switch", "-q", "main")


def hostile(project: Project) -> None:
    """Everything that a branch may say of itself, said in HTML and script."""
    project.ledger("new", TITLE, "--name", "hostile", "--predict", "dice >= baseline", "--seeds", "2",
                   "-S", "rate=0.3")  # fmt: skip
    root: Path = project.root
    (root / "train.py").write_text(TRAIN + HOSTILE_FILES, "utf-8")
    (root / "dvc.yaml").write_text(STAGE + PLOTS + HOSTILE_PLOTS, "utf-8")
    more: dict[str, object] = {METRIC: 1.5, "dot.ted <i>": 2.0, "\u202emirrored": 3.0, "x" * 300: 1.0, "دقة 准 🎉": 1.0}
    more |= {"<i> #?%\\": "javascript:window.pwned=1", "تجربة": "<script>window.pwned=1</script>"}
    (root / "params.json").write_text(json.dumps({"seed": 0, "rate": 0.3, "more": more}), "utf-8")
    project.git("commit", "-qam", "<script>window.pwned=1</script>")
    project.ledger("run", code=None)
    project.ledger("note", NOTE + "a" * 300_000 + "\n" + "> " * 2000 + "deep")
    project.ledger("conclude", "--early", code=None)
    file = root / "experiments/hostile/hypothesis.md"
    lines = file.read_text("utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("title:"))
    lines[at] = f"title: {json.dumps(TURNED + 'x' * 10_000)}"
    at = next(at for at, line in enumerate(lines) if line.startswith("author:"))
    lines[at] = f"author: {json.dumps(AUTHOR)}"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    project.git("commit", "-qam", "another title")
