// Kernels over rows: reductions, softmax, norms, gated units, snake, rotation. Part of impl.h.
// Sums run over four vectors in turn, which are then added as a tree: one fixed order for each length.

/// Σ expression over in[0..<n], where `x` is the loaded vector. Lanes past the end hold `rest`.
#define SUM_OVER(result, n, in, rest, expression)                        \
  do {                                                                   \
    vf s0 = splat(0.0f), s1 = s0, s2 = s0, s3 = s0;                      \
    size_t i = 0;                                                        \
    for (; i + 4 * CK_WIDTH <= n; i += 4 * CK_WIDTH) {                   \
      { vf x = load(in + i); s0 += expression; }                         \
      { vf x = load(in + i + CK_WIDTH); s1 += expression; }              \
      { vf x = load(in + i + 2 * CK_WIDTH); s2 += expression; }          \
      { vf x = load(in + i + 3 * CK_WIDTH); s3 += expression; }          \
    }                                                                    \
    for (; i + CK_WIDTH <= n; i += CK_WIDTH) {                           \
      vf x = load(in + i);                                               \
      s0 += expression;                                                  \
    }                                                                    \
    if (i < n) {                                                         \
      vf x = load_part(in + i, n - i, rest);                             \
      s1 += expression;                                                  \
    }                                                                    \
    result = sum_of_lanes((s0 + s1) + (s2 + s3));                        \
  } while (0)

/// A vector of another operand of a row at i, whole or cut at n.
INLINE vf operand(const float *p, size_t i, size_t n) {
  return i + CK_WIDTH <= n ? load(p + i) : load_part(p + i, n - i, 0.0f);
}

/// Rows longer than this are summed in parts, and the parts in double.
enum { LONG_ROW = 4096 };

static float sum_row(size_t n, const float *in) {
  double total = 0;
  for (size_t start = 0; start < n; start += LONG_ROW) {
    float part;
    size_t length = ck_min(n - start, LONG_ROW);
    SUM_OVER(part, length, (in + start), 0.0f, x);
    total += part;
  }
  return (float)total;
}

/// The largest element; NaN if one is NaN; -inf if there is none.
static float max_row(size_t n, const float *in) {
  vf most = splat(-__builtin_inff());
  vi nan = bits(splat(0.0f));
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH) {
    vf x = load(in + i);
    nan |= x != x;
    most = larger(x, most);
  }
  if (i < n) {
    vf x = load_part(in + i, n - i, -__builtin_inff());
    nan |= x != x;
    most = larger(x, most);
  }
  return any(nan) ? __builtin_nanf("") : largest_lane(most);
}

/// The smallest element; NaN if one is NaN; +inf if there is none.
static float min_row(size_t n, const float *in) {
  vf least = splat(__builtin_inff());
  vi nan = bits(splat(0.0f));
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH) {
    vf x = load(in + i);
    nan |= x != x;
    least = smaller(x, least);
  }
  if (i < n) {
    vf x = load_part(in + i, n - i, __builtin_inff());
    nan |= x != x;
    least = smaller(x, least);
  }
  return any(nan) ? __builtin_nanf("") : -largest_lane(-least);
}

static float reduce_row(ck_reduce_op op, size_t n, const float *x) {
  switch (op) {
    case CK_SUM: return sum_row(n, x);
    case CK_MEAN: return sum_row(n, x) / (float)n;
    case CK_REDUCE_MAX: return max_row(n, x);
    case CK_REDUCE_MIN: return min_row(n, x);
  }
}

/// Reduces up to `vectors` vectors of columns side by side; the last one has `lanes` real ones.
INLINE void reduce_strip(
  int vectors, ck_reduce_op op, size_t n, size_t stride, size_t lanes, float *out,
  const float *x) {
  vf total[4], part[4];
  vi nan[4];
  float start = op == CK_REDUCE_MAX ? -__builtin_inff() : op == CK_REDUCE_MIN ? __builtin_inff() : 0;
  for (int c = 0; c < vectors; c++) {
    total[c] = splat(start);
    nan[c] = bits(splat(0.0f));
  }
  for (size_t first = 0; first < n; first += 64) {
    size_t end = ck_min(first + 64, n);
    for (int c = 0; c < vectors; c++) part[c] = splat(start);
    for (size_t i = first; i < end; i++) {
      for (int c = 0; c < vectors; c++) {
        const float *p = x + i * stride + c * CK_WIDTH;
        vf v = c + 1 < vectors || lanes == CK_WIDTH ? load(p) : load_part(p, lanes, 0.0f);
        nan[c] |= v != v;
        part[c] = op == CK_REDUCE_MAX   ? larger(v, part[c])
                  : op == CK_REDUCE_MIN ? smaller(v, part[c])
                                        : part[c] + v;
      }
    }
    for (int c = 0; c < vectors; c++)
      total[c] = op == CK_REDUCE_MAX   ? larger(part[c], total[c])
                 : op == CK_REDUCE_MIN ? smaller(part[c], total[c])
                                       : total[c] + part[c];
  }
  for (int c = 0; c < vectors; c++) {
    vf result = op == CK_MEAN ? total[c] / (float)n : total[c];
    result = pick(nan[c], splat(__builtin_nanf("")), result);
    if (c + 1 < vectors || lanes == CK_WIDTH)
      store(out + c * CK_WIDTH, result);
    else
      store_part(out + c * CK_WIDTH, lanes, result);
  }
}

