"""The pictures that trials drew: their files, and how a page shows them side by side."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from ledger.analysis.site.page import Hidden, Image, Images
from ledger.model.listing import counted
from ledger.model.site import File
from ledger.report.html import escaped
from ledger.report.site import shell
from ledger.report.site.shell import Site

if TYPE_CHECKING:
    from markupsafe import Markup

_WHY: Final = {
    Hidden.SVG: "SVG may hold scripts",
    Hidden.HTML: "HTML may hold scripts",
    Hidden.NOT_HERE: "not in this clone",
    Hidden.LARGE: "larger than 2 MB",
    Hidden.OTHER: "not the type that its name says, or too large to show",
    Hidden.TOO_MANY: "one of too many",
}


def files(images: Images) -> tuple[File, ...]:
    """The files, by their content: two pages that show one picture have one file."""
    return tuple({file.path: file for of in images.shown.values() for file in map(_file, of)}.values())


def shown(images: Images, site: Site) -> Markup:
    """The figures, an arm beside the other, and what is not shown."""
    rows = []
    for path, of in images.shown.items():
        name = path if site.code else path.rpartition("/")[2]
        pictures = "".join(_figure(one, name, site) for one in of)
        rows.append(f'<h3>{escaped(name)}</h3><div class="pair">{pictures}</div>')
    if images.left_out and site.code:
        items = "".join(f"<li>{escaped(path)}: {_WHY[why]}</li>" for path, why in sorted(images.left_out.items()))
        rows.append(f'<p class="note">Not shown:</p><ul class="note">{items}</ul>')
    elif images.left_out and images.shown:
        rows.append(f'<p class="note">{counted(len(images.left_out), "picture")} not shown</p>')
    return shell.markup("\n".join(rows))


def _figure(one: Image, name: str, site: Site) -> str:
    said = escaped(f"{name} of {one.trial}")
    if site.alone is None:
        image = f'<img src="../{_file(one).path}" alt="{said}" loading="lazy">'
    else:
        image = f'<img src="{_within(one)}" alt="{said}">'
    return f"<figure>{image}<figcaption>{escaped(one.trial)}</figcaption></figure>"


def _within(one: Image) -> str:
    """The picture as an address of its own."""
    kind = "jpeg" if one.kind == "jpg" else one.kind
    return f"data:image/{kind};base64,{b64encode(one.data).decode()}"


def _file(one: Image) -> File:
    return File(path=f"images/{hashlib.sha256(one.data).hexdigest()[:16]}.{one.kind}", content=one.data)
