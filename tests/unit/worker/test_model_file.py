# SPDX-License-Identifier: GPL-2.0-or-later
"""ONNX files that are made to do harm: what they want beyond their folder is seen before they are loaded."""

import os
import sys

import onnx
import pytest
from onnx import TensorProto, helper

from obs_bgremove.worker.choice import catalogue, model_file
from obs_bgremove.worker.choice.catalogue import ModelProblem
from obs_bgremove.worker.inference import providers
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU
from tests.unit import worker_home, worker_models


def external(location):
    """Return a tensor whose bytes lie in another file."""
    tensor = TensorProto(name="data", data_type=TensorProto.UINT8, dims=[24 * 32])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("length", str(24 * 32))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def leaking(location):
    """alpha = the bytes of another file."""
    model = worker_models.green()
    model.graph.initializer.append(external(location))
    shape = helper.make_tensor("sizes", TensorProto.INT64, [2], [24, 32])
    model.graph.initializer.append(shape)
    model.graph.node[-1].output[0] = "green"
    model.graph.node.append(helper.make_node("Reshape", ["data", "sizes"], ["alpha"]))
    return model


def in_a_branch(location):
    """The same within a graph within a node."""
    model = worker_models.green()
    constant = helper.make_node("Constant", [], ["inner"], value=external(location))
    value = helper.make_tensor_value_info("inner", TensorProto.UINT8, [24 * 32])
    branch = helper.make_graph([constant], "branch", [], [value])
    node = helper.make_node("If", ["yes"], ["unused"], then_branch=branch, else_branch=branch)
    model.graph.initializer.append(helper.make_tensor("yes", TensorProto.BOOL, [], [True]))
    model.graph.node.append(node)
    return model


def in_a_function(location):
    """The same within a function of the model."""
    model = worker_models.green()
    constant = helper.make_node("Constant", [], ["inner"], value=external(location))
    opset = [helper.make_opsetid("", 14)]
    model.functions.append(helper.make_function("own", "Leak", [], ["inner"], [constant], opset))
    return model


def in_a_sparse_tensor(location):
    """The same within the values of a sparse tensor."""
    model = worker_models.green()
    model.graph.sparse_initializer.add(values=external(location), dims=[24 * 32])
    return model


def in_a_list_of_tensors(location):
    """The same within an attribute with several tensors."""
    model = worker_models.green()
    attribute = model.graph.node[0].attribute.add(name="several", type=onnx.AttributeProto.TENSORS)
    attribute.tensors.append(external(location))
    return model


MAKERS = (leaking, in_a_branch, in_a_function, in_a_sparse_tensor, in_a_list_of_tensors)
OUTSIDE = (
    "../secret.bin",
    "/etc/hostname",
    "a/../../secret.bin",
    "C:\\secret.bin",
    "..\\secret.bin",
    "\\\\host\\it",
)


@pytest.mark.parametrize("location", OUTSIDE)
@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_model_that_reads_beyond_its_folder_is_refused(directory, make, location):
    folder = worker_home.add_model(directory, "leak", make(location))
    (folder.parent / "secret.bin").write_bytes(bytes(range(256)) * 3)
    problem = catalogue.read()["leak"].problem
    assert problem.startswith(
        "The file of the model leak cannot be used: it wants to read a file outside of its folder, "
    )
    with pytest.raises(ModelProblem, match="outside of its folder"):
        catalogue.choose(catalogue.read(), "leak")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_folder_is_refused(directory):
    folder = worker_home.add_model(directory, "leak", leaking("data.bin"))
    (folder.parent / "secret.bin").write_bytes(bytes(24 * 32))
    os.symlink("../secret.bin", folder / "data.bin")
    assert "outside of its folder" in catalogue.read()["leak"].problem


@pytest.mark.parametrize("location", ["data.bin", "*/_ORT_MEM_ADDR_/*", "", ".", "a\0b", "d" * 5000])
def test_data_that_is_not_there_is_a_sentence(directory, location):
    worker_home.add_model(directory, "lacking", leaking(location))
    problem = catalogue.read()["lacking"].problem
    assert "a part of it is missing" in problem or "damaged inside" in problem


