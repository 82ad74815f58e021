"""`ledger completion`: what makes a shell complete commands, options and names."""

from __future__ import annotations

from typing import Annotated, Final

from ledger.cli import console
from ledger.cli.declared import Argument
from ledger.errors import LedgerError

# what bash would put in the place of a word begins behind its last `=`, `:` or `@`: ledger is told which cut it
_BASH: Final = """\
# bash completion of ledger; in ~/.bashrc: source <(ledger completion bash)
_ledger_completion() {
    local IFS=$'\\n'
    COMPREPLY=($("$1" __complete "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null))
    if [[ $? -eq 3 ]]; then
        compopt -o default
    elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:/] ]]; then
        compopt -o nospace
    fi
}
complete -F _ledger_completion ledger
"""
_SHELLS: Final = {"bash": _BASH}


def completion(
    shell: Annotated[str, Argument(metavar="[SHELL]", help="Which shell: bash.")] = "bash",
) -> int:
    """Print a script with which the shell completes commands, options, experiments, arms, metrics and models.

    It reads only refs and the index, and changes nothing. In ~/.bashrc: source <(ledger completion bash)

    Example: ledger completion bash
    """
    if shell not in _SHELLS:
        raise LedgerError(
            f"there is no completion for {shell}, only for {', '.join(_SHELLS)}", hint="ledger completion"
        )
    console.answer(_SHELLS[shell])
    return 0
