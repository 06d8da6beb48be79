"""Trains text encoder, number conditioners and diffusion transformer of the miniature together, without any picture.

    python3 tools/miniature/train_backbone.py WORK

Needs the autoencoder. Objective as Stable Audio 1.0: velocity, times uniform (stratified over the batch), a tenth of the
clips without their text. An average of the weights over the last steps is what is saved, to `WORK/models/text_encoder`,
`tokenizer`, `projection_model` and `transformer`. Then it samples, and measures whether the material follows the prompt
and whether strikes are heard; at which times they come is up to chance.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch

import arrays
import configs
import listen
import progress
import world
from backbone import Backbone, noised, sample
from files import write
from upstream import AutoencoderOobleck, CosineDPMSolverMultistepScheduler

BATCH = 16
PARTS = {
    "projection_model": ["stable_audio", "StableAudioProjectionModel"],
    "scheduler": ["diffusers", "CosineDPMSolverMultistepScheduler"],
    "text_encoder": ["transformers", "T5EncoderModel"],
    "tokenizer": ["transformers", "T5TokenizerFast"],
    "transformer": ["diffusers", "StableAudioDiTModel"],
    "vae": ["diffusers", "AutoencoderOobleck"],
}


@torch.no_grad()
def latents(work, part, count=None):
    """The posterior of every sound, mean and spread, `[n, 2, LATENTS, FRAMES]`; kept on disk."""
    path = work / "data" / part / "latents.npy"
    if not path.exists():
        vae = AutoencoderOobleck.from_pretrained(work / "models" / "vae").eval()
        rows = []
        for sound in arrays.sounds(work / "data", part)[:count]:
            posterior = vae.encode(torch.from_numpy(sound / np.float32(32768))[None, None]).latent_dist
            rows.append(torch.stack([posterior.mean[0], posterior.std[0]]).numpy())
        np.save(path, np.stack(rows))
    return np.load(path)


def train(model, average, work, steps, path):
    moments, clips = torch.from_numpy(latents(work, "train")), arrays.clips("train")
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=1e-3)
    first = progress.resumed(path, model=model, average=average, optimizer=optimizer)
    line = progress.Line()
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = progress.rate(step, steps, 1.5e-3, warm=150)
        random = np.random.default_rng([9, step])
        torch.manual_seed(step)
        chosen = random.integers(len(moments), size=BATCH)
        mean, spread = moments[chosen].unbind(1)
        x = mean + spread * torch.randn_like(mean)
        # Another way to say the same each time.
        cross, overall = model.condition([world.prompt(clips[n].material, random) for n in chosen])
        cross = cross * (torch.rand(BATCH, 1, 1) >= 0.1)
        t = (torch.randperm(BATCH) + torch.rand(BATCH)) / BATCH
        z, target = noised(x, torch.randn_like(x), t)
        loss = (model(z, t, cross, overall) - target).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            decay = min(0.995, (step + 1) / (step + 10))
            for kept, new in zip(average.parameters(), model.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        line.tell(step, loss=loss)
        if (step + 1) % 250 == 0:
            progress.save(path, step + 1, model=model, average=average, optimizer=optimizer)


@torch.no_grad()
def measure(model, work, count=64, guidance=3.0, steps=40):
    vae = AutoencoderOobleck.from_pretrained(work / "models" / "vae").eval()
    train = arrays.sounds(work / "data", "train")[:200]
    templates = listen.templates(train / 32768, [clip.material for clip in arrays.clips("train")[:200]])
    clips = arrays.clips("test")[:count]
    cross, overall = model.condition([clip.prompt for clip in clips])
    null = torch.cat([cross, torch.zeros_like(cross)])

    def velocity(x, t):
        told, untold = model(torch.cat([x, x]), torch.cat([t, t]), null, torch.cat([overall, overall])).chunk(2)
        return untold + guidance * (told - untold)

    noise = torch.randn(count, configs.LATENTS, configs.FRAMES, generator=torch.Generator().manual_seed(1))
    z = sample(velocity, noise, steps)
    sounds = [vae.decode(row[None]).sample[0, 0].numpy() for row in z]
    score, right, strikes, strength = listen.Score(), 0, 0, []
    for sound, clip in zip(sounds, clips, strict=True):
        found, level = listen.onset_frames(sound)
        score.add(clip.times, listen.onsets(sound))
        right += listen.material(sound, templates) == clip.material
        strikes += len(found)
        strength += listen.strength(level)[found].tolist()
    truth = sum(len(clip.times) for clip in clips)
    print(
        f"guidance {guidance}: material right {right / count:.3f}; {strikes / count:.1f} strikes a clip "
        f"(the world: {truth / count:.1f}), onset strength {np.median(strength or [0]):.2f}; spread {z.std():.2f}; "
        f"against the true times: {score}",
        flush=True,
    )
    return sounds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    folder = options.work / "models"
    model = Backbone.fresh(folder)
    average = copy.deepcopy(model)
    train(model, average, options.work, options.steps, options.work / "backbone.state")
    average.eval().save(folder)
    CosineDPMSolverMultistepScheduler(**configs.SCHEDULER).save_pretrained(folder / "scheduler")
    write(folder / "model_index.json", {"_class_name": "StableAudioPipeline", **PARTS})
    for guidance in (1.0, 3.0):
        measure(average, options.work, guidance=guidance)


if __name__ == "__main__":
    main()
