"""The command `ledger`: its commands in one list, and the one place where errors are rendered."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer
from typer import core

from ledger.cli import console, diff, init, log, new, note, record, run, show, status
from ledger.errors import LedgerError, Refused
from ledger.store.git import open_repository
from ledger.store.place import Place
from ledger.version import __version__

app = typer.Typer(
    name="ledger",
    help="A git-backed experiment ledger: a hypothesis first, then trials, a comparison and a verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

COMMANDS = {
    "init": init.init,
    "new": new.new,
    "run": run.run,
    "record": record.record,
    "status": status.status,
    "note": note.note,
    "log": log.log,
    "show": show.show,
    "diff": diff.diff,
}

for _name, _function in COMMANDS.items():
    app.command(_name)(_function)


def _version(asked: bool) -> None:
    if asked:
        console.answer(f"ledger {__version__}")
        raise typer.Exit


@app.callback()
def ledger(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """The options of `ledger` itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 yes, 1 the answer is no, 2 a user's error, 3 a fault of ours, 130 interrupt."""
    command: core.TyperGroup = typer.main.get_command(app)  # type: ignore[assignment]
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = command.main(args=given, prog_name="ledger", standalone_mode=False)
        sys.stdout.flush()
    except LedgerError as error:
        console.show_error(error)
        return 1 if isinstance(error, Refused) else 2
    except BrokenPipeError:
        # whoever read the answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        console.say("interrupted")
        return 130
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            return _usage(error, given)
        return _fault(error)
    return result if isinstance(result, int) else 0


def _usage(error: Exception, given: Sequence[str]) -> int:
    """A command line that cannot be parsed."""
    message = error.format_message()  # type: ignore[attr-defined]
    hint = None
    context = getattr(error, "ctx", None)
    if given[:1] == ["new"] and "No such option" in message:
        hint = 'a title that begins with - goes last, behind --: ledger new --seeds 5 -- "-O3 is faster"'
    elif context is not None:
        hint = f"{context.command_path} --help"
    console.show_error(LedgerError(message[:1].lower() + message[1:].rstrip("."), hint=hint))
    return 2


def _fault(error: Exception) -> int:
    """A fault of ours: keep the traceback and say where."""
    text = "".join(traceback.format_exception(error))
    try:
        folder = Place(common=open_repository(Path.cwd()).common).faults
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{console.now():%Y%m%dT%H%M%S}-{os.getpid()}.log"
        path.write_text(f"ledger {__version__} {' '.join(sys.argv[1:])}\n\n{text}", "utf-8")
    except (OSError, LedgerError):
        console.say(text)
        path = None
    first = str(error).strip().splitlines()
    console.say(f"fault: {type(error).__name__}: {first[-1] if first else 'no message'}")
    if path is not None:
        console.say(f"hint: this is a mistake of ledger's, not yours; what happened is in {path}")
    return 3


def run_main() -> None:
    """The entry point of the command."""
    sys.exit(main())
