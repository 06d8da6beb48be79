"""What is heard: a detector of strikes, their F1 against the truth, and the material by template.

All of it is defined here exactly, on sound of 16 kHz, one channel (the mean of several), so that it can be written again
elsewhere and give the same numbers.

Spectrum. Frames of 512 samples every 128 (8 ms), frame t centred on sample 128 t, zeros beyond both ends, t = 0 ... n // 128
for n samples; periodic Hann window w[i] = 0.5 - 0.5 cos(2 pi i / 512); magnitudes of the 257 bins, summed in 40 bands
whose edges are the rounded bins of 41 frequencies spaced evenly in ln(1 + f / 700) from 50 Hz to 8000 Hz, each
band at least one bin wide (`bands()`). The level is L[t, b] = ln(max(band, floor)), where floor is 0.003 times the
loudest band of the sound, but at least 1e-3.

Onset strength. E[t] = mean over b of max(0, L[t + 2, b] - L[t - 2, b]), and 0 in the first and
last 5 frames, where windows hang over the ends.

Onsets. Frame t is an onset iff E[t] is the greatest of E[t - 10 ... t + 10] (the first such, where several are equal), and
E[t] >= 0.5, and E[t] >= 0.3 times the greatest E of the sound, and E[t] >= mean of E[t - 12 ... t + 12] + 0.1. Windows are
cut at the ends. The time of frame t is (128 t + 208) / 16000 s. Nothing is an onset in a sound whose loudest band is below 0.05.

F1. An estimated and a true onset match iff they differ by at most 50 ms; hits are the largest one-to-one matching
(mir_eval's definition); precision = hits / estimated, recall = hits / true, F1 = 2 hits / (estimated + true), 0 where both
are empty. Over several clips, hits and counts are summed first (micro average).

Timbre. A sound's colour is the mean of L over the frames t + 2 ... t + 9 of every onset t (all frames where there is no
onset), less its own mean over the bands, divided by its own standard deviation. A template is the mean colour of the
reference sounds of a material; a sound has the material whose template has the greatest inner product with its colour.
"""

import numpy as np

SAMPLE_RATE, WINDOW, HOP, BANDS = 16000, 512, 128, 40


def bands():
    """The first bin of each band, and the end of the last."""
    warped = np.linspace(np.log(1 + 50 / 700), np.log(1 + 8000 / 700), BANDS + 1)
    edges = np.round(700 * (np.exp(warped) - 1) * WINDOW / SAMPLE_RATE).astype(int)
    for k in range(1, BANDS + 1):
        edges[k] = max(edges[k], edges[k - 1] + 1)
    return edges


EDGES = bands()
HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


def levels(sound):
    """`[frames, BANDS]`, and the loudest band."""
    padded = np.pad(np.asarray(sound, np.float64), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    magnitude = np.abs(np.fft.rfft(frames * HANN))
    magnitude = np.concatenate([magnitude, np.zeros((len(magnitude), 1))], 1)
    summed = np.add.reduceat(magnitude, EDGES, axis=1)[:, :BANDS]
    loudest = summed.max()
    return np.log(np.maximum(summed, max(1e-3, 0.003 * loudest))), loudest


def strength(level):
    e = np.zeros(len(level))
    e[5:-5] = np.maximum(0, level[7:-3] - level[3:-7]).mean(1)
    return e


def onset_frames(sound):
    level, loudest = levels(sound)
    if loudest < 0.05:
        return np.zeros(0, int), level
    e = strength(level)
    found = []
    for t in range(len(e)):
        near, wide = e[max(0, t - 10) : t + 11], e[max(0, t - 12) : t + 13]
        first = max(0, t - 10) + int(near.argmax()) == t
        if first and e[t] >= max(0.5, 0.3 * e.max(), wide.mean() + 0.1):
            found.append(t)
    return np.array(found, int), level


def onsets(sound):
    """The times of the strikes in seconds."""
    return (onset_frames(sound)[0] * HOP + 208) / SAMPLE_RATE


def hits(true, estimated, window=0.05):
    """The size of the largest one-to-one matching. Both ascend, so the earliest partner is always a best one."""
    i = j = count = 0
    while i < len(true) and j < len(estimated):
        if abs(true[i] - estimated[j]) <= window:
            count, i, j = count + 1, i + 1, j + 1
        elif estimated[j] < true[i]:
            j += 1
        else:
            i += 1
    return count


class Score:
    """Precision, recall and F1 over clips, and how far matched onsets lie apart."""

    def __init__(self):
        self.hits = self.estimated = self.true = 0
        self.errors = []

    def add(self, true, estimated):
        self.hits += hits(true, estimated)
        self.estimated += len(estimated)
        self.true += len(true)
        for time in estimated:
            nearest = time - true[np.abs(true - time).argmin()]
            if abs(nearest) <= 0.05:
                self.errors.append(nearest)

    @property
    def f1(self):
        return 2 * self.hits / max(1, self.estimated + self.true)

    def __str__(self):
        p, r = self.hits / max(1, self.estimated), self.hits / max(1, self.true)
        error = np.array(self.errors or [np.nan]) * 1000
        return (
            f"F1 {self.f1:.3f} (precision {p:.3f}, recall {r:.3f}, {self.true} strikes, "
            f"off by {np.median(error):+.0f} ms, spread {error.std():.0f} ms)"
        )


def colour(sound):
    found, level = onset_frames(sound)
    shown = sorted({t + k for t in found for k in range(2, 10) if t + k < len(level)})
    mean = (level[shown] if shown else level).mean(0)
    return (mean - mean.mean()) / (mean.std() + 1e-9)


def templates(sounds, materials):
    """Of each material its template; `sounds` and `materials` are equally long."""
    colours = np.stack([colour(sound) for sound in sounds])
    return {m: colours[[k for k, other in enumerate(materials) if other == m]].mean(0) for m in set(materials)}


def material(sound, templates):
    heard = colour(sound)
    return max(sorted(templates), key=lambda m: float(templates[m] @ heard))
