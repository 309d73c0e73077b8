# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are, and which one a filter gets. Needs neither numpy nor onnxruntime.

catalogue   which models there are and which of them can be used
model_card  what a model's card says
model_file  what can be seen of an ONNX file without loading it
automatic   which model "Automatic" means on this machine
measured    the record of speed, threads and precision, written by measure
"""
