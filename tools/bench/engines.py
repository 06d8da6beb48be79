"""The ways to run a workload that `foley` is compared with, each with what it takes to be at its best.

An engine is made of a workload, the path of its ONNX model and the threads it may use; called, it computes the output.
"""

import os

import torch


class Torch:
    """PyTorch eager."""

    precisions = ("f32", "bf16")

    def __init__(self, workload, path, precision, threads):
        torch.set_num_threads(threads)
        self.dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
        self.model = workload.model.to(self.dtype)

    def __call__(self, inputs):
        with torch.inference_mode():
            return self.model(**self.given(inputs)).float().numpy()

    def given(self, inputs):
        return {name: x.to(self.dtype) if x.is_floating_point() else x for name, x in inputs.items()}

    @staticmethod
    def version():
        return f"torch {torch.__version__}"


class TorchCompile(Torch):
    """torch.compile with frozen weights: compiled for the lengths at hand, which takes a minute."""

    def __init__(self, *given):
        super().__init__(*given)
        import torch._inductor.config

        torch._inductor.config.freezing = True
        self.model = torch.compile(self.model, dynamic=False)

    @staticmethod
    def version():
        return f"torch.compile {torch.__version__}"


class ONNXRuntime:
    precisions = ("f32",)

    def __init__(self, workload, path, precision, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.names = {given.name for given in self.session.get_inputs()}

    def __call__(self, inputs):
        return self.session.run(None, {name: x.numpy() for name, x in inputs.items() if name in self.names})[0]

    @staticmethod
    def version():
        import onnxruntime

        return f"ONNX Runtime {onnxruntime.__version__}"


class OpenVINO:
    precisions = ("f32", "bf16")

    def __init__(self, workload, path, precision, threads):
        import openvino

        hints = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": precision,
        }
        self.model = openvino.Core().compile_model(str(path), "CPU", hints)
        self.names = {given.get_any_name() for given in self.model.inputs}

    def __call__(self, inputs):
        given = {name: x.numpy() for name, x in inputs.items() if name in self.names}
        return self.model(given)[self.model.output(0)]

    @staticmethod
    def version():
        import openvino

        return f"OpenVINO {openvino.__version__.split('-')[0]}"


ENGINES = {"torch": Torch, "torch-compile": TorchCompile, "onnxruntime": ONNXRuntime, "openvino": OpenVINO}
OF_ONNX = ("onnxruntime", "openvino")


def cores():
    return len(os.sched_getaffinity(0))
