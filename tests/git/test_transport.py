"""What remotes say, as values and as errors."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.git import remote_errors, transport
from ledger.git.git import Git, open_repository
from ledger.git.process import converse
from ledger.git.transport import Update, Why


def git(cwd: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def here(tmp_path: Path) -> Git:
    """A repository with a commit on main and a bare remote `origin`, which has nothing."""
    root = tmp_path / "here"
    root.mkdir()
    git(root, "init", "-q")
    git(root, "commit", "-q", "--allow-empty", "-m", "begin")
    git(root, "init", "-q", "--bare", str(tmp_path / "origin.git"))
    git(root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return open_repository(root)


def commit(repository: Git, message: str) -> str:
    git(repository.root, "commit", "-q", "--allow-empty", "-m", message)
    return git(repository.root, "rev-parse", "HEAD")


def test_what_is_pushed_is_there_and_comes_back(here: Git) -> None:
    origin = transport.remote(here, "origin")
    assert transport.heads_and_tags(here, origin) == {}
    tip = commit(here, "one")
    tag = here.annotated_tag("ledger/x/0123456789", tip, "trials of x: 1 treatment")
    updates = [Update(ref="refs/heads/exp/x", new=tip), Update(ref="refs/tags/ledger/x/0123456789", new=tag)]
    assert transport.push(here, origin, updates).rejected == ()
    there = {"refs/heads/exp/x": tip, "refs/tags/ledger/x/0123456789": tag}
    assert transport.heads_and_tags(here, origin) == there
    transport.fetch(here, origin, ["+refs/heads/exp/x:refs/remotes/origin/exp/x"])
    assert here.refs("refs/remotes/")["refs/remotes/origin/exp/x"] == tip


def test_where_one_ref_is_not_taken_none_is(here: Git) -> None:
    origin = transport.remote(here, "origin")
    first, second = commit(here, "one"), commit(here, "two")
    there = {"refs/heads/a": second, "refs/tags/t": second}
    transport.push(here, origin, [Update(ref=ref, new=oid) for ref, oid in there.items()])
    for ref, why in (("refs/heads/a", Why.MOVED_ON), ("refs/tags/t", Why.TAKEN)):
        reply = transport.push(here, origin, [Update(ref=ref, new=first), Update(ref="refs/heads/b", new=second)])
        assert [(one.ref, one.why) for one in reply.rejected] == [(ref, why)]
        assert transport.heads_and_tags(here, origin) == there


def test_what_hooks_say_is_told(here: Git, tmp_path: Path) -> None:
    hook = tmp_path / "origin.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho open a request at https://host/new\n[ ! -e refuse ]\n")
    hook.chmod(0o755)
    origin, tip = transport.remote(here, "origin"), commit(here, "one")
    reply = transport.push(here, origin, [Update(ref="refs/heads/a", new=tip)])
    assert reply.rejected == () and reply.said == ("open a request at https://host/new",)
    (tmp_path / "origin.git/refuse").touch()
    (rejected,) = transport.push(here, origin, [Update(ref="refs/heads/b", new=tip)]).rejected
    assert rejected.why is Why.DECLINED and rejected.said == "pre-receive hook declined"


SSH = """\
#!/bin/sh
[ "$1" = closed ] && { echo "git@closed: Permission denied (publickey)." >&2; exit 255; }
shift
exec sh -c "$*"
"""


def test_ssh_is_called_as_the_user_has_it(here: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh = tmp_path / "own-ssh"
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    for name in ("open", "closed"):
        git(here.root, "remote", "add", name, f"ssh://{name}{tmp_path}/origin.git")
    there, tip = transport.remote(here, "open"), commit(here, "one")
    assert transport.push(here, there, [Update(ref="refs/heads/a", new=tip)]).rejected == ()
    assert transport.heads_and_tags(here, there) == {"refs/heads/a": tip}
    with pytest.raises(LedgerError, match=r"closed denied access: git@closed: Permission denied \(publickey\)"):
        transport.push(here, transport.remote(here, "closed"), [Update(ref="refs/heads/a", new=tip)])


def test_a_hook_of_ones_own_is_named(here: Git) -> None:
    hook = here.common / "hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho two tests fail >&2\nexit 1\n")
    hook.chmod(0o755)
    origin, update = transport.remote(here, "origin"), Update(ref="refs/heads/a", new=commit(here, "one"))
    with pytest.raises(LedgerError, match="the pre-push hook of this repository declined: two tests fail"):
        transport.push(here, origin, [update])
    assert transport.heads_and_tags(here, origin) == {}


def test_a_ref_that_stands_in_the_way_is_no_fault(here: Git) -> None:
    origin, tip = transport.remote(here, "origin"), commit(here, "one")
    transport.push(here, origin, [Update(ref="refs/heads/a", new=tip)])
    git(here.root, "update-ref", "-d", "refs/remotes/origin/a")
    git(here.root, "update-ref", "refs/remotes/origin/a/b", tip)
    with pytest.raises(LedgerError, match="git cannot store what came from origin") as refused:
        transport.fetch(here, origin, ["+refs/heads/a:refs/remotes/origin/a"])
    assert "git remote prune origin" in str(refused.value.hint)


def test_a_branch_that_is_checked_out_there_is_not_taken(here: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(here.root), "other")
    git(here.root, "remote", "add", "other", str(tmp_path / "other"))
    update = Update(ref="refs/heads/main", new=commit(here, "one"))
    (rejected,) = transport.push(here, transport.remote(here, "other"), [update]).rejected
    assert rejected.why is Why.CHECKED_OUT


def test_nothing_that_is_here_goes_where_the_user_prunes(here: Git) -> None:
    """`fetch.prune` would delete the tags that the remote does not have: trials."""
    git(here.root, "config", "fetch.prune", "true")
    git(here.root, "config", "fetch.pruneTags", "true")
    git(here.root, "tag", "ledger/x/0123456789")
    tip = commit(here, "one")
    origin = transport.remote(here, "origin")
    transport.push(here, origin, [Update(ref="refs/heads/a", new=tip), Update(ref="refs/tags/t", new=tip)])
    transport.fetch(here, origin, ["+refs/heads/a:refs/remotes/origin/a", "refs/tags/*:refs/tags/*"])
    assert set(here.refs("refs/tags/")) == {"refs/tags/ledger/x/0123456789", "refs/tags/t"}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.\n", "denied access"),
        ("fatal: could not read Username for 'https://host': terminal prompts disabled\n", "denied access"),
        ("fatal: unable to access 'https://h/': The requested URL returned error: 403\n", "denied access"),
        ("remote: Repository not found.\nfatal: repository 'https://h/' not found\n", "no repository that you can"),
        ("fatal: '/x' does not appear to be a git repository\n", "no repository that you can read"),
        ("ssh: connect to host h port 22: Connection refused\nfatal: Could not read\n", "cannot be reached"),
        ("fatal: unable to access 'https://h/': Could not resolve host: h\n", "cannot be reached"),
        ("fatal: the receiving end does not support --atomic push\n", "does not support --atomic push"),
        ("", "does not say why"),
    ],
)
def test_why_a_remote_gives_nothing(said: str, error: str) -> None:
    assert error in remote_errors.failure("origin", said).message


def test_passwords_in_urls_are_not_shown() -> None:
    said = "fatal: unable to access 'https://ada:secret@host/x.git/': Could not resolve host: host\n"
    assert "secret" not in remote_errors.failure("origin", said).message


def test_a_remote_that_is_not_there(here: Git, tmp_path: Path) -> None:
    git(here.root, "remote", "add", "gone", str(tmp_path / "gone.git"))
    with pytest.raises(LedgerError, match="gone has no repository that you can read"):
        transport.heads_and_tags(here, transport.remote(here, "gone"))


def test_without_a_terminal_there_is_none_to_ask_at(here: Git) -> None:
    """Where a credential helper or ssh would wait for a password, it finds nobody, and nobody waits."""
    git(here.root, "config", "alias.asked", "!sh -c 'echo prompt=$GIT_TERMINAL_PROMPT; : </dev/tty'")
    done = converse(["asked"], cwd=here.root)
    assert done.stdout == b"prompt=0\n" and done.returncode != 0


def test_what_stays_behind_is_not_waited_for(here: Git) -> None:
    """A shared ssh connection and the daemon of a credential helper keep their streams open."""
    git(here.root, "config", "alias.left", "!sh -c 'sleep 60 & echo $!'")
    done = converse(["left"], cwd=here.root)
    os.kill(int(done.stdout), signal.SIGKILL)


ASKS = """\
import sys
from pathlib import Path
from ledger.git.process import converse
done = converse(["asked"], cwd=Path(sys.argv[1]))
print(done.stdout.decode())
"""


def test_on_a_terminal_git_may_ask(here: Git) -> None:
    git(here.root, "config", "alias.asked", "!sh -c 'echo Password: >/dev/tty; read word </dev/tty; echo got $word'")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", ASKS, str(here.root)])
    said = b""
    while b"Password:" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, b"sesame\n")
    while b"got sesame" not in said:
        said += os.read(terminal, 1000)
    os.waitpid(pid, 0)
    os.close(terminal)


def test_an_interrupt_ends_all_that_git_has_started(here: Git) -> None:
    git(here.root, "config", "alias.slow", f"!sh -c 'echo $$ >{here.root}/pid; exec sleep 60'")
    script = ASKS.replace("asked", "slow")
    process = subprocess.Popen([sys.executable, "-c", script, str(here.root)], stderr=subprocess.DEVNULL)
    pid = here.root / "pid"
    while not (pid.exists() and pid.read_text().strip()):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) != 0
    # the group is gone, or about to be
    with pytest.raises(ProcessLookupError):
        while True:
            os.kill(int(pid.read_text()), 0)
            time.sleep(0.01)
