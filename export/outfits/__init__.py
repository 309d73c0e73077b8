# SPDX-License-Identifier: GPL-2.0-or-later
"""The network that sees what people wear.

labels       photographs and what the person in each wears
portraits    the person cut out of each photograph, as the worker does it
descriptor   EfficientNet-Lite0 with its answers pooled: what the head learns from
features     the descriptors of all portraits, computed once
head         the layer that learns first
network      descriptor and head together
onnx_model   from torch to ONNX
scores       precision, recall, F1, support; thresholds
charts       the precision-recall curves and the confusion matrix as pictures
card         the card of a trained network
evaluation   a network on labelled photographs
training     the training of the head, from labels to a model's folder
fine_tuning  all weights learn on
whole        the training of the whole network, measured on photographs held out
"""
