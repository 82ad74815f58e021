"""Whatever else somebody may push: voids, messages, settings, tags and trials that wait, beside whole files of junk."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Mapping

from conftest import Project, Shelved
from test_hostile import RECORD, answers, files_of, honest

from ledger.model.formats import trailers

VOID = "schema: 1\nby: Eve\nwhen: '2026-11-20T11:00:00+00:00'\nwhy: it was bad\n"
SETTINGS = """\
main: main
branch_prefix: exp/
seed: seed
metrics: {accuracy: higher}
jobs: 2
copy: [x]
ignore: ['*.md']
"""
MESSAGE = trailers.compose(
    "amend: x",
    "why",
    trailers=[
        (key, value)
        for key, value in (
            (trailers.EXPERIMENT, "bad"),
            (trailers.TRIAL, "treatment/seed-0"),
            (trailers.VARIANT, "treatment"),
            (trailers.STATUS, "succeeded"),
            (trailers.METRIC, "accuracy=0.5"),
            (trailers.PLAN, "abcdef"),
            (trailers.KNOWN, "treatment/seed-0"),
            (trailers.VOID, "treatment/seed-0"),
            (trailers.CORRECTS, "accuracy"),
            (trailers.LANDED, "bad"),
            (trailers.TIP, "a" * 40),
            (trailers.OUTCOME, "supported"),
        )
    ],
)
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
) + "\n"  # fmt: skip
WHOLE = [
    BOMB,
    "a: &a {b: *a}\n",
    "<<: &a {<<: *a}\n",
    "[" * 100_000,
    "{a: " * 20_000 + "1" + "}" * 20_000,
    "- " * 50_000 + "x\n",
    "? " * 20_000 + "x\n",
    "\n".join(f"{' ' * depth}a:" for depth in range(3_000)) + "\n",
    "!!python/object/apply:os.mkdir [experiments/run]\n",
    "%YAML 9.9\n---\n" + "x",
    "---\n" * 50_000,
    "a: |\n" + " x\n" * 200_000,
    "\ufeff" * 1000,
    "a: " + "9" * 100_000 + "\n",
    "a: 0x" + "f" * 100_000 + "\n",
    "a: 1e" + "9" * 1000 + "\n",
    "",
    "\x00" * 1000,
]


def branch(name: str, files: Mapping[str, bytes], message: bytes = b"x", *, ref: str | None = None) -> bytes:
    """A commit for fast-import, on a branch of an experiment unless another ref is said."""
    target = (ref or f"refs/heads/exp/{name}").encode()
    head = b"commit %b\ncommitter Eve <e@x> 1 +0000\ndata %d\n%b\n" % (target, len(message), message)
    texts = (b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(text), text) for path, text in files.items())
    return head + b"".join(texts)


def give(project: Project, stream: Iterable[bytes]) -> None:
    command = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(command, cwd=project.root, input=b"".join(stream), check=True)


def whole(name: str) -> dict[str, bytes]:
    """All files that an experiment may have."""
    folder = f"experiments/{name}/trials/treatment/seed-0"
    return files_of(name, {}) | {f"{folder}.void": VOID.encode(), "ledger.yaml": SETTINGS.encode()}


def others_are_proved(project: Project) -> None:
    """What concerns the honest experiment alone, and both together with what is hostile."""
    answers(project)
    for command in (["show", "honest:treatment"], ["show", "honest:treatment/seed-0", "--json"]):
        assert "0.5" in project.ledger(*command).out
    project.ledger("diff", "honest:treatment/seed-0", "honest:treatment/seed-1")
    assert not project.ledger("verify", "honest", "--json").json["problems"]


def junk(luck: random.Random, text: bytes) -> bytes:
    """A text with some places of it overwritten, or altogether another."""
    if luck.random() < 0.2:
        return luck.randbytes(luck.choice((1, 40, 4000)))
    new = bytearray(text)
    for _ in range(luck.choice((1, 1, 3, 30))):
        at, end = luck.randrange(len(new) + 1), luck.randrange(1, 20)
        what = (
            b"",
            luck.randbytes(3),
            b"\x00",
            b"\xff\xfe",
            b"9" * 400,
            b": [",
            b"\n\n",
            b"\n- ",
            b"{",
            b"'",
            b"&a *a",
        )
        new[at : at + luck.choice((0, end))] = luck.choice(what)
    return bytes(new)


REFS = [
    "refs/ledger/trials/honest/treatment/seed-7",
    "refs/ledger/trials/honest/x",
    "refs/ledger/trials/x",
    "refs/ledger/trials/bad/treatment/seed-0",
    "refs/remotes/ledger-trials/honest/treatment/seed-8",
    "refs/tags/ledger/bad/1",
    "refs/tags/ledger/archive/bad",
    "refs/tags/ledger/x",
    "refs/heads/exp/x/y",
    "refs/heads/exp/-x",
    "refs/remotes/origin/exp/bad",
    "refs/remotes/origin/exp/honest",
]


def test_whatever_else_is_pushed_the_others_are_answered_for(shelved: Shelved) -> None:
    project = shelved(honest)
    luck = random.Random(0)
    stream = []
    for number in range(60):
        name = f"bad-{number}"
        files = whole(name)
        spoilt = {path: junk(luck, text) for path, text in files.items()}
        one = luck.choice(list(files))
        changed = spoilt if number % 2 else files | {one: spoilt[one]}
        stream.append(branch(name, changed, junk(luck, MESSAGE.encode())))
    for number, text in enumerate(WHOLE):
        for at, path in enumerate(luck.sample(list(whole("x")), 2)):
            name = f"bomb-{number}-{at}"
            front = f"---\n{text}\n---\nx\n" if path.endswith(".md") else text
            stream.append(branch(name, whole(name) | {path.replace("/x/", f"/{name}/"): front.encode()}))
    trial = MESSAGE.replace("bad", "honest").encode()
    record = {"experiments/honest/trials/treatment/seed-0.yaml": RECORD.replace("NAME", "honest").encode()}
    stream += [branch("", record, junk(luck, trial), ref=ref) for ref in REFS]
    give(project, stream)
    for name in (project.git("hash-object", "-w", "params.json"), project.git("rev-parse", "HEAD^{tree}")):
        for ref in ("ledger/trials/honest/treatment/seed-9", "ledger/trials/new/treatment/seed-1", "tags/ledger/bad/2"):
            project.git("update-ref", f"refs/{ref}-{name[:7]}", name)
    others_are_proved(project)
    assert not (project.root / "experiments/run").exists()


BY_NAME = [
    *(
        ["show"],
        ["verify"],
        ["status"],
        ["diff"],
        ["diff", "honest"],
        ["conclude"],
        ["land"],
        ["review"],
        ["reproduce"],
        ["plot"],
    ),
    *(["run", "--dry-run"], ["amend", "--over", "seed=0..3", "-m", "x", "--exp"], ["note", "x", "--exp"], ["power"]),
]
HERE = [
    *(["status"], ["log"], ["show"], ["new", "Other", "--no-switch"], ["run", "--dry-run"], ["record"], ["table"]),
    *(["verify", "honest"], ["note", "y"], ["void", "treatment/seed-0", "-m", "x"]),
]


def test_no_command_on_what_is_pushed_is_a_fault(shelved: Shelved) -> None:
    project = shelved(honest)
    luck = random.Random(0)
    names = [f"bad-{number}" for number in range(4)]
    stream = []
    for name in names:
        files = whole(name)
        spoilt = {path: junk(luck, text) for path, text in files.items()}
        some = luck.sample([path for path in files if not path.endswith("hypothesis.md")], 2)
        changed = spoilt if name == names[0] else files | {path: spoilt[path] for path in some}
        stream.append(branch(name, changed, junk(luck, MESSAGE.encode())))
    give(project, stream)
    for name in names:
        project.git("switch", "-qf", f"exp/{name}")
        for command in (*([*words, name] for words in BY_NAME), ["void", f"{name}:treatment/seed-0", "-m", "x"], *HERE):
            answer = project.ledger(*command, code=None)
            assert answer.code in (0, 1, 2), (name, command, answer)
