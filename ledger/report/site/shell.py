"""What all pages of a site have: the template around them, their policy, the links between them.

Jinja2, markdown-it and nh3 are an extra: without them `require` says how to get them.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.remarks import Kind, Remark
from ledger.model.site import File
from ledger.report import html
from ledger.report.blocks import Block
from ledger.report.text import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""What a browser may load for a page: files of the site's own. `connect-src` is for `--watch`."""
# outsiders are told nothing of code, files, commands or commits
_FACTS: Final = {"path", "paths", "file", "files", "code", "commit", "error"}
_KINDS: Final = {Kind.CODE_UNTOLD, Kind.CODE_NOT_HERE}


@frozen
class Site:
    """What all pages of one site say alike. `code`: whether they show code and paths.

    `alone`: of a report, which is a single file, the experiments in it: it links to nothing else, and has pictures and
    style within it.
    """

    title: str
    code: bool = True
    alone: tuple[str, ...] | None = None


def require() -> None:
    """Raise LedgerError where the libraries that make pages are not installed."""
    for module in ("jinja2", "markdown_it", "nh3", "altair", "vl_convert"):
        try:
            importlib.import_module(module)
        except ImportError:
            raise LedgerError(
                f"a site needs {module.replace('_', '-')}, which is not installed",
                hint="pip install 'experiment-ledger[site]'",
            ) from None


@cache
def environment() -> Environment:
    """The templates, which escape all that they are given."""
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.PackageLoader("ledger.report.site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["blocks"] = _rendered
    return found


def _cleaned(value: Any) -> Any:
    """A text of other people's without characters that turn the direction of what follows, or that nobody sees."""
    return clean(value) if type(value) is str else value


def markup(text: str) -> Markup:
    """HTML of our own making, which a template takes as it is."""
    from markupsafe import Markup

    return Markup(text)


def _rendered(blocks: Sequence[Block]) -> Markup:
    return markup(html.body(blocks))


def page(template: str, path: str, site: Site, **values: Any) -> File:
    """The page at a path of the site, made by a template. `root` is the site's folder as the page sees it."""
    text = (
        environment()
        .get_template(template)
        .render(site=site, path=path, root="../" * path.count("/"), policy=POLICY, **values)
    )
    return File(path=path, content=text.encode("utf-8", "replace"))


def told(remarks: Iterable[Remark], site: Site) -> list[Remark]:
    """The remarks that a site tells: all of them, or for outsiders those that name nothing of code and files."""
    return [one for one in remarks if site.code or is_for_all(one)]


def is_for_all(remark: Remark) -> bool:
    """Whether outsiders may be told it too."""
    return not (remark.kind in _KINDS or _FACTS & dict(remark.facts).keys())
