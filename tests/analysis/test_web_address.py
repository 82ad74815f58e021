"""Where a repository is on the web: nothing that is not plain gets into an address, and no password."""

from __future__ import annotations

import pytest

from ledger.analysis.review import Host, WebAddress
from ledger.analysis.web_address import web_address

GITHUB = WebAddress(host=Host.GITHUB, url="https://github.com/lab/project")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/lab/project",
        "https://github.com/lab/project.git",
        "https://github.com/lab/project/",
        "https://ada:s3cret@github.com/lab/project.git",
        "git@github.com:lab/project.git",
        "ssh://git@github.com/lab/project.git",
        "ssh://git@github.com:22/lab/project",
    ],
)
def test_every_way_to_write_a_remote_is_one_address(url: str) -> None:
    assert web_address(url, {}) == GITHUB


def test_gitlab_has_groups_in_groups() -> None:
    found = web_address("git@gitlab.com:lab/vision/dice.net.git", {})
    assert found == WebAddress(host=Host.GITLAB, url="https://gitlab.com/lab/vision/dice.net")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/project.git",
        "../project.git",
        "C:\\project",
        "http://github.com/lab/project",
        "git://github.com/lab/project",
        "file:///github.com/lab/project",
        "ext::sh -c touch% /tmp/x",
        "javascript:alert(1)//github.com/lab/project",
        "https://example.org/lab/project",
        "https://github.com.evil.org/lab/project",
        "https://github.com@evil.org/lab/project",
        "https://evil.org/github.com/lab/project",
        "https://github.com/lab",
        "https://github.com/lab/project/extra",
        "https://github.com/lab/../project",
        "https://github.com/lab/.git",
        "https://github.com/lab/pro ject",
        "https://github.com/lab/project?token=1",
        "https://github.com/lab/project#x",
        "https://github.com/lab/project)[x](y",
        "https://github.com/lab/project\n",
        "https://github.com/lab/pro\u202eject",
        "https://github.com/lab/-upload",
        "https://github.com/lab/" + "a" * 200,
        "https://\uff47ithub.com/lab/project",
    ],
)
def test_what_is_not_plain_is_no_address(url: str) -> None:
    assert web_address(url, {}) is None


def test_a_machine_of_a_host_says_where_it_is_also_where_that_is_a_company_s_own() -> None:
    github = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.lab.org", "GITHUB_REPOSITORY": "a/b"}
    assert web_address("git@github.com:lab/project", github) == WebAddress(
        host=Host.GITHUB, url="https://git.lab.org/a/b"
    )
    gitlab = {"GITLAB_CI": "true", "CI_SERVER_URL": "https://git.lab.org:8443"}
    found = web_address(None, gitlab | {"CI_PROJECT_URL": "https://git.lab.org:8443/a/b/c"})
    assert found == WebAddress(host=Host.GITLAB, url="https://git.lab.org:8443/a/b/c")


@pytest.mark.parametrize(
    "variables",
    [
        {"GITHUB_SERVER_URL": "https://git.lab.org", "GITHUB_REPOSITORY": "a/b"},
        {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "http://git.lab.org", "GITHUB_REPOSITORY": "a/b"},
        {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.lab.org", "GITHUB_REPOSITORY": "a/b](x)"},
        {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://ada:pw@git.lab.org", "GITHUB_REPOSITORY": "a/b"},
        {"GITLAB_CI": "true", "CI_SERVER_URL": "https://a.org", "CI_PROJECT_URL": "https://a.org.evil.org/a/b"},
        {"GITLAB_CI": "true"},
    ],
)
def test_variables_that_are_not_plain_say_nothing(variables: dict[str, str]) -> None:
    assert web_address(None, variables) is None
