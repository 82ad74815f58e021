"""`ledger init --ci`: the files by which a host verifies pull requests and comments on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ledger.analysis.review import Host
from ledger.errors import LedgerError
from ledger.machine.plain_files import to_be_written
from ledger.model.frozen import frozen
from ledger.model.set_up import Lack
from ledger.repo.workflows import rendered
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
    """The files to write, by path from the root, and what they lack."""

    files: Mapping[str, str]
    lacks: tuple[Lack, ...] = ()


NONE = Workflows(files={})


def plan(root: Path, host: Host, *, force: bool) -> Workflows:
    """What is to be written below the `root` of a repository: nothing where the files are there already.

    Raises LedgerError where one is there with other content, unless `force` says to overwrite it.
    """
    wanted = {path: rendered(template) for path, template in _FILES[host].items()}
    lacks: tuple[Lack, ...] = ()
    if host is Host.GITLAB:
        there = to_be_written(root, _GITLAB_ROOT)
        if there is None:
            wanted[_GITLAB_ROOT] = _INCLUDE
        elif _GITLAB.encode() not in there:
            lacks = (Lack.INCLUDE,)
    missing = {path: text for path, text in wanted.items() if to_be_written(root, path) != text.encode()}
    differing = sorted(path for path in missing if (root / path).exists())
    if differing and not force:
        raise LedgerError(
            f"{' and '.join(differing)} {'differs' if len(differing) == 1 else 'differ'} from what ledger "
            f"{__version__} writes",
            hint=f"ledger init --ci {host} --force overwrites; git diff then shows what changed",
        )
    return Workflows(files=missing, lacks=lacks)
