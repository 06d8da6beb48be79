"""The world as arrays on disk, for training in PyTorch: made once, read again by all scripts.

    python3 tools/miniature/arrays.py WORK

`WORK/{train,test}/sounds.npy` is `[n, 64000]` of 16-bit samples; `films.npy` is `[n, 64, 64, 64, 3]` of 8 bits: the pictures
after H.264, brought to 64 x 64 as the encoder's preprocessing does. Train has seed 0, test seed 1.
"""

import argparse
import io
from pathlib import Path

import av
import numpy as np
import torch

import picture
import sound
import world
from clips import film

SIDE = 64
COUNTS = {"train": (0, 2400), "test": (1, 200)}


def shrunk(frames):
    """As `VJEPA2VideoProcessor` does: 256/224 of the crop, bilinear with anti-alias on 8 bits, and its middle."""
    side = int(SIDE * 256 / 224)
    pictures = torch.from_numpy(frames).permute(0, 3, 1, 2)
    small = torch.nn.functional.interpolate(pictures, (side, side), mode="bilinear", antialias=True)
    first = (side - SIDE) // 2
    return small[..., first : first + SIDE, first : first + SIDE].permute(0, 2, 3, 1).contiguous().numpy()


def decoded(file):
    with av.open(io.BytesIO(file)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def clips(part):
    seed, count = COUNTS[part]
    return [world.clip(seed, index) for index in range(count)]


def sounds(work, part):
    """`[n, 64000]` of 16 bits, made where it is not there."""
    path = work / part / "sounds.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = np.stack([np.round(sound.sound(clip) * 32767).astype(np.int16) for clip in clips(part)])
        np.save(path, made)
    return np.load(path, mmap_mode="r")


def films(work, part):
    """`[n, 64, 64, 64, 3]` of 8 bits, made where it is not there."""
    path = work / part / "films.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        every = clips(part)
        shape = (len(every), world.FRAMES, SIDE, SIDE, 3)
        unready = path.with_name("unready.npy")
        made = np.lib.format.open_memmap(unready, "w+", np.uint8, shape)
        for index, clip in enumerate(every):
            made[index] = shrunk(decoded(film(picture.frames(clip))))
        made.flush()
        unready.rename(path)
    return np.load(path, mmap_mode="r")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    work = parser.parse_args().work
    torch.set_num_threads(1)
    for part in ("test", "train"):
        sounds(work, part)
        films(work, part)


if __name__ == "__main__":
    main()
