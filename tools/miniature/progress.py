"""Steps of a training: their learning rate, a line now and then, and a state that survives the process."""

import os
import time

import torch


def resumed(path, **parts):
    """Loads what `save` left at `path` into `parts`; returns the number of steps done."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return state["step"]


def save(path, step, **parts):
    unready = path.with_suffix(".unready")
    torch.save({"step": step, **{name: part.state_dict() for name, part in parts.items()}}, unready)
    os.replace(unready, path)


def rate(step, steps, highest, warm=50, least=0.02):
    """Rises over `warm` steps, then falls along a cosine."""
    if step < warm:
        return highest * (step + 1) / warm
    share = (step - warm) / max(1, steps - warm)
    return highest * (least + (1 - least) * 0.5 * (1 + torch.cos(torch.tensor(torch.pi * share)).item()))


class Line:
    """Means of what it is told, printed every `every` steps with the time taken."""

    def __init__(self, every=50):
        self.every, self.sums, self.count = every, {}, 0
        self.wall, self.cpu = time.time(), time.process_time()

    def tell(self, step, **values):
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value)
        self.count += 1
        if (step + 1) % self.every == 0:
            shown = " ".join(f"{name} {total / self.count:.4f}" for name, total in self.sums.items())
            spent = f"{time.time() - self.wall:.0f} s, {time.process_time() - self.cpu:.0f} s of CPU"
            print(f"step {step + 1}: {shown} ({spent})", flush=True)
            self.sums, self.count = {}, 0
