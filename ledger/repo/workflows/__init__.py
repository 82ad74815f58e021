"""What `ledger init --ci` writes into a repository: workflows, and `comment.py`, a script whose text they carry.

That is no module of ledger, and nothing imports it: it runs on the host's machine.
"""

from __future__ import annotations

import re
from pathlib import Path

from ledger.version import __version__

_HERE = Path(__file__).parent


def rendered(template: str) -> str:
    """The text of a workflow, with this version of ledger and the script that it carries."""
    text = (_HERE / template).read_text("utf-8").replace("@VERSION@", __version__)
    script = (_HERE / "comment.py").read_text("utf-8")

    def indented(match: re.Match[str]) -> str:
        return "".join(match[1] + line if line.strip() else line for line in script.splitlines(keepends=True))

    return re.sub(r"^( *)@COMMENT@\n", indented, text, flags=re.MULTILINE)
