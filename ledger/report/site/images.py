"""The pictures that trials drew: their files, and how a page shows them side by side."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.analysis.site.page import Image, Images
from ledger.model.site import File
from ledger.report.html import escaped
from ledger.report.site import shell
from ledger.report.site.shell import Site

if TYPE_CHECKING:
    from markupsafe import Markup


def files(images: Images) -> tuple[File, ...]:
    """The files, by their content: two pages that show one picture have one file."""
    return tuple({file.path: file for of in images.shown.values() for file in map(_file, of)}.values())


def shown(images: Images, site: Site) -> Markup:
    """The figures, an arm beside the other, and what is not shown."""
    rows = []
    for path, of in images.shown.items():
        name = path if site.code else path.rpartition("/")[2]
        pictures = "".join(_figure(one, name) for one in of)
        rows.append(f'<h3>{escaped(name)}</h3><div class="pair">{pictures}</div>')
    if images.left_out and site.code:
        items = "".join(f"<li>{escaped(path)}: {escaped(why)}</li>" for path, why in sorted(images.left_out.items()))
        rows.append(f'<p class="note">Not shown:</p><ul class="note">{items}</ul>')
    return shell.markup("\n".join(rows))


def _figure(one: Image, name: str) -> str:
    source, said = f"../{_file(one).path}", escaped(f"{name} of {one.trial}")
    image = f'<img src="{source}" alt="{said}" loading="lazy">'
    return f"<figure>{image}<figcaption>{escaped(one.trial)}</figcaption></figure>"


def _file(one: Image) -> File:
    return File(path=f"images/{hashlib.sha256(one.data).hexdigest()[:16]}.{one.kind}", content=one.data)
