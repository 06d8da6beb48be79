"""Times a step of the backbone by `foley bench`, a length of latents at a time; started by tools/bench/lengths."""

import argparse
import json
import subprocess


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("foley")
    parser.add_argument("source")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--latents", type=int, nargs="+", default=(128, 259, 512, 1025, 2048))
    options = parser.parse_args()
    print(f"{'latents':>8} {'seconds':>8} {'ms a latent':>12} {'GFLOP/s':>8}")
    for latents in options.latents:
        print(row(latents, measured(options, latents)), flush=True)


def measured(options, latents):
    lengths = f"B={options.rows},L={latents},S=130"
    command = [options.foley, "bench", options.source, "--component", "backbone", "--length", lengths]
    command += ["--precision", options.precision, "--runs", "2", "--format", "json", "--quiet"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["stages"][0]


def row(latents, stage):
    seconds, speed = stage["least_seconds"], stage["flops_per_second"] * 1e-9
    return f"{latents:8} {seconds:8.3f} {1000 * seconds / latents:12.3f} {speed:8.1f} {'█' * round(speed / 10)}"


if __name__ == "__main__":
    main()
