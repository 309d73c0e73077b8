# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that infers alphas: one for all filters of an OBS. Needs numpy and onnxruntime.

server      the threads and the main loop
inlet       what comes from OBS: wake-ups, messages, its end
catalogue   which models there are (works without onnxruntime)
providers   what onnxruntime can run on here, and in which order it is tried
engine      one model on one device
graph       the same, launched at once on NVIDIA GPUs
loader      makes rings for filters, on a thread of its own
slots       the worker's side of a ring
stream      one filter's frames, alphas and recurrent state
usage       what the process has used of the machine
threads     how many threads a model gets on the CPU
precision   which models run in half precision on CUDA
automatic   which model "Automatic" means on this machine
bench       a table of models and devices: made by measure, with bare for comparison
"""
