"""Writes out the ONNX project's own backend suite, with an index.

    python3 tools/onnx-conformance/dump.py OUT

OUT/KIND/CASE/model.onnx and OUT/KIND/CASE/test_data_set_N/{input,output}_I.pb in the suite's own layout. The node cases
exist only as NumPy code in the package `onnx`, so they are made; the others are copied. The inputs of the `real` cases are
the ramp that the suite's runner makes. OUT/index.json lists the cases: the operators of each (subgraphs and local functions
included), its tier, the types of its inputs and outputs, and the tolerances. Two runs write the same bytes.
"""

import collections
import json
import shutil
import sys
import warnings
from pathlib import Path

import numpy
import onnx
import onnx.backend.test
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.loader import load_model_tests

from tiers import tier

KINDS = ["node", "pytorch-converted", "pytorch-operator", "real", "simple"]


def main(out):
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty")
    cases = []
    for kind in KINDS:
        for case in sorted(load_model_tests(kind=kind), key=lambda case: case.name):
            folder = out / kind / case.name
            model = SOURCES.get(kind, copied)(case, folder)
            cases.append({"case": f"{kind}/{case.name}", **described(model, case)})
    index = {"onnx": onnx.__version__, "cases": cases}
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    count = collections.Counter(case["tier"] or "outside" for case in cases)
    print(f"{len(cases)} cases: " + ", ".join(f"tier {key}: {count[key]}" for key in (1, 2, 3, "outside")))


# Where the cases come from


def made(case, folder):
    """A node case: the model and its data are values in memory."""
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString(deterministic=True))
    graph = case.model.graph
    for number, (inputs, outputs) in enumerate(case.data_sets):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        for role, values, described in (("input", inputs, graph.input), ("output", outputs, graph.output)):
            for i, (value, info) in enumerate(zip(values, described, strict=True)):
                (data / f"{role}_{i}.pb").write_bytes(serialized(value, info))
    return case.model


def copied(case, folder):
    shutil.copytree(case.model_dir, folder)
    return onnx.load(folder / "model.onnx")


def light(case, folder):
    """A whole net whose weights are constants of their shapes; its input is a ramp from 0 to 1."""
    source = Path(onnx.__file__).parent / case.url.removeprefix("onnx/")
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    shutil.copy(source, folder / "model.onnx")
    model = onnx.load(source)
    weights = {tensor.name for tensor in model.graph.initializer}
    for i, info in enumerate(info for info in model.graph.input if info.name not in weights):
        shape = [dim.dim_value or 1 for dim in info.type.tensor_type.shape.dim]
        count = numpy.prod(shape)
        ramp = (numpy.arange(count).reshape(shape) / count).astype(numpy.float32)
        (data / f"input_{i}.pb").write_bytes(serialized(ramp, info))
    for i in range(len(model.graph.output)):
        shutil.copy(source.with_name(f"{source.stem}_output_{i}.pb"), data / f"output_{i}.pb")
    return model


SOURCES = {"node": made, "real": light}


def serialized(value, info):
    """The message of a value: its kind is that of the graph's input or output."""
    kind = info.type.WhichOneof("value")
    if isinstance(value, TensorProto):
        message = TensorProto()
        message.CopyFrom(value)
        message.name = info.name
    elif kind == "sequence_type":
        message = numpy_helper.from_list(value, info.name)
    elif kind == "optional_type":
        message = numpy_helper.from_optional(value, info.name)
    else:
        message = numpy_helper.from_array(numpy.asarray(value), info.name)
    return message.SerializeToString(deterministic=True)


# The index


def described(model, case):
    histogram = collections.Counter()
    count_nodes(model.graph.node, model, histogram)
    for function in model.functions:
        count_nodes(function.node, model, histogram)
    tiers = [tier(*key) for key in histogram]
    return {
        "operator": operator(case, histogram),
        "tier": None if None in tiers else max(tiers, default=1),
        "opsets": {entry.domain: entry.version for entry in model.opset_import},
        "ir": model.ir_version,
        "nodes": {
            f"{domain}.{name}" if domain else name: n for (domain, name), n in sorted(histogram.items())
        },
        "inputs": [type_text(info.type) for info in model.graph.input],
        "outputs": [type_text(info.type) for info in model.graph.output],
        "rtol": case.rtol,
        "atol": case.atol,
    }


def count_nodes(nodes, model, histogram):
    """Counts the nodes and those of the graphs they hold; calls of local functions count by their bodies."""
    local = {(function.domain, function.name) for function in model.functions}
    for node in nodes:
        domain = "" if node.domain == "ai.onnx" else node.domain
        if (node.domain, node.op_type) not in local:
            histogram[domain, node.op_type] += 1
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                count_nodes(graph.node, model, histogram)


def operator(case, histogram):
    """What a case is about: the operator of a node case, of an expanded one the operator that was expanded."""
    if case.kind != "node":
        return case.kind
    return ABOUT[case.name.split("_expanded")[0]]


def type_text(described):
    kind = described.WhichOneof("value")
    inner = getattr(described, kind)
    if kind in ("tensor_type", "sparse_tensor_type"):
        return TensorProto.DataType.Name(inner.elem_type)
    return f"{kind.removesuffix('_type')}({type_text(inner.elem_type)})"


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # the cases divide by zero on purpose
    ABOUT = {
        case.name: case.model.graph.node[0].op_type
        for case in load_model_tests(kind="node")
        if "_expanded" not in case.name
    }
    main(Path(sys.argv[1]))
