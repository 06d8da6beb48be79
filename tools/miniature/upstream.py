"""The upstream classes that the miniature is made of."""

import sys
import warnings
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "fixtures"))
warnings.filterwarnings("ignore")

import torchvision_names  # noqa: E402,F401
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
