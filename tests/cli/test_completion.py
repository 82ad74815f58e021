"""What shells complete: from refs and the index as it is, whatever is wrong with the repository."""

from __future__ import annotations

import importlib.util
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Project, Shelved
from made_experiments import experiment

from ledger.cli import command_words, completing
from ledger.model import typed_line
from ledger.repo import hints

ROOT = Path(__file__).resolve().parents[2]


def made(project: Project) -> None:
    """The experiments `first`, in the index, and a model that is in production."""
    experiment(project, "first", "supported")
    project.git("tag", "-am", "a model", "net@v0.1.0", "main")
    project.git("tag", "-am", "to production", "net#prod#1", "main")
    project.ledger("log")


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """With one experiment and a model."""
    return shelved(made)


def completed(project: Project, line: str) -> list[str] | None:
    found = completing.completions(line, project.root)
    return None if found is None else sorted(found)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ledger cov", ["coverage"]),
        ("ledger help cov", ["coverage"]),
        ("ledger --no-pager cov", ["coverage"]),
        ("ledger show ", ["first"]),
        ("ledger show fi", ["first"]),
        ("ledger show x", []),
        ("ledger show first ", []),
        ("ledger show first:", ["first:baseline", "first:treatment"]),
        ("ledger show first:treatment/", ["first:treatment/seed-0", "first:treatment/seed-1"]),
        ("ledger confirm first:tr", ["first:treatment"]),
        ("ledger coverage first fi", ["first"]),
        ("ledger suggest fi", ["first"]),
        ("ledger importance ", ["m"]),
        ("ledger confirm --metric ", ["m"]),
        ("ledger confirm --metric=", ["--metric=m"]),
        ("ledger power --metric ", ["m"]),
        ("ledger coverage --ke", ["--keep"]),
        ("ledger coverage -t 2 --keep ", []),
        ("ledger table --sort ", ["m"]),
        ("ledger run --only ", ["baseline", "treatment"]),
        ("ledger promote ", ["first"]),
        ("ledger promote first ", ["net"]),
        ("ledger promote net@", ["net@v0.1.0"]),
        ("ledger promote first net --stage ", ["prod"]),
        ("ledger models ", ["net"]),
        ("ledger models net#", ["net#prod"]),
        ("ledger models --stage p", ["prod"]),
        ("ledger models --format=h", ["--format=html"]),
        ("ledger new 'A title' --from e", ["exp/first"]),
        ("ledger export --level ", ["experiments", "trials", "variants"]),
        ("ledger export -o ", None),
        ('ledger table --where "m > 1', []),
        ("ledger nonsense ", []),
        ("ledger ", None),
    ],
)
def test_what_a_line_is_completed_to(project: Project, line: str, found: Sequence[str] | None) -> None:
    if line == "ledger ":
        assert {"new", "coverage", "--help"} <= set(completed(project, line) or ())
    else:
        assert completed(project, line) == found


def test_parameters_are_completed_as_they_are_assigned(project: Project) -> None:
    assert hints.Hints(project.root).params() == []
    folder = "experiments/first/trials/treatment"
    texts = {f"{folder}/seed-{n}.yaml": (project.root / folder / f"seed-{n}.yaml").read_text("utf-8") for n in (0, 1)}
    params = "params: {params.yaml: {train: {lr: 0.2}}}"
    project.commit("run: with a rate", {path: text.replace("params: {}", params) for path, text in texts.items()})
    project.ledger("log")
    for line in ("ledger coverage --keep train.", "ledger coverage --drop train."):
        assert completed(project, line) == ["train.lr"]
    for line in ("ledger suggest --tune train.", "ledger new x --set train.", "ledger coverage --bins train."):
        assert completed(project, line) == ["train.lr="]


def test_a_branch_counts_before_the_index_has_heard_of_it_and_not_after_it_is_gone(project: Project) -> None:
    project.git("branch", "exp/second", "main")
    project.git("branch", "other/exp/third", "main")
    project.git("update-ref", "refs/remotes/hub/exp/fourth", "main")
    assert completed(project, "ledger show ") == ["first", "fourth", "second"]
    project.git("update-ref", "-d", "refs/remotes/hub/exp/fourth")
    project.git("switch", "-q", "main")
    project.git("branch", "-D", "exp/first", "exp/second")
    assert completed(project, "ledger show ") == []


def test_another_prefix_of_branches(project: Project) -> None:
    project.write({"ledger.yaml": "branch_prefix: try/\n"})
    project.git("branch", "try/second", "main")
    assert completed(project, "ledger show s") == ["second"]
    project.write({"ledger.yaml": "branch_prefix: [\n"})
    assert completing.main(["ledger show s", ""]) == 0


