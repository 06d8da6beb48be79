"""Writes clips of the world as files.

    python3 tools/miniature/clips.py OUT --seed 1 --first 0 --count 200

Each clip N is `N.mp4` (H.264, 146 x 146 at 16 frames a second, no sound), `N.wav` (16 kHz, 16 bits) and `N.txt` (the
prompt); `clips.jsonl` has one line a clip: name, prompt, material, scene, seconds and strength of each strike.
"""

import argparse
import io
import json
from pathlib import Path

import av
import numpy as np
import soundfile

import picture
import sound
import world


def film(frames):
    """The bytes of an .mp4 of `frames` `[n, height, width, 3]`."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=world.FRAME_RATE)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.options = {"crf": "20", "preset": "veryfast"}
        for picture_ in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture_, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


def write(folder, clip, name):
    """Writes the files of `clip`; returns its line of `clips.jsonl`."""
    (folder / f"{name}.mp4").write_bytes(film(picture.frames(clip)))
    samples = np.round(sound.sound(clip) * 32767).astype(np.int16)
    soundfile.write(folder / f"{name}.wav", samples, world.SAMPLE_RATE, subtype="PCM_16")
    (folder / f"{name}.txt").write_text(clip.prompt + "\n")
    return dict(
        name=name,
        prompt=clip.prompt,
        material=clip.material,
        scene=clip.scene,
        times=[round(float(t), 5) for t in clip.times],
        strengths=[round(float(s), 3) for s in clip.strengths],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "clips.jsonl").open("w") as lines:
        for index in range(options.first, options.first + options.count):
            line = write(options.out, world.clip(options.seed, index), f"{index:05d}")
            lines.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
