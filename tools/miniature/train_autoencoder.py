"""Trains the Oobleck autoencoder of the miniature on the world's sounds.

    python3 tools/miniature/train_autoencoder.py WORK

Loss: magnitudes of three short-time spectra, by their logarithm and relative to their energy, a little of the waveform, and
KL. No discriminator: the world is simple. At the end every latent channel is brought to mean 0 and spread 1 over the
world, exactly, by scaling the last layer of the encoder and the first of the decoder; then it measures whether strikes and
materials are still heard after the round trip. Saves `WORK/models/vae`.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import arrays
import configs
import listen
import progress
import snake
from upstream import AutoencoderOobleck

CROP, BATCH = 8192, 6
KL = 2e-4


def spectral(x, y):
    loss = 0
    for size in (1024, 256, 64):
        window = torch.hann_window(size)
        a, b = (
            torch.stft(z, size, size // 4, window=window, return_complex=True).abs() for z in (x, y)
        )
        floor = 0.01 * math.sqrt(size / 256)
        loss = loss + ((a + floor).log() - (b + floor).log()).abs().mean()
        loss = loss + (a - b).flatten(1).norm(dim=1).div(b.flatten(1).norm(dim=1) + floor).mean()
    return loss / 3


def crops(sounds, clips, random):
    """Most of them with a strike in sight."""
    batch = np.empty((BATCH, CROP), np.float32)
    for row in batch:
        n = random.integers(len(sounds))
        start = random.integers(0, sounds.shape[1] - CROP)
        if random.uniform() < 0.8:
            strike = int(random.choice(clips[n].times) * arrays.world.SAMPLE_RATE)
            start = int(np.clip(strike - random.integers(0, CROP), 0, sounds.shape[1] - CROP))
        row[:] = sounds[n, start : start + CROP] / 32768
    return torch.from_numpy(batch)[:, None]


@torch.no_grad()
def prepare(model, x):
    """Levels to begin with: sounds are quiet, and latents below the posterior's spread would teach the decoder nothing."""
    n = configs.LATENTS
    last = model.encoder.conv2
    model.encoder.conv1.weight_g *= 0.5 / x.std()
    # A posterior of spread 0.1.
    last.bias[n:] = -2.3
    mean = model.encode(x).latent_dist.mean
    last.weight_g[:n] /= mean.std((0, 2))[:, None, None]
    last.bias[:n] = (last.bias[:n] - mean.mean((0, 2))) / mean.std((0, 2))
    y = model.decode(model.encode(x).latent_dist.sample()).sample
    model.decoder.conv2.weight_g *= 0.2 * x.std() / y.std()


def train(model, work, steps, path):
    sounds, clips = arrays.sounds(work / "data", "train"), arrays.clips("train")
    if not path.exists():
        prepare(model, crops(sounds, clips, np.random.default_rng(7)))
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.8, 0.99), weight_decay=1e-3)
    first = progress.resumed(path, model=model, optimizer=optimizer)
    line = progress.Line()
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = progress.rate(step, steps, 2e-3, warm=200)
        x = crops(sounds, clips, np.random.default_rng([7, step]))
        torch.manual_seed(step)
        latents = model.encode(x).latent_dist
        # Noise and KL come when the decoder has learnt to listen.
        share = min(1.0, step / 600)
        y = model.decode(latents.mean + share * latents.std * torch.randn_like(latents.mean)).sample
        spectrum, kl, wave = spectral(y[:, 0], x[:, 0]), latents.kl(), F.l1_loss(y, x)
        loss = spectrum + share * KL * kl + wave
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        line.tell(step, spectrum=spectrum, kl=kl, wave=wave, spread=latents.mean.std((0, 2)).mean())
        if (step + 1) % 100 == 0:
            progress.save(path, step + 1, model=model, optimizer=optimizer)


@torch.no_grad()
def means(model, sounds):
    """The mean of each sound's latents, `[n, LATENTS, FRAMES]`."""
    return torch.cat(
        [model.encode(torch.from_numpy(s / np.float32(32768))[None, None]).latent_dist.mode() for s in sounds]
    )


@torch.no_grad()
def normalise(model, sounds):
    """Mean 0 and spread 1 of each latent channel, with the same sound out for the same sound in."""
    z = means(model, sounds)
    shift, spread = z.mean((0, 2)), z.std((0, 2))
    last, first = model.encoder.conv2, model.decoder.conv1
    n = len(shift)
    # How the posterior's spread softplus(s) + 1e-4 scales, to first order at its mean.
    weights = {name: module.weight.detach().clone() for name, module in (("last", last), ("first", first))}
    posterior = torch.cat(
        [model.encode(torch.from_numpy(s / np.float32(32768))[None, None]).latent_dist.std for s in sounds[:50]]
    ).mean((0, 2))
    target = posterior / spread
    inverse = lambda value: value + torch.log(-torch.expm1(-value))  # noqa: E731
    weights["last"][:n] /= spread[:, None, None]
    last.bias[:n] = (last.bias[:n] - shift) / spread
    last.bias[n:] += inverse(target) - inverse(posterior)
    first.bias += (weights["first"] * shift[None, :, None]).sum((1, 2))
    weights["first"] *= spread[None, :, None]
    for module, weight in ((last, weights["last"]), (first, weights["first"])):
        module.weight_v.copy_(weight)
        module.weight_g.copy_(weight.flatten(1).norm(dim=1)[:, None, None])
        module.weight = weight
    return spread


@torch.no_grad()
def measure(model, work, count=None):
    sounds, clips = arrays.sounds(work / "data", "test")[:count], arrays.clips("test")[:count]
    train = arrays.sounds(work / "data", "train")[:200]
    templates = listen.templates(train / 32768, [clip.material for clip in arrays.clips("train")[:200]])
    score, right, spreads = listen.Score(), 0, []
    for sound, clip in zip(sounds, clips, strict=True):
        latents = model.encode(torch.from_numpy(sound / np.float32(32768))[None, None]).latent_dist
        again = model.decode(latents.sample()).sample[0, 0].numpy()
        score.add(clip.times, listen.onsets(again))
        right += listen.material(again, templates) == clip.material
        spreads.append(latents.std.mean())
    print(f"round trip: {score}; material right {right / len(clips):.3f}; posterior {np.mean(spreads):.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=2400)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    (options.work / "models").mkdir(parents=True, exist_ok=True)
    snake.install(options.work)
    model = AutoencoderOobleck(**configs.AUTOENCODER)
    train(model, options.work, options.steps, options.work / "autoencoder.state")
    model.eval()
    measure(model, options.work, 40)
    print("spreads", normalise(model, arrays.sounds(options.work / "data", "train")[:200]))
    measure(model, options.work)
    model.save_pretrained(options.work / "models" / "vae")


if __name__ == "__main__":
    main()
