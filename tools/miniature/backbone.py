"""Text encoder, number conditioners and diffusion transformer together, as Stable Audio conditions them."""

import math

import torch
from diffusers.models.embeddings import get_1d_rotary_pos_embed
from torch import nn

import configs
import text
import world
from upstream import StableAudioDiTModel, StableAudioProjectionModel, T5EncoderModel


class Backbone(nn.Module):
    def __init__(self, tokenizer, encoder, projection, transformer):
        super().__init__()
        self.tokenizer = tokenizer
        self.encoder, self.projection, self.transformer = encoder, projection, transformer

    @classmethod
    def fresh(cls, folder):
        text.write_tokenizer(folder / "tokenizer")
        return cls(
            text.Tokenizer(folder / "tokenizer"),
            text.make_encoder(folder / "tokenizer"),
            StableAudioProjectionModel(**configs.PROJECTION),
            StableAudioDiTModel(**configs.TRANSFORMER),
        )

    @classmethod
    def saved(cls, folder):
        return cls(
            text.Tokenizer(folder / "tokenizer"),
            T5EncoderModel.from_pretrained(folder / "text_encoder"),
            StableAudioProjectionModel.from_pretrained(folder / "projection_model"),
            StableAudioDiTModel.from_pretrained(folder / "transformer"),
        ).eval()

    def save(self, folder):
        self.encoder.save_pretrained(folder / "text_encoder")
        self.projection.save_pretrained(folder / "projection_model")
        self.transformer.save_pretrained(folder / "transformer")

    def condition(self, prompts, seconds=world.SECONDS):
        """The tokens of the cross-attention `[n, TOKENS + 2, 64]` and the global one `[n, 1, 128]`."""
        ids, mask = self.tokenizer(prompts)
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        start, total = (torch.full((len(prompts),), value) for value in (0.0, float(math.ceil(seconds))))
        projected = self.projection(hidden, start, total)
        numbers = [projected.seconds_start_hidden_states, projected.seconds_end_hidden_states]
        cross = torch.cat([projected.text_hidden_states * mask[..., None], *numbers], 1)
        return cross, torch.cat(numbers, 2)

    def forward(self, x, t, cross, overall):
        """The velocity of latents `x` `[n, LATENTS, frames]` at times `t` `[n]` in 0...1."""
        dims = configs.TRANSFORMER["attention_head_dim"] // 2
        length = x.shape[-1] + 1
        rotary = get_1d_rotary_pos_embed(dims, length, use_real=True, repeat_interleave_real=False)
        return self.transformer(
            x, t, cross, overall, rotary_embedding=rotary, return_dict=False
        )[0]


def noised(x, noise, t):
    """Latents between sound and noise, and the velocity there."""
    a, s = (f(t * math.pi / 2)[:, None, None] for f in (torch.cos, torch.sin))
    return a * x + s * noise, a * noise - s * x


@torch.no_grad()
def sample(velocity, noise, steps=40, highest=500.0, lowest=0.3, seed=0):
    """DPM-Solver++(2M) SDE from `noise` to latents; `velocity` is asked with latents and times."""
    sigmas = torch.exp(torch.linspace(math.log(highest), math.log(lowest), steps))
    sigmas = torch.cat([sigmas, torch.zeros(1)])
    random = torch.Generator().manual_seed(seed)
    x, before, gap = noise * sigmas[0], None, None
    for s, following in zip(sigmas[:-1], sigmas[1:], strict=True):
        scale = 1 / (s * s + 1).sqrt()
        t = torch.full((len(x),), float(torch.atan(s) / math.pi * 2))
        denoised = scale * scale * x - s * scale * velocity(x * scale, t)
        if following == 0:
            return denoised
        h = s.log() - following.log()
        x = following / s * (-h).exp() * x - (-2 * h).expm1() * denoised
        if before is not None:
            x = x - 0.5 * (-2 * h).expm1() * (h / gap) * (denoised - before)
        fresh = torch.randn(x.shape, generator=random)
        x = x + fresh * following * (-(-2 * h).expm1()).sqrt()
        before, gap = denoised, h
