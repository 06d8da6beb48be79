"""The tier of an ONNX operator: how near it is to the models this toolkit is for.

1: the operators of the Stable Audio, T5, Oobleck and V-JEPA 2 exports, either exporter, opset 17 to 24;
2: those of the exports of other audio, picture and text encoders, and what an exporter of this toolkit writes;
3: every other operator of ai.onnx that takes and gives tensors; None: sequences, optionals, deprecated, other domains.
"""

import onnx

FIRST = """
Abs Add And Attention Cast Concat Constant ConstantOfShape Conv ConvTranspose Cos Div Equal Erf Exp Expand Flatten
Gather GatherND Gelu Gemm Greater GreaterOrEqual LayerNormalization Less Log MatMul Max Min Mod Mul Neg OneHot Pow
RMSNormalization Range Reciprocal ReduceL2 ReduceMean Relu Reshape Shape Sigmoid Sin Slice Softmax Softplus Split Sqrt
Squeeze Sub Tanh Tile Transpose Unsqueeze Where
""".split()

SECOND = """
ArgMax AveragePool BatchNormalization Clip CumSum GRU GatherElements GlobalAveragePool GroupNormalization HardSigmoid
Identity If InstanceNormalization IsNaN LSTM LeakyRelu MaxPool Not Pad ReduceMax ReduceMin ReduceSum Resize Round Size
Einsum STFT DFT TopK Elu Trilu LogSoftmax RotaryEmbedding Swish SwiGLU
""".split()

OUTSIDE = """
SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap SplitToSequence
ConcatFromSequence Optional OptionalGetElement OptionalHasElement
""".split()


def tier(domain, operator):
    if domain not in ("", "ai.onnx") or operator in OUTSIDE:
        return None
    if operator in FIRST:
        return 1
    if operator in SECOND:
        return 2
    return None if onnx.defs.get_schema(operator).deprecated else 3
