"""What draws charts in a browser, as one script that needs no network."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version


def known_version() -> str | None:
    """The version of Vega-Lite that Altair writes, where vl-convert holds it; None for the newest that it does."""
    import altair
    import vl_convert

    written = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return written if written in vl_convert.get_vegalite_versions() else None


@cache
def script() -> str:
    """Vega, Vega-Lite and vega-embed, which sets the global `vegaEmbed`.

    vl-convert takes more than a second to bundle them, the same every time: a process does it once, also where it
    builds a site again and again.
    """
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=known_version())


def package_version() -> str:
    """The version of the package that holds the scripts."""
    return version("vl-convert-python")
