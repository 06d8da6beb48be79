"""What is timed at the published sizes: upstream's own classes with the weights of REAL, and inputs that look random.

One segment of 64 frames for V-JEPA 2, 128 tokens for T5, a denoising step of 259 latents guided (batch 2), and the decoding
of 259 latents.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))

import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

import configs  # noqa: E402
import onnx_models  # noqa: E402
import upstream  # noqa: E402
from make_references import noise, token_rows, transformer_inputs  # noqa: E402

LATENTS = 259


@dataclass
class Workload:
    """A module whose forward takes `inputs` by name and gives one tensor, `output`."""

    model: torch.nn.Module
    inputs: dict
    # The same, short: what a first call pays once is paid here.
    warm: dict
    output: str


def video_encoder(real):
    model = onnx_models.VJEPA2.from_pretrained(real / "video_encoder").eval()
    inputs, warm = ({"pixel_values_videos": noise(1, 1, frames, 3, 256, 256)} for frames in (64, 2))
    return Workload(model, inputs, warm, "last_hidden_state")


def text_encoder(real):
    model = onnx_models.T5.from_pretrained(real / "text_encoder").eval()
    ids, mask = token_rows(2, 32000, 128, [57])
    inputs = {"input_ids": ids, "attention_mask": mask}
    return Workload(model, inputs, inputs, "last_hidden_state")


def transformer(real):
    model = assigned(onnx_models.StableAudioTools, "model.model.", real, **backbone_config())
    inputs = transformer_inputs(3, 2, 64, LATENTS, 130, 768, 1536)
    inputs["encoder_hidden_states"][1] = 0  # the unconditional row of guidance
    inputs["timestep"][1] = inputs["timestep"][0]
    inputs["global_hidden_states"][1] = inputs["global_hidden_states"][0]
    return Workload(model, inputs, {**inputs, "hidden_states": inputs["hidden_states"][..., :8]}, "sample")


class Decoder(upstream.OobleckDecoder):
    def forward(self, latents):
        return super().forward(latents)


def autoencoder(real):
    config = configs.stable_audio_open_1()["model"]["pretransform"]["config"]["decoder"]["config"]
    model = assigned(Decoder, "pretransform.model.decoder.", real, **config)
    return Workload(model, {"latents": noise(4, 1, 64, LATENTS)}, {"latents": noise(4, 1, 64, 4)}, "decoded")


def backbone_config():
    return configs.stable_audio_open_1()["model"]["diffusion"]["config"]


def assigned(kind, prefix, real, **config):
    """A module whose parameters are the mapped tensors of the file, not copies."""
    with torch.device("meta"):
        module = kind(**config)
    state = load_file(str(real / "stable_audio" / "model.safetensors"))
    part = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    module.load_state_dict(part, assign=True)
    return module.eval()


WORKLOADS = {stage.__name__: stage for stage in (text_encoder, autoencoder, transformer, video_encoder)}
