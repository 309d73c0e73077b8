# SPDX-License-Identifier: GPL-2.0-or-later
"""What is advised when something cannot be installed: the cause, and what helps against it."""

import errno
import os
import subprocess
import sys

import pytest

from export.fetch import packages
from obs_bgremove import home
from obs_bgremove.setup import causes, pip, virtual_env
from obs_bgremove.setup.errors import SetupError, writing_problem

RETRYING = "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by "
NONE = (
    "\nERROR: Could not find a version that satisfies the requirement numpy\nERROR: No matching distribution"
)
SAID = {
    "a company's certificate": (
        RETRYING
        + "'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
        "failed: self-signed certificate in certificate chain'))': /simple/numpy/" + NONE,
        ("certificate", "PIP_CERT"),
    ),
    "a bundle that is gone": (
        "ERROR: Could not install packages: Could not find a suitable TLS CA certificate bundle, "
        "invalid path: /gone.pem",
        ("certificate", "PIP_CERT"),
    ),
    "a proxy that wants a password": (
        RETRYING + "'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy "
        "Authentication Required'))': /simple/numpy/" + NONE,
        ("proxy", "HTTPS_PROXY"),
    ),
    "a proxy that is not there": (
        RETRYING
        + "'ProxyError('Cannot connect to proxy.', NewConnectionError('[Errno 111] Connection refused'))'",
        ("proxy", "HTTPS_PROXY"),
    ),
    "no network": (
        RETRYING + "'NewConnectionError('[Errno -2] Name or service not known')'" + NONE,
        ("network",),
    ),
    "a slow network": (RETRYING + "'ReadTimeoutError(\"Read timed out. (read timeout=15)\")'", ("network",)),
    "a mirror that wants a password": (
        "ERROR: HTTP error 403 while getting it\nERROR: 403 Client Error: Forbidden for url",
        ("refuses", "password"),
    ),
    "a full disk": (
        "ERROR: Could not install packages: [Errno 28] No space left on device",
        ("full", "free some"),
    ),
    "Windows' full disk": (
        "OSError: [WinError 112] There is not enough space on the disk",
        ("full", "free some"),
    ),
    "a full quota": ("OSError: [Errno 122] Disk quota exceeded", ("full", "free some")),
    "a disk to be read": ("OSError: [Errno 30] Read-only file system: '/x'", ("only be read",)),
    "no rights": (
        "ERROR: Could not install: [Errno 13] Permission denied: '/x'\nCheck the permissions.",
        ("may not",),
    ),
    "a file that is in use": (
        "ERROR: Could not install packages due to an OSError: [WinError 32] Der Prozess kann nicht auf die "
        "Datei zugreifen, da sie von einem anderen Prozess verwendet wird: 'C:\\x'\nCheck the permissions.",
        ("Another program", "antivirus"),
    ),
    "Windows' no rights": ("PermissionError: [WinError 5] Access is denied: 'x'", ("may not",)),
}


@pytest.mark.parametrize(("said", "words"), SAID.values(), ids=SAID)
def test_what_pip_says_becomes_the_cause_and_what_helps(said, words):
    advice = str(pip.error(said))
    assert all(word in advice for word in words), advice
    assert type(pip.error(said)) is SetupError, "another version would not help"
    assert ("network connection" in advice) == (words == ("network",))
    assert all(word in packages._reason(said) for word in words)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error request failed", "certificate"),
        ("npm error code EROFS\nnpm error read-only", "only be read"),
        ("npm error code ENOSPC\nnpm error nospc", "full"),
    ],
)
def test_npm_has_other_words_for_it(said, word):
    assert word in packages._reason(said)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "rights"),
        (errno.EBUSY, "Another program"),
        (errno.EIO, "make"),
    ],
)
def test_an_error_of_the_system_gets_its_own_advice(tmp_path, number, word):
    assert word in str(writing_problem(tmp_path, OSError(number, os.strerror(number))))


def failing(monkeypatch, said):
    """Let nothing that makes virtual environments work, and say this."""
    done = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(virtual_env, "run", lambda command: done)
    monkeypatch.setattr(virtual_env.apt, "available", lambda: False)


ENSUREPIP = "Error: Command '['/x/venv/bin/python', '-m', 'ensurepip']' returned non-zero exit status 1."


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (f"{ENSUREPIP}\nOSError: [Errno 28] No space left on device", "The disk is full"),
        (f"{ENSUREPIP}\nOSError: [Errno 30] Read-only file system", "only be read"),
        ("Error: [Errno 13] Permission denied: '/x/venv'", "may not write"),
        (ENSUREPIP, "python3-venv"),
    ],
)
def test_an_environment_that_cannot_be_made_gets_the_advice_that_helps(data, monkeypatch, said, word):
    failing(monkeypatch, said)
    with pytest.raises(SetupError, match=word) as raised:
        virtual_env.make()
    assert ("python3-venv" in str(raised.value)) == (word == "python3-venv")


def mounts():
    """Whether small disks can be made here."""
    return (
        sys.platform == "linux"
        and os.geteuid() == 0
        and subprocess.run(["unshare", "-m", "true"]).returncode == 0
    )


@pytest.mark.skipif(not mounts(), reason="needs Linux and root, for a small disk")
@pytest.mark.parametrize("options", ["size=6m", "size=1m", "ro"])
def test_on_a_real_disk_that_is_full_or_cannot_be_written_that_is_said(data, options):
    data.mkdir()
    script = (
        f"mount -t tmpfs -o {options} none {data} && "
        f"exec {sys.executable} -c 'from obs_bgremove.setup import virtual_env; virtual_env.make()'"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        capture_output=True,
        text=True,
        cwd=home.PROJECT,
        env=os.environ,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert ("only be read" if options == "ro" else "The disk is full") in last, done.stderr
    assert "venv module" not in last


def test_a_disk_with_room_is_no_cause(tmp_path):
    assert causes.of_place(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
