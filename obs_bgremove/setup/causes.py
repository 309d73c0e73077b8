# SPDX-License-Identifier: GPL-2.0-or-later
"""Why something could not be installed: what programs and the system say, and what helps against it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from .. import home
from ..translate import N, tr

if TYPE_CHECKING:
    from pathlib import Path

_FULL, _READ_ONLY, _NO_RIGHT, _CERTIFICATE, _PROXY, _NETWORK, _REFUSED, _MEMORY, _IN_USE = (
    N("The disk is full ({place}): free some space, or set {variable} to a folder on another one."),
    N(
        "{place} is on a disk that can only be read: make it writable, or set {variable} to a folder "
        "elsewhere."
    ),
    N(
        "You may not write to {place}: change its owner or its rights, or set {variable} to a folder of "
        "yours."
    ),
    N(
        "The certificate of the package registry is not trusted here: check the date of this computer; where "
        "a company or an antivirus program looks into connections, set PIP_CERT to the file of its "
        "certificate."
    ),
    N(
        "The proxy does not let this through: check HTTPS_PROXY (with name and password, if it wants them) "
        "and the proxy in pip's settings ('pip config list')."
    ),
    N(
        "The package registry cannot be reached: check the network connection, and HTTPS_PROXY if you need "
        "one."
    ),
    N(
        "The package registry refuses the download: check the index and the password in pip's settings "
        "('pip config list')."
    ),
    N("There is not enough memory: close other programs."),
    N(
        "Another program uses a file in {place}: close OBS, wait for the antivirus program if there is one, "
        "and run this again."
    ),
)
#: In the order of asking: a certificate that is not trusted is also called a connection that failed, and a
#: full disk a command that failed. One of the words of a line is enough.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_FULL, ("No space left on device", "Errno 28", "not enough space on the disk", "WinError 112")),
    (_FULL, ("Disk quota exceeded", "Errno 122")),
    (_READ_ONLY, ("Read-only file system", "Errno 30")),
    (_CERTIFICATE, ("CERTIFICATE_VERIFY_FAILED", "SSLCertVerificationError", "certificate verify failed")),
    (_CERTIFICATE, ("SSLError", "TLSV1_ALERT", "suitable TLS CA certificate bundle", "No CA certificates")),
    (_PROXY, ("ProxyError", "Cannot connect to proxy", "Tunnel connection failed", "InvalidProxyURL")),
    (_PROXY, ("407 Proxy", "Proxy Authentication Required", "SOCKS")),
    (_NETWORK, ("NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "IncompleteRead")),
    (_NETWORK, ("Network is unreachable", "Failed to establish", "Connection refused", "Connection reset")),
    (_NETWORK, ("connection broken by", "Read timed out", "Temporary failure in name resolution")),
    (_NETWORK, ("Name or service not known", "getaddrinfo failed", "Failed to resolve", "nodename nor serv")),
    (_REFUSED, ("403 Client Error", "401 Client Error", "HTTP error 403", "HTTP error 401")),
    (_IN_USE, ("WinError 32]", "WinError 33]", "Device or resource busy", "Text file busy")),
    (_NO_RIGHT, ("Permission denied", "Access is denied", "Errno 13", "WinError 5]")),
    (_NO_RIGHT, ("Operation not permitted",)),
    (_MEMORY, ("MemoryError", "Cannot allocate memory")),
)
#: Bytes that are written to try a disk, and how often: a virtual environment with pip has about as many.
_PIECE, _PIECES = 1 << 20, 30
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOMEM: _MEMORY,
    errno.EBUSY: _IN_USE,
    errno.ETXTBSY: _IN_USE,
}
#: Windows' own numbers: of a full disk, and of files that another program holds or has locked.
_OF_WINDOWS = {112: _FULL, 32: _IN_USE, 33: _IN_USE}


def of_words(said: str, place: Path | None = None) -> str:
    """Return a sentence, the cause and what helps; empty if it is not known.

    ``place``: where it wrote; the data directory if None.
    """
    cause = next((cause for cause, words in _WORDS if any(word in said for word in words)), "")
    return _filled(cause, place)


def of_error(error: OSError, place: Path | None = None) -> str:
    """Return the same for an error of the system."""
    cause = _OF_WINDOWS.get(getattr(error, "winerror", None) or 0) or _OF_SYSTEM.get(error.errno or 0, "")
    return _filled(cause, place)


def of_place(place: Path) -> str:
    """Return the same for a place into which a few megabytes are written to try it."""
    probe = place / ".space"
    try:
        place.mkdir(parents=True, exist_ok=True)
        try:
            with probe.open("wb") as file:
                for _ in range(_PIECES):
                    file.write(bytes(_PIECE))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        return of_error(error, place)
    return ""


def _filled(cause: str, place: Path | None) -> str:
    return tr(cause, place=place or home.directory(), variable=home.VARIABLE) if cause else ""
