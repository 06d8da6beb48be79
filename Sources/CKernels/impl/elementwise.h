// Element-wise kernels over contiguous memory. Part of impl.h.

/// out[i] = expression(in[i]) for i < n; `i` may be used for other operands through `operand`.
#define MAP_ROW(n, out, in, expression)           \
  do {                                            \
    size_t i = 0;                                 \
    for (; i + CK_WIDTH <= n; i += CK_WIDTH) {    \
      vf x = load(in + i);                        \
      store(out + i, expression);                 \
    }                                             \
    if (i < n) {                                  \
      vf x = load_part(in + i, n - i, 0.0f);      \
      store_part(out + i, n - i, expression);     \
    }                                             \
  } while (0)

#define UNARY(name, expression) \
  static void name##_unary(size_t n, float *out, const float *in) { MAP_ROW(n, out, in, expression); }

UNARY(identity, x)
UNARY(exp, exp_of(x))
UNARY(log, log_of(x))
UNARY(sin, sin_of(x, 0))
UNARY(cos, sin_of(x, 1))
UNARY(tanh, tanh_of(x))
UNARY(sigmoid, sigmoid_of(x))
UNARY(erf, erf_of(x))
UNARY(sqrt, root(x))
UNARY(rsqrt, 1.0f / root(x))
UNARY(neg, -x)
UNARY(abs, magnitude(x))
UNARY(reciprocal, 1.0f / x)
UNARY(square, x *x)
UNARY(relu, pick(x < 0.0f, splat(0.0f), x))
UNARY(silu, x / (1.0f + exp_of(-x)))
UNARY(gelu, gelu_of(x))
UNARY(gelu_tanh, gelu_tanh_of(x))
UNARY(softplus, softplus_of(x))
UNARY(floor, __builtin_elementwise_floor(x))
UNARY(ceil, __builtin_elementwise_ceil(x))
UNARY(round, __builtin_elementwise_roundeven(x))
UNARY(sign, pick(x > 0.0f, splat(1.0f), pick(x < 0.0f, splat(-1.0f), x)))

/// x^y of one pair, as libm has it.
INLINE vf pow_of(vf x, vf y) {
  vf result = x;
  for (int i = 0; i < CK_WIDTH; i++) result[i] = powf(x[i], y[i]);
  return result;
}

/// One loop for each way of stepping, so that the inner ones have constant steps.
#define BINARY(name, expression)                                                             \
  INLINE void name##_steps(                                                                  \
    size_t n, float *out, const float *a, size_t a_step, const float *b, size_t b_step) {    \
    vf a_value = a_step || !n ? splat(0.0f) : splat(*a);                                     \
    vf b_value = b_step || !n ? splat(0.0f) : splat(*b);                                     \
    size_t i = 0;                                                                            \
    for (; i + CK_WIDTH <= n; i += CK_WIDTH) {                                               \
      vf x = a_step ? load(a + i) : a_value;                                                 \
      vf y = b_step ? load(b + i) : b_value;                                                 \
      store(out + i, expression);                                                            \
    }                                                                                        \
    if (i < n) {                                                                             \
      vf x = a_step ? load_part(a + i, n - i, 1.0f) : a_value;                               \
      vf y = b_step ? load_part(b + i, n - i, 1.0f) : b_value;                               \
      store_part(out + i, n - i, expression);                                                \
    }                                                                                        \
  }                                                                                          \
  static void name##_binary(                                                                 \
    size_t n, float *out, const float *a, size_t a_step, const float *b, size_t b_step) {    \
    if (a_step && b_step) return name##_steps(n, out, a, 1, b, 1);                           \
    if (a_step) return name##_steps(n, out, a, 1, b, 0);                                     \
    if (b_step) return name##_steps(n, out, a, 0, b, 1);                                     \
    name##_steps(n, out, a, 0, b, 0);                                                        \
  }

BINARY(add, x + y)
BINARY(sub, x - y)
BINARY(mul, x *y)
BINARY(div, x / y)
BINARY(max, pick((x > y) | (x != x), x, y))
BINARY(min, pick((x < y) | (x != x), x, y))
BINARY(pow, pow_of(x, y))

