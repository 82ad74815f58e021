"""Pictures that git holds as links to the pages of their host at that commit."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Final

from ledger.analysis.review import Host, Picture, WebAddress
from ledger.report.blocks import Link, Links

_WEB: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9_.-]+)+")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SAFE: Final = frozenset(string.ascii_letters + string.digits + "-._/")
_PLACES: Final = {Host.GITHUB: "/blob/", Host.GITLAB: "/-/blob/"}


def links(pictures: Sequence[Picture], web: WebAddress | None) -> Links:
    """A link for each picture; its path alone where no address is known."""
    return Links(links=tuple(Link(text=one.path, address=address(one, web)) for one in pictures))


def address(picture: Picture, web: WebAddress | None) -> str | None:
    """Where the host shows the file, every character of the path encoded that is not plain; None where it cannot."""
    if web is None or not _WEB.fullmatch(web.url) or not _COMMIT.fullmatch(picture.commit):
        return None
    parts = picture.path.split("/")
    if not all(parts) or {".", ".."} & set(parts):
        return None
    path = "".join(
        chr(byte) if chr(byte) in _SAFE else f"%{byte:02X}" for byte in picture.path.encode("utf-8", "surrogateescape")
    )
    return f"{web.url}{_PLACES[web.host]}{picture.commit}/{path}"
