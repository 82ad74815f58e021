"""A picture's file: Vega-Lite as JSON, drawn as PNG or SVG, or in a page that works without a network.

Altair and vl-convert are an extra: without them `require` says how to get them.
"""

from __future__ import annotations

import html
import importlib
import json
from collections.abc import Sequence
from typing import Any

from ledger.errors import LedgerError
from ledger.report.plots import library
from ledger.report.text import clean, harmless_json

FORMATS = ("png", "svg", "html", "json")

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ margin: 1rem; font-family: sans-serif }} #plot {{ overflow-x: auto }}</style>
<script>{library}</script>
</head>
<body>
<div id="plot"></div>
<script id="spec" type="application/json">{spec}</script>
<script>
const spec = JSON.parse(document.getElementById("spec").textContent);
vegaEmbed("#plot", spec, {{renderer: "svg", actions: {{editor: false, source: false}}}}).catch(console.error);
</script>
</body>
</html>
"""

# letters up to here have a font everywhere
_LATIN = 0x24F
# drawing a letter takes about a millisecond
_MOST_LETTERS = 100
# for private use: no font has it
_NO_LETTER = "\U0010fffd"


def suffix(path: str, formats: Sequence[str] = FORMATS) -> str:
    """The format that a file's name asks for. Raises LedgerError for any other than those of `formats`."""
    found = path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if found not in formats:
        raise LedgerError(
            f"{path}: the extension must say the format", hint=f"-o plot.png: one of {', '.join(formats)}"
        )
    return found


def require(*modules: str) -> None:
    """Raise LedgerError where the libraries that draw pictures are not installed, or these of them."""
    for module in modules or ("altair", "vl_convert"):
        try:
            importlib.import_module(module)
        except ImportError:
            raise LedgerError(
                f"pictures need {module.replace('_', '-')}, which is not installed",
                hint="pip install 'experiment-ledger[plot]'; without -o the plot is drawn in the terminal",
            ) from None


def there() -> bool:
    """Whether they are."""
    try:
        require()
    except LedgerError:
        return False
    return True


def unseen(text: str) -> str:
    """The letters that no font of this machine has, each once: a PNG shows them all as the same box.

    Fonts for Latin letters are part of the library. Each letter is drawn, since no list of fonts is there everywhere.
    """
    import vl_convert

    def drawn(letter: str) -> bytes:
        text = f'<text y="20" font-family="sans-serif">{letter}</text>'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">{text}</svg>'
        return bytes(vl_convert.svg_to_png(svg))

    letters = [each for each in dict.fromkeys(text) if ord(each) > _LATIN and each.isprintable()][:_MOST_LETTERS]
    box = drawn(_NO_LETTER) if letters else b""
    return "".join(letter for letter in letters if drawn(letter) == box)


def raster(svg: str) -> bytes:
    """A drawing of ours as PNG, at twice the resolution of a screen."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=2))


def draw(chart: Any, form: str, title: str) -> bytes:
    """The chart as a file of that format; PNG at twice the resolution of a screen."""
    import vl_convert

    spec = chart.to_dict()
    if form == "json":
        return (harmless_json(json.dumps(spec, indent=1, ensure_ascii=False)) + "\n").encode()
    if form == "html":
        # other people's text stands in it: nothing in the data can end the script that holds it
        safe = harmless_json(json.dumps(spec, ensure_ascii=False)).replace("<", "\\u003c")
        return _PAGE.format(title=html.escape(clean(title)), library=library.script(), spec=safe).encode()
    known = library.known_version()
    if form == "svg":
        return vl_convert.vegalite_to_svg(spec, vl_version=known, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(spec, vl_version=known, scale=2, allowed_base_urls=[])
