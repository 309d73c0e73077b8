# SPDX-License-Identifier: GPL-2.0-or-later
"""A network of somebody's own, wrapped by the workshop's command, cuts a person out in a real OBS."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper, numpy_helper

from export.__main__ import main as export_command
from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.stage import BLUE, filtered, make_home, one_scene, open_obs, wait_until_running

HEIGHT, WIDTH = 144, 256


def save_network(path):
    """Save what a training framework would: ImageNet's pixels in, channels first; logits of two classes out.

    The person's logit is green (normalised) times 20, the room's is that of a green of a half.
    """
    import numpy

    half = (0.5 - 0.456) / 0.224
    weights = numpy.zeros((2, 3, 1, 1), numpy.float32)
    weights[1, 1] = 20
    constants = {"weights": weights, "bias": numpy.float32([20 * half, 0])}
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input", "weights", "bias"], ["logits"])],
        "own",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2, HEIGHT, WIDTH])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), path)
    return path


def test_a_wrapped_network_runs_in_obs(tmp_path, monkeypatch, numbered_clip):
    home = make_home(tmp_path / "home", {})
    monkeypatch.setenv(installed.VARIABLE, str(home))
    network = save_network(tmp_path / "own.onnx")
    assert export_command(["wrap", str(network), "--name", "my-own", "--imagenet", "--logits"]) == 0

    settings = {"background": "color", "background_color": BLUE, "model": "my-own"}
    clip = collection.clip("Clip", numbered_clip, [filtered(settings)])
    with open_obs(tmp_path / "obs", home, one_scene(clip)) as obs:
        (told,) = wait_until_running(obs)
        assert told["model"] == "my-own"

        def person_before_blue():
            picture = obs.screenshot("Clip")
            left, top, right, bottom = numbered.block(numbered.read_number(picture))
            inside = picture[top + 20 : bottom - 20, left + 20 : right - 20, :3]
            return numbered.room_visible(picture) == 0 and inside.min() > 250 and [picture]

        (picture,) = wait_for(person_before_blue, "the person stands before blue", 20)
        assert picture[20, 20, :3].tolist() == [255, 0, 0]
        assert obs.stop().code == 0
