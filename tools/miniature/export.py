"""Copies the trained models to a folder, their weights in f16.

    python3 tools/miniature/export.py WORK OUT
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

PARTS = ("video_encoder", "text_encoder", "tokenizer", "projection_model", "transformer", "vae", "scheduler")


def halved(source, target):
    """Weights in f16; one that f16 cannot hold is an error."""
    with safe_open(source, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata()
    halves = {name: tensor.half().contiguous() for name, tensor in tensors.items()}
    for name, tensor in halves.items():
        if not torch.isfinite(tensor).all():
            raise SystemExit(f"{source}: {name} does not fit into f16")
    save_file(halves, target, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    models = options.work / "models"
    for part in PARTS:
        (options.out / part).mkdir(parents=True, exist_ok=True)
        for file in sorted((models / part).iterdir()):
            target = options.out / part / file.name
            halved(file, target) if file.suffix == ".safetensors" else shutil.copy(file, target)
    shutil.copy(models / "model_index.json", options.out)
    total = sum(file.stat().st_size for file in options.out.rglob("*") if file.is_file())
    print(f"{options.out}: {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
