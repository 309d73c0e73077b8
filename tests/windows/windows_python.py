# SPDX-License-Identifier: GPL-2.0-or-later
"""CPython for Windows with the packages of the worker and the tests, in the lab's Debian.

Its libraries come from a package that carries them for programs to be shipped (``deploy_libs`` of panda3d),
its packages from wheels for Windows. Compiled here are only ``python.exe``, the launcher of virtual
environments, and ``python3.dll``, which refers to the library of its version.

The standard library of 3.11 is Debian's. No Debian has that of 3.12: it is taken from Pyodide, which leaves
out a few modules (venv is Debian's; ssl is missing, so this Python cannot install anything).
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.labs.debian import CannotBuild, Debian, checked

from . import npm
from .pe import exports, replace_functions

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Version:
    """A version of Python, the 12 of 3.12, and where it lies in the root."""

    minor: int

    @property
    def name(self) -> str:
        """Such as "3.12"."""
        return f"3.{self.minor}"

    @property
    def folder(self) -> str:
        """The folder with ``python.exe``."""
        return f"/lab/python3{self.minor}"

    @property
    def venv_python(self) -> str:
        """The interpreter of a virtual environment that has all packages."""
        return f"/lab/venv3{self.minor}/Scripts/python.exe"


#: The first has pip.
VERSIONS = (Version(11), Version(12))

#: Wheels that hold programs' libraries and are no packages of this Python.
_LIBRARIES = ("panda3d", "msvc_runtime", "pylibobs", "kivy_deps")
#: What ensurepip brings along.
_BUNDLED = ("pip", "setuptools")
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
#: Pyodide for Python 3.12 and its checksum in npm's form.
PYODIDE = npm.Package(
    "pyodide@0.27.7",
    "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA==",
)


def download(place: Path) -> None:
    """Download the wheels of ``packages.txt`` for each version; pip compares each with its checksum there."""
    for version in VERSIONS:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--only-binary=:all:", "--platform", "win_amd64", "--python-version", version.name]
        wanted = HERE / "packages.txt"
        if version != VERSIONS[0]:
            # What is no package of Python comes with the first version.
            text = "".join(
                line
                for line in wanted.read_text().splitlines(keepends=True)
                if not line.replace("-", "_").startswith(_LIBRARIES[1:])
            )
            wanted = place / "packages.txt"
            wanted.write_text(text)
        checked([*command, "--dest", str(place / version.name), "-r", str(wanted)])


def wheel(downloads: Path, name: str, version: Version = VERSIONS[0]) -> zipfile.ZipFile:
    """Open the downloaded wheel of the package ``name``."""
    place = downloads / version.name
    found = list(place.glob(f"{name}-*.whl"))
    if len(found) != 1:
        raise CannotBuild(f"{place} holds {len(found)} wheels of {name}, not one.")
    return zipfile.ZipFile(found[0])


def extract(archive: zipfile.ZipFile, inside: str, place: Path) -> None:
    """Write the files whose names begin with ``inside`` to ``place``, without that beginning."""
    for name in archive.namelist():
        if name.startswith(inside) and not name.endswith("/"):
            target = place / name[len(inside) :]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


def make_prefix(debian: Debian) -> None:
    """Make Wine's prefix."""
    shutil.rmtree(debian.inside("/lab/prefix"), ignore_errors=True)
    # In Wine's own folder: it loads that one whatever the prefix has, and copies it into the prefix.
    replace_functions(debian.inside(f"{_WINE_LIBRARIES}/ucrtbase.dll"), _COMPLEX)
    debian.checked("xvfb-run -a wine wineboot --init | cat; wineserver --wait")


