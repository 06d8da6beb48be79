package import Graphs

extension OpCatalog {
  /// Every op of the toolkit.
  package static let all = OpCatalog([
    // Elementwise
    Exp.self, Log.self, Sin.self, Cos.self, Tanh.self, Sigmoid.self, Erf.self, Sqrt.self, Rsqrt.self,
    Negate.self, Abs.self, Reciprocal.self, Square.self, ReLU.self,
    Tan.self, ArcSin.self, ArcCos.self, ArcTan.self, Sinh.self, Cosh.self, ArSinh.self, ArCosh.self,
    ArTanh.self, Floor.self, Ceil.self, Round.self, Sign.self, IsNaN.self, IsInfinite.self, Not.self,
    BitwiseNot.self, BitCast.self,
    // Broadcasting
    Add.self, Subtract.self, Multiply.self, Divide.self, Maximum.self, Minimum.self, Power.self,
    Modulo.self, Remainder.self, Equal.self, Less.self, Where.self, And.self, Or.self, Xor.self,
    BitwiseAnd.self, BitwiseOr.self, BitwiseXor.self, ShiftLeft.self, ShiftRight.self,
    // Shape
    Reshape.self, Transpose.self, Broadcast.self, Slice.self, Pad.self, Concat.self, Gather.self,
    ScatterAdd.self, Cast.self, Iota.self, Length.self, Extend.self,
    // Indexing
    GatherElements.self, GatherND.self, ScatterElements.self, ScatterND.self, ArgSort.self,
    // Reduction
    Sum.self, Mean.self, Max.self, Min.self, Product.self, ArgMax.self, ArgMin.self, CumulativeSum.self,
    CumulativeProduct.self,
    // Linear
    MatMul.self, Conv.self, ConvTranspose.self,
    // Pooling
    MaxPool.self, ArgMaxPool.self, SumPool.self, AveragePool.self,
    // Positions
    RelativeBuckets.self,
    // Control
    After.self, If.self, Loop.self, Scan.self,
    // Gaps
    Deferred.self, Unsupported.self,
    // Composites
    Attention.self, AttentionGradient.self, AxialRoPE.self, AxialRotaryAttention.self, GELU.self, GLU.self,
    GLUGradient.self, LayerNorm.self, LayerNormGradient.self,
    Linear.self, NarrowAttention.self, NarrowLinear.self, NarrowMatMul.self, RMSNorm.self, RelativeBias.self,
    RoPE.self,
    Rotate.self, RotaryAttention.self, SiLU.self,
    Snake.self,
    Softmax.self, Softplus.self, WeightNorm.self,
  ])
}
