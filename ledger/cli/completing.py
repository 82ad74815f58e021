"""What the last word of a command line may be completed to: what `ledger completion bash` has the shell ask.

It is asked at the press of a key. The command's own module, which may import what computes, is not: a table that is
generated has the words of each. Whatever is wrong with a repository, there is an answer, if an empty one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ledger.cli.command_words import WORDS
from ledger.cli.commands import COMMANDS
from ledger.model import typed_line
from ledger.ops.completing import Completion, candidates

FILES: Final = 3  # the exit code for a word that names a file: the shell completes it

# others are left out: what is completed is typed into a shell
_PLAIN: Final = re.compile(r"[\w.:/@#=+,-]+")


def main(given: Sequence[str]) -> int:
    """Print what may stand in the place of a line's last word, one a line; `given`: the line, and where words break."""
    line, breaks, *_ = (*given, "", "")
    try:
        found = completions(line, Path.cwd())
        cut = typed_line.kept(line, breaks)
        sys.stdout.write("".join(f"{one[cut:]}\n" for one in found or ()))
    except Exception:
        # whoever presses a key did not ask for a traceback
        return 0
    return FILES if found is None else 0


def completions(line: str, folder: Path) -> list[str] | None:
    """What the last word of a line may be, called in a folder; None where it is a file's name."""
    *before, word = typed_line.words(line)
    words = [each for each in before[1:] if each != "--no-pager"]
    if not words or words == ["help"]:
        return _fitting(word, [*COMMANDS, *(() if words else ("help", "--help", "--version", "--no-pager"))])
    name, *given = words
    places = [each for each in WORDS.get(name, ()) if each[0] != "-"]
    options = [each.partition(" ") for each in WORDS.get(name, ()) if each[0] == "-"]
    values = {one: value for names, _, value in options for one in names.split("|")}
    positional, waiting = list[str](), ""
    for each in given:
        if waiting:
            waiting = ""
        elif each.startswith("-"):
            waiting = values.get(each, "")
        else:
            positional.append(each)
    wanted = Completion(command=name, option=None, kind="", word=word, positional=tuple(positional))
    if waiting:
        return _answered(replace(wanted, option=given[-1], kind=waiting), folder)
    head, equals, value = word.partition("=")
    if equals and head in values:
        found = _answered(replace(wanted, option=head, kind=values[head], word=value), folder)
        return None if found is None else [f"{head}={one}" for one in found]
    if word.startswith("-"):
        return _fitting(word, [*values, "--help"])
    several = bool(places) and places[-1].endswith("...")
    at = min(len(positional), len(places) - 1) if several else len(positional)
    return _answered(replace(wanted, kind=places[at].removesuffix("...")), folder) if at < len(places) else []


def _answered(wanted: Completion, folder: Path) -> list[str] | None:
    known = candidates(wanted, folder)
    return None if known is None else _fitting(wanted.word, known)


def _fitting(word: str, known: Sequence[str]) -> list[str]:
    return [one for one in dict.fromkeys(known) if one.startswith(word) and _PLAIN.fullmatch(one)]
