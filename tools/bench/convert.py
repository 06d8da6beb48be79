"""Times foley convert beside scripts of the safetensors library on one synthetic checkpoint; see tools/bench/convert.

Work: all floats from f32 to f16; and the same transformer from the layout of stable-audio-tools to that of diffusers.
Peak: resident memory as the kernel counts it, mapped pages of files included, and the memory of the process's own
(RssAnon) as sampled every 10 ms. Every run starts with the source in the page cache.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))

WIDTH, CONTEXT, GLOBAL, CHANNELS = 1536, 768, 1536, 64


def shapes(depth):
    """Names and shapes of a Stable Audio transformer of `depth` blocks in the layout of stable-audio-tools."""
    yield "timestep_features.weight", (128, 1)
    for name, rows, columns, biased in [
        ("to_timestep_embed.0", WIDTH, 256, True),
        ("to_timestep_embed.2", WIDTH, WIDTH, True),
        ("to_cond_embed.0", CONTEXT, CONTEXT, False),
        ("to_cond_embed.2", CONTEXT, CONTEXT, False),
        ("to_global_embed.0", WIDTH, GLOBAL, False),
        ("to_global_embed.2", WIDTH, WIDTH, False),
        ("transformer.project_in", WIDTH, CHANNELS, False),
        ("transformer.project_out", CHANNELS, WIDTH, False),
    ]:
        yield f"{name}.weight", (rows, columns)
        if biased:
            yield f"{name}.bias", (rows,)
    yield "transformer.rotary_pos_emb.inv_freq", (16,)
    for side in ("pre", "post"):
        yield f"{side}process_conv.weight", (CHANNELS, CHANNELS, 1)
    for layer in range(depth):
        block = f"transformer.layers.{layer}"
        for norm in ("pre_norm", "cross_attend_norm", "ff_norm"):
            yield f"{block}.{norm}.gamma", (WIDTH,)
            yield f"{block}.{norm}.beta", (WIDTH,)
        yield f"{block}.self_attn.to_qkv.weight", (3 * WIDTH, WIDTH)
        yield f"{block}.self_attn.to_out.weight", (WIDTH, WIDTH)
        yield f"{block}.cross_attn.to_q.weight", (WIDTH, WIDTH)
        yield f"{block}.cross_attn.to_kv.weight", (2 * CONTEXT, CONTEXT)
        yield f"{block}.cross_attn.to_out.weight", (WIDTH, WIDTH)
        yield f"{block}.ff.ff.0.proj.weight", (8 * WIDTH, WIDTH)
        yield f"{block}.ff.ff.0.proj.bias", (8 * WIDTH,)
        yield f"{block}.ff.ff.2.weight", (WIDTH, 4 * WIDTH)
        yield f"{block}.ff.ff.2.bias", (WIDTH,)


def make(folder, size):
    """Writes the checkpoint, of about `size` bytes, and its configuration."""
    block = 4 * sum(int(np.prod(shape)) for name, shape in shapes(1) if ".layers." in name)
    depth = max(1, round(size / block))
    header, end = {}, 0
    for name, shape in shapes(depth):
        count = 4 * int(np.prod(shape))
        header[f"model.model.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + count]}
        end += count
    text = json.dumps(header).encode()
    text += b" " * (-(len(text) + 8) % 64)
    noise = (np.random.default_rng(0).standard_normal(1 << 24) * 0.02).astype(np.float32).tobytes()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for start in range(0, end, len(noise)):
            file.write(noise[: end - start])
    dit = dict(
        io_channels=CHANNELS,
        embed_dim=WIDTH,
        depth=depth,
        num_heads=24,
        cond_token_dim=CONTEXT,
        global_cond_dim=GLOBAL,
        project_cond_tokens=False,
    )
    config = {"model_type": "diffusion_cond", "model": {"diffusion": {"type": "dit", "config": dit}}}
    (folder / "model_config.json").write_text(json.dumps(config))
    return end


def half(source, target):
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(source, "pt") as file:
        save_file({name: file.get_tensor(name).to(torch.float16) for name in file.keys()}, target)


def relayout(source, target):
    from safetensors.torch import load_file, save_file

    from weights import dit_to_diffusers

    state = {name.removeprefix("model.model."): value for name, value in load_file(source).items()}
    save_file({name: value.contiguous() for name, value in dit_to_diffusers(state).items()}, target)


def measure(command, good=frozenset({0})):
    """Seconds, peak resident and peak anonymous MiB of a command that ends with a good status."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks = {"VmHWM": 0, "RssAnon": 0}
    while process.poll() is None:
        # What the kernel says of the process when it has ended would count this one before it became that.
        try:
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in peaks:
                    peaks[name] = max(peaks[name], int(value.split()[0]) / 1024)
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.01)
    assert process.returncode in good, command
    return time.monotonic() - begun, peaks["VmHWM"], peaks["RssAnon"]


def main(foley, where, gigabytes="5"):
    folder = Path(where) / "foley-bench-convert"
    folder.mkdir(parents=True)
    try:
        size = make(folder, float(gigabytes) * 1e9)
        source, out = folder / "model.safetensors", folder / "out.safetensors"
        print(f"{size / 1e9:.2f} GB, largest tensor {4 * 8 * WIDTH * WIDTH / 2**20:.0f} MiB")
        works = {
            "half": [foley, "convert", source, "-o", out, "--dtype", "f16"],
            "relayout": [foley, "convert", folder, "-o", out, "--layout", "diffusers"],
        }
        for work, command in works.items():
            with open(source, "rb") as file:
                while file.read(1 << 24):
                    pass
            runs = {
                "safetensors": [sys.executable, __file__, work, source, out],
                "foley": command,
                "foley --no-hash": command + ["--no-hash"],
            }
            seconds = {}
            for name, run in runs.items():
                os.sync()
                seconds[name], peak, anonymous = measure(run)
                print(f"{work}: {name} {seconds[name]:.1f} s, peak {peak:.0f} MiB, its own {anonymous:.0f} MiB")
                out.unlink()
            print(f"{work}: foley takes {seconds['foley'] / seconds['safetensors']:.2f} of the time of safetensors")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1] in ("half", "relayout"):
        globals()[sys.argv[1]](*sys.argv[2:])
    else:
        main(*sys.argv[1:])
