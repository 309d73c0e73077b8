# SPDX-License-Identifier: GPL-2.0-or-later
"""A network of somebody's own, wrapped by the workshop's command, cuts a person out in a real OBS."""

from __future__ import annotations

import cv2
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.__main__ import main as export_command
from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.screenshots import near
from tests.obs.stage import (
    BLUE,
    SCRIPT,
    filtered,
    make_home,
    one_scene,
    open_obs,
    status,
    wait_until_running,
)

HEIGHT, WIDTH = 144, 256


#: BGR.
PERSON, PET, ROOM = (0, 255, 0), (0, 0, 255), (255, 0, 0)


def save_network(path, classes=2):
    """Save what a training framework would: ImageNet's pixels in, channels first; logits of two classes out.

    The person's logit is green (normalised) times 20, the room's is that of a green of a half. The third
    class is red, a pet.
    """
    half = (0.5 - 0.456) / 0.224
    weights = numpy.zeros((3, 3, 1, 1), numpy.float32)
    weights[1, 1] = weights[2, 0] = 20
    bias = numpy.float32([20 * half, 0, 0])
    constants = {"weights": weights[:classes], "bias": bias[:classes]}
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input", "weights", "bias"], ["logits"])],
        "own",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", classes, HEIGHT, WIDTH])],
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


def test_of_a_network_with_several_classes_the_page_offers_subjects(tmp_path, monkeypatch):
    home = make_home(tmp_path / "home", {})
    monkeypatch.setenv(installed.VARIABLE, str(home))
    network = save_network(tmp_path / "own.onnx", classes=3)
    wrap = ["wrap", str(network), "--name", "own", "--imagenet", "--logits", "--channel", "1"]
    assert export_command([*wrap, "--subject", "People and pets=1,2", "--subject", "Pets=2"]) == 0
    picture = numpy.full((360, 640, 3), ROOM, numpy.uint8)
    picture[100:, 100:260], picture[200:, 400:540] = PERSON, PET
    cv2.imwrite(str(tmp_path / "both.png"), picture)
    settings = {"background": "color", "background_color": 0xFF808080, "model": "own"}
    source = collection.image("Picture", tmp_path / "both.png", [filtered(settings)])
    page = installed.PROJECT / "tests" / "obs" / "page_script.py"
    scripts = [collection.script(SCRIPT), collection.script(page)]
    scene = collection.scene("Scene", ["Picture"])
    things = collection.collection("Test", [source], [scene], scripts=scripts)
    with open_obs(tmp_path / "obs", home, things) as obs:
        wait_until_running(obs)

        def choose(subject):
            obs.vendor("open", {"source": "Picture", "filter": "Background Removal"}, vendor="page")
            obs.vendor("change", {"name": "subject", "value": subject}, vendor="page")
            return [one["value"] for one in obs.vendor("read", {"name": "subject"}, vendor="page")["values"]]

        def shows(person, pet):
            seen = obs.screenshot("Picture")[..., :3].astype(int)
            cv2.imwrite(str(tmp_path / "shown.png"), seen)
            grey = [128, 128, 128]
            return (
                near(seen[250, 180], PERSON if person else grey)
                and near(seen[300, 470], PET if pet else grey)
                and near(seen[50, 320], grey)
            )

        wait_for(lambda: shows(person=True, pet=False), "people alone are kept", 30)
        assert choose("own-people-and-pets") == ["", "own-people-and-pets", "own-pets"]
        wait_for(lambda: shows(person=True, pet=True), "people and pets are kept", 30)
        choose("own-pets")
        wait_for(lambda: shows(person=False, pet=True), "pets alone are kept", 30)
        assert status(obs)["model"] == "own-pets"
        choose("")
        wait_for(lambda: status(obs)["model"] != "own-pets", "another model is chosen", 30)
        chosen = obs.ws.get_source_filter("Picture", "Background Removal").filter_settings
        assert chosen["model"] == "auto"
