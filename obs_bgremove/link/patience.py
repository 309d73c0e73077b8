# SPDX-License-Identifier: GPL-2.0-or-later
"""How long OBS waits for the worker, in seconds, before it says or does something about it."""

from __future__ import annotations

#: Until a worker that ended is started again, by how often it ended in a row.
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0)
#: A worker that ran this long was well: the next end counts as the first.
STABLE_AFTER = 30.0
#: Until we look again for an interpreter, or start a worker whose onnxruntime is not there.
LOOK_AGAIN = 2.0
TRY_AGAIN = 10.0
#: From the start of a worker until it is ready. Each that is not ready in time is replaced by one that may
#: take twice as long, up to the most.
START_UP = 60.0
START_UP_MOST = 600.0
#: Without a message, once it is ready: worth a sentence, and reason to start another one.
SILENT = 1.5
GIVEN_UP = 10.0
#: The same while it loads a model: many versions of onnxruntime let no other thread run meanwhile.
LOADING = 300.0
#: That is also how long it may load one model. After each worker that did not get done, the next one may take
#: twice as long, up to the most.
LOADING_MOST = 1200.0
#: Until a model that failed and left a filter without any is asked for again. By then there may be memory, or
#: another program may have let go of the file.
FAILED = 30.0
#: For one inference.
HANGING = 15.0
#: For a worker to end by itself.
FAREWELL = 2.0
#: Ends in a row, with a GPU in use, after which the GPU is suspected; and ends while the same model is loaded
#: on the CPU, after which that model is. A number, not seconds.
SUSPICIOUS = 3
