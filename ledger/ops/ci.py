"""`ledger init --ci`: the files by which a host verifies pull requests and comments on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ledger.analysis.review import Host
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.ops.workflows import rendered
from ledger.version import __version__

_GITLAB = ".gitlab/ledger.yml"
_GITLAB_ROOT = ".gitlab-ci.yml"
_INCLUDE = f"include:\n  - local: {_GITLAB}\n"


_FILES = {
    Host.GITHUB: {
        ".github/workflows/ledger.yml": "github.yml",
        ".github/workflows/ledger-comment.yml": "github-comment.yml",
    },
    Host.GITLAB: {_GITLAB: "gitlab.yml"},
}


@frozen
class Workflows:
    """The files to write, by path from the root, and what is left for the author to do."""

    files: Mapping[str, str]
    remarks: tuple[str, ...]


NONE = Workflows(files={}, remarks=())


def plan(root: Path, host: Host, *, force: bool) -> Workflows:
    """What is to be written below the `root` of a repository: nothing where the files are there already.

    Raises LedgerError where one is there with other content, unless `force` says to overwrite it.
    """
    wanted = {path: rendered(template) for path, template in _FILES[host].items()}
    remarks: list[str] = []
    if host is Host.GITLAB:
        if not (root / _GITLAB_ROOT).exists():
            wanted[_GITLAB_ROOT] = _INCLUDE
        elif _GITLAB not in (root / _GITLAB_ROOT).read_text("utf-8", errors="replace"):
            remarks.append(f"{_GITLAB_ROOT} is yours: add `- local: {_GITLAB}` below its `include:`")
    missing = {path: text for path, text in wanted.items() if _content(root, path) != text.encode()}
    differing = sorted(path for path in missing if (root / path).exists())
    if differing and not force:
        raise LedgerError(
            f"{' and '.join(differing)} {'differs' if len(differing) == 1 else 'differ'} from what ledger "
            f"{__version__} writes",
            hint=f"ledger init --ci {host} --force overwrites; git diff then shows what changed",
        )
    return Workflows(files=missing, remarks=tuple(remarks))


def _content(root: Path, path: str) -> bytes | None:
    """What the file holds, None where it is not there. Raises LedgerError where it could not be written."""
    place, folders = root / path, list((root / path).relative_to(root).parents)[:-1]
    in_the_way = [folder for folder in folders if (root / folder).exists() and not (root / folder).is_dir()]
    if in_the_way or place.is_dir():
        raise LedgerError(f"{in_the_way[0] if in_the_way else path} is in the way of {path}", hint="move it away")
    if not place.resolve().is_relative_to(root.resolve()):
        raise LedgerError(f"{path} leads out of the repository by a symbolic link", hint="remove the link")
    return place.read_bytes() if place.is_file() else None
