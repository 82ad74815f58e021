"""The command `ledger`: it finds the command in `commands.py` and runs it; how errors end them is in `ending.py`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from ledger.cli import console, ending
from ledger.cli.commands import usage
from ledger.cli.loading import command, function
from ledger.cli.reading import read
from ledger.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 yes, 1 the answer is no, 2 a user's error, 3 a fault of ours, 130 interrupt."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _dispatch(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read the answer has seen enough
        ending.unread()
        return 0
    except KeyboardInterrupt:
        return ending.interrupted(given)
    except Exception as error:
        return ending.failed(error, given)
    # Typer makes the interrupt a code
    return ending.interrupted(given) if code == ending.INTERRUPTED else code


def _dispatch(given: Sequence[str]) -> int:
    if not given or given[0] in ("-h", "--help", "help"):
        if len(given) > 1 and given[0] == "help":
            return _dispatch([given[1], "--help"])
        console.answer(usage())
        return 0 if given else 2
    if given[0] == "--version":
        console.answer(f"ledger {__version__}")
        return 0
    if given[0] == "--no-pager":
        # as git takes it: before the command
        os.environ["GIT_PAGER"] = "cat"
        return _dispatch(given[1:])
    if given[0] == "__complete":
        # a shell asks, at the press of a key: see `ledger completion`
        from ledger.cli import completing

        return completing.main(given[1:])
    name, *rest = given
    called = function(name)
    values = read(called, rest)
    if values is None:
        values = command(name).main(args=rest, prog_name=f"ledger {name}", standalone_mode=False)
        if not isinstance(values, dict):
            # it has answered itself, with its help
            return int(values or 0)
    try:
        result = called(**values)
    except BrokenPipeError:
        # whoever reads has gone before all was said: that is no yes
        ending.unread()
        return 1
    return result if isinstance(result, int) else 0


def run_main() -> None:
    """The entry point of the command."""
    # nearly all that a command makes lives until it ends: looking for garbage takes a tenth of a start
    gc.set_threshold(50_000)
    code = main()
    # nor does it have to be looked through when Python ends
    gc.freeze()
    sys.exit(code)
