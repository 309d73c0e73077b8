# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian with Wine in a folder, and commands run in it.

The folder is a root file system made by debootstrap. A command in it has its own mounts and its own process
numbers: nothing stays mounted, and no process is left, once the command ends.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

#: Debian 13 has Wine 10. Wine 8 (Debian 12) passes pipes on only as standard output.
RELEASE = "trixie"
#: Its Python 3.11 is the one whose standard library the Python for Windows gets.
PYTHON_RELEASE = "bookworm"
PACKAGES = (
    *("wine", "wine64", "xvfb", "xauth", "gcc-mingw-w64-x86-64-win32"),
    *("libgl1", "libegl1", "libgl1-mesa-dri", "libvulkan1", "mesa-vulkan-drivers"),
)
#: Programs of this machine that are needed to make and to enter the root.
TOOLS = ("debootstrap", "unshare", "chroot", "mount", "apt-config")

#: winedbg.exe would wait for ever at the first crash; mscoree and mshtml would ask to be installed.
OVERRIDES = "mscoree,mshtml,winedbg.exe="
_PREFIX = "/lab/prefix"


class CannotBuild(Exception):
    """The lab cannot be built here; the text says why."""


def missing() -> str:
    """Return why this machine cannot have the lab, or an empty string."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "The Windows lab needs Linux and root: it makes a Debian in a folder and enters it."
    tools = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"The Windows lab needs: {', '.join(tools)}." if tools else ""


def checked(command: list[str], cwd: Path | None = None) -> str:
    """Run a command of this machine; return its output, or raise CannotBuild with its last lines."""
    done = subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-8:])
        raise CannotBuild(f"{' '.join(command[:3])} ... failed:\n{last}")
    return done.stdout


class Debian:
    """The root file system at ``path``. Paths inside it begin with "/", and Wine calls them ``Z:\\...``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def inside(self, path: str) -> Path:
        """Where this machine sees the file that the root calls ``path``."""
        return self.path / path.lstrip("/")

    def make(self) -> None:
        """Make the root with all its packages. Takes a few minutes and 2.5 GB."""
        shutil.rmtree(self.path, ignore_errors=True)
        # Its mounts are its own: nothing stays mounted below the folder if it is stopped.
        command = ["unshare", "--mount", "debootstrap", "--variant=minbase", "--include=ca-certificates"]
        checked([*command, RELEASE, str(self.path)])
        # A proxy, or certificates: what this machine's apt needs, the root's needs as well.
        settings = checked(["apt-config", "dump", "Acquire"])
        self.inside("/etc/apt/apt.conf.d/90host").write_text(settings)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(Path("/etc", name), self.inside("/etc"))
        sources = self.inside("/etc/apt/sources.list")
        text = sources.read_text()
        sources.write_text(text + text.replace(RELEASE, PYTHON_RELEASE))
        apt = "DEBIAN_FRONTEND=noninteractive apt-get -q -y"
        self.checked(f"{apt} update && {apt} install --no-install-recommends {' '.join(PACKAGES)}")
        self.inside("/lab").mkdir()

    def run(
        self,
        script: str,
        timeout: float,
        *,
        bound: dict[str, Path] | None = None,
        environment: dict[str, str] | None = None,
        keep: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script in the root; return its exit code and its output, which is one text.

        ``bound`` maps directories of the root to those of this machine that are seen there, read-only. After
        ``timeout`` seconds the exit code is 124. Unless ``keep``, what the script changes in the root is gone
        when it ends: several scripts may run at a time.
        """
        outer, root = ["set -e"], shlex.quote(str(self.path))
        if not keep:
            # The changes lie in memory, over the root that stays as it is. This mount is the script's own.
            outer += ["mount -t tmpfs tmpfs /mnt", "mkdir /mnt/upper /mnt/work /mnt/root"]
            outer += [
                f"mount -t overlay overlay -o lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work /mnt/root"
            ]
            root = "/mnt/root"
        outer += [
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /sys {root}/sys",
            f"mount --rbind /dev {root}/dev",
        ]
        for path, source in (bound or {}).items():
            place = shlex.quote(f"{root}{path}")
            outer += [f"mkdir -p {place}", f"mount --bind {shlex.quote(str(source))} {place}"]
            outer += [f"mount -o remount,bind,ro {place}"]
        outer += [f"exec chroot {root} /bin/bash -c {shlex.quote(script)}"]
        values = {
            "HOME": "/root",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "WINEPREFIX": _PREFIX,
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": OVERRIDES,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            **(environment or {}),
        }
        command = ["timeout", "-k", "5", str(timeout)]
        command += [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "/bin/bash",
            "-c",
            "\n".join(outer),
        ]
        return subprocess.run(
            command,
            env=values,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )

    def checked(self, script: str) -> str:
        """Run a script that changes the root; raise CannotBuild with its last lines if it fails."""
        done = self.run(script, timeout=1800, keep=True)
        if done.returncode:
            last = "\n".join(done.stdout.splitlines()[-8:])
            raise CannotBuild(f"In {self.path}: {script[:60]} ... failed:\n{last}")
        return done.stdout
