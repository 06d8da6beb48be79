// The matrix product inside a convolution. Part of impl.h.

/// CK_ROWS rows of sums over all columns of a block.
INLINE void conv_rows(
  bool narrow, const ck_conv_block *block, const float *weights, float *sums) {
  for (size_t column = 0; column < block->columns; column += TILE_COLUMNS) {
    vf tile[CK_ROWS][CK_VECTORS];
    float *out = sums + column;
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++)
      UNROLLED
      for (int c = 0; c < CK_VECTORS; c++)
        tile[i][c] =
          block->add ? load(out + i * block->columns + c * CK_WIDTH) : splat(0.0f);
    accumulate(
      CK_VECTORS, narrow, block->depth, weights, 1, CK_PANEL, block->window + column, 0,
      block->offsets, tile);
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++)
      UNROLLED
      for (int c = 0; c < CK_VECTORS; c++)
        store(out + i * block->columns + c * CK_WIDTH, tile[i][c]);
  }
}

static void conv_block(const ck_conv_block *block) {
  for (size_t panel = 0; panel < block->panels; panel++) {
    const float *weights = block->weights + panel * block->panel_stride;
    float *sums = block->sums + panel * CK_PANEL * block->columns;
    for (size_t row = 0; row < CK_PANEL; row += CK_ROWS) {
      if (block->narrow)
        conv_rows(true, block, weights + row, sums + row * block->columns);
      else
        conv_rows(false, block, weights + row, sums + row * block->columns);
    }
  }
}
