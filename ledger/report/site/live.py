"""What a page shows beside itself while it is served: runs in progress, and whether there is a newer page.

Nothing of this is in the files of a site: it is put into a page where it is served, so that a file keeps its bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

from ledger.model.run_state import RunState
from ledger.report.progress import counts
from ledger.report.text import harmless

FOLDER: Final = "-"
"""Where the server's own files are; no file of a site is there."""

NEWS: Final = f"{FOLDER}/news.json"

_FILES = {f"{FOLDER}/live.js": "live.js", f"{FOLDER}/live.css": "live.css"}


def own_file(path: str) -> bytes | None:
    """One of the server's own files, None where it has none there."""
    name = _FILES.get(path)
    return None if name is None else (resources.files("ledger.report.site") / "served" / name).read_bytes()


def page(content: bytes, version: str) -> bytes:
    """A page with what keeps it current. `version` is that of the page as it is sent."""
    head = (
        f'<link rel="stylesheet" href="/{FOLDER}/live.css">\n'
        f'<script src="/{FOLDER}/live.js" data-version="{version}" defer></script>\n</head>'
    )
    return content.replace(b"</head>", head.encode(), 1)


def news(version: str | None, runs: Sequence[RunState], failure: str | None, *, now: datetime) -> bytes:
    """What a page asks for every other second, as JSON. `failure`: why the site is not up to date."""
    document = {"version": version, "failure": failure, "runs": [_run(state, now) for state in runs]}
    return json.dumps(document).encode()


def _run(state: RunState, now: datetime) -> dict[str, Any]:
    left = state.forecast(now)
    return {
        "experiment": state.experiment,
        "said": counts(state, now=now),
        "done": state.done,
        "total": state.total,
        "ends": None if left is None or left.guess else (now + timedelta(seconds=left.seconds)).isoformat(),
        "trials": [
            {
                "trial": harmless(trial.trial),
                "stage": None if trial.stage is None else harmless(trial.stage),
                "waits": trial.waits,
                "started": trial.started.isoformat(),
            }
            for trial in state.running
        ],
    }
