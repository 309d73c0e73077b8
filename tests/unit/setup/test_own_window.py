# SPDX-License-Identifier: GPL-2.0-or-later
"""install.py when it is double-clicked on Windows: what it said can be read. The programs are made up."""

import builtins
import shutil
import subprocess
import sys

import pytest

from obs_bgremove import home
from obs_bgremove.setup import command, own_window
from obs_bgremove.users_obs import windows_processes


@pytest.mark.parametrize(
    ("programs", "expected"),
    [
        (["python.exe", "py.exe"], True),
        (["python.exe", "python.exe"], True),
        (["python.exe", "pymanager.exe"], True),
        (["python3.12.exe"], True),
        (["python.exe", "py.exe", "cmd.exe"], False),
        (["python.exe", "py.exe", "powershell.exe", "cmd.exe"], False),
        (["python.exe", "far.exe"], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("somebody", [True, False])
def test_the_window_of_a_double_click_waits_for_a_key(monkeypatch, programs, expected, somebody):
    asked = []
    monkeypatch.setattr(windows_processes, "of_this_console", lambda: programs)
    monkeypatch.setattr(own_window, "someone_there", lambda: somebody)
    monkeypatch.setattr(builtins, "input", asked.append)
    with pytest.raises(SystemExit):
        command.main(["--help"])
    assert asked == (["Press Enter to close this window."] if expected and somebody else [])


def test_what_nobody_expected_is_read_too(monkeypatch, capsys):
    said = []
    monkeypatch.setattr(windows_processes, "of_this_console", lambda: ["python.exe"])
    monkeypatch.setattr(own_window, "someone_there", lambda: True)
    monkeypatch.setattr(builtins, "input", lambda _: said.append(capsys.readouterr().err))
    monkeypatch.setattr(command, "check", lambda: {}["unheard of"])
    assert command.main(["--check"]) == 1
    assert "KeyError: 'unheard of'" in said[0]


def test_closing_it_in_another_way_is_no_error(monkeypatch):
    def closed(_):
        raise EOFError

    monkeypatch.setattr(windows_processes, "of_this_console", lambda: ["python.exe"])
    monkeypatch.setattr(own_window, "someone_there", lambda: True)
    monkeypatch.setattr(builtins, "input", closed)
    own_window.keep_open()


@pytest.mark.parametrize("option", ["-B", "-I"])
def test_without_the_folder_beside_it_install_py_says_what_to_do(tmp_path, option):
    """As Explorer starts it out of a ZIP file."""
    alone = shutil.copy(home.PROJECT / "install.py", tmp_path)
    done = subprocess.run(
        [sys.executable, option, alone],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1 and done.stdout == ""
    first, *more = done.stderr.splitlines()
    assert first.startswith("Error: ") and "unpack the whole ZIP file" in first
    # Windows' null device is taken for a terminal.
    assert more == (["Press Enter."] if sys.platform == "win32" else [])
