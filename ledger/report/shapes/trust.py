"""What `trust --json` prints."""

from __future__ import annotations

from typing import Any

from ledger.model.trust import Foreign, ForeignState, TrustDone


def foreign(shown: Foreign, *, trusted: bool) -> dict[str, Any]:
    """The shape of `trust`: what was not trusted, and whether all is now."""
    return {
        "name": shown.name,
        "trusted": trusted,
        "origin": shown.origin,
        "copies": list(shown.copies),
        "states": [_state(state) for state in shown.states],
    }


def _state(state: ForeignState) -> dict[str, Any]:
    return {
        "commit": state.commit,
        "state": state.digest,
        "runs": list(state.runs),
        "against": state.against_commit,
        "stages": [
            {"stage": one.stage, "folder": one.folder, "command": one.command, "arm": one.arm} for one in state.stages
        ],
        "configuration": [{"path": one.path, "line": one.line, "added": one.added} for one in state.settings],
        "files": [
            {
                "path": file.path,
                "change": file.fate.value,
                "kind": file.kind.value,
                "added": file.added,
                "removed": file.removed,
                "target": file.target,
                "hidden_characters": file.hidden,
            }
            for file in state.files
        ],
    }


def done(done: TrustDone) -> dict[str, Any]:
    """The shape of `trust --revoke` and `trust --remote`."""
    return {"name": done.name, "trusted": done.trusted or done.still, "states": list(done.digests), "url": done.url}
