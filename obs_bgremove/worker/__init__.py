# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that infers alphas: one for all filters of an OBS. Needs numpy and onnxruntime.

choice      which models there are, which one a filter gets, and what was measured here
inference   onnxruntime: one model on one device, and one filter's frames on it
serve       the process as OBS starts it: its threads, its messages, the filters' rings
measure     how fast the models are here; what it finds is recorded for choice
journal     the log, which cannot fail
memory_use  how much memory the process takes
reason      errors of libraries as parts of sentences
"""

import os

# onnxruntime sends events to its maker, and keeps a number of this machine in the user's cache, unless this
# is set before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
