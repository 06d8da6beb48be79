"""Times a step of training of the bridge in PyTorch eager at the published size, and stores what it answers.

    python3 tools/bench/upstream.py REAL [training training_bf16 training_all_bf16]

REAL is a folder of tools/fixtures/make_real_size.py. 259 latents, 96 video tokens; forward, backward, AdamW, with all but the
bridge frozen. One warm-up on a small input, then the best of two steps. Prints a line of JSON each. `training` is all in
f32; `training_bf16` has the frozen weights in bf16 and the bridge in f32, `training_all_bf16` has both in bf16. The first
writes REAL/references/training.safetensors, inputs and outputs, which the errors of the others are beside.
"""

import gc
import json
import os
import sys
from pathlib import Path

from meter import forget_peak, peak_memory, timed
from workloads import LATENTS, assigned, backbone_config

import torch  # behind `workloads`, which finds the modules of tools/fixtures
from safetensors.torch import load_file

import bridge
import upstream
from files import save
from make_references import noise, run_stable_audio_tools, transformer_inputs


def main(real, stages):
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.use_deterministic_algorithms(False)
    for name in stages:
        inputs, warm, call = STAGES[name](real)
        call(warm)
        seconds, outputs = min((timed(call, inputs) for _ in range(2)), key=lambda pair: pair[0])
        save(real / "references" / f"{name}.safetensors", {**inputs, **outputs})
        print(
            json.dumps(
                {
                    "stage": "training",
                    "engine": f"torch {torch.__version__}",
                    "precision": PRECISIONS[name],
                    "seconds": round(seconds, 3),
                    "threads": torch.get_num_threads(),
                    "peak_rss_gb": peak_memory(),
                    **(errors(real, outputs) if name != "training" else {}),
                }
            ),
            flush=True,
        )


def errors(real, outputs):
    """The relative error of the loss and the largest of a gradient, relative to its largest value."""
    expected = load_file(str(real / "references" / "training.safetensors"))
    error = {
        name: ((value.float() - expected[name]).abs().max() / expected[name].abs().max()).item()
        for name, value in outputs.items()
    }
    return {"loss_error": error.pop("loss"), "gradient_error": max(error.values())}


def training(real):
    return train_bridge(real, torch.float32, torch.float32)


def training_bf16(real):
    return train_bridge(real, torch.bfloat16, torch.float32)


def training_all_bf16(real):
    return train_bridge(real, torch.bfloat16, torch.bfloat16)


def train_bridge(real, frozen, moving):
    """Loss and some gradients of the first step; those behind it are of the moved bridge, but take as long.

    The backbone computes in `frozen`, the bridge in `moving`, the loss in f32.
    """
    model = assigned(upstream.DiffusionTransformer, "model.model.", real, **backbone_config())
    model.requires_grad_(False).to(frozen)
    trained, _ = bridge.load_bridge(real / "bridge.safetensors", 1536)
    trained.to(moving).install(model.transformer.layers)
    for block in trained.blocks:
        block.forward = lambda x, *rest, own=block.forward: own(x.to(moving), *rest).to(frozen)
    gc.collect()
    forget_peak()  # a bf16 model is made from the f32 file here: what that took is not what a step takes
    optimizer = torch.optim.AdamW(trained.parameters(), lr=1e-6)
    first = {}

    def call(given):
        rows = given["hidden_states"].shape[0]
        trained.condition = given["video"].to(moving), torch.ones(rows, 1, 1, dtype=moving), 1.0
        with torch.enable_grad():
            optimizer.zero_grad()
            narrow = {name: value.to(frozen) for name, value in given.items() if name not in ("video", "target")}
            sample = run_stable_audio_tools(model, narrow).float()
            loss = torch.nn.functional.mse_loss(sample, given["target"])
            loss.backward()
        if given["hidden_states"].shape[-1] != LATENTS:
            return first  # the warm-up moves nothing
        if not first:
            first["loss"] = loss.detach()
            for name, parameter in trained.named_parameters():
                if name.split(".")[1] in ("0", "12", "23"):
                    first[f"gradient.{name}"] = parameter.grad.clone()
        optimizer.step()
        return first

    inputs = transformer_inputs(5, 1, 64, LATENTS, 130, 768, 1536)
    inputs["video"], inputs["target"] = noise(6, 1, 96, 1024), noise(7, 1, 64, LATENTS)
    warm = {**inputs, "hidden_states": inputs["hidden_states"][..., :8], "target": inputs["target"][..., :8]}
    return inputs, warm, call


PRECISIONS = {"training": "f32", "training_bf16": "bf16", "training_all_bf16": "bf16 throughout"}
STAGES = {stage.__name__: stage for stage in (training, training_bf16, training_all_bf16)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(STAGES))
