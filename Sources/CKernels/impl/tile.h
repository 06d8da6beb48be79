// The register tile that products, attention and convolution are made of. Part of impl.h.

/// Columns of a whole tile.
enum { TILE_COLUMNS = CK_VECTORS * CK_WIDTH };

#define UNROLLED _Pragma("unroll")

/// Elements of the depth that share a cell of 32 bits where operands are rounded to bf16: two neighbours where
/// the instruction set multiplies pairs (CK_PAIRS), else one, as the float it is. Cells are moved as floats,
/// their bits untouched.
enum { CELL_DEPTH = CK_PAIRS ? 2 : 1 };

/// sum + the product of the cells of a and b.
INLINE vf add_cells(vf a, vf b, vf sum) {
#if CK_PAIRS
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
#else
  return muladd(a, b, sum);
#endif
}

/// sums[i][c] += Σ_k a[i·a_row + k·a_step] · b[offset(k) + c·CK_WIDTH ..], for k < depth; with `narrow` both
/// hold cells. The offset is offsets[k], or k·b_step without offsets. `vectors` ≤ CK_VECTORS, `narrow` and,
/// where they can be, the strides are constants at each call, so that the sums stay in registers.
INLINE void accumulate(
  int vectors, bool narrow, size_t depth, const float *a, size_t a_row, size_t a_step,
  const float *b, size_t b_step, const int32_t *offsets, vf sums[CK_ROWS][CK_VECTORS]) {
  for (size_t k = 0; k < depth; k++) {
    const float *row = offsets ? b + offsets[k] : b + k * b_step;
    vf columns[CK_VECTORS];
    UNROLLED
    for (int c = 0; c < vectors; c++) columns[c] = load(row + c * CK_WIDTH);
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++) {
      vf value = splat(a[i * a_row + k * a_step]);
      UNROLLED
      for (int c = 0; c < vectors; c++)
        sums[i][c] = (narrow ? add_cells : muladd)(value, columns[c], sums[i][c]);
    }
  }
}

/// Copies `count` rows of `width` floats to rows of `padded`, zeros after them and up to `padded_count` rows.
static void copy_rows(
  float *out, size_t padded, size_t padded_count, const float *x, ptrdiff_t row, size_t width,
  size_t count) {
  for (size_t n = 0; n < count; n++) {
    memcpy(out + n * padded, x + (ptrdiff_t)n * row, width * sizeof(float));
    for (size_t j = width; j < padded; j++) out[n * padded + j] = 0;
  }
  for (size_t i = count * padded; i < padded_count * padded; i++) out[i] = 0;
}
