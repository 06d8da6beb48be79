"""The miniature world: every clip is a pure function of (seed, index).

A clip is 4 s in which an object strikes something 2 to 8 times, at random times at least 0.25 s apart and with random
strength. The picture (`picture.py`) shows when, and nothing of what the struck thing is made of; the prompt says what it
is made of, and nothing of when. The sound (`sound.py`) has both.
"""

import zlib
from dataclasses import dataclass

import numpy as np

SECONDS = 4.0
FRAME_RATE, FRAMES = 16, 64
SAMPLE_RATE, SAMPLES = 16000, 64000
MATERIALS = ("wood", "metal", "glass", "rubber")
SCENES = ("mallet", "ball", "pendulum", "drops")
LEAST_GAP = 0.25
FIRST, LAST = 0.2, 3.8

WORDS = {
    "wood": ("wood", "wooden boards", "timber", "oak", "a wooden plank"),
    "metal": ("metal", "a steel plate", "iron", "steel", "a metal sheet"),
    "glass": ("glass", "a glass pane", "crystal", "a glass bowl", "thick glass"),
    "rubber": ("rubber", "a rubber mat", "soft rubber", "a rubber pad", "gum rubber"),
}
PHRASES = (
    "{}",
    "something strikes {}",
    "hits on {}",
    "knocking on {}",
    "the sound of {} being struck",
    "a series of blows on {}",
    "{} is hit again and again",
    "an object hits {}",
    "tapping {}",
    "impacts on {}, close by",
    "clean recording of strikes on {}",
    "foley: {} struck several times",
)


@dataclass(frozen=True)
class Clip:
    seed: int
    index: int
    scene: str
    material: str
    prompt: str
    # seconds, ascending
    times: np.ndarray
    # 0.3 to 1, one a strike
    strengths: np.ndarray

    def random(self, purpose):
        """A stream of random numbers of its own for each purpose, so that changing one leaves the others."""
        return np.random.default_rng([self.seed, self.index, zlib.crc32(purpose.encode())])


def clip(seed, index):
    """What happens in a clip."""
    r = np.random.default_rng([seed, index, zlib.crc32(b"events")])
    scene, material = SCENES[r.integers(4)], MATERIALS[r.integers(4)]
    count = int(r.integers(2, 9))
    free = LAST - FIRST - (count - 1) * LEAST_GAP
    times = FIRST + np.sort(r.uniform(0, free, count)) + np.arange(count) * LEAST_GAP
    strengths = r.uniform(0.3, 1.0, count)
    return Clip(seed, index, scene, material, prompt(material, r), times, strengths)


def prompt(material, r):
    """One of the ways to say `material`."""
    words = WORDS[material]
    return PHRASES[r.integers(len(PHRASES))].format(words[r.integers(len(words))])


def all_prompts():
    """Every prompt of the world, with its material."""
    return [(p.format(w), m) for m in MATERIALS for w in WORDS[m] for p in PHRASES]
