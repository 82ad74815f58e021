#!/usr/bin/env python3
"""Write docs/commands.md and ledger/cli/command_words.py from the command line itself; with `-`, print the former.

The texts are those of `ledger COMMAND --help`: whoever changes an option changes the reference too, and
`tests/house/test_documents.py` fails until this has been called again.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.cli.commands import COMMANDS
from ledger.cli.loading import command

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"

WORDS = PAGE.parent.parent / "ledger" / "cli" / "command_words.py"

# a help text that begins with all that may be said
CHOICES = re.compile(r"(?:Only )?([a-z-]+(?:, [a-z-]+)*,? or [a-z-]+)(?=[.;]| \(|$)|One row for each of: ([a-z, ]+)")

HEAD = """\
# Commands

<!-- Made by scripts/command_reference.py: change the help texts in ledger/cli/ and call it again. -->

Answers go to standard output, messages to standard error. Commands that read take `--json`.
Where a command takes an experiment (`EXP`), it accepts its name, `name:variant`, `name:variant/seed-3`, or the
beginning of a name that no other shares; `diff` also takes any git revision with a pipeline in it. Without one, the
experiment whose branch is checked out is meant.

| exit code | meaning |
| --- | --- |
| 0 | yes |
| 1 | the answer is no: a trial failed, a check failed |
| 2 | a mistake in the command line or in a file, with a hint about what to type |
| 3 | a bug in ledger, with the path of a log |
| 130 | interrupted |

"""


def reference() -> str:
    """The whole page."""
    listed = [f"- [`{name}`](#ledger-{name}): {line}" for name, line in COMMANDS.items()]
    sections = ["\n".join(section(name)) for name in COMMANDS]
    return HEAD + "\n".join(listed) + "\n\n" + "\n".join(sections)


def section(name: str) -> Iterator[str]:
    """The lines about one command: usage, help, its arguments and options, the example."""
    of: Any = command(name)
    text, _, example = (of.help or "").partition("Example:")
    arguments = [p for p in of.params if p.param_type_name == "argument"]
    options = [p for p in of.params if p.param_type_name == "option" and "--help" not in p.opts and not p.hidden]
    usage = [f"ledger {name}", *(_argument(p) for p in arguments), *(["[OPTIONS]"] if options else [])]
    yield from (f"## ledger {name}", "", f"`{' '.join(usage)}`", "", *_paragraphs(text))
    if arguments or options:
        yield from ("| | |", "| --- | --- |")
        yield from (f"| `{_argument(p)}` | {_cell(p.help)} |" for p in arguments)
        yield from (f"| {_option(p)} | {_cell(p.help)} |" for p in options)
        yield ""
    if not example.strip():
        raise SystemExit(f"ledger {name} has no example in its help")
    yield from ("```console", f"$ {' '.join(example.split())}", "```", "")


def words() -> str:
    """The module that says which words each command takes, for the completion in shells."""
    lines = [
        '"""The words of each command, for shells to complete: what its arguments are, options with their values.\n',
        'Made by scripts/command_reference.py: change the help texts in ledger/cli/ and call it again.\n"""\n',
        "# ruff: noqa: E501\n\nfrom __future__ import annotations\n",
        "# fmt: off\nWORDS: dict[str, tuple[str, ...]] = {",
    ]
    for name in COMMANDS:
        of: Any = command(name)
        said = [word for p in of.params if "--help" not in p.opts for word in _words(p)]
        lines.append(
            f"    {json.dumps(name)}: ({''.join(f'{json.dumps(one, ensure_ascii=False)}, ' for one in said).rstrip()}),"
        )
    return "\n".join([*lines, "}", ""])


def _words(parameter: Any) -> Iterator[str]:
    if parameter.param_type_name == "argument":
        yield _bare(parameter)
        return
    choices = CHOICES.match(" ".join((parameter.help or "").split()))
    said = None if choices is None else "|".join(re.split(r",? or |, ", choices[1] or choices[2]))
    value = "" if parameter.is_flag else f" {said or parameter.metavar or parameter.name.upper()}"
    yield "|".join(parameter.opts) + value
    if parameter.secondary_opts:
        yield "|".join(parameter.secondary_opts)


def _bare(parameter: Any) -> str:
    shown: str = parameter.metavar or parameter.name.upper()
    return (shown[1:-1] if shown[0] + shown[-1] == "[]" else shown) + ("..." if parameter.nargs == -1 else "")


def _argument(parameter: Any) -> str:
    shown = parameter.metavar or parameter.name.upper()
    # one that can be left out may say so itself, and has brackets within: [EXP[:ARM]]
    if shown[0] + shown[-1] in ("[]", "{}"):
        shown = shown[1:-1]
    one = shown if parameter.required else f"[{shown}]"
    return f"{one}..." if parameter.nargs == -1 else one


def _option(parameter: Any) -> str:
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
    return ", ".join(f"`{name}{value}`" for name in parameter.opts).replace("|", "\\|")


def _cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield from (" ".join(paragraph.split()), "")


def main() -> None:
    """Write both, or print the page."""
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(reference())
    else:
        PAGE.write_text(reference(), "utf-8")
        WORDS.write_text(words(), "utf-8")


if __name__ == "__main__":
    main()
