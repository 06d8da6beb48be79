// Products with weights that were packed once. Part of impl.h.
//
// A panel holds TILE_COLUMNS outputs over the whole depth, as `product_block` and `narrow_block` pack parts of
// it: panel[k][c] = cell k of output c, zero for the outputs that are missing.

/// Cells of a panel's depth.
static size_t packed_depth(size_t depth, bool narrow) { return narrow ? cell_count(depth) : depth; }

/// Packs outputs of one panel; w is at the first of them.
static void pack_weights(
  size_t columns, size_t depth, const void *w, ck_weight_type type, size_t w_stride,
  ck_weight_layout layout, bool narrow, float *panel) {
  if (!narrow) {
    memset(panel, 0, depth * TILE_COLUMNS * sizeof *panel);
    pack_panel(columns, depth, w, w_stride, layout, panel);
  } else if (layout == CK_OUT_IN) {
    float *strip = ck_scratch(CK_SCRATCH_C, CK_WIDTH * cell_count(depth) * sizeof *strip);
    memset(panel, 0, cell_count(depth) * TILE_COLUMNS * sizeof *panel);
    pack_cells_of_rows(columns, depth, w, type, w_stride, strip, panel);
  } else {
    pack_cells_of_columns(columns, depth, w, type, w_stride, panel);
  }
}

/// Rows of x as cells.
static void pack_rows(size_t rows, size_t depth, const float *x, size_t x_stride, float *cells) {
  for (size_t i = 0; i < rows; i++)
    cells_of_row(depth, cells + i * cell_count(depth), x + i * x_stride, CK_F32);
}

/// out [rows, columns] = x · panels, x being rows of floats, or of cells if `narrow`, the panels each
/// `panel_stride` floats behind the one before.
static void packed_block(
  size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride, const float *panels,
  size_t panel_stride, bool narrow, float *out, size_t out_stride) {
  if (narrow) depth = ck_chunks(depth, CELL_DEPTH);
  size_t parts = ck_max(ck_chunks(depth, PART_DEPTH), 1), part = ck_max(ck_chunks(depth, parts), 1);
  float *last_rows = ck_scratch(CK_SCRATCH_C, CK_ROWS * part * sizeof *last_rows);
  for (size_t k = 0; k == 0 || k < depth; k += part) {
    size_t length = ck_min(depth - k, part);
    for (size_t row = 0; row < rows; row += CK_ROWS) {
      size_t count = ck_min(rows - row, CK_ROWS), stride = x_stride;
      const float *group = x + row * x_stride + k;
      if (count < CK_ROWS) {
        copy_rows(last_rows, length, CK_ROWS, group, (ptrdiff_t)x_stride, length, count);
        group = last_rows;
        stride = length;
      }
      const float *panel = panels + k * TILE_COLUMNS;
      float *place = out + row * out_stride;
      (narrow ? narrow_rows : product_rows)(
        count, columns, length, group, stride, panel, panel_stride, k > 0, place, out_stride);
    }
  }
}
