"""Times foley diff beside a script of the safetensors library on synthetic checkpoints; see tools/bench/diff.

Work: a checkpoint and its copy; one with every tensor scaled a little; one rounded to f16; and the same transformer
in the layout of diffusers, where every tensor has another name and some are cut in parts. Every run starts with the
files in the page cache. Peaks are measured as in tools/bench/convert.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from convert import make, measure


def tuned(source, target):
    """Copies a checkpoint of f32 with every piece of 64 MiB scaled a little."""
    with open(source, "rb") as old, open(target, "wb") as new:
        size = old.read(8)
        new.write(size + old.read(int.from_bytes(size, "little")))
        while piece := old.read(1 << 26):
            new.write((np.frombuffer(piece, np.float32) * np.float32(1.001)).tobytes())


def compare(a, b):
    """Prints max|a-b|, that over max|b|, and the cosine of each tensor that both files hold."""
    import torch
    from safetensors import safe_open

    with safe_open(a, "pt") as old, safe_open(b, "pt") as new:
        for name in sorted(set(old.keys()) & set(new.keys())):
            x, y = old.get_tensor(name).float().flatten(), new.get_tensor(name).float().flatten()
            greatest = (x - y).abs().max().item()
            cosine = torch.nn.functional.cosine_similarity(x, y, dim=0).item()
            print(name, greatest, greatest / y.abs().max().item(), cosine)


def warm(path):
    for file in [path] if path.is_file() else path.glob("*.safetensors"):
        with open(file, "rb") as bytes:
            while bytes.read(1 << 24):
                pass


def main(foley, where, gigabytes="5"):
    folder = Path(where) / "foley-bench-diff"
    folder.mkdir(parents=True)
    try:
        size = make(folder, float(gigabytes) * 1e9)
        source, other = folder / "model.safetensors", folder / "other.safetensors"
        print(f"{size / 1e9:.2f} GB")
        makers = {
            "copy": lambda: shutil.copyfile(source, other),
            "tuned": lambda: tuned(source, other),
            "half": lambda: subprocess.run(
                [foley, "convert", source, "-o", other, "--dtype", "f16", "--no-hash"],
                check=True,
                stdout=subprocess.DEVNULL,
            ),
            "relayout": lambda: subprocess.run(
                [foley, "convert", folder, "-o", other, "--layout", "diffusers", "--no-hash"],
                check=True,
                stdout=subprocess.DEVNULL,
            ),
        }
        for work, maker in makers.items():
            maker()
            runs = {"safetensors": [sys.executable, __file__, "compare", source, other]}
            # Names are all a script can go by.
            runs = {} if work == "relayout" else runs
            runs["foley"] = [foley, "diff", source, other, "--weights"]
            seconds = {}
            for name, run in runs.items():
                warm(source)
                warm(other)
                seconds[name], peak, anonymous = measure(run, {0, 1})
                print(f"{work}: {name} {seconds[name]:.1f} s, peak {peak:.0f} MiB, its own {anonymous:.0f} MiB")
            if "safetensors" in seconds:
                print(f"{work}: foley takes {seconds['foley'] / seconds['safetensors']:.2f} of the time of safetensors")
            other.unlink()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1] == "compare":
        compare(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
