"""Measures which cases of the suite other engines pass, with the suite's own comparison.

    python3 tools/onnx-conformance/peers.py SUITE tools/onnx-conformance/peers.json

SUITE is a folder of dump.py. The engines are ONNX Runtime on the CPU without graph optimisations and `onnx.reference`; each
case runs in a child process. What NumPy has no type for goes into ONNX Runtime as an initializer and comes out through a Cast,
so that the engine is asked and not its Python interface. The result lists what is not passed, by engine and outcome.
"""

import collections
import json
import os
import select
import signal
import sys
import warnings
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.runner import Runner
from onnx.reference import ReferenceEvaluator

TIME_LIMIT = 90  # seconds a case
CARRIED = {
    TensorProto.DataType.Value(name)
    for name in "FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64".split()
}
MESSAGES = {
    "tensor_type": (TensorProto, numpy_helper.to_array),
    "sequence_type": (onnx.SequenceProto, numpy_helper.to_list),
    "optional_type": (onnx.OptionalProto, numpy_helper.to_optional),
}


def main(suite, out):
    warnings.filterwarnings("ignore")
    index = json.loads((suite / "index.json").read_text())
    result = {"onnx": index["onnx"]}
    for name, version, engine in ENGINES:
        missed = collections.defaultdict(list)
        for case in index["cases"]:
            outcome = in_child(lambda: verdict(engine, suite / case["case"], case["rtol"], case["atol"]))
            if outcome != "passed":
                missed[outcome].append(case["case"])
        result[name] = {"version": version, "not passed": dict(sorted(missed.items()))}
        print(name, version, {outcome: len(cases) for outcome, cases in missed.items()}, flush=True)
    out.write_text(json.dumps(result, indent=1) + "\n")


# The engines: (model, tensors by input name) -> values by output


def run_reference(model, inputs):
    return ReferenceEvaluator(model).run(None, {name: value for name, (value, _) in inputs.items()})


def run_onnxruntime(model, inputs):
    given = {}
    for name, (value, message) in inputs.items():
        info = next(info for info in model.graph.input if info.name == name)
        if info.type.HasField("tensor_type") and message.data_type not in CARRIED:
            model.graph.input.remove(info)
            message.name = name
            model.graph.initializer.append(message)
        else:
            given[name] = value
    casts = [cast_output(model, info) for info in model.graph.output]
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return [
        value if element is None else value.astype(helper.tensor_dtype_to_np_dtype(element))
        for value, element in zip(session.run(None, given), casts)
    ]


def cast_output(model, info):
    """Makes the output f32 iff NumPy has no type for it. Returns its element type then."""
    element = info.type.tensor_type.elem_type
    if not info.type.HasField("tensor_type") or element in CARRIED:
        return None
    inner = f"{info.name}_uncast"
    for node in model.graph.node:
        for i, name in enumerate(node.output):
            if name == info.name:
                node.output[i] = inner
    model.graph.node.append(helper.make_node("Cast", [inner], [info.name], to=TensorProto.FLOAT))
    info.type.tensor_type.elem_type = TensorProto.FLOAT
    return element


ENGINES = [
    ("ONNX Runtime", onnxruntime.__version__, run_onnxruntime),
    ("onnx.reference", onnx.__version__, run_reference),
]


# One case


def verdict(engine, folder, rtol, atol):
    try:
        for data in sorted(folder.glob("test_data_set_*")):
            model = onnx.load(folder / "model.onnx")
            weights = {tensor.name for tensor in model.graph.initializer}
            described = [info for info in model.graph.input if info.name not in weights]
            inputs = {
                info.name: read(data / f"input_{i}.pb", info)
                for i, info in enumerate(described)
                if (data / f"input_{i}.pb").exists()
            }
            expected = [
                read(data / f"output_{i}.pb", info)[0]
                for i, info in enumerate(model.graph.output)
                if (data / f"output_{i}.pb").exists()
            ]
            Runner.assert_similar_outputs(expected, list(engine(model, inputs)), rtol, atol)
        return "passed"
    except AssertionError:
        return "failed"
    except Exception:
        return "error"


def read(path, info):
    """The value of a file and its message, of the kind that the graph says."""
    make, value = MESSAGES[info.type.WhichOneof("value")]
    message = make()
    message.ParseFromString(path.read_bytes())
    return value(message), message


def in_child(work):
    """What `work` returns, or how its process ended."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        numpy.seterr(all="ignore")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.write(theirs, work().encode())
        os._exit(0)
    os.close(theirs)
    ready, _, _ = select.select([ours], [], [], TIME_LIMIT)
    if not ready:
        os.kill(child, signal.SIGKILL)
    answer = os.read(ours, 100).decode()
    os.close(ours)
    os.waitpid(child, 0)
    return answer or ("crashed" if ready else "timed out")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
