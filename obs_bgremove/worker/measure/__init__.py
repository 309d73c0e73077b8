# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the models are on this machine: recorded for choice, and a table for people.

bench         the table and the record
compare       one model on one device: the worker beside onnxruntime alone
live          a worker process with one filter's ring
bare          a model in onnxruntime and nothing of ours around it
threads       how many threads a model gets on the CPU
precision     which models run in half precision on CUDA
"""
