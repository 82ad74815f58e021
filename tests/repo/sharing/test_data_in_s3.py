"""DVC's data of experiments to and from S3, as a server on this machine plays it."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from conftest import Project, Shelved
from shared_data import FILES, clone, digest, on_main, pull, push, refused, two_trials

numbers = count(1)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of a server that plays S3, one for all tests of a process."""
    from moto.server import ThreadedMotoServer

    # it tells of every request
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Bucket:
    """A bucket of its own for each test, asked directly."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.url = f"{endpoint}/{name}"
        self.endpoint = endpoint
        self.name = name
        # no proxy of the machine's is asked for what is on the machine
        self._open = build_opener(ProxyHandler({})).open

    def ask(self, method: str, path: str = "", data: bytes | None = None) -> bytes:
        """What the server answers."""
        # nobody looks whether the signature is right, but nothing is changed without one
        signed = "AWS4-HMAC-SHA256 Credential=key/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        with self._open(
            Request(self.url + path, data, {"Authorization": signed, "Content-Type": "text/plain"}, method=method)
        ) as answer:
            return bytes(answer.read())

    def keys(self) -> set[str]:
        """The names of all objects."""
        listed = self.ask("GET", "?list-type=2").decode()
        return {part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]}


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, sealed: Path) -> Bucket:
    """An empty bucket; nothing of the machine's own configuration is asked."""
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_CONFIG_FILE": str(sealed / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(sealed / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "*",
    }.items():
        monkeypatch.setenv(name, value)
    made = Bucket(endpoint, f"bucket-{next(numbers)}")
    made.ask("PUT")
    return made


def connect(project: Project, bucket: Bucket, *, key: str | None = "key") -> None:
    """Make the bucket DVC's default remote, with the credentials where they belong: not in git."""
    project.dvc("remote", "add", "-q", "-d", "store", f"s3://{bucket.name}/project")
    project.dvc("remote", "modify", "store", "endpointurl", bucket.endpoint)
    project.dvc("remote", "modify", "store", "region", "us-east-1")
    on_main(project)
    if key is not None:
        credentials(project, project.root, key)


def credentials(project: Project, root: Path, key: str = "key") -> None:
    """What a clone has to be told: it is not in git."""
    for name in ("access_key_id", "secret_access_key"):
        project.dvc("remote", "modify", "--local", "store", name, key, cwd=root)


@pytest.fixture
def trained(shelved: Shelved) -> Project:
    """An experiment of two trials, without a remote."""
    return shelved(two_trials, FILES)


def test_what_is_pushed_is_what_another_clone_pulls(trained: Project, bucket: Bucket, tmp_path: Path) -> None:
    connect(trained, bucket)
    sent = push(trained.root)
    assert (sent.objects, sent.already, sent.absent, sent.remote) == (10, 0, (), "store")
    assert len(bucket.keys()) == 10
    other = clone(trained, tmp_path / "other")
    credentials(trained, other)
    # a dry run reads the lists of the folders
    would = pull(other, dry_run=True)
    assert (would.objects, would.absent) == (10, ())
    got = pull(other)
    assert (got.objects, got.bytes, got.absent) == (10, sent.bytes, ())
    again = push(trained.root)
    assert (again.objects, again.already, again.bytes) == (0, 10, 0)


def test_a_half_filled_bucket_names_what_is_absent(trained: Project, bucket: Bucket, tmp_path: Path) -> None:
    connect(trained, bucket)
    push(trained.root)
    model = digest(trained.root, "model.txt", 1)
    bucket.ask("DELETE", f"/project/files/md5/{model[:2]}/{model[2:]}")
    other = clone(trained, tmp_path / "other")
    credentials(trained, other)
    got = pull(other)
    assert [str(one) for one in got.absent] == ["a:treatment/seed-1 model.txt"]
    assert got.objects == 9
    # the clone that has it fills the bucket again
    assert push(trained.root).objects == 1
    got = pull(other)
    assert (got.objects, got.already, got.absent) == (1, 9, ())


def test_a_bucket_that_does_not_exist(trained: Project, bucket: Bucket) -> None:
    connect(trained, bucket)
    trained.dvc("remote", "modify", "store", "url", "s3://nobody-has-this/project")
    message, hint = refused(lambda: push(trained.root))
    assert message.startswith("the DVC remote store (s3://nobody-has-this/project) cannot be used: ")
    assert hint == "repeat the command once it is fixed: it continues from here; or leave the data: --no-data"
    # a clone that has everything asks for nothing
    assert pull(trained.root).remote is None
    shutil.rmtree(trained.root / ".dvc/cache")
    assert "bucket does not exist" in refused(lambda: pull(trained.root))[0]


def test_a_server_that_does_not_answer(trained: Project, bucket: Bucket) -> None:
    connect(trained, bucket)
    trained.dvc("remote", "modify", "store", "endpointurl", "http://127.0.0.1:9")
    assert "Could not connect to the endpoint" in refused(lambda: push(trained.root))[0]


def test_without_rights_or_credentials(trained: Project, bucket: Bucket) -> None:
    connect(trained, bucket, key=None)
    message, hint = refused(lambda: push(trained.root))
    assert message == (
        f"no permission to use the DVC remote store (s3://{bucket.name}/project): Unable to locate credentials"
    )
    assert hint == "dvc remote modify --local store OPTION VALUE sets credentials; or leave the data: --no-data"
    credentials(trained, trained.root)
    nobody_writes = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*"}
    bucket.ask("PUT", "?policy", json.dumps({"Version": "2012-10-17", "Statement": [nobody_writes]}).encode())
    assert refused(lambda: push(trained.root))[0].startswith("no permission to use the DVC remote store")
    assert not bucket.keys()
