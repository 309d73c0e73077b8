# SPDX-License-Identifier: GPL-2.0-or-later
"""A data directory for a test, and a client with a real worker process on it."""

import contextlib
import ctypes
import sys
import time

from obs_bgremove import home
from obs_bgremove.link.client import Client

#: Generous: it is how long a test may take to fail, not how long anything takes.
DEADLINE = 90.0


def make(tmp_path, monkeypatch, python=sys.executable):
    """Make a data directory without models; return its path."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path))
    home.write_record({"python": python, "flavour": "cpu"})
    return tmp_path


def add_model(directory, name, model, default=False, settle_frames=0):
    """Install a model: an onnx.ModelProto, bytes, or None for a card alone. Returns the model's folder."""
    folder = directory / "models" / name
    folder.mkdir(parents=True, exist_ok=True)
    card = f'title = "Test {name}"\nsummary = "For tests."\ndefault = {str(default).lower()}\n'
    card += f"[input]\nheight = 24\nwidth = 32\n[recurrent]\nsettle_frames = {settle_frames}\n"
    (folder / "card.toml").write_text(card)
    if model is not None:
        data = model if isinstance(model, bytes) else model.SerializeToString()
        fresh = folder / "model.new"
        fresh.write_bytes(data)
        fresh.replace(folder / "model.onnx")
    return folder


@contextlib.contextmanager
def client(**overrides):
    """A started client; its ``sentences`` are what it logged."""
    sentences = []
    made = Client(log=sentences.append, **overrides)
    made.sentences = sentences
    made.start()
    try:
        yield made
    finally:
        made.stop()


def until(condition, what):
    """Return the first true value of ``condition()``; fail, naming ``what``, if it stays false."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {DEADLINE:.0f} s: {what() if callable(what) else what}")


def ring(channel, client, model=None):
    """Return the channel's ring as soon as there is one (of that model)."""

    def there():
        found = channel.ring
        return found if found is not None and model in (None, found.model) else None

    return until(there, lambda: f"a ring; channel: {channel.problem!r}, client: {client.problem!r}")


class Picture:
    """A BGRA picture of one value; its first pixel may differ."""

    def __init__(self, ring, value, corner=None):
        data = bytearray([value]) * (ring.width * ring.height * 4)
        if corner is not None:
            data[:4] = bytes([corner]) * 4
        self._buffer = (ctypes.c_char * len(data)).from_buffer(data)
        self.address = ctypes.addressof(self._buffer)


class Camera:
    """Hands plain pictures over and collects alphas as bytes."""

    def __init__(self):
        self.serial = 0

    def hand_over(self, ring, value, corner=None, part=0, front=False, area=0):
        """Hand over a picture of one value (its first pixel may differ); return its serial."""
        picture = Picture(ring, value, corner)
        self.serial += 1
        assert ring.hand_over(self.serial, picture.address, ring.width * 4, part, front, area)
        return self.serial

    def alpha(self, ring, value, corner=None, part=0, front=False):
        """Hand over a picture and wait for its alpha; return (Alpha, bytes)."""
        serial = self.hand_over(ring, value, corner, part, front)
        alpha = until(lambda: ring.alphas(serial - 1), "an alpha")[-1]
        return alpha, ctypes.string_at(alpha.address, ring.width * ring.height)


def plain(ring, value):
    """Return the alpha that is ``value`` everywhere, as bytes."""
    return bytes([value]) * (ring.width * ring.height)
