# SPDX-License-Identifier: GPL-2.0-or-later
"""The conversation with a private OBS through its websocket."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
from typing import Any, NamedTuple

import obsws_python

from .wait import PATIENCE, wait_for

# The client logs each refused request as a traceback before it raises it; the exception is enough.
logging.getLogger("obsws_python").setLevel(logging.CRITICAL)

#: What a script or a plugin of OBS takes and answers: an object of JSON.
Answer = dict[str, Any]


class Address(NamedTuple):
    """Where the websocket of an OBS is, on this machine, and its password."""

    port: int
    password: str


def free_address() -> Address:
    """Return a port that nobody uses, and a fresh password."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return Address(port, secrets.token_hex(8))


class Conversation:
    """A connection to OBS, for one thread at a time; ``client`` is an ``obsws_python.ReqClient``."""

    def __init__(self, address: Address) -> None:
        """Connect; raises an error of many kinds if OBS is not ready yet."""
        # First a bare connection: the client logs a traceback for each one that is refused.
        socket.create_connection(("127.0.0.1", address.port), 5).close()
        self.client = obsws_python.ReqClient(
            host="127.0.0.1", port=address.port, password=address.password, timeout=PATIENCE
        )
        try:
            # Until the scene collection is loaded, obs-websocket refuses requests as "not ready".
            self.client.get_scene_list()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection; no error if OBS has gone."""
        with contextlib.suppress(Exception):
            self.client.disconnect()

    def late_frames(self) -> tuple[int | None, int | None]:
        """Return how many frames were rendered and encoded too late; None where OBS does not answer."""
        try:
            statistics = self.client.get_stats()
            return statistics.render_skipped_frames, statistics.output_skipped_frames
        except Exception:  # noqa: BLE001 (when OBS has gone, the client raises errors of many kinds)
            return None, None

    def vendor(self, request: str, data: Answer | None, vendor: str) -> Answer:
        """Return the answer of a script or plugin that registered the request ``request`` as ``vendor``."""
        answer = self.client.send(
            "CallVendorRequest",
            # obs-websocket refuses an empty object.
            {"vendorName": vendor, "requestType": request, "requestData": data or {"all": True}},
            raw=True,
        )
        response: Answer = answer["responseData"]
        return response

    def switch_collection(self, name: str) -> None:
        """Switch to another scene collection and wait until OBS is ready again."""
        self.client.set_current_scene_collection(name)

        def ready() -> bool:
            try:
                shown = self.client.get_scene_collection_list().current_scene_collection_name
            except obsws_python.error.OBSSDKRequestError:
                return False
            return bool(shown == name)

        wait_for(ready, f"the scene collection {name} is shown")
