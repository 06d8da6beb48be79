// Matrix products whose operands are rounded to bf16 and whose sums are f32. Part of impl.h.
//
// Both operands are brought into cells first (CELL_DEPTH, tile.h).

/// The cells of `depth` elements, whole vectors of them.
INLINE size_t cell_count(size_t depth) {
  return ck_chunks(depth, CELL_DEPTH * CK_WIDTH) * CK_WIDTH;
}

/// Element `index` of f32 or bf16 elements.
INLINE const void *element(const void *x, ck_weight_type type, size_t index) {
  return (const char *)x + index * (type == CK_BF16 ? sizeof(uint16_t) : sizeof(float));
}

/// Cells of two neighbours of the depth; of the first alone where a cell holds one.
INLINE vf cells_of(vf first, vf second) {
#if CK_PAIRS
  const __m512i pairs = _mm512_set_epi16(
    31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3,
    18, 2, 17, 1, 16, 0);
  return (vf)_mm512_permutexvar_epi16(pairs, (__m512i)_mm512_cvtne2ps_pbh(second, first));
#else
  return first;
#endif
}

static void pair_rows(size_t n, float *cells, const float *first, const float *second) {
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH)
    store(cells + i, cells_of(load(first + i), load(second + i)));
  if (i < n) store_part(cells + i, n - i, cells_of(operand(first, i, n), operand(second, i, n)));
}

#if CK_PAIRS
/// out[i] = bf16 of x[i] for i < n.
static void narrow_row(size_t n, uint16_t *out, const float *x) {
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH)
    _mm256_storeu_si256((__m256i *)(out + i), (__m256i)_mm512_cvtneps_pbh(load(x + i)));
  if (i == n) return;
  __mmask16 rest = (__mmask16)((1u << (n - i)) - 1);
  __m256bh last = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(rest, x + i));
  _mm256_mask_storeu_epi16(out + i, rest, (__m256i)last);
}
#endif

/// Writes a row of x as `cell_count(depth)` cells, zeros behind its end.
static void cells_of_row(size_t depth, float *cells, const void *x, ck_weight_type type) {
  size_t count = cell_count(depth) * CELL_DEPTH;
#if CK_PAIRS
  uint16_t *out = (uint16_t *)cells;
  if (type == CK_BF16)
    memcpy(out, x, depth * sizeof *out);
  else
    narrow_row(depth, out, x);
  memset(out + depth, 0, (count - depth) * sizeof *out);
#else
  if (type == CK_BF16)
    bf16_to_f32(depth, cells, x);
  else
    for (size_t k = 0; k < depth; k++) {
      uint16_t rounded;
      f32_to_bf16(1, &rounded, (const float *)x + k);
      cells[k] = bits_float((uint32_t)rounded << 16);
    }
  memset(cells + depth, 0, (count - depth) * sizeof *cells);
#endif
}

/// panel[k][c] = cell k of output c, zero for the outputs that are missing; w [columns, depth]. `strip` holds
/// CK_WIDTH rows of cells.
static void pack_cells_of_rows(
  size_t columns, size_t depth, const void *w, ck_weight_type type, size_t w_stride, float *strip,
  float *panel) {
  size_t cells = cell_count(depth);
  for (size_t c = 0; c < columns; c += CK_WIDTH) {
    for (size_t i = 0; i < CK_WIDTH; i++) {
      if (c + i < columns)
        cells_of_row(depth, strip + i * cells, element(w, type, (c + i) * w_stride), type);
      else
        memset(strip + i * cells, 0, cells * sizeof *strip);
    }
    for (size_t k = 0; k < cells; k += CK_WIDTH) {
      vf square[CK_WIDTH];
      UNROLLED
      for (int i = 0; i < CK_WIDTH; i++) square[i] = load(strip + (size_t)i * cells + k);
      transpose_rows(square);
      UNROLLED
      for (int i = 0; i < CK_WIDTH; i++) store(panel + (k + (size_t)i) * TILE_COLUMNS + c, square[i]);
    }
  }
}

