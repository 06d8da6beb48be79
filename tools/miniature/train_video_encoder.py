"""Trains the V-JEPA 2 encoder of the miniature on the world's pictures, without their sounds.

    python3 tools/miniature/train_video_encoder.py WORK

Self-supervised: from what it sees, some patches being hidden, the encoder tells of every patch how the picture changes
there, from the frame before to the first of its two, from the first to the second, and on to the next. Visible patches are
read from the encoder's own tokens, hidden ones from what upstream's predictor makes of them, both by one linear map that is
thrown away afterwards. Stretches of 8 tubelets or whole clips, with nothing, half or four fifths hidden. Saves
`WORK/models/video_encoder`.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import arrays
import configs
import progress
from upstream import VJEPA2Config, VJEPA2Model, VJEPA2VideoProcessor

SIDE, TUBELETS = 8, 32
# Tubelets, share of patches hidden, clips: one a step, in turn.
KINDS = ((8, 0.5, 12), (8, 0.0, 6), (32, 0.8, 6), (8, 0.5, 12), (32, 0.0, 1))
MEAN, SPREAD = (torch.tensor(v) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))


def pixels(films):
    """`[..., 64, 64, 3]` of 8 bits to `[..., 3, 64, 64]` as the encoder is given them."""
    x = (torch.from_numpy(np.ascontiguousarray(films)).float() / 255 - MEAN) / SPREAD
    return x.movedim(-1, -3)


def changes(x):
    """Of frames `[B, 2F + 2, 3, 64, 64]`, one before and one after: `[B, F * 64, 147]`.

    Three differences of 4 x 4 pixels in 3 colours, and the root mean square of each.
    """
    small = F.avg_pool2d(x.flatten(0, 1), 2).unflatten(0, x.shape[:2])
    d = 4 * (small[:, 1:] - small[:, :-1])
    d = torch.stack([d[:, 0:-2:2], d[:, 1:-1:2], d[:, 2::2]], 2)
    d = d.unflatten(-1, (SIDE, 4)).unflatten(-3, (SIDE, 4)).permute(0, 1, 4, 6, 2, 3, 5, 7)
    energy = d.flatten(5).square().mean(-1).sqrt()
    return torch.cat([d.flatten(4), 2 * energy], -1).flatten(1, 3)


def visible(encoder, x, shown):
    """The encoder's tokens `shown` `[B, n]`, which see only one another."""
    h = encoder.embeddings(x)
    h = h.gather(1, shown[..., None].expand(-1, -1, h.shape[-1]))
    for layer in encoder.layer:
        h = layer(h, shown)[0]
    return encoder.layernorm(h)


def batch(films, kind, random):
    tubelets, _, count = KINDS[kind]
    rows = []
    for _ in range(count):
        n, first = random.integers(len(films)), 2 * random.integers(0, TUBELETS - tubelets + 1)
        frames = np.clip(np.arange(first - 1, first + 2 * tubelets + 1), 0, films.shape[1] - 1)
        film = films[n, frames[0] : frames[-1] + 1][frames - frames[0]]
        rows.append(film[:, :, ::-1] if random.uniform() < 0.5 else film)
    return pixels(np.stack(rows))


def loss_of(model, readout, x, hidden_share):
    count, tokens = len(x), (x.shape[1] // 2 - 1) * SIDE * SIDE
    targets, seen = changes(x), x[:, 1:-1]
    order = torch.rand(count, tokens).argsort(1)
    split = round(tokens * (1 - hidden_share))
    shown, hidden = order[:, :split].sort(1)[0], order[:, split:].sort(1)[0]
    pick = lambda ids: targets.gather(1, ids[..., None].expand(-1, -1, targets.shape[-1]))  # noqa: E731
    h = visible(model.encoder, seen, shown)
    own = F.smooth_l1_loss(readout(h), pick(shown))
    if hidden_share == 0:
        return own, torch.zeros(())
    full = torch.zeros(count, tokens, h.shape[-1]).scatter(1, shown[..., None].expand(-1, -1, h.shape[-1]), h)
    guessed = model.predictor(full, [shown], [hidden]).last_hidden_state
    return own, F.smooth_l1_loss(readout(guessed), pick(hidden))


def train(model, work, steps, path):
    films = arrays.films(work / "data", "train")
    readout = nn.Linear(configs.VIDEO["hidden_size"], 147)
    parameters = [*model.parameters(), *readout.parameters()]
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.98), weight_decay=0.01)
    first = progress.resumed(path, model=model, readout=readout, optimizer=optimizer)
    line = progress.Line()
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = progress.rate(step, steps, 2e-3)
        torch.manual_seed(step)
        kind = step % len(KINDS)
        x = batch(films, kind, np.random.default_rng([8, step]))
        own, guessed = loss_of(model, readout, x, KINDS[kind][1])
        optimizer.zero_grad(set_to_none=True)
        (own + guessed).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        line.tell(step, own=own, guessed=guessed)
        if (step + 1) % 200 == 0:
            progress.save(path, step + 1, model=model, readout=readout, optimizer=optimizer)


@torch.no_grad()
def tokens(model, film):
    """`[32, 64, width]` of one film."""
    hidden = model(pixels(film)[None], skip_predictor=True).last_hidden_state
    return hidden[0].unflatten(0, (TUBELETS, SIDE * SIDE))


def pooled(model, work, part, count=None):
    """Every clip's tokens, pooled to one a tubelet, `[n, 32, width]`; kept on disk."""
    path = work / "data" / part / "tokens.npy"
    if not path.exists():
        films = arrays.films(work / "data", part)
        np.save(path, np.stack([tokens(model, film).mean(1).numpy() for film in films[:count]]))
    return np.load(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=2000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = VJEPA2Model(VJEPA2Config(**configs.VIDEO))
    train(model, options.work, options.steps, options.work / "video_encoder.state")
    folder = options.work / "models" / "video_encoder"
    model.eval().save_pretrained(folder)
    size = configs.VIDEO["crop_size"]
    processor = VJEPA2VideoProcessor(crop_size={"height": size, "width": size})
    processor.save_pretrained(folder)


if __name__ == "__main__":
    main()
