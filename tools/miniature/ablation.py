"""Repeats the paper's ablation in small: which video tokens, and where they stand on the axis of rotation.

    python3 tools/miniature/ablation.py [OUT] [--steps 800] [--seeds 3]

Trains a fresh bridge for the miniature's frozen parts with `foley`, from each of so many seeds, with

    frame     one pooled token a frame, at positions counted (index), scaled to the length (ratio) or in seconds
    grid8     8 x 8 tokens a frame, in seconds

on clips of seed 0, and measures the onsets' F1 on clips of seed 1. Prints a table of means and ranges and writes
`OUT/ablation.json`. What exists in OUT is kept: a broken-off ablation goes on by the same command.
"""

import argparse
import json
import shutil
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from experiment import ROOT, build, evaluate, foley, generate, held_out

CONDITIONS = (("frame", "index"), ("frame", "ratio"), ("frame", "seconds"), ("grid8", "seconds"))
BRIDGE = ("--adapter-hidden", 128, "--video-norm", "--quiet")
SETTINGS = (
    *("--batch", 16, "--learning-rate", 2e-3, "--warmup", 100, "--average", 0.99),
    *("--weight-decay", 1e-3, "--token-drop", 0),
)
SAMPLING = ("--steps", 30, "--cfg", 3)  # as the miniature is sampled


class Ablation:
    def __init__(self, options):
        self.options, self.out = options, options.out
        self.clips = held_out(self.out / "test", 1, options.test)

    def parts(self):
        """The options by which `foley assemble` takes the frozen parts."""
        names = ("backbone", "autoencoder", "conditioners", "text_encoder", "tokenizer", "video_encoder")
        return [word for name in names for word in (f"--{name.replace('_', '-')}", self.options.pipeline / name)]

    def assemble(self, folder, *options):
        if not (folder / "pipeline.json").exists():
            foley("assemble", "-o", folder, *self.parts(), *options)
        return folder

    def prepare(self):
        """The datasets, one for each kind of tokens."""
        held_out(self.out / "train", 0, self.options.train)
        for pooling in sorted({pooling for pooling, _ in CONDITIONS}):
            pipeline = self.assemble(self.out / f"pipeline-{pooling}", "--pooling", pooling, *BRIDGE)
            command = ("prepare", pipeline, self.out / "train", "-o", self.out / f"data-{pooling}")
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda n: foley(*command, "--shard", f"{n}/2", "--threads", 1, "--quiet"), (1, 2)))

    def trained(self, pooling, positions, seed):
        """A pipeline with a bridge trained from `seed`."""
        name = f"{pooling}-{positions}-{seed}"
        choices = ("--pooling", pooling, "--positions", positions, "--bridge-seed", seed)
        fresh = self.assemble(self.out / f"fresh-{name}", *choices, *BRIDGE)
        run, steps = self.out / f"run-{name}", self.options.steps
        bridge = run / "bridges" / f"step-{steps:08d}.safetensors"
        if not bridge.exists():
            settings = ("--resume",) if (run / "states").exists() else (*SETTINGS, "--steps", steps, "--seed", seed)
            if "--resume" not in settings:
                shutil.rmtree(run, ignore_errors=True)
            foley("train", fresh, self.out / f"data-{pooling}", "-o", run, "--threads", 1, "--quiet", *settings)
        return self.assemble(self.out / f"trained-{name}", "--bridge", bridge, *SAMPLING, "--quiet")

    def f1(self, condition):
        pooling, positions, seed = condition
        pipeline, rows = self.trained(*condition), []
        folder = self.out / f"sounds-{pooling}-{positions}-{seed}"
        folder.mkdir(exist_ok=True)
        for clip in self.clips:
            film = self.out / "test" / f"{clip['name']}.mp4"
            generate(pipeline, folder / f"{clip['name']}.wav", clip["prompt"], "--video", film)
            rows.append(dict(sound=f"{clip['name']}.wav", onsets=clip["times"]))
        f1 = evaluate(folder / "list.jsonl", rows)["onset_f1"]["value"]
        print(f"{pooling} {positions}, seed {seed}: F1 {f1:.3f}", file=sys.stderr, flush=True)
        return f1


def table(found):
    lines = ["| tokens | positions | F1, mean | range | each seed |", "|---|---|---|---|---|"]
    for (pooling, positions), values in found.items():
        each = ", ".join(f"{value:.3f}" for value in values)
        spread = f"{min(values):.3f} to {max(values):.3f}"
        lines.append(f"| {pooling} | {positions} | {statistics.mean(values):.3f} | {spread} | {each} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "out" / "ablation")
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--train", type=int, default=800, help="clips to train on")
    parser.add_argument("--test", type=int, default=100, help="clips to measure on")
    parser.add_argument("--workers", type=int, default=2, help="bridges trained at a time, each by one thread")
    parser.add_argument("--pipeline", type=Path, default=ROOT / "graphs" / "miniature")
    options = parser.parse_args()
    build()
    ablation = Ablation(options)
    ablation.prepare()
    runs = [(*condition, seed) for seed in range(options.seeds) for condition in CONDITIONS]
    with ThreadPoolExecutor(options.workers) as pool:
        values = dict(zip(runs, pool.map(ablation.f1, runs)))
    found = {condition: [values[(*condition, seed)] for seed in range(options.seeds)] for condition in CONDITIONS}
    print(table(found))
    (options.out / "ablation.json").write_text(json.dumps({" ".join(k): v for k, v in found.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
