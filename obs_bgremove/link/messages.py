# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS and the worker say to each other: one JSON object a line; an empty line is a wake-up.

OBS asks (the object's "ask" is the message's name in ``_ASKS``), the worker tells ("tell", ``_TELLS``).
A sentence in the user's language is an object of two strings, itself ("local") and its "english".
"""

from __future__ import annotations

import select
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from .. import checked
from ..json_text import read_text, write_text
from ..translate import Sentence

_Message = TypeVar("_Message")

#: Pipes take this much in one piece (POSIX demands at least 512), so that a message and the wake-ups of
#: another thread are never mixed, without any lock.
LONGEST_TO_WORKER: int = getattr(select, "PIPE_BUF", 512)
#: A line that is longer is no message of ours: it is dropped instead of kept until the memory is full.
LONGEST_LINE = 1 << 23

WAKE_UP = b"\n"


class MessageProblem(ValueError):
    """A line is no message that we know; it costs only itself."""


@dataclass(frozen=True)
class Place:
    """Where a piece of shared memory is to be opened: a file's path, or on Windows a mapping's name (tag)."""

    size: int
    path: str = ""
    tag: str = ""
    #: Whether the file is to be removed as soon as it is open.
    remove: bool = False


@dataclass(frozen=True)
class ModelInfo:
    """A model of the catalogue.

    ``problem``: why it cannot be used, a sentence. ``subject``: what it keeps; empty: people.
    """

    name: str
    title: str
    summary: str
    height: int
    width: int
    default: bool
    installed: bool
    problem: str | None
    subject: str = ""


@dataclass(frozen=True)
class DeviceInfo:
    """Something that models can run on, on this machine."""

    name: str
    title: str


@dataclass(frozen=True)
class Allowance:
    """What "Automatic" may take of the machine for one filter.

    ``effort``: the setting "How much of the machine" (little, normal, much). ``rate``: pictures per second of
    the source. ``filters``: how many share it. ``step``: by how many rungs it is to go below the best model,
    and ``reason``, why: lagged, skipped, late or busy.
    """

    effort: str
    rate: float
    filters: int
    step: int
    reason: str


#: As long as nothing is known; and for what is not chosen automatically.
USUAL = Allowance("normal", 60.0, 1, 0, "")


@dataclass(frozen=True)
class Rung:
    """How far below the best affordable model a filter is, of how many that there are.

    ``more``: how many processors the next better one takes beyond this one.
    """

    step: int
    steps: int
    more: float


#: Where there is nothing to choose.
ONLY = Rung(0, 1, 0.0)


# --- OBS to worker -------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenRing:
    """Make a ring for a filter. ``model`` "" and ``device`` "auto" leave the choice to the worker.

    ``avoid``: names of devices that are not to be used. ``allowance``: for a model that the worker chooses.
    """

    ring: int
    model: str
    device: str
    avoid: tuple[str, ...] = ()
    allowance: Allowance = USUAL


@dataclass(frozen=True)
class Allow:
    """Choose the model of a ring once more. ``Chosen`` or ``RingOpened`` is the answer."""

    ring: int
    allowance: Allowance


@dataclass(frozen=True)
class CloseRing:
    """The filter does not need the ring any more, or does not wait for it any more."""

    ring: int


@dataclass(frozen=True)
class Watch:
    """Say now and then what the person in a ring wears (``Outfit``), or no longer."""

    ring: int
    wanted: bool


@dataclass(frozen=True)
class Shun:
    """Do not load what ended workers before: ``loads`` are those of ``Loading``. Before ``OpenRing``."""

    loads: tuple[str, ...]


@dataclass(frozen=True)
class Stop:
    """End the process."""


# --- worker to OBS -------------------------------------------------------------------------


@dataclass(frozen=True)
class Models:
    """The catalogue: a worker's first message, and again when it changes. ``pid``: of the worker itself."""

    pid: int
    models: tuple[ModelInfo, ...]


@dataclass(frozen=True)
class Ready:
    """onnxruntime is there; rings can be made."""

    devices: tuple[DeviceInfo, ...]


@dataclass(frozen=True)
class Cannot:
    """onnxruntime is not there; the worker ends. ``problem`` is a sentence."""

    problem: str


@dataclass(frozen=True)
class Loading:
    """The model of a ring is being loaded, or prepared for a better device. ``note`` is a sentence.

    It comes again now and then while that lasts. ``load`` identifies the very file and the device.
    """

    ring: int
    device: str
    note: str
    load: str = ""


@dataclass(frozen=True)
class RingOpened:
    """A ring is there.

    It comes again, with another place, when a better device is ready than the one that served meanwhile;
    ``settled`` says that this is not to be expected. ``note``: sentences about the choice, or empty.
    """

    ring: int
    model: str
    device: str
    place: Place
    note: str
    settled: bool
    rung: Rung = ONLY


