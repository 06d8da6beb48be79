"""Repeats the miniature's experiment with `foley` alone: does the picture tell the timing, and the prompt the timbre?

    python3 tools/miniature/experiment.py [OUT] [--count 200]

Makes held-out clips (seed 1; the bridge never saw them) and lets the pipeline make the sound of each clip

    bridge     with its picture and its prompt
    backbone   with its prompt alone
    scale 0    with its picture at --video-scale 0, which must be the backbone's sound, byte for byte
    prompt     with its picture and the prompt of another material
    video      with another clip's picture and its prompt

and measures them by `foley evaluate`. Prints a table, writes `OUT/results.json`, and ends with status 1 unless every bar
is met. What exists in OUT is kept: a broken-off experiment goes on by the same command.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import clips
import numpy as np
import world

ROOT = Path(__file__).resolve().parents[2]
FOLEY = ROOT / ".build" / "release" / "foley"


def held_out(folder, seed, count):
    """The clips as files, and what is known of them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for index in range(count):
        name = folder / f"{index:05d}.json"
        if not name.exists():
            name.write_text(json.dumps(clips.write(folder, world.clip(seed, index), f"{index:05d}")))
        made.append(json.loads(name.read_text()))
    return made


def other_prompt(clip, seed):
    """The next material, and a way to say it."""
    material = world.MATERIALS[(world.MATERIALS.index(clip["material"]) + 1) % len(world.MATERIALS)]
    return material, world.prompt(material, np.random.default_rng([seed, int(clip["name"])]))


def build():
    for product in ("foley", "foley-reader"):
        subprocess.run(
            ["swift", "build", "-c", "release", "--product", product], cwd=ROOT, check=True, stdout=sys.stderr
        )


def foley(*words):
    """What `foley` prints; its own words where it fails."""
    done = subprocess.run([str(word) for word in (FOLEY, *words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


def generate(pipeline, sound, prompt, *options):
    if not sound.exists():
        foley("generate", pipeline, "--prompt", prompt, "--threads", 1, "--quiet", "-o", sound, *options)


def evaluate(path, rows, *options):
    """What `foley evaluate` measures of `rows`."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return json.loads(foley("evaluate", path, "--format", "json", *options))


class Experiment:
    def __init__(self, out, pipeline, seed, count):
        self.out, self.pipeline, self.films = out, pipeline, out / "clips"
        self.clips = held_out(self.films, seed, count)
        self.others = [other_prompt(clip, seed) for clip in self.clips]
        self.templates = out / "templates.jsonl"
        rows = [{"sound": f"clips/{clip['name']}.wav", "label": clip["material"]} for clip in self.clips]
        self.templates.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def neighbour(self, index):
        return self.clips[(index + 1) % len(self.clips)]

    def film(self, clip):
        return ("--video", self.films / f"{clip['name']}.mp4")

    def sound(self, condition, index):
        folder = self.out / condition
        folder.mkdir(exist_ok=True)
        return folder / f"{self.clips[index]['name']}.wav"

    def make(self, index):
        clip = self.clips[index]
        prompt, video = clip["prompt"], self.film(clip)
        sounds = {
            "bridge": (prompt, *video),
            "backbone": (prompt, "--seconds", world.SECONDS),
            "scale_0": (prompt, *video, "--video-scale", 0),
            "prompt": (self.others[index][1], *video),
            "video": (prompt, *self.film(self.neighbour(index))),
        }
        for condition, options in sounds.items():
            generate(self.pipeline, self.sound(condition, index), *options)

    def measure(self, name, condition, onsets, label):
        """`onsets` and `label` tell of a clip's index what its sound is held against."""
        rows = [
            dict(sound=f"{condition}/{clip['name']}.wav", onsets=onsets(index), label=label(index))
            for index, clip in enumerate(self.clips)
        ]
        return evaluate(self.out / f"{name}.jsonl", rows, "--templates", self.templates)

    def results(self):
        own = (lambda i: self.clips[i]["times"], lambda i: self.clips[i]["material"])
        theirs = (lambda i: self.neighbour(i)["times"], own[1])
        equal = [self.sound("scale_0", i).read_bytes() == self.sound("backbone", i).read_bytes() for i in self.range]
        return {
            "bridge": self.measure("bridge", "bridge", *own),
            "bridge, another clip's strikes": self.measure("chance", "bridge", *theirs),
            "backbone": self.measure("backbone", "backbone", *own),
            "another prompt": self.measure("prompt", "prompt", own[0], lambda i: self.others[i][0]),
            "another video": self.measure("video", "video", *theirs),
            "another video, its own strikes": self.measure("video-own", "video", *own),
        }, sum(equal)

    @property
    def range(self):
        return range(len(self.clips))


def bars(results, equal, count):
    """What must hold, and whether it does."""
    f1 = {name: figures["onset_f1"]["value"] for name, figures in results.items()}
    timbre = {name: figures["timbre_accuracy"]["value"] for name, figures in results.items()}
    chance = f1["bridge, another clip's strikes"]
    return {
        "onset F1 with the bridge >= 0.80": f1["bridge"] >= 0.80,
        "the backbone's F1 is at chance (within 0.06 of another clip's strikes)": abs(f1["backbone"] - chance) <= 0.06,
        f"scale 0 is the backbone, byte for byte ({equal} of {count})": equal == count,
        "another prompt: timbre follows it (>= 0.9)": timbre["another prompt"] >= 0.9,
        "another prompt: F1 drops by 0.03 at most": f1["bridge"] - f1["another prompt"] <= 0.03,
        "another video: strikes follow it (F1 >= 0.77)": f1["another video"] >= 0.77,
        "another video: the clip's own strikes are at chance": f1["another video, its own strikes"] <= chance + 0.06,
        "another video: timbre stays (>= 0.9)": timbre["another video"] >= 0.9,
    }


COLUMNS = {
    "F1": "onset_f1",
    "precision": "onset_precision",
    "recall": "onset_recall",
    "AP": "onset_average_precision",
    "timbre": "timbre_accuracy",
}


def table(results):
    lines = [
        "| condition | F1 [95 %] | precision | recall | AP | median error | timbre |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, figures in results.items():
        f1, error = figures["onset_f1"], figures.get("median_timing_error_seconds", {"value": float("nan")})
        values = [f"{figures[key]['value']:.3f}" for key in list(COLUMNS.values())[1:]]
        values.insert(3, f"{1000 * error['value']:.0f} ms")
        lines.append(f"| {name} | {f1['value']:.3f} [{f1['low']:.3f}, {f1['high']:.3f}] | {' | '.join(values)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "out" / "experiment")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pipeline", type=Path, default=ROOT / "graphs" / "miniature")
    options = parser.parse_args()
    build()
    experiment = Experiment(options.out, options.pipeline, options.seed, options.count)
    with ThreadPoolExecutor(2) as pool:
        for done, _ in enumerate(pool.map(experiment.make, experiment.range), 1):
            print(f"\r{done} of {options.count} clips", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    results, equal = experiment.results()
    verdicts = bars(results, equal, options.count)
    print(table(results))
    for bar, holds in verdicts.items():
        print(f"{'met' if holds else 'MISSED'}: {bar}")
    (options.out / "results.json").write_text(json.dumps({"results": results, "bars": verdicts}, indent=2) + "\n")
    sys.exit(0 if all(verdicts.values()) else 1)


if __name__ == "__main__":
    main()
