"""Sounds by modal synthesis: each strike excites a few decaying sines and a short burst of noise, exactly at its time."""

import numpy as np

from world import SAMPLE_RATE, SAMPLES

# Lowest mode (Hz), then of each mode: ratio to the lowest, seconds to fall to 1/e, amplitude; then the burst's
# seconds, amplitude and the one-pole coefficient that darkens it.
MODES = {
    "wood": (380.0, ((1, 0.055, 1.0), (2.57, 0.035, 0.7), (4.95, 0.02, 0.45), (7.6, 0.012, 0.25)), (0.006, 0.5, 0.5)),
    "metal": (820.0, ((1, 0.5, 0.6), (1.94, 0.42, 0.55), (2.76, 0.34, 0.5), (4.1, 0.25, 0.4), (6.3, 0.16, 0.3)), (0.004, 0.5, 0.0)),
    "glass": (1750.0, ((1, 0.16, 0.9), (1.83, 0.11, 0.6), (2.71, 0.08, 0.5), (3.9, 0.05, 0.3)), (0.003, 0.4, 0.0)),
    "rubber": (95.0, ((1, 0.07, 1.2), (1.63, 0.05, 0.8), (2.4, 0.03, 0.4)), (0.012, 0.9, 0.9)),
}
GAIN = 0.28
FLOOR = 6e-4


def sound(clip):
    """The clip's sound, `[SAMPLES]` in -1...1."""
    r = clip.random("sound")
    lowest, modes, (burst, noisy, dark) = MODES[clip.material]
    lowest *= 2 ** (r.uniform(-2, 2) / 12)
    modes = [(ratio * r.uniform(0.98, 1.02), decay * r.uniform(0.85, 1.15), a * r.uniform(0.8, 1.2)) for ratio, decay, a in modes]
    y = FLOOR * r.standard_normal(SAMPLES)
    for time, strength in zip(clip.times, clip.strengths, strict=True):
        first = int(np.ceil(time * SAMPLE_RATE))
        t = np.arange(first, SAMPLES) / SAMPLE_RATE - time
        hit = np.zeros(len(t))
        for order, (ratio, decay, a) in enumerate(modes):
            f = lowest * ratio
            if f < 0.46 * SAMPLE_RATE:
                # Where it is struck decides how much of each mode sounds.
                hit += a * r.uniform(0.7, 1.3) * strength ** (0.35 * order) * np.exp(-t / decay) * np.sin(2 * np.pi * f * t)
        short = min(len(t), int(burst * 8 * SAMPLE_RATE))
        grain = r.standard_normal(int(burst * 8 * SAMPLE_RATE))[:short]
        for k in range(1, short) if dark else ():
            grain[k] = dark * grain[k - 1] + (1 - dark) * grain[k]
        hit[:short] += noisy * grain * np.exp(-t[:short] / burst)
        hit *= np.minimum(1, t / 0.001)
        y[first : first + len(t)] += GAIN * strength * hit
    return np.clip(y, -1, 1)
