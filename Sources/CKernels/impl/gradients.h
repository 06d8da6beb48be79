// Gradients of functions of rows. Part of impl.h.

/// Σ a[i]·b[i], in the order of SUM_OVER.
static float product_sum(size_t n, const float *a, const float *b) {
  vf s0 = splat(0.0f), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 4 * CK_WIDTH <= n; i += 4 * CK_WIDTH) {
    s0 = muladd(load(a + i), load(b + i), s0);
    s1 = muladd(load(a + i + CK_WIDTH), load(b + i + CK_WIDTH), s1);
    s2 = muladd(load(a + i + 2 * CK_WIDTH), load(b + i + 2 * CK_WIDTH), s2);
    s3 = muladd(load(a + i + 3 * CK_WIDTH), load(b + i + 3 * CK_WIDTH), s3);
  }
  for (; i < n; i += CK_WIDTH) s0 = muladd(operand(a, i, n), operand(b, i, n), s0);
  return sum_of_lanes((s0 + s1) + (s2 + s3));
}

static void softmax_gradient_row(
  size_t n, float *out, const float *y, const float *upstream, float factor) {
  float mean = product_sum(n, y, upstream);
  MAP_ROW(n, out, upstream, operand(y, i, n) * (x - mean) * factor);
}

static void layer_norm_gradient_row(
  size_t n, float *out, const float *in, const float *scale, const float *upstream, float eps) {
  float mean = sum_row(n, in) / (float)n, squares;
  SUM_OVER(squares, n, in, mean, ((x - mean) * (x - mean)));
  float factor = 1.0f / __builtin_sqrtf(squares / (float)n + eps);
  if (scale)
    MAP_ROW(n, out, upstream, x *operand(scale, i, n));
  else
    MAP_ROW(n, out, upstream, x);
  float level = sum_row(n, out) / (float)n;
  float tilt = (product_sum(n, out, in) - level * mean * (float)n) / (float)n * factor * factor;
  MAP_ROW(n, out, out, (x - level - (operand(in, i, n) - mean) * tilt) * factor);
}

/// The slope of x·sigmoid(x), and so on.
INLINE vf silu_slope_of(vf x) {
  vf s = sigmoid_of(x);
  return s * (1.0f + x * (1.0f - s));
}
INLINE vf gelu_slope_of(vf x) {
  vf density = exp_of(x * x * -0.5f) * 0.3989422804f;
  return 0.5f * (1.0f + erf_of(x * 0.7071067812f)) + x * density;
}
INLINE vf gelu_tanh_slope_of(vf x) {
  vf square = x * x;
  vf bend = tanh_of(0.7978845608f * x * (1.0f + 0.044715f * square));
  vf rise = 0.7978845608f * (1.0f + 3.0f * 0.044715f * square);
  return 0.5f * (1.0f + bend) + 0.5f * x * (1.0f - bend * bend) * rise;
}

static void glu_gradient_row(
  ck_unary_op activation, size_t n, float *out, const float *value, const float *gate,
  const float *upstream) {
  glu_row(activation, n, out, upstream, gate);
  float *slope = out + n;
  switch (activation) {
    case CK_SILU: MAP_ROW(n, slope, gate, silu_slope_of(x)); break;
    case CK_GELU: MAP_ROW(n, slope, gate, gelu_slope_of(x)); break;
    case CK_GELU_TANH: MAP_ROW(n, slope, gate, gelu_tanh_slope_of(x)); break;
    default: MAP_ROW(n, slope, gate, sigmoid_of(x) * (1.0f - sigmoid_of(x))); break;
  }
  MAP_ROW(n, slope, slope, x *operand(value, i, n) * operand(upstream, i, n));
}
