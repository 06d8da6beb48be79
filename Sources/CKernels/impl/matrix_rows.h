// Products with a few rows, and what is done to finished rows of a product. Part of impl.h.
// Every output has one summation order, whatever group of rows and columns it is computed in.

static void epilogue_row(
  size_t n, float *y, const float *bias, ck_unary_op activation, const float *gate,
  const float *residual) {
  if (activation != CK_IDENTITY) {
    if (bias) add_steps(n, y, y, 1, bias, 1);
    unary_kernels[activation](n, y, y);
    bias = NULL;
  }
  if (bias && gate && residual)
    MAP_ROW(
      n, y, y, muladd(x + operand(bias, i, n), operand(gate, i, n), operand(residual, i, n)));
  else if (gate && residual)
    MAP_ROW(n, y, y, muladd(x, operand(gate, i, n), operand(residual, i, n)));
  else if (bias && residual)
    MAP_ROW(n, y, y, x + operand(bias, i, n) + operand(residual, i, n));
  else if (bias && gate)
    MAP_ROW(n, y, y, (x + operand(bias, i, n)) * operand(gate, i, n));
  else if (bias)
    add_steps(n, y, y, 1, bias, 1);
  else if (gate)
    mul_steps(n, y, y, 1, gate, 1);
  else if (residual)
    add_steps(n, y, y, 1, residual, 1);
}

/// The dot products of `rows` rows of x with `columns` rows of w.
INLINE void dot_group(
  size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride, const float *w,
  size_t w_stride, float *out, size_t out_stride) {
  vf sums[4][4];
  for (size_t m = 0; m < rows; m++)
    for (size_t j = 0; j < columns; j++) sums[m][j] = splat(0.0f);
  size_t k = 0;
  for (; k + CK_WIDTH <= depth; k += CK_WIDTH) {
    vf weights[4];
    for (size_t j = 0; j < columns; j++) weights[j] = load(w + j * w_stride + k);
    for (size_t m = 0; m < rows; m++) {
      vf value = load(x + m * x_stride + k);
      for (size_t j = 0; j < columns; j++) sums[m][j] = muladd(value, weights[j], sums[m][j]);
    }
  }
  if (k < depth) {
    for (size_t m = 0; m < rows; m++) {
      vf value = load_part(x + m * x_stride + k, depth - k, 0.0f);
      for (size_t j = 0; j < columns; j++)
        sums[m][j] = muladd(value, load_part(w + j * w_stride + k, depth - k, 0.0f), sums[m][j]);
    }
  }
  for (size_t m = 0; m < rows; m++)
    for (size_t j = 0; j < columns; j++) out[m * out_stride + j] = sum_of_lanes(sums[m][j]);
}

INLINE void dot_rows_of(
  size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, const float *w,
  size_t w_stride, float *out, size_t out_stride) {
  size_t j = 0;
  for (; j + 4 <= n; j += 4)
    dot_group(rows, 4, depth, x, x_stride, w + j * w_stride, w_stride, out + j, out_stride);
  for (; j < n; j++)
    dot_group(rows, 1, depth, x, x_stride, w + j * w_stride, w_stride, out + j, out_stride);
}

static void dot_rows(
  size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, const float *w,
  size_t w_stride, float *out, size_t out_stride) {
  switch (rows) {
    case 1: return dot_rows_of(1, depth, n, x, x_stride, w, w_stride, out, out_stride);
    case 2: return dot_rows_of(2, depth, n, x, x_stride, w, w_stride, out, out_stride);
    case 3: return dot_rows_of(3, depth, n, x, x_stride, w, w_stride, out, out_stride);
    case 4: return dot_rows_of(4, depth, n, x, x_stride, w, w_stride, out, out_stride);
  }
}

INLINE void mix_rows_of(
  size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, const float *w,
  size_t w_stride, float *out, size_t out_stride) {
  size_t j = 0;
  for (; j + 2 * CK_WIDTH <= n; j += 2 * CK_WIDTH) {
    vf sums[4][2];
    for (size_t m = 0; m < rows; m++) sums[m][0] = sums[m][1] = splat(0.0f);
    for (size_t k = 0; k < depth; k++) {
      const float *weights = w + k * w_stride + j;
      vf first = load(weights), second = load(weights + CK_WIDTH);
      for (size_t m = 0; m < rows; m++) {
        vf value = splat(x[m * x_stride + k]);
        sums[m][0] = muladd(value, first, sums[m][0]);
        sums[m][1] = muladd(value, second, sums[m][1]);
      }
    }
    for (size_t m = 0; m < rows; m++) {
      store(out + m * out_stride + j, sums[m][0]);
      store(out + m * out_stride + j + CK_WIDTH, sums[m][1]);
    }
  }
  for (; j < n; j += CK_WIDTH) {
    size_t lanes = ck_min(n - j, CK_WIDTH);
    for (size_t m = 0; m < rows; m++) {
      vf sum = splat(0.0f);
      for (size_t k = 0; k < depth; k++)
        sum = muladd(splat(x[m * x_stride + k]), operand(w + k * w_stride, j, n), sum);
      if (lanes == CK_WIDTH)
        store(out + m * out_stride + j, sum);
      else
        store_part(out + m * out_stride + j, lanes, sum);
    }
  }
}

static void mix_rows(
  size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, const float *w,
  size_t w_stride, float *out, size_t out_stride) {
  switch (rows) {
    case 1: return mix_rows_of(1, depth, n, x, x_stride, w, w_stride, out, out_stride);
    case 2: return mix_rows_of(2, depth, n, x, x_stride, w, w_stride, out, out_stride);
    case 3: return mix_rows_of(3, depth, n, x, x_stride, w, w_stride, out, out_stride);
    case 4: return mix_rows_of(4, depth, n, x, x_stride, w, w_stride, out, out_stride);
  }
}
