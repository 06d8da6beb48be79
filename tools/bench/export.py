"""Exports one model to ONNX and asks other software about it; see tools/bench/export.

Peaks are measured as in tools/bench/convert. Prints the largest difference between ONNX Runtime and foley run over the
largest value, and ends with status 1 iff it is beyond 1e-5.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from convert import measure

LIMIT = 1e-5


def made_up(shape, kind, lengths):
    """Floats from -1 to 1, or zeros and ones; lengths without a number are 1 for the batch and 4 else."""
    generator = np.random.default_rng(0)
    # An export names sums and products of lengths by their expression.
    known = {"B": 1, **lengths}
    shape = [size if isinstance(size, int) else int(eval(size, {}, Default(known))) for size in shape]
    if "int" in kind:
        return generator.integers(0, 2, shape).astype({"tensor(int32)": np.int32}.get(kind, np.int64))
    return generator.uniform(-1, 1, shape).astype({"tensor(float16)": np.float16}.get(kind, np.float32))


class Default(dict):
    def __missing__(self, name):
        return 4


def runtime(model, inputs, outputs, lengths):
    """Checks the model, makes up inputs and runs it by ONNX Runtime."""
    import onnx
    import onnxruntime

    begun = time.monotonic()
    onnx.checker.check_model(model, full_check=True)
    print(f"onnx.checker: full check passes, {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    print(f"ONNX Runtime: loaded in {time.monotonic() - begun:.1f} s")
    given = dict(length.split("=") for length in lengths.split(",") if length)
    given = {name: int(value) for name, value in given.items()}
    tensors = {value.name: made_up(value.shape, value.type, given) for value in session.get_inputs()}
    np.savez(inputs, **tensors)
    begun = time.monotonic()
    results = session.run(None, tensors)
    print(f"ONNX Runtime: one run {time.monotonic() - begun:.1f} s", flush=True)
    np.savez(outputs, **{value.name: result for value, result in zip(session.get_outputs(), results)})


def main(foley, where, source, component, lengths):
    folder = Path(where) / "foley-bench-export"
    folder.mkdir(parents=True)
    choice = ["--component", component] if component else []
    model, inputs, expected, found = (
        folder / name for name in ("model.onnx", "in.npz", "runtime.npz", "foley.npz")
    )

    def timed(name, *command, good=frozenset({0})):
        seconds, peak, anonymous = measure([foley, *map(str, command)], good)
        print(f"{name}: {seconds:.1f} s, peak {peak:.0f} MiB, its own {anonymous:.0f} MiB", flush=True)

    try:
        timed("foley convert", "convert", source, *choice, "-o", model)
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{size / 1e9:.2f} GB")
        # A process of its own gives its memory back.
        subprocess.run([sys.executable, __file__, "--runtime", model, inputs, expected, lengths], check=True)
        timed("foley run, of the source", "run", source, *choice, "--inputs", inputs, "--outputs", found)
        a, b = np.load(expected), np.load(found)
        error = max(abs(a[name] - b[name]).max() / abs(b[name]).max() for name in b.files)
        print(f"largest difference {error:.1e}")
        timed("foley inspect", "inspect", model)
        other = ["--component-b", component] if component else []
        timed("foley diff", "diff", model, source, *other, good={0, 1})
        timed("foley diff --weights", "diff", model, source, *other, "--weights", good={0, 1})
        return error <= LIMIT
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1] == "--runtime":
        runtime(*sys.argv[2:])
    else:
        parser = argparse.ArgumentParser()
        for name in ("foley", "folder", "source"):
            parser.add_argument(name)
        parser.add_argument("--component")
        parser.add_argument("--length", default="")
        given = parser.parse_args()
        sys.exit(not main(given.foley, given.folder, given.source, given.component, given.length))
