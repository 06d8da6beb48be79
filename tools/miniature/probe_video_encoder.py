"""Asks how much the video encoder's pooled tokens know of the moments of the strikes.

    python3 tools/miniature/probe_video_encoder.py WORK

A small MLP reads one pooled token (or it and its two neighbours) and says whether a strike falls into its 125 ms, and where
in them: 50 ms are less than half a token, so the tokens must carry the phase. Trained on the train clips' tokens, measured
on the test clips by onset F1 at 50 ms. `--untrained` asks the same of an
encoder that has learnt nothing.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import arrays
import configs
import listen
import train_video_encoder
from upstream import VJEPA2Config, VJEPA2Model

RATE = 8.0


def answers(clips):
    """Of each token whether a strike begins in its span, and where in it (0...1), `[n, 32]` each."""
    struck, phase = np.zeros((2, len(clips), train_video_encoder.TUBELETS), np.float32)
    for row, clip in enumerate(clips):
        places = clip.times * RATE
        struck[row, places.astype(int)], phase[row, places.astype(int)] = 1, places % 1
    return torch.from_numpy(struck), torch.from_numpy(phase)


def beside(tokens, reach):
    """Each token with its neighbours, repeated at the ends."""
    count = tokens.shape[1]
    places = (torch.arange(count)[:, None] + torch.arange(-reach, reach + 1)).clamp(0, count - 1)
    return tokens[:, places].flatten(2)


def probe(train, test, reach, steps=1500):
    mean, spread = train.mean((0, 1)), train.std((0, 1))
    x, y = (beside((t - mean) / spread, reach) for t in (train, test))
    struck, phase = answers(arrays.clips("train")[: len(x)])
    net = nn.Sequential(nn.Linear(x.shape[-1], 128), nn.GELU(), nn.Linear(128, 128), nn.GELU(), nn.Linear(128, 2))
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        rows = torch.randint(len(x), (32,))
        said = net(x[rows])
        where = (said[..., 1] - phase[rows]).square() * struck[rows]
        loss = F.binary_cross_entropy_with_logits(said[..., 0], struck[rows]) + 10 * where.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        said = net(y)
    score = listen.Score()
    for row, clip in zip(said, arrays.clips("test"), strict=False):
        found = np.flatnonzero(row[:, 0] > 0)
        score.add(clip.times, np.sort((found + row[found, 1].clamp(0, 1).numpy()) / RATE))
    return score


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--untrained", type=int, default=0, help="clips to ask an untrained encoder of")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if options.untrained:
        model = VJEPA2Model(VJEPA2Config(**configs.VIDEO)).eval()
        films = {part: arrays.films(options.work / "data", part) for part in ("train", "test")}
        tokens = [
            torch.stack([train_video_encoder.tokens(model, film).mean(1) for film in films[part][:count]])
            for part, count in (("train", options.untrained), ("test", 100))
        ]
        print(f"untrained, one token and its neighbours: {probe(*tokens, 1)}")
    model = VJEPA2Model.from_pretrained(options.work / "models" / "video_encoder").eval()
    tokens = [torch.from_numpy(train_video_encoder.pooled(model, options.work, part)) for part in ("train", "test")]
    print(f"one token: {probe(*tokens, 0)}")
    print(f"one token and its neighbours: {probe(*tokens, 1)}")


if __name__ == "__main__":
    main()
