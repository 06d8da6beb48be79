// Square transpositions in registers. Part of impl.h.

/// Lane l of the first and second result when lanes whose number has bit s are exchanged between two vectors.
#define FIRST_LANE(l, s) ((l) & (s) ? (l) - (s) + CK_WIDTH : (l))
#define SECOND_LANE(l, s) ((l) & (s) ? (l) + CK_WIDTH : (l) + (s))

#define FOUR_LANES(lane, l, s) lane(l, s), lane(l + 1, s), lane(l + 2, s), lane(l + 3, s)
#if CK_WIDTH == 16
#define ALL_LANES(lane, s)                                                          \
  FOUR_LANES(lane, 0, s), FOUR_LANES(lane, 4, s), FOUR_LANES(lane, 8, s), FOUR_LANES(lane, 12, s)
#elif CK_WIDTH == 8
#define ALL_LANES(lane, s) FOUR_LANES(lane, 0, s), FOUR_LANES(lane, 4, s)
#else
#define ALL_LANES(lane, s) FOUR_LANES(lane, 0, s)
#endif

/// Exchanges the off-diagonal halves of every 2s-square of the rows.
#define EXCHANGE(rows, s)                                                                    \
  for (int i = 0; i < CK_WIDTH; i++) {                                                       \
    if (i & s) continue;                                                                     \
    vf a = rows[i], b = rows[i | s];                                                         \
    rows[i] = __builtin_shufflevector(a, b, ALL_LANES(FIRST_LANE, s));                       \
    rows[i | s] = __builtin_shufflevector(a, b, ALL_LANES(SECOND_LANE, s));                  \
  }

/// rows[i][j] = rows[j][i].
INLINE void transpose_rows(vf rows[CK_WIDTH]) {
  UNROLLED
  EXCHANGE(rows, 1)
  UNROLLED
  EXCHANGE(rows, 2)
#if CK_WIDTH > 4
  UNROLLED
  EXCHANGE(rows, 4)
#endif
#if CK_WIDTH > 8
  UNROLLED
  EXCHANGE(rows, 8)
#endif
}

/// out[j·out_row + i] = x[i·x_row + j]·scale for i < rows ≤ CK_WIDTH, j < columns; zeros for
/// rows ≤ i < CK_WIDTH.
static void turn_rows(
  size_t rows, size_t columns, float *out, size_t out_row, const float *x, ptrdiff_t x_row,
  float scale) {
  size_t j = 0;
  if (rows == CK_WIDTH)
    for (; j + CK_WIDTH <= columns; j += CK_WIDTH) {
      vf square[CK_WIDTH];
      UNROLLED
      for (int i = 0; i < CK_WIDTH; i++) square[i] = load(x + i * x_row + (ptrdiff_t)j);
      transpose_rows(square);
      UNROLLED
      for (int i = 0; i < CK_WIDTH; i++) store(out + (j + (size_t)i) * out_row, square[i] * scale);
    }
  for (; j < columns; j++)
    for (size_t i = 0; i < CK_WIDTH; i++)
      out[j * out_row + i] =
        i < rows ? x[(ptrdiff_t)i * x_row + (ptrdiff_t)j] * scale : 0;
}