def test_data_in_the_folder_is_read(directory):
    folder = worker_home.add_model(directory, "parts", leaking("data.bin"))
    (folder / "data.bin").write_bytes(bytes([7]) * (24 * 32))
    assert catalogue.read()["parts"].problem is None
    assert Engine(catalogue.read()["parts"], CPU).height == 24


def test_a_part_for_one_device_is_refused(directory):
    model = worker_models.green()
    node = helper.make_node(
        "EPContext", ["frame"], ["x"], domain="com.microsoft", ep_cache_context="../secret"
    )
    model.graph.node.append(node)
    worker_home.add_model(directory, "made", model)
    assert "already made for one device" in catalogue.read()["made"].problem


def test_graphs_in_graphs_end_somewhere(directory):
    inner = helper.make_graph([], "inner", [], [])
    for _ in range(25):
        node = helper.make_node("If", ["yes"], [], then_branch=inner)
        inner = helper.make_graph([node], "outer", [], [])
    model = worker_models.green()
    model.graph.node.append(helper.make_node("If", ["yes"], [], then_branch=inner))
    worker_home.add_model(directory, "deep", model)
    assert "graphs in graphs" in catalogue.read()["deep"].problem


def test_a_tag_that_is_written_too_long_hides_nothing(directory):
    """Some readers cut its upper bits off and would see another field."""
    whole = leaking("../secret.bin").SerializeToString()
    entry = onnx.StringStringEntryProto(key="location", value="../secret.bin").SerializeToString()
    hidden = b"\xea\x80\x80\x80\x10"  # 13, kind 2, with a bit above the 32nd
    tensor = b"\x08\x03" + hidden + bytes([len(entry)]) + entry
    worker_home.add_model(
        directory, "hidden", whole + b"\x3a" + bytes([len(tensor) + 2, 0x2A, len(tensor)]) + tensor
    )
    assert catalogue.read()["hidden"].problem


def test_more_than_an_onnx_file_can_hold_is_a_sentence(directory):
    folder = worker_home.add_model(directory, "huge", worker_models.green())
    with (folder / "model.onnx").open("r+b") as file:
        file.truncate(1 << 40)
    assert "1099.5 GB, more than an ONNX file can have" in catalogue.read()["huge"].problem


def test_what_was_looked_at_is_looked_at_again_when_it_changes(directory):
    folder = worker_home.add_model(directory, "model", worker_models.green())
    assert model_file.fault(folder / "model.onnx") == ""
    worker_home.add_model(directory, "model", leaking("../secret.bin"))
    assert model_file.fault(folder / "model.onnx")


def test_data_that_comes_later_is_found(directory):
    folder = worker_home.add_model(directory, "lacking", leaking("data.bin"))
    assert "a part of it is missing" in catalogue.read()["lacking"].problem
    before = catalogue.signature()
    (folder / "data.bin").write_bytes(bytes(100))
    half = catalogue.signature()
    assert half != before
    (folder / "data.bin").write_bytes(bytes(24 * 32))
    assert catalogue.signature() != half
    assert catalogue.read()["lacking"].problem is None


def test_a_file_of_countless_fields_is_not_read_to_its_end(directory, monkeypatch):
    monkeypatch.setattr(model_file, "_MOST_FIELDS", 1000, raising=False)
    folder = worker_home.add_model(directory, "countless", worker_models.green())
    with (folder / "model.onnx").open("ab") as file:
        # Empty words about the model (metadata_props).
        file.write(b"\x72\x00" * 1001)
    assert "it is not an ONNX model" in catalogue.read()["countless"].problem


def test_what_is_made_of_a_model_is_made_again_for_other_data(directory):
    folder = worker_home.add_model(directory, "parted", leaking("data.bin"))
    (folder / "data.bin").write_bytes(bytes(24 * 32))
    model = catalogue.read()["parted"]
    before = providers.cache("float16", model)
    assert providers.cache("float16", model) == before
    (folder / "data.bin").write_bytes(b"1" * 24 * 32)
    assert providers.cache("float16", model) != before
