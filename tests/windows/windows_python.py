# SPDX-License-Identifier: GPL-2.0-or-later
"""CPython 3.11 for Windows with the packages of the worker and the tests, in the lab's Debian.

Its libraries come from a package that carries them for programs to be shipped (``deploy_libs`` of
panda3d), its standard library from Debian, its packages from wheels for Windows. Compiled here are only
``python.exe``, the launcher of virtual environments, and ``python3.dll``, which refers to
``python311.dll``.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

from tests.labs.debian import CannotBuild, Debian, checked

from .pe import exports, replace_functions

HERE = Path(__file__).parent
#: Paths in the root.
PYTHON = "/lab/python/python.exe"
VENV_PYTHON = "/lab/venv/Scripts/python.exe"

#: Wheels that hold programs' libraries and are no packages of this Python.
_LIBRARIES = ("panda3d", "msvc_runtime", "pylibobs", "kivy_deps")
#: Wine has the first, and the second comes from msvc-runtime.
_NOT_FROM_PANDA3D = ("api-ms-win", "vcruntime")
_WINE_LIBRARIES = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
#: What Wine's C library lacks and numpy imports: the parts of complex numbers. The argument is in rcx: two
#: floats themselves, or the address of two doubles. The result goes to xmm0.
_COMPLEX = {
    "crealf": bytes.fromhex("660f6ec1 c3"),
    "cimagf": bytes.fromhex("48c1e920 660f6ec1 c3"),
    "creall": bytes.fromhex("f20f1001 c3"),
    "cimag": bytes.fromhex("f20f104108 c3"),
    "cimagl": bytes.fromhex("f20f104108 c3"),
}


def download(wheels: Path) -> None:
    """Download the wheels of ``packages.txt``; pip compares each with its checksum there."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.11"]
    checked([*command, "--dest", str(wheels), "-r", str(HERE / "packages.txt")])


def wheel(wheels: Path, name: str) -> zipfile.ZipFile:
    """Open the downloaded wheel of the package ``name``."""
    found = list(wheels.glob(f"{name}-*.whl"))
    if len(found) != 1:
        raise CannotBuild(f"{wheels} holds {len(found)} wheels of {name}, not one.")
    return zipfile.ZipFile(found[0])


def extract(archive: zipfile.ZipFile, inside: str, place: Path) -> None:
    """Write the files whose names begin with ``inside`` to ``place``, without that beginning."""
    for name in archive.namelist():
        if name.startswith(inside) and not name.endswith("/"):
            target = place / name[len(inside) :]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


def make(debian: Debian, wheels: Path) -> None:
    """Make Wine's prefix, ``PYTHON`` and ``VENV_PYTHON``."""
    place = debian.inside("/lab/python")
    shutil.rmtree(place, ignore_errors=True)
    _prefix(debian)
    _libraries(place, wheels)
    _standard_library(debian)
    _compile(debian, place)
    for path in wheels.glob("*.whl"):
        if not path.name.startswith(_LIBRARIES):
            extract(zipfile.ZipFile(path), "", place / "Lib" / "site-packages")
    venv = "rm -rf /lab/venv && wine /lab/python/python.exe -m venv --system-site-packages --without-pip"
    debian.checked(rf"{venv} 'Z:\lab\venv' | cat; test -f {VENV_PYTHON}")


def _prefix(debian: Debian) -> None:
    shutil.rmtree(debian.inside("/lab/prefix"), ignore_errors=True)
    # In Wine's own folder: it loads that one whatever the prefix has, and copies it into the prefix.
    replace_functions(debian.inside(f"{_WINE_LIBRARIES}/ucrtbase.dll"), _COMPLEX)
    debian.checked("xvfb-run -a wine wineboot --init | cat; wineserver --wait")


def _libraries(place: Path, wheels: Path) -> None:
    (place / "DLLs").mkdir(parents=True)
    with wheel(wheels, "panda3d") as archive:
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            if folder == "deploy_libs" and not file.lower().startswith(_NOT_FROM_PANDA3D):
                target = place if file.startswith("python") else place / "DLLs"
                (target / file).write_bytes(archive.read(name))
    with wheel(wheels, "msvc_runtime") as archive:
        inside = next(name for name in archive.namelist() if name.endswith("/Scripts/vcruntime140.dll"))
        extract(archive, inside.removesuffix("vcruntime140.dll"), place)


def _standard_library(debian: Debian) -> None:
    packages = "libpython3.11-minimal libpython3.11-stdlib"
    debian.checked(
        f"cd /tmp && rm -rf stdlib *.deb && apt-get -q download {packages}"
        " && for package in *.deb; do dpkg -x $package stdlib; done"
        " && cp -r stdlib/usr/lib/python3.11 /lab/python/Lib"
        " && rm -rf /lab/python/Lib/lib-dynload stdlib *.deb"
    )


def _compile(debian: Debian, place: Path) -> None:
    for name in ("python.c", "launcher.c", "python.manifest"):
        shutil.copy(HERE / name, place)
    # Packages that serve several versions of Python import from python3.dll.
    names = "".join(
        f" {name} = python311.{name}\n" for name in exports((place / "python311.dll").read_bytes())
    )
    (place / "python3.def").write_text(f"LIBRARY python3.dll\nEXPORTS\n{names}")
    (place / "python3.c").write_text("int __stdcall DllMain(void *m, int r, void *p) { return 1; }\n")
    (place / "python.rc").write_text('1 24 "python.manifest"\n')
    tools = "x86_64-w64-mingw32-"
    launchers = "Lib/venv/scripts/nt"
    debian.checked(
        f"cd /lab/python && {tools}windres python.rc resource.o"
        f" && {tools}gcc -O2 -municode python.c resource.o -o python.exe"
        f" && {tools}gcc -shared -nostdlib -e DllMain python3.c python3.def -o python3.dll"
        f" && mkdir -p {launchers}"
        f" && {tools}gcc -O2 -municode launcher.c resource.o -o {launchers}/python.exe"
        f" && cp {launchers}/python.exe {launchers}/pythonw.exe"
    )
