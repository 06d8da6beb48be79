"""Times a peer on a stage at its published size, and prints a line of JSON.

    python3 tools/bench/peers.py REAL STAGE ENGINE [--precision f32|bf16] [--runs 3]

REAL: a folder of tools/fixtures/make_real_size.py. STAGE: one of workloads.py. ENGINE: one of engines.py, or `export`, which
writes REAL/onnx/STAGE.onnx (torch.export at the lengths of the workload, so that nothing is left open) for those that
read ONNX, and REAL/references/STAGE.safetensors, PyTorch's answers in f32.

Behind one call on the inputs, the best and the median of some. `load` is the seconds until the engine could be called,
`first` those of the first call. The error is relative to the largest value of PyTorch's answer.
"""

import argparse
import json
import statistics
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

import engines
from meter import forget_peak, peak_memory, timed
from workloads import WORKLOADS

import torch  # behind `workloads`, which puts stand-ins where upstream imports too much
import upstream  # noqa: F401
from files import save

OUTPUTS = ("last_hidden_state", "sample", "decoded")


def export(real, stage):
    workload = WORKLOADS[stage](real)
    with torch.inference_mode():
        answer = workload.model(**workload.inputs)
    save(real / "references" / f"{stage}.safetensors", {**workload.inputs, workload.output: answer})
    path = onnx_of(real, stage)
    path.parent.mkdir(exist_ok=True)
    torch.onnx.export(
        workload.model,
        tuple(workload.inputs.values()),
        str(path),
        dynamo=True,
        input_names=list(workload.inputs),
        output_names=[workload.output],
        opset_version=18,
        verbose=False,
    )


def onnx_of(real, stage):
    return real / "onnx" / f"{stage}.onnx"


def measure(real, stage, name, precision, runs):
    kind, path = engines.ENGINES[name], onnx_of(real, stage)
    if name in engines.OF_ONNX and not path.exists():
        raise SystemExit(f"there is no {path}: python3 tools/bench/peers.py {real} {stage} export")
    workload = None if name in engines.OF_ONNX else WORKLOADS[stage](real)
    inputs = load_file(str(real / "references" / f"{stage}.safetensors"))
    expected = inputs.pop(next(key for key in OUTPUTS if key in inputs))
    inputs = {key: torch.from_numpy(value) for key, value in inputs.items()}
    forget_peak()
    load, engine = timed(kind, workload, path, precision, engines.cores())
    first, _ = timed(engine, inputs)
    calls = [timed(engine, inputs) for _ in range(runs)]
    seconds = [call[0] for call in calls]
    return {
        "stage": stage,
        "engine": kind.version(),
        "precision": precision,
        "seconds": round(min(seconds), 4),
        "median": round(statistics.median(seconds), 4),
        "first": round(first, 3),
        "load": round(load, 3),
        "threads": engines.cores(),
        "peak_rss_gb": peak_memory(),
        "error": float(np.abs(calls[-1][1] - expected).max() / np.abs(expected).max()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real", type=Path)
    parser.add_argument("stage", choices=WORKLOADS)
    parser.add_argument("engine", choices=[*engines.ENGINES, "export"])
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.engine == "export":
        export(options.real, options.stage)
        return
    if options.precision not in engines.ENGINES[options.engine].precisions:
        raise SystemExit(f"{options.engine} does not compute in {options.precision} on a CPU")
    print(json.dumps(measure(options.real, options.stage, options.engine, options.precision, options.runs)))


if __name__ == "__main__":
    main()
