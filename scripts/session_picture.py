#!/usr/bin/env python3
"""Draw docs/images/session.svg: a real terminal session on the example pipeline, made again in a scratch clone.

Call it with the project's environment first on PATH, as scripts/demo does: PATH=.venv/bin:$PATH.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "session.svg"
WIDTH = 80

# what is run before the picture begins
BEFORE = """\
ledger new "Dropout keeps a small network from learning wrong labels by heart" --name drop \
    -S train.dropout=0.2 --predict "accuracy >= baseline + 0.005" --seeds 3
ledger run
"""

SESSION = (
    """\
ledger new "Shifting the training images by a pixel improves accuracy" \\
    --name move --from main -S train.shift=1 \\
    --predict "accuracy >= baseline + 0.005" --seeds 3""",
    "ledger run",
    "ledger diff",
    "git log --graph --boundary --branches --not main --format='%C(auto)%s%+d'",
)

THEME = TerminalTheme(
    background=(250, 250, 247),
    foreground=(40, 42, 48),
    normal=[
        (40, 42, 48),
        (176, 42, 42),
        (40, 120, 60),
        (150, 100, 0),
        (36, 88, 180),
        (130, 60, 150),
        (0, 120, 130),
        (90, 92, 98),
    ],
)

# rich's own page asks for a font from elsewhere; the reader's will do
PAGE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"
 aria-label="A terminal session: an experiment, its trials, what changed and what came of it">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def shell(command: str, *, cwd: Path) -> str:
    """What a command prints, errors too."""
    environment = os.environ | {"GIT_PAGER": "cat", "COLUMNS": str(WIDTH)}
    coloured = command.replace("git log ", "git log --color=always ", 1)
    call = ["/bin/sh", "-c", coloured]
    done = subprocess.run(
        call, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"$ {command}\n{done.stdout}")
    return done.stdout


def main() -> None:
    """Run the session and write the picture."""
    with tempfile.TemporaryDirectory(prefix="ledger-picture-") as folder:
        clone = Path(folder) / "digits"
        shell(f"git clone --quiet --no-tags --single-branch '{ROOT}' '{clone}'", cwd=ROOT)
        shell("git switch --quiet --force-create main; git remote remove origin", cwd=clone)
        shell("git config user.name 'Ada Lovelace'; git config user.email ada@example.org", cwd=clone)
        shell(f"set -e\n{BEFORE}", cwd=clone)
        console = Console(record=True, width=WIDTH, file=Path(os.devnull).open("w"), force_terminal=True)  # noqa: SIM115
        for number, command in enumerate(SESSION):
            if number:
                console.print()
            console.print(Text("$ ", style="green") + Text(command, style="bold"))
            console.print(Text.from_ansi(shell(command, cwd=clone).rstrip()))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(console.export_svg(title="ledger", theme=THEME, code_format=PAGE, unique_id="session"), "utf-8")


if __name__ == "__main__":
    main()
