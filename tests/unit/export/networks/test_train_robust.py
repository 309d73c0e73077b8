# SPDX-License-Identifier: GPL-2.0-or-later
"""Published weights of Robust Video Matting find their places in our networks."""

from __future__ import annotations

import io

import pytest

torch = pytest.importorskip("torch", reason="needs torch: python3 -m tests --training")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from export.common.errors import ExportError  # noqa: E402
from export.networks import robust  # noqa: E402
from export.networks.layers import ConvGRU  # noqa: E402
from export.networks.mobilenet import Encoder  # noqa: E402

DEVIATION = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)


class Normalised(nn.Module):
    """A convolution and what is left of its normalisation."""

    def __init__(self, convolution):
        super().__init__()
        self.convolution, self.factor = convolution, nn.Parameter(torch.full((672, 1, 1), 3.0))
        self.shift = nn.Parameter(torch.randn(672, 1, 1))
        convolution.bias = None

    def forward(self, x):
        return self.convolution(x) * self.factor + self.shift


class Published(nn.Module):
    """As the converted network: the picture divided by its deviation, both gates of a memory in one
    convolution, and a convolution whose normalisation stands beside it.
    """

    def __init__(self):
        super().__init__()
        self.encoder, self.gate, self.memory = Encoder(), robust.Gate(960, 128), ConvGRU(128)
        self.factor = nn.Parameter(1 / DEVIATION)
        self.encoder.blocks[12].each = Normalised(self.encoder.blocks[12].each)

    def forward(self, picture):
        encoder = self.encoder
        x = functional.hardswish(encoder.stem((picture - encoder.mean) * self.factor))
        for block in encoder.blocks:
            x = block(x)
        x = functional.hardswish(encoder.last(x))
        whole = torch.sigmoid(self.gate.whole(x.mean((2, 3), keepdim=True)))
        x = functional.relu(self.gate.local(x)) * whole
        both = torch.cat([self.memory.reset.weight, self.memory.update.weight])
        biases = torch.cat([self.memory.reset.bias, self.memory.update.bias])
        reset, update = torch.sigmoid(functional.conv2d(x, both, biases, padding=1)).split(64, 1)
        return reset, update, self.memory.candidate(x)


@pytest.fixture(scope="module")
def published():
    torch.manual_seed(0)
    network = Published().eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.bias is not None:
            nn.init.normal_(module.bias, std=0.05)
    content = io.BytesIO()
    torch.onnx.export(network, (torch.rand(1, 3, 32, 48),), content, opset_version=17, dynamo=False)
    return network, content.getvalue()


def test_features_are_those_of_the_published_network(published):
    network, content = published
    encoder, gate, memory = Encoder().eval(), robust.Gate(960, 128), ConvGRU(128)
    robust.load(encoder, gate, [memory], content)
    picture = torch.rand(1, 3, 32, 48)
    with torch.no_grad():
        x = gate(encoder(picture)[-1])
        found = torch.sigmoid(memory.reset(x)), torch.sigmoid(memory.update(x)), memory.candidate(x)
        for ours, theirs in zip(found, network(picture)):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_another_network_is_refused():
    content = io.BytesIO()
    torch.onnx.export(nn.Conv2d(3, 16, 3), (torch.rand(1, 3, 8, 8),), content, opset_version=17, dynamo=False)
    with pytest.raises(ExportError, match="is not the network"):
        robust.load(Encoder(), robust.Gate(960, 128), [], content.getvalue())
