# SPDX-License-Identifier: GPL-2.0-or-later
"""One model on one device, and one filter's frames on it.

providers   what onnxruntime can run on here, and in which order it is tried
plugins     providers that come as packages of their own
which_card  the graphics card that OBS draws with, of several
nvidia      what the NVIDIA driver knows
complaints  what onnxruntime says only on standard error
engine      one model on one device
contract    the inputs and outputs that every model has
editions    models in half precision for CUDA
graph       inferences launched at once on NVIDIA GPUs
sizes       sizes of frames, where a graph leaves them open
slots       the worker's side of a ring
stream      one filter's frames, alphas and recurrent state
box         where in an alpha the person is
doubt       alphas that are nonsense
drawn_person  pictures of a person, on which devices and precisions are compared
"""
