"""What the tests hear of a page: all that it says and asks for, and nothing of the page before."""

from __future__ import annotations

from pathlib import Path

from browsing import Browser

LOUD = """<!doctype html><title>loud</title><script>
addEventListener("pagehide", () => { console.error("gone"); fetch("http://127.0.0.1:9/late").catch(() => null); });
console.log("here");
fetch("http://127.0.0.1:9/early").catch(() => null);
missing();
</script>
"""


def test_a_page_is_heard_from_its_beginning_and_no_longer_than_it_is_shown(browser: Browser, tmp_path: Path) -> None:
    loud, quiet = tmp_path / "loud.html", tmp_path / "quiet.html"
    loud.write_text(LOUD)
    quiet.write_text("<!doctype html><title>quiet</title>")
    browser.open(loud.as_uri())
    said = "\n".join(browser.said())
    assert "here" in said and "ReferenceError: missing is not defined" in said
    assert browser.elsewhere() == ["http://127.0.0.1:9/early"]
    # by another page, and by another view of the same one
    for address in (quiet.as_uri(), f"{quiet.as_uri()}#view"):
        browser.open(address)
        assert (browser.said(), browser.elsewhere()) == ([], [])
    browser.js("location.hash = 'other'")
    browser.back()
    assert browser.until("return location.hash === '#view'")
    # what is loaded anew is the same page still
    browser.open(loud.as_uri())
    browser.js("window.before = true; location.reload()")
    browser.until("return !window.before && document.readyState === 'complete'")
    assert sum("here" in each for each in browser.said()) == 2
