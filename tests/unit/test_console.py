# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs print cannot end them: letters without a code, a full disk, a pipe that nobody reads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from obs_bgremove import home

SCRIPT = """
import sys
from obs_bgremove import console
console.prepare()
for number in range(3):
    console.say("collection \\u573a\\u666f \\udcff %d" % number)
    console.complain("collection \\u573a\\u666f \\udcff %d" % number)
open(sys.argv[1], "w").write("done")
"""


def run(tmp_path, stdout, **environment):
    """Run the script with a stdout; return its exit code and whether it came to its end."""
    done = tmp_path / "done"
    code = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(done)],
        cwd=home.PROJECT,
        stdout=stdout,
        stderr=stdout,
        env={**os.environ, **environment},
    ).returncode
    return code, done.exists()


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8", "cp437"])
def test_letters_that_the_terminal_does_not_have_are_escapes(tmp_path, encoding):
    with (tmp_path / "printed").open("wb") as file:
        assert run(tmp_path, file, PYTHONIOENCODING=encoding) == (0, True)
    printed = (tmp_path / "printed").read_bytes()
    assert printed.count(b"collection ") == 6
    assert (b"\\u573a\\u666f" in printed) == (encoding != "utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_a_full_disk_does_not_stop_it(tmp_path):
    with open("/dev/full", "wb") as full:
        assert run(tmp_path, full) == (0, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX pipes")
def test_a_pipe_that_nobody_reads_does_not_stop_it(tmp_path):
    source, sink = os.pipe()
    os.close(source)
    try:
        assert run(tmp_path, sink) == (0, True)
    finally:
        os.close(sink)
