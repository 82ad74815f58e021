#!/usr/bin/env python3
"""Run the commands of a page's console blocks in a repository, each below the heading that it stands under.

    python scripts/walk.py PAGE FOLDER           show them as one would type them, and what they print
    python scripts/walk.py PAGE FOLDER --write   put what they print, without messages, into the page

Shown, the walk fails where a command does, or where its first line is another one than the page has, but for numbers
and hashes: what was found must be found again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
# how sure it is and of what size differs from call to call, as ids do; which week it was does not
_NUMBER = re.compile(r"(?:[<>] )?[+-]?\b(?:\d+(?:\.\d+)?%|\d+\.\d+|(?=[a-f]*\d)[0-9a-f]{7,40}\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command, what the page says that it prints, and the heading above it."""

    heading: str
    command: str
    said: str


def steps(page: str) -> Iterator[Step]:
    """Every command of the console blocks; one that ends in a backslash goes on in the next line."""
    for block in _BLOCK.finditer(page):
        headings = re.findall(r"^#+ (.+)$", page[: block.start()], re.MULTILINE)
        for part in re.split(r"^\$ ", block["body"], flags=re.MULTILINE)[1:]:
            found = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", part, re.DOTALL)
            assert found
            yield Step(heading=headings[-1], command=found[1], said=found[2])


def printed(command: str, folder: Path) -> str:
    """What a command prints; its messages go where ours do."""
    environment = os.environ | {"COLUMNS": "80", "GIT_PAGER": "cat", "LEDGER_PAGER": "cat"}
    call = ["/bin/sh", "-c", command]
    done = subprocess.run(call, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}\nthis command gave {done.returncode}: {command}")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def same(said: str, now: str) -> bool:
    """Whether two outputs begin with the same line, but for numbers."""
    first, second = (_NUMBER.sub("0", text.partition("\n")[0]) for text in (said, now))
    return first == second


def show(page: Path, folder: Path) -> None:
    """Show the walk, and compare it with the page."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    heading = ""
    for step in steps(page.read_text("utf-8")):
        if step.heading != heading:
            print(f"\n# {step.heading}", flush=True)
        heading = step.heading
        print(f"{bold}$ {step.command}{plain}", flush=True)
        now = printed(step.command, folder)
        print(now, end="", flush=True)
        if not same(step.said, now):
            raise SystemExit(f"{page} says otherwise:\n{step.said}")


def write(page: Path, folder: Path) -> None:
    """Put what the commands print into the page."""
    text = page.read_text("utf-8")
    found = iter([f"$ {step.command}\n{printed(step.command, folder)}" for step in steps(text)])

    def block(match: re.Match[str]) -> str:
        commands = len(re.findall(r"^\$ ", match["body"], re.MULTILINE))
        return "```console\n" + "".join(next(found) for _ in range(commands)) + "```"

    page.write_text(_BLOCK.sub(block, text), "utf-8")


def main() -> None:
    """Walk."""
    page, folder = Path(sys.argv[1]), Path(sys.argv[2])
    (write if sys.argv[3:] == ["--write"] else show)(page, folder)


if __name__ == "__main__":
    main()
