"""What outsiders are told: nothing of code, files, commands or commits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.model.remarks import Kind, Remark
from ledger.report.site.shell import Site

_FACTS: Final = {"path", "paths", "file", "files", "code", "commit", "error"}
_KINDS: Final = {Kind.CODE_UNTOLD, Kind.CODE_NOT_HERE}


def told(remarks: Iterable[Remark], site: Site) -> list[Remark]:
    """The remarks that a site tells: all of them, or for outsiders those that name none of that."""
    return [one for one in remarks if site.code or is_for_all(one)]


def is_for_all(remark: Remark) -> bool:
    """Whether it names none of that."""
    return not (remark.kind in _KINDS or _FACTS & dict(remark.facts).keys())
