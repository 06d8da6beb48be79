"""The upstream classes that the miniature is made of."""

import warnings

import torch

# torchvision built for another torch has no compiled operators; nothing here needs them, only their names to exist.
try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError):
    import sys

    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    torch.library.define("torchvision::nms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    torch.library.define("torchvision::qnms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision  # noqa: F401

warnings.filterwarnings("ignore")

from diffusers import (  # noqa: E402,F401
    AutoencoderOobleck,
    CosineDPMSolverMultistepScheduler,
    StableAudioDiTModel,
    StableAudioProjectionModel,
)
from diffusers.models.autoencoders.autoencoder_oobleck import Snake1d  # noqa: E402,F401
from transformers import (  # noqa: E402,F401
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
    VJEPA2Config,
    VJEPA2Model,
    VJEPA2VideoProcessor,
)
