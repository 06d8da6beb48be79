"""Pictures: four kinds of scene, drawn with soft-edged shapes.

What is hit wobbles and lights up at the moment of the strike, by its strength, and dies away in about 0.1 s; before it one
sees the object come, after it go. Colours, sizes, places, the background and a silent thing that drifts through it are
random and say nothing of the material; the camera shakes and the film is noisy.
"""

import bisect
import colorsys
import math

import numpy as np

from world import FRAME_RATE, FRAMES

# Pixels along the unit square in which all happens, and around it on each side: V-JEPA 2 is shown 7/8 of a picture.
UNIT, MARGIN = 128, 9
SIZE = UNIT + 2 * MARGIN


def frames(clip):
    """The clip's pictures, `[FRAMES, SIZE, SIZE, 3]` in 0...255."""
    scene = Scene(clip)
    return np.stack([scene.draw(n / FRAME_RATE, n) for n in range(FRAMES)])


def smooth(x):
    x = min(max(x, 0), 1)
    return x * x * (3 - 2 * x)


class Scene:
    def __init__(self, clip):
        self.clip = clip
        r = clip.random("picture")
        place = (np.arange(SIZE, dtype=np.float32) + (0.5 - MARGIN)) / UNIT
        self.x, self.y = np.meshgrid(place, place)
        hue = r.uniform()
        light = r.uniform(0.15, 0.6)
        self.sky = [
            self.colour(hue + r.uniform(-0.1, 0.1), r.uniform(0, 0.5), light * r.uniform(0.7, 1.3))
            for _ in range(2)
        ]
        self.tilt = r.uniform(-1, 1)
        self.body = self.colour(hue + r.uniform(0.2, 0.8), r.uniform(0.2, 0.9), r.uniform(0.3, 0.9))
        darkest = 0.5 if light < 0.4 else 0.1
        self.thing = self.colour(hue + r.uniform(0.3, 0.7), r.uniform(0.2, 1), r.uniform(darkest, 1))
        self.glow = self.colour(r.uniform(0.05, 0.2), r.uniform(0, 0.5), 1.0)
        self.drift = self.colour(r.uniform(), r.uniform(0.1, 0.7), light * r.uniform(0.8, 1.5))
        self.path = r.uniform(0, 1, 2).tolist(), r.uniform(-0.15, 0.15, 2).tolist(), r.uniform(0.04, 0.12)
        self.radius = r.uniform(0.05, 0.085)
        self.centre = r.uniform(0.35, 0.65)
        self.floor = r.uniform(0.68, 0.82)
        self.reach = r.uniform(0.28, 0.45)
        self.width = r.uniform(0.14, 0.3)
        self.flip = r.uniform() < 0.5
        self.zoom = r.uniform(0.9, 1.1)
        self.shake = r.uniform(0, 0.012), r.uniform(1, 4, 4), r.uniform(0, 2 * np.pi, 4)
        self.noise = r.uniform(0, 0.03)
        self.places = r.uniform(0.2, 0.8, len(clip.times)).tolist()
        self.strikes = list(zip(clip.times.tolist(), clip.strengths.tolist(), strict=True))
        # Contacts out of sight, so that the motion has a past and a future.
        before, after = -r.uniform(0.3, 1.2), 4.1 + r.uniform(0, 1.2)
        self.contacts = [before, *clip.times.tolist(), after]

    @staticmethod
    def colour(hue, saturation, value):
        return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, min(value, 1.0)), np.float32)

    # Painting

    def paint(self, cover, colour):
        self.canvas += cover[..., None] * (colour - self.canvas)

    def edge(self, distance):
        """How much of each pixel lies inside, from the signed distance to the edge."""
        return np.clip(0.5 - distance * (UNIT * self.zoom), 0, 1)

    def disc(self, x, y, radius, colour):
        self.paint(self.edge(np.hypot(self.u - x, self.v - y) - radius), colour)

    def box(self, x, y, half, tall, colour):
        self.paint(self.edge(np.maximum(np.abs(self.u - x) - half, np.abs(self.v - y) - tall)), colour)

    def bar(self, x0, y0, x1, y1, radius, colour):
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((self.u - x0) * dx + (self.v - y0) * dy) / (dx * dx + dy * dy), 0, 1)
        self.paint(self.edge(np.hypot(self.u - x0 - along * dx, self.v - y0 - along * dy) - radius), colour)

    def light(self, x, y, radius, amount):
        self.paint(amount * np.exp(-((self.u - x) ** 2 + (self.v - y) ** 2) / (radius * radius)), self.glow)

    def draw(self, t, number):
        much, rates, phases = self.shake
        waves = np.sin(2 * np.pi * rates * t + phases)
        sway = (much * (waves[:2] + 0.5 * waves[2:])).tolist()
        u = (self.x - 0.5) / self.zoom + (0.5 + sway[0])
        self.u, self.v = (1 - u if self.flip else u), (self.y - 0.5) / self.zoom + (0.5 + sway[1])
        ramp = np.clip(0.5 + (self.v - 0.5) + self.tilt * (self.u - 0.5), 0, 1)[..., None]
        self.canvas = self.sky[0] * (1 - ramp) + self.sky[1] * ramp
        (x, y), (dx, dy), radius = self.path
        self.disc((x + dx * t) % 1, (y + dy * t) % 1, radius, self.drift)
        getattr(self, self.clip.scene)(t)
        grain = self.clip.random(f"grain {number}").standard_normal((SIZE, SIZE, 3), np.float32)
        return np.clip(255 * (self.canvas + self.noise * grain) + 0.5, 0, 255).astype(np.uint8)

    # What moves

    def since(self, t):
        """Of each strike that has been: its number, how long ago, and how much is left of it."""
        for k, (time, strength) in enumerate(self.strikes):
            if 0 <= t - time < 0.8:
                yield k, t - time, strength * math.exp(-(t - time) / 0.1)

    def wobble(self, t):
        return sum(left * math.cos(2 * math.pi * 5 * ago) for _, ago, left in self.since(t))

    def between(self, t):
        """The contacts around `t`: seconds since the last and until the next."""
        k = bisect.bisect_right(self.contacts, t)
        return t - self.contacts[k - 1], self.contacts[k] - t

    def mallet(self, t):
        past, left = self.between(t)
        high = self.reach * min(smooth(past / 0.18), 1 - (1 - min(left / 0.14, 1)) ** 2)
        dip = 0.025 * self.wobble(t)
        top = self.floor - 0.03
        self.box(self.centre, self.floor + dip, self.width, 0.03, self.body)
        for _, ago, amount in self.since(t):
            self.light(self.centre, top + dip, 0.09 + 0.4 * ago, min(1, 1.1 * amount))
        y = top - self.radius - high + max(dip, 0) * (past < 0.05)
        self.bar(self.centre + 0.8, y - 0.19, self.centre, y, 0.014, 0.6 * self.thing)
        self.disc(self.centre, y, self.radius, self.thing)

    def ball(self, t):
        past, left = self.between(t)
        gap = past + left
        high = min(self.reach * 1.3, 0.55 * gap * gap + 0.06) * 4 * past * left / (gap * gap)
        dip = 0.02 * self.wobble(t)
        top = self.floor
        self.box(0.5, top + 0.25 + dip, 0.8, 0.25, self.body)
        for _, ago, amount in self.since(t):
            self.light(self.centre, top + dip, 0.08 + 0.4 * ago, min(1, 1.1 * amount))
        self.disc(self.centre, top - self.radius - high, self.radius, self.thing)

    def pendulum(self, t):
        past, left = self.between(t)
        gap = past + left
        swing = min(0.9, 0.35 + 0.6 * gap) * math.sin(math.pi * past / gap)
        length, wall = 0.2 + self.reach, self.centre + 0.12
        x0, y0 = wall - self.radius, 0.12
        x, y = x0 - length * math.sin(swing), y0 + length * math.cos(swing)
        dip = 0.02 * self.wobble(t)
        self.box(wall + 0.06 + dip, 0.5, 0.06, 0.7, self.body)
        for _, ago, amount in self.since(t):
            self.light(wall + dip, y0 + length, 0.08 + 0.4 * ago, min(1, 1.1 * amount))
        self.bar(x0, y0, x, y, 0.008, 0.6 * self.thing)
        self.disc(x, y, self.radius, self.thing)

    def drops(self, t):
        dip = 0.015 * self.wobble(t)
        self.box(0.5, self.floor + 0.25 + dip, 0.8, 0.25, self.body)
        for k, ago, amount in self.since(t):
            x = self.places[k]
            self.light(x, self.floor + dip, 0.08 + 0.3 * ago, min(1, 1.1 * amount))
            ring = np.abs(np.hypot(self.u - x, 2.5 * (self.v - self.floor - dip)) - 0.5 * ago) - 0.012
            self.paint(min(1, 1.2 * amount) * self.edge(ring), self.glow)
        for (time, _), x in zip(self.strikes, self.places, strict=True):
            left = time - t
            if 0 < left < 0.6:
                fallen = 1 - left / 0.6
                self.disc(x, -0.1 + (self.floor + 0.1) * fallen * fallen, 0.6 * self.radius, self.thing)