def test_nothing_is_wrong_where_something_is(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = project.root / ".git/ledger/index.db"
    index.write_bytes(b"SQLite format 3\0" + os.urandom(4096))
    assert completed(project, "ledger show ") == ["first"]
    assert completed(project, "ledger importance ") == []
    index.unlink()
    assert completed(project, "ledger show ") == ["first"]
    assert not index.exists()
    (project.root / ".git/HEAD").write_text("nonsense\n")
    assert completed(project, "ledger show ") == []
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert completing.completions("ledger show ", elsewhere) == []
    assert completing.main([]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["x;touch y", "$(touch y)", "`touch y`", "x y", "x'y"])
def test_what_would_do_something_in_a_shell_is_not_offered(project: Project, name: str) -> None:
    file = project.root / "experiments/first/trials/treatment/seed-0.yaml"
    text = file.read_text("utf-8").replace("{m: 0.5}", f'{{"{name}": 0.5, m: 0.5}}')
    assert name in text
    project.commit("run: another metric", {str(file.relative_to(project.root)): text})
    project.ledger("log")
    assert name in hints.Hints(project.root).metrics()
    assert completed(project, "ledger importance ") == ["m"]


@pytest.mark.parametrize(
    ("line", "words", "kept"),
    [
        ("", [""], 0),
        ("ledger sh", ["ledger", "sh"], 0),
        ("ledger sh ", ["ledger", "sh", ""], 0),
        ("ledger diff a:b", ["ledger", "diff", "a:b"], 2),
        ("ledger models a@v1 b@", ["ledger", "models", "a@v1", "b@"], 1),
        ("ledger x --keep=a", ["ledger", "x", "--keep=a"], 7),
        ('ledger x "a b" c', ["ledger", "x", "a b", "c"], 0),
        ('ledger x "a:b c', ["ledger", "x", "a:b c"], 0),
        (r"ledger x a\ b", ["ledger", "x", "a b"], 0),
    ],
)
def test_words_of_a_line(line: str, words: list[str], kept: int) -> None:
    assert typed_line.words(line) == words
    assert typed_line.kept(line, " \t=:@") == kept
    assert typed_line.kept(line, " \t") == 0


def test_the_words_of_commands_are_what_the_generator_makes() -> None:
    spec = importlib.util.spec_from_file_location("command_reference", ROOT / "scripts" / "command_reference.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    written = Path(command_words.__file__).read_text("utf-8")
    assert written == generator.words(), "call scripts/command_reference.py"


def test_asking_imports_neither_typer_nor_what_reads_records(project: Project) -> None:
    script = (
        "import sys\nfrom ledger.cli.main import main\nmain(['__complete', 'ledger show fi', ''])\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project.root, capture_output=True, text=True, check=True)
    first, modules = done.stdout.splitlines()
    assert first == "first"
    assert not {name.split(".")[0] for name in modules.split()} & {"typer", "git", "dvc", "numpy", "ruamel"}
    assert "ledger.repo.ledger" not in modules.split()


def test_a_shell_that_is_not_known_is_refused(project: Project) -> None:
    assert "no completion for tcsh, only for bash" in project.ledger("completion", "tcsh", code=2).err


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_at_the_press_of_a_key(project: Project) -> None:
    def pressed(typed: str) -> str:
        """What stands on the line of an interactive bash once TAB was pressed."""
        shell, terminal = pty.openpty()
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "TERM": "dumb",
                       "PS1": "", "HISTFILE": ""}  # fmt: skip
        with subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-i"],
            cwd=project.root, env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        ) as bash:  # fmt: skip
            os.close(terminal)
            # the line as it is then becomes a text that is printed
            os.write(shell, f"source <(ledger completion bash)\n{typed}\t\x05]'\x01printf '%s\\n' '[\n".encode())
            seen = b""
            ends = time.monotonic() + 30
            while b"\n[" not in seen.replace(b"\r", b"") or not seen.rstrip().endswith(b"]"):
                assert select.select([shell], [], [], max(0, ends - time.monotonic()))[0], seen
                seen += os.read(shell, 4096)
            os.write(shell, b"\x04")
            bash.kill()
        os.close(shell)
        return seen.replace(b"\r", b"").decode().rpartition("\n[")[2].strip().removesuffix("]")

    assert pressed("ledger show fi") == "ledger show first "
    assert pressed("ledger confirm first:tr") == "ledger confirm first:treatment "
    assert pressed("ledger models net@") == "ledger models net@v0.1.0 "
    assert pressed("ledger confirm --metric=") == "ledger confirm --metric=m "
    assert pressed("ledger export -o ledg") == "ledger export -o ledg"