@dataclass(frozen=True)
class Chosen:
    """The ring stays as it is after ``Allow``; if not ``settled``, until another model is prepared for it."""

    ring: int
    note: str
    rung: Rung = ONLY
    settled: bool = True


@dataclass(frozen=True)
class RingFailed:
    """There is no such ring, or no more. ``problem`` is a sentence."""

    ring: int
    problem: str


@dataclass(frozen=True)
class Outfit:
    """What the person in a ring wears, after each look.

    ``worn``: the class of clothes that the looks of the last while agree on, or empty as long as they agree
    on none. ``seen``: that of the last look alone, and ``share`` what the network gave it, 0 to 1; empty
    while nobody is seen. ``problem``: why there are no looks, a sentence.
    """

    ring: int
    worn: str = ""
    seen: str = ""
    share: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Alive:
    """Twice a second: how long (seconds) the picture or the message that is served now has been served, what
    the process has used so far (see ``Usage``), how long the loader has been busy with one thing, and how
    many processors of the machine rested since the message before (-1: nobody knows).
    """

    busy_s: float
    at_s: float
    cpu_s: float
    memory_mb: float
    loading_s: float = 0.0
    idle: float = -1.0


Ask = OpenRing | Allow | CloseRing | Watch | Shun | Stop
Tell = Models | Ready | Cannot | Loading | RingOpened | Chosen | RingFailed | Outfit | Alive

#: The names of the messages in JSON.
_ASKS: dict[str, type[Ask]] = {
    "open": OpenRing,
    "allow": Allow,
    "close": CloseRing,
    "watch": Watch,
    "shun": Shun,
    "stop": Stop,
}
_TELLS: dict[str, type[Tell]] = {
    "models": Models,
    "ready": Ready,
    "cannot": Cannot,
    "loading": Loading,
    "ring": RingOpened,
    "chosen": Chosen,
    "failed": RingFailed,
    "outfit": Outfit,
    "alive": Alive,
}
_NAMES: dict[type[Ask | Tell], dict[str, str]] = {
    **{kind: {"ask": name} for name, kind in _ASKS.items()},
    **{kind: {"tell": name} for name, kind in _TELLS.items()},
}


def encode(message: Ask | Tell) -> bytes:
    """Return a message as a line."""
    fields = _text({**_NAMES[type(message)], **asdict(message)})
    return write_text(fields, separators=(",", ":")).encode("ascii") + b"\n"


def _text(value: Any) -> Any:  # noqa: ANN401 (fields of any type)
    """Return values with what is no text in them (names of files that are not UTF-8) written as escapes."""
    if isinstance(value, Sentence):
        return {"local": _text(value[:]), "english": _text(value.english)}
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {name: _text(inner) for name, inner in value.items()}
    return [_text(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def decode_ask(line: bytes) -> Ask:
    """Return the message to the worker that a line holds; raise MessageProblem if it holds none."""
    return _decode(line, "ask", _ASKS)


def decode_tell(line: bytes) -> Tell:
    """Return the message to OBS that a line holds; raise MessageProblem if it holds none."""
    return _decode(line, "tell", _TELLS)


def _sentence(found: dict[str, Any]) -> Any:  # noqa: ANN401 (a dict of JSON, or a sentence)
    """Return an object of JSON, as a sentence if it is one."""
    if found.keys() != {"local", "english"}:
        return found
    local, english = found["local"], found["english"]
    return Sentence(local, english) if isinstance(local, str) and isinstance(english, str) else found


def _decode(line: bytes, key: str, kinds: dict[str, type[_Message]]) -> _Message:
    try:
        fields = read_text(line.decode(), object_hook=_sentence)
        name = fields.get(key) if isinstance(fields, dict) else None
        if not isinstance(name, str) or name not in kinds:
            raise MessageProblem(f"no known message: {line[:80]!r}")
        return checked.record(kinds[name], fields)
    except (ValueError, RecursionError) as error:
        raise MessageProblem(str(error)) from None


class Lines:
    """Cuts a stream of bytes into lines, and leaves out those that are longer than a message."""

    def __init__(self) -> None:
        #: Of the line that has no end yet. A list: joined with each piece, a long line would take for ever.
        self._pieces: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that ``data`` completes, without their ends; empty ones are left out."""
        first, *others = data.split(b"\n")
        self._keep(first)
        if not others:
            return []
        *complete, rest = others
        lines = [b"".join(self._pieces), *complete] if self._length <= LONGEST_LINE else complete
        self._pieces, self._length = [], 0
        self._keep(rest)
        return [line for line in lines if line.strip()]

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._length += len(piece)
            if self._length <= LONGEST_LINE:
                self._pieces.append(piece)
            else:
                self._pieces.clear()
