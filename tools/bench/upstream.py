"""Times the upstream models in PyTorch eager at their published sizes, and stores what they answer.

    python3 tools/bench/upstream.py REAL [video_encoder text_encoder transformer autoencoder ...]

REAL is a folder of tools/fixtures/make_real_size.py. For each stage: one warm-up on a small input, then the best of two
runs. Prints a line of JSON a stage and writes REAL/references/STAGE.safetensors, inputs and outputs by upstream's
argument names. The workloads: one segment of 64 frames, 128 tokens, 259 latents guided (batch 2), decoding 259 latents,
and a step of training of the bridge (259 latents, 96 video tokens; forward, backward, AdamW) with all else frozen. All in
f32; `training_bf16` has the frozen weights in bf16 and the bridge in f32, `training_all_bf16` has both in bf16. Their
errors are those of loss and gradients beside what `training` has stored.
"""

import gc
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))

import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

import bridge  # noqa: E402
import configs  # noqa: E402
import upstream  # noqa: E402
from files import save  # noqa: E402
from make_references import noise, run_stable_audio_tools, token_rows, transformer_inputs  # noqa: E402

LATENTS = 259


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
                    "stage": name,
                    "seconds": round(seconds, 3),
                    "threads": torch.get_num_threads(),
                    "torch": torch.__version__,
                    "peak_rss_gb": peak_memory(),
                    **(errors(real, outputs) if name.startswith("training_") else {}),
                }
            ),
            flush=True,
        )


def timed(call, inputs):
    start = time.perf_counter()
    outputs = call(inputs)
    return time.perf_counter() - start, outputs


def peak_memory():
    """GiB since the process began, or since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.split("VmHWM:")[1].split()[0]) / 2**20, 2)


def forget_peak():
    """What loading took is not what a step takes: a bf16 model is made from the f32 file here."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def errors(real, outputs):
    """The relative error of the loss and the largest of a gradient, relative to its largest value."""
    expected = load_file(str(real / "references" / "training.safetensors"))
    error = {
        name: ((value.float() - expected[name]).abs().max() / expected[name].abs().max()).item()
        for name, value in outputs.items()
    }
    return {"loss_error": error.pop("loss"), "gradient_error": max(error.values())}


def video_encoder(real):
    model = upstream.VJEPA2Model.from_pretrained(real / "video_encoder").eval()
    call = lambda given: {"last_hidden_state": model(**given, skip_predictor=True).last_hidden_state}  # noqa: E731
    return (
        {"pixel_values_videos": noise(1, 1, 64, 3, 256, 256)},
        {"pixel_values_videos": noise(1, 1, 2, 3, 256, 256)},
        call,
    )


def text_encoder(real):
    model = upstream.T5EncoderModel.from_pretrained(real / "text_encoder").eval()
    call = lambda given: {"last_hidden_state": model(**given).last_hidden_state}  # noqa: E731
    ids, mask = token_rows(2, 32000, 128, [57])
    inputs = {"input_ids": ids, "attention_mask": mask}
    return inputs, inputs, call


def transformer(real):
    config = configs.stable_audio_open_1()["model"]["diffusion"]["config"]
    model = assigned(upstream.DiffusionTransformer, config, real, "model.model.")
    call = lambda given: {"sample": run_stable_audio_tools(model, given)}  # noqa: E731
    inputs = transformer_inputs(3, 2, 64, LATENTS, 130, 768, 1536)
    inputs["encoder_hidden_states"][1] = 0  # the unconditional row of guidance
    inputs["timestep"][1] = inputs["timestep"][0]
    inputs["global_hidden_states"][1] = inputs["global_hidden_states"][0]
    return inputs, {**inputs, "hidden_states": inputs["hidden_states"][..., :8]}, call


def autoencoder(real):
    config = configs.stable_audio_open_1()["model"]["pretransform"]["config"]["decoder"]["config"]
    model = assigned(upstream.OobleckDecoder, config, real, "pretransform.model.decoder.")
    call = lambda given: {"decoded": model(given["latents"])}  # noqa: E731
    return {"latents": noise(4, 1, 64, LATENTS)}, {"latents": noise(4, 1, 64, 4)}, call


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
    config = configs.stable_audio_open_1()["model"]["diffusion"]["config"]
    model = assigned(upstream.DiffusionTransformer, config, real, "model.model.").requires_grad_(False).to(frozen)
    trained, _ = bridge.load_bridge(real / "bridge.safetensors", 1536)
    trained.to(moving).install(model.transformer.layers)
    for block in trained.blocks:
        block.forward = lambda x, *rest, own=block.forward: own(x.to(moving), *rest).to(frozen)
    forget_peak()
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


def assigned(kind, config, real, prefix):
    """A module whose parameters are the mapped tensors of the file, not copies."""
    with torch.device("meta"):
        module = kind(**config)
    state = load_file(str(real / "stable_audio" / "model.safetensors"))
    part = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    module.load_state_dict(part, assign=True)
    return module.eval()


STAGES = {
    stage.__name__: stage
    for stage in (
        video_encoder, text_encoder, transformer, autoencoder, training, training_bf16, training_all_bf16,
    )
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(STAGES))