static void reduce_columns(
  ck_reduce_op op, size_t n, size_t stride, size_t width, float *out, const float *x) {
  size_t j = 0;
  for (; j + 4 * CK_WIDTH <= width; j += 4 * CK_WIDTH)
    reduce_strip(4, op, n, stride, CK_WIDTH, out + j, x + j);
  for (; j < width; j += CK_WIDTH)
    reduce_strip(1, op, n, stride, ck_min(width - j, CK_WIDTH), out + j, x + j);
}

static void softmax_row(size_t n, float *out, const float *in) {
  float most = max_row(n, in);
  if (most == -__builtin_inff()) {
    for (size_t i = 0; i < n; i++) out[i] = 0;
    return;
  }
  MAP_ROW(n, out, in, exp2_of_negative(false, (x - most) * 1.44269504f));
  float sum = sum_row(n, out);
  float scale = 1.0f / sum;
  MAP_ROW(n, out, out, x *scale);
}

static void layer_norm_row(
  size_t n, float *out, const float *in, const float *scale, const float *bias, float eps) {
  float mean = sum_row(n, in) / (float)n, squares;
  SUM_OVER(squares, n, in, mean, ((x - mean) * (x - mean)));
  float factor = 1.0f / __builtin_sqrtf(squares / (float)n + eps);
  if (scale && bias)
    MAP_ROW(
      n, out, in, muladd((x - mean) * factor, operand(scale, i, n), operand(bias, i, n)));
  else if (scale)
    MAP_ROW(n, out, in, (x - mean) * factor * operand(scale, i, n));
  else if (bias)
    MAP_ROW(n, out, in, muladd(x - mean, splat(factor), operand(bias, i, n)));
  else
    MAP_ROW(n, out, in, (x - mean) * factor);
}

static void rms_norm_row(size_t n, float *out, const float *in, const float *scale, float eps) {
  float squares;
  SUM_OVER(squares, n, in, 0.0f, (x * x));
  float factor = 1.0f / __builtin_sqrtf(squares / (float)n + eps);
  if (scale)
    MAP_ROW(n, out, in, x *factor *operand(scale, i, n));
  else
    MAP_ROW(n, out, in, x *factor);
}

static void glu_row(
  ck_unary_op activation, size_t n, float *out, const float *value, const float *gate) {
  switch (activation) {
    case CK_SILU: MAP_ROW(n, out, gate, operand(value, i, n) * (x / (1.0f + exp_of(-x)))); return;
    case CK_GELU: MAP_ROW(n, out, gate, operand(value, i, n) * gelu_of(x)); return;
    case CK_GELU_TANH: MAP_ROW(n, out, gate, operand(value, i, n) * gelu_tanh_of(x)); return;
    case CK_SIGMOID: MAP_ROW(n, out, gate, operand(value, i, n) * sigmoid_of(x)); return;
    default: break;
  }
  float buffer[512];
  for (size_t start = 0; start < n; start += 512) {
    size_t length = ck_min(n - start, 512);
    unary_kernels[activation](length, buffer, gate + start);
    mul_steps(length, out + start, value + start, 1, buffer, 1);
  }
}

static void snake_row(size_t n, float *out, const float *in, float alpha, float inv_beta) {
  MAP_ROW(n, out, in, muladd(squared_sin_of(x * alpha), splat(inv_beta), x));
}

static void rotate_half_split(
  size_t n, float *out, const float *x, const float *cosines, const float *sines) {
  size_t half = n / 2;
  for (size_t j = 0; j < half; j += CK_WIDTH) {
    vf a = operand(x, j, half), b = operand(x + half, j, half);
    vf low = muladd(-b, operand(sines, j, half), a * operand(cosines, j, half));
    vf high = muladd(a, operand(sines + half, j, half), b * operand(cosines + half, j, half));
    if (j + CK_WIDTH <= half) {
      store(out + j, low);
      store(out + half + j, high);
    } else {
      store_part(out + j, half - j, low);
      store_part(out + half + j, half - j, high);
    }
  }
}

static void rotate_interleaved(
  size_t n, float *out, const float *in, const float *cosines, const float *sines) {
  vi odd = (lane_numbers() & 1) != 0;
  MAP_ROW(
    n, out, in,
    muladd(
      pick(odd, swap_pairs(x), -swap_pairs(x)), operand(sines, i, n), x *operand(cosines, i, n)));
}

static void rotate_row(
  ck_pairing pairing, size_t n, float *out, const float *x, const float *cosines,
  const float *sines) {
  if (pairing == CK_HALF_SPLIT)
    rotate_half_split(n, out, x, cosines, sines);
  else
    rotate_interleaved(n, out, x, cosines, sines);
}
