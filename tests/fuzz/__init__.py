# SPDX-License-Identifier: GPL-2.0-or-later
"""Random and hostile inputs: ``python -m tests.fuzz``, see ``__main__``.

bytes_     bytes and values that are made to be misunderstood
ring       words of the shared memory, from either side
messages   lines of the pipes, as each side reads them
worker     lines for a real worker process
cards      card.toml of models
models     ONNX files
settings   settings of the filter in a real OBS
"""