/// out[k·TILE_COLUMNS + i] = cell k of x[i·x_row ..]·scale for i < rows ≤ CK_WIDTH, k < cells; zeros for
/// rows ≤ i < CK_WIDTH.
static void turn_cells(
  size_t rows, size_t depth, size_t cells, float *out, const float *x, ptrdiff_t x_row, float scale) {
  for (size_t k = 0; k < cells; k += CK_WIDTH) {
    vf square[CK_WIDTH];
    for (size_t i = 0; i < CK_WIDTH; i++) {
      float row[CELL_DEPTH * CK_WIDTH];
      size_t start = k * CELL_DEPTH, end = ck_min(start + CELL_DEPTH * CK_WIDTH, depth);
      size_t count = i < rows && start < depth ? end - start : 0;
      for (size_t j = 0; j < count; j++) row[j] = x[(ptrdiff_t)i * x_row + (ptrdiff_t)(start + j)] * scale;
      float cell[CK_WIDTH];
      cells_of_row(count, cell, row, CK_F32);
      square[i] = count > 0 ? load(cell) : splat(0.0f);
    }
    transpose_rows(square);
    for (size_t i = 0; i < CK_WIDTH; i++) store(out + (k + i) * TILE_COLUMNS, square[i]);
  }
}

/// The same for w [depth, columns].
static void pack_cells_of_columns(
  size_t columns, size_t depth, const void *w, ck_weight_type type, size_t w_stride, float *panel) {
  size_t cells = cell_count(depth);
#if CK_PAIRS
  uint16_t rows[2][TILE_COLUMNS] = {0};
  for (size_t k = 0; k < cells; k++) {
    for (size_t i = 0; i < 2; i++) {
      if (2 * k + i >= depth) {
        memset(rows[i], 0, sizeof rows[i]);
        continue;
      }
      const void *row = element(w, type, (2 * k + i) * w_stride);
      if (type == CK_BF16)
        memcpy(rows[i], row, columns * sizeof **rows);
      else
        narrow_row(columns, rows[i], row);
    }
    for (size_t c = 0; c < TILE_COLUMNS; c += CK_WIDTH) {
      __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(rows[0] + c)));
      __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(rows[1] + c)));
      __m512i pair = _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
      _mm512_storeu_si512(panel + k * TILE_COLUMNS + c, pair);
    }
  }
#else
  for (size_t k = 0; k < cells; k++) {
    float *row = panel + k * TILE_COLUMNS;
    if (k < depth)
      cells_of_row(columns, row, element(w, type, k * w_stride), type);
    else
      memset(row, 0, TILE_COLUMNS * sizeof *row);
  }
#endif
}

static void narrow_block(
  size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
  ck_weight_layout layout, const void *w, ck_weight_type type, size_t w_stride, float *out,
  size_t out_stride) {
  size_t parts = ck_max(ck_chunks(depth, PART_DEPTH * CELL_DEPTH), 1);
  size_t part = ck_max(ck_chunks(ck_chunks(depth, parts), CELL_DEPTH), 1) * CELL_DEPTH;
  size_t panels = ck_chunks(columns, TILE_COLUMNS), most = cell_count(part);
  float *packed = ck_scratch(CK_SCRATCH_B, panels * TILE_COLUMNS * most * sizeof(float));
  float *strip = ck_scratch(CK_SCRATCH_C, (CK_WIDTH + CK_ROWS) * most * sizeof(float));
  float *row_cells = strip + CK_WIDTH * most;
  for (size_t k = 0; k == 0 || k < depth; k += part) {
    size_t length = ck_min(depth - k, part), cells = cell_count(length);
    for (size_t column = 0; column < columns; column += TILE_COLUMNS) {
      size_t width = ck_min(columns - column, TILE_COLUMNS);
      float *panel = packed + column * cells;
      if (layout == CK_OUT_IN)
        pack_cells_of_rows(
          width, length, element(w, type, column * w_stride + k), type, w_stride, strip, panel);
      else
        pack_cells_of_columns(
          width, length, element(w, type, k * w_stride + column), type, w_stride, panel);
    }
    for (size_t row = 0; row < rows; row += CK_ROWS) {
      size_t count = ck_min(rows - row, CK_ROWS);
      for (size_t i = 0; i < count; i++)
        cells_of_row(length, row_cells + i * cells, x + (row + i) * x_stride + k, CK_F32);
      memset(row_cells + count * cells, 0, (CK_ROWS - count) * cells * sizeof *row_cells);
      narrow_rows(
        count, columns, cells, row_cells, cells, packed, cells * TILE_COLUMNS, k > 0,
        out + row * out_stride, out_stride);
    }
  }
}