def make(debian: Debian, downloads: Path, version: Version) -> None:
    """Make a version of Python and its virtual environment; those of ``VERSIONS`` in their order."""
    place = debian.inside(version.folder)
    shutil.rmtree(place, ignore_errors=True)
    _libraries(place, downloads, version)
    _standard_library(debian, downloads, version)
    _compile(debian, place, version)
    for path in (downloads / version.name).glob("*.whl"):
        if not path.name.startswith((*_LIBRARIES, *_BUNDLED)):
            extract(zipfile.ZipFile(path), "", place / "Lib" / "site-packages")
    venv = version.venv_python.removesuffix("/Scripts/python.exe")
    in_wine = "Z:" + venv.replace("/", "\\")
    debian.checked(
        f"rm -rf {venv}; wine {version.folder}/python.exe -m venv --system-site-packages --without-pip"
        f" '{in_wine}'"
        f" | cat; test -f {version.venv_python}"
    )


def _libraries(place: Path, downloads: Path, version: Version) -> None:
    (place / "DLLs").mkdir(parents=True)
    with wheel(downloads, "panda3d", version) as archive:
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            if folder == "deploy_libs" and not file.lower().startswith(_NOT_FROM_PANDA3D):
                target = place if file.startswith("python") else place / "DLLs"
                (target / file).write_bytes(archive.read(name))
    with wheel(downloads, "msvc_runtime") as archive:
        inside = next(name for name in archive.namelist() if name.endswith("/Scripts/vcruntime140.dll"))
        extract(archive, inside.removesuffix("vcruntime140.dll"), place)


def _standard_library(debian: Debian, downloads: Path, version: Version) -> None:
    library = debian.inside(version.folder) / "Lib"
    if version != VERSIONS[0]:
        with PYODIDE.open(downloads) as archive:
            member = archive.extractfile("package/python_stdlib.zip")
            assert member is not None
            extract(zipfile.ZipFile(io.BytesIO(member.read())), "", library)
        shutil.copytree(debian.inside(VERSIONS[0].folder) / "Lib" / "venv", library / "venv")
        return
    packages = "libpython3.11-minimal libpython3.11-stdlib python3.11-venv"
    debian.checked(
        f"cd /tmp && rm -rf stdlib *.deb && apt-get -q download {packages}"
        " && for package in *.deb; do dpkg -x $package stdlib; done"
        f" && cp -r stdlib/usr/lib/python3.11 {version.folder}/Lib"
        f" && rm -rf {version.folder}/Lib/lib-dynload stdlib *.deb"
    )
    # The wheels lie in its own folder on Windows.
    bundled = library / "ensurepip" / "_bundled"
    bundled.mkdir()
    script = library / "ensurepip" / "__init__.py"
    for name in _BUNDLED:
        (path,) = (downloads / version.name).glob(f"{name}-*.whl")
        shutil.copy(path, bundled)
        line = f'_{name.upper()}_VERSION = "{path.name.split("-")[1]}"'
        script.write_text(
            re.sub(rf"^_{name.upper()}_VERSION = .*$", line, script.read_text(), flags=re.MULTILINE)
        )


def _compile(debian: Debian, place: Path, version: Version) -> None:
    for name in ("python.c", "launcher.c", "python.manifest"):
        shutil.copy(HERE / name, place)
    library = f"python3{version.minor}"
    # Packages that serve several versions of Python import from python3.dll.
    names = "".join(
        f" {name} = {library}.{name}\n" for name in exports((place / f"{library}.dll").read_bytes())
    )
    (place / "python3.def").write_text(f"LIBRARY python3.dll\nEXPORTS\n{names}")
    (place / "python3.c").write_text("int __stdcall DllMain(void *m, int r, void *p) { return 1; }\n")
    (place / "python.rc").write_text('1 24 "python.manifest"\n')
    tools = "x86_64-w64-mingw32-"
    launchers = "Lib/venv/scripts/nt"
    defined = f"-DLIBRARY='L\"{library}.dll\"'"
    debian.checked(
        f"cd {version.folder} && {tools}windres python.rc resource.o"
        f" && {tools}gcc -O2 -municode {defined} python.c resource.o -o python.exe"
        f" && {tools}gcc -shared -nostdlib -e DllMain python3.c python3.def -o python3.dll"
        f" && mkdir -p {launchers}"
        f" && {tools}gcc -O2 -municode launcher.c resource.o -o {launchers}/python.exe"
        f" && cp {launchers}/python.exe {launchers}/pythonw.exe"
    )
