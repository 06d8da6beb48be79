// Matrix products of many rows. Part of impl.h.
//
// A part of the weights is packed into panels of TILE_COLUMNS columns that stay in the second-level
// cache, and every group of CK_ROWS rows of x, read in place, meets each panel.

/// Cells of the depth that a part has: here of one element each.
enum { PART_DEPTH = 384 };

/// panel[k][c] = weight of output c at depth k, zero for the outputs that are missing.
static void pack_panel(
  size_t columns, size_t depth, const float *w, size_t w_stride, ck_weight_layout layout,
  float *panel) {
  for (size_t c = 0; c < TILE_COLUMNS; c += CK_WIDTH) {
    if (c >= columns) return;
    size_t lanes = ck_min(columns - c, CK_WIDTH);
    if (layout == CK_OUT_IN) {
      turn_rows(
        lanes, depth, panel + c, TILE_COLUMNS, w + c * w_stride, (ptrdiff_t)w_stride, 1);
      continue;
    }
    for (size_t k = 0; k < depth; k++)
      store(panel + k * TILE_COLUMNS + c, operand(w + k * w_stride, c, columns));
  }
}

/// Writes the sums of a tile to `out`, or adds them; `rows` and `columns` say what of it is real.
INLINE void store_sums(
  int vectors, size_t rows, size_t columns, vf sums[CK_ROWS][CK_VECTORS], bool add, float *out,
  size_t out_stride) {
  UNROLLED
  for (int i = 0; i < CK_ROWS; i++) {
    if ((size_t)i >= rows) break;
    UNROLLED
    for (int c = 0; c < vectors; c++) {
      float *place = out + (size_t)i * out_stride + (size_t)c * CK_WIDTH;
      size_t lanes = ck_min(columns - (size_t)c * CK_WIDTH, CK_WIDTH);
      if (lanes == CK_WIDTH)
        store(place, add ? load(place) + sums[i][c] : sums[i][c]);
      else
        store_part(
          place, lanes, add ? load_part(place, lanes, 0.0f) + sums[i][c] : sums[i][c]);
    }
  }
}

/// out [rows, vectors · CK_WIDTH] = x · panel, or added to; `rows` and `columns` say what of it is real.
INLINE void product_tile(
  int vectors, bool narrow, size_t rows, size_t columns, size_t depth, const float *x,
  size_t x_stride, const float *panel, bool add, float *out, size_t out_stride) {
  vf sums[CK_ROWS][CK_VECTORS];
  UNROLLED
  for (int i = 0; i < CK_ROWS; i++)
    UNROLLED
    for (int c = 0; c < vectors; c++) sums[i][c] = splat(0.0f);
  accumulate(vectors, narrow, depth, x, x_stride, 1, panel, TILE_COLUMNS, NULL, sums);
  store_sums(vectors, rows, columns, sums, add, out, out_stride);
}

/// CK_ROWS rows of x, floats or cells, times panels that are `panel_stride` apart.
INLINE void rows_times_panels(
  bool narrow, size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
  const float *panels, size_t panel_stride, bool add, float *out, size_t out_stride) {
  for (size_t column = 0; column < columns; column += TILE_COLUMNS) {
    size_t width = ck_min(columns - column, TILE_COLUMNS);
    const float *panel = panels + column / TILE_COLUMNS * panel_stride;
    float *to = out + column;
    switch (ck_chunks(width, CK_WIDTH)) {
      case 1:
        product_tile(1, narrow, rows, width, depth, x, x_stride, panel, add, to, out_stride);
        break;
      case 2:
        product_tile(2, narrow, rows, width, depth, x, x_stride, panel, add, to, out_stride);
        break;
      default:
        product_tile(
          CK_VECTORS, narrow, rows, width, depth, x, x_stride, panel, add, to, out_stride);
    }
  }
}

static void product_rows(
  size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
  const float *panels, size_t panel_stride, bool add, float *out, size_t out_stride) {
  rows_times_panels(
    false, rows, columns, depth, x, x_stride, panels, panel_stride, add, out, out_stride);
}

/// The same with cells.
static void narrow_rows(
  size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
  const float *panels, size_t panel_stride, bool add, float *out, size_t out_stride) {
  rows_times_panels(
    true, rows, columns, depth, x, x_stride, panels, panel_stride, add, out, out_stride);
}

static void product_block(
  size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
  ck_weight_layout layout, const float *w, size_t w_stride, float *out, size_t out_stride) {
  size_t parts = ck_max(ck_chunks(depth, PART_DEPTH), 1), part = ck_chunks(depth, parts);
  size_t panels = ck_chunks(columns, TILE_COLUMNS);
  float *packed = ck_scratch(CK_SCRATCH_B, panels * TILE_COLUMNS * part * sizeof(float));
  float *last_rows = ck_scratch(CK_SCRATCH_C, CK_ROWS * (part + 1) * sizeof(float));
  for (size_t k = 0; k == 0 || k < depth; k += ck_max(part, 1)) {
    size_t length = ck_min(depth - k, part);
    for (size_t panel = 0; panel < panels; panel++) {
      size_t column = panel * TILE_COLUMNS;
      pack_panel(
        ck_min(columns - column, TILE_COLUMNS), length,
        layout == CK_OUT_IN ? w + column * w_stride + k : w + k * w_stride + column, w_stride,
        layout, packed + column * length);
    }
    size_t row = 0;
    for (; row + CK_ROWS <= rows; row += CK_ROWS)
      product_rows(
        CK_ROWS, columns, length, x + row * x_stride + k, x_stride, packed,
        length * TILE_COLUMNS, k > 0,
        out + row * out_stride, out_stride);
    if (row == rows) continue;
    copy_rows(
      last_rows, length, CK_ROWS, x + row * x_stride + k, (ptrdiff_t)x_stride, length, rows - row);
    product_rows(
      rows - row, columns, length, last_rows, length, packed, length * TILE_COLUMNS, k > 0,
      out + row * out_stride,
      out_stride);
  }
}
