"""Where is a repository on the web? By what a remote's address or a CI machine says, which anybody may have written.

What is returned has plain characters alone and no name or password; all that is not known to be plain gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ledger.analysis.review import Host, WebAddress

# a host with its port; parts of a path, of which none begins with a dot or a hyphen
_HOST: Final = r"(?=[a-z0-9.-]{1,253}(?:[:/]|$))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_PART: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,99})"
_SERVER: Final = re.compile(rf"https://{_HOST}(?::[0-9]{{1,5}})?")
_PATH: Final = re.compile(rf"{_PART}(?:/{_PART}){{1,20}}")
# `https://user:token@host/path`, `ssh://git@host:22/path`, and `git@host:path`
_URL: Final = re.compile(rf"(?:https|ssh|git\+ssh)://(?:[^@/\s]*@)?({_HOST})(?::[0-9]{{1,5}})?/(.*)", re.DOTALL)
_SCP: Final = re.compile(rf"(?:[A-Za-z0-9_.-]+@)?({_HOST}):(?!/)(.*)", re.DOTALL)

_HOSTS: Final = {"github.com": Host.GITHUB, "gitlab.com": Host.GITLAB}


def web_address(url: str | None, environment: Mapping[str, str]) -> WebAddress | None:
    """The address that CI variables give, else that of a remote's `url` at github.com or gitlab.com; None where neither
    is one.
    """
    return _by_variables(environment) or (None if url is None else _by_url(url))


def _by_variables(environment: Mapping[str, str]) -> WebAddress | None:
    """On the machines of GitHub and GitLab, which may be a company's own."""
    if environment.get("GITHUB_ACTIONS") == "true":
        server, path = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
        return _address(Host.GITHUB, server, path, exactly=2)
    if environment.get("GITLAB_CI") == "true":
        server, whole = environment.get("CI_SERVER_URL", ""), environment.get("CI_PROJECT_URL", "")
        return _address(Host.GITLAB, server, whole[len(server) + 1 :]) if whole.startswith(f"{server}/") else None
    return None


def _by_url(url: str) -> WebAddress | None:
    found = _URL.fullmatch(url) or _SCP.fullmatch(url)
    host = None if found is None else _HOSTS.get(found[1])
    if found is None or host is None:
        return None
    path = found[2].removesuffix("/").removesuffix(".git")
    return _address(host, f"https://{found[1]}", path, exactly=2 if host is Host.GITHUB else None)


def _address(host: Host, server: str, path: str, *, exactly: int | None = None) -> WebAddress | None:
    """The address, of plain parts alone; `exactly` this many."""
    whole = _SERVER.fullmatch(server) is not None and _PATH.fullmatch(path) is not None
    if not whole or (exactly is not None and path.count("/") != exactly - 1):
        return None
    return WebAddress(host=host, url=f"{server}/{path}")
