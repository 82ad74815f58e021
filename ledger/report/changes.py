"""What a command that writes has done, in words and as JSON."""

from __future__ import annotations

from typing import Any

from ledger.analysis.landing import ADOPT, RECORD
from ledger.model.changes import Landed
from ledger.model.hypothesis import TREATMENT
from ledger.model.listing import listed


def landed(done: Landed, *, chosen: bool) -> str:
    """Where it went and how; `chosen`: as its verdict says."""
    main, branch = done.main, done.experiment.branch_name
    change = "with its change" if done.arm == TREATMENT else f"with the change of its arm {done.arm}"
    what = change if done.kind == ADOPT else "its record alone, code untouched"
    why = f" (the verdict is {done.experiment.state}; --{RECORD if done.kind == ADOPT else ADOPT} does the other)"
    lines = [f"landed {done.experiment.name} on {main} as {done.commit[:10]}: {what}{why if chosen else ''}"]
    if chosen and done.data_left:
        lines.append(f"its data ({listed(done.data_left, 3)}) stay off {main}: --adopt keeps them, without a claim")
    if done.stale:
        lines.append(f"to be reproduced on {main}: {', '.join(done.stale)} (git switch {main}, dvc repro)")
    elif done.measured is False:
        lines.append(f"the trials ran on another state than {main} now has: their numbers may not be its")
    if done.tag is not None:
        lines.append(f"its tip is held by the tag {done.tag}, so the branch can go: git branch -D {branch}")
    else:
        lines.append(f"the branch can go: git branch -d {branch}")
    return "\n".join(lines)


def landed_shape(done: Landed) -> dict[str, Any]:
    """The shape of `land --json`. `measured` is null where it is not known whether a trial ran what main now holds."""
    return {
        "experiment": done.experiment.name,
        "main": done.main,
        "commit": done.commit,
        "kind": done.kind,
        "arm": done.arm if done.kind == ADOPT else None,
        "outcome": done.experiment.outcome,
        "tag": done.tag,
        "stale": list(done.stale),
        "measured": done.measured,
        "remarks": list(done.remarks),
    }
