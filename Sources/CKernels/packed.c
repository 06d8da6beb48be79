// Linear layers with packed weights (impl/packed.h). A thread takes some panels of outputs and goes down the rows, a
// few at a time, so that what it works on stays in its caches and is finished while it is there.

#include "table.h"

enum {
  BLOCK_ROWS = 2048, ///< the most rows of a block: those of x stay in the last cache
  CHUNK_ROWS = 128,   ///< rows that meet the panels at once, for every CHUNK_DEPTH of the depth
  CHUNK_DEPTH = 1536,
  CELL_ROWS = 32,     ///< rows that are brought into cells at once
  GROUP_PANELS = 4,   ///< panels of values, and as many of gates, that lie one behind the other
};

static size_t panel_count(const ck_table *table, const ck_packed_shape *shape) {
  if (!shape->gated) return ck_chunks(shape->outputs, table->tile_columns);
  return 2 * ck_chunks(shape->outputs / 2, table->tile_columns);
}

size_t ck_packed_count(const ck_packed_shape *shape) {
  const ck_table *table = ck_current_table();
  if (!(shape->narrow ? table->cell_depth > 1 : table->packs_wide)) return 0;
  return panel_count(table, shape) * table->tile_columns
         * table->packed_depth(shape->inputs, shape->narrow);
}

// ---- packing -----------------------------------------------------------------------------------

typedef struct {
  const ck_table *table;
  ck_packed_shape shape;
  ck_weight_layout layout;
  const void *weights;
  ck_weight_type type;
  float *packed;
} packing;

/// Where the outputs of a panel begin, and how many there are.
static size_t first_output(const packing *p, size_t panel, size_t *count) {
  size_t width = p->table->tile_columns, outputs = p->shape.outputs, start = 0;
  if (p->shape.gated) {
    outputs /= 2;
    size_t first = panel / (2 * GROUP_PANELS) * GROUP_PANELS, place = panel - 2 * first;
    size_t values = ck_min(ck_chunks(outputs, width) - first, GROUP_PANELS);
    start = place < values ? 0 : outputs;
    panel = first + place % values;
  }
  *count = ck_min(outputs - panel * width, width);
  return start + panel * width;
}

static void pack_panel(void *context, size_t panel) {
  const packing *p = context;
  const ck_packed_shape *shape = &p->shape;
  size_t count, output = first_output(p, panel, &count);
  size_t stride = p->layout == CK_OUT_IN ? shape->inputs : shape->outputs;
  size_t place = p->layout == CK_OUT_IN ? output * stride : output;
  size_t size = p->type == CK_BF16 ? sizeof(uint16_t) : sizeof(float);
  size_t depth = p->table->packed_depth(shape->inputs, shape->narrow);
  p->table->pack_weights(
    count, shape->inputs, (const char *)p->weights + place * size, p->type, stride, p->layout,
    shape->narrow, p->packed + panel * p->table->tile_columns * depth);
}

void ck_pack_linear(
  const ck_packed_shape *shape, ck_weight_layout layout, const void *weights, ck_weight_type type,
  float *packed) {
  packing p = {ck_current_table(), *shape, layout, weights, type, packed};
  ck_parallel_for(panel_count(p.table, shape), pack_panel, &p);
}

// ---- multiplying -------------------------------------------------------------------------------

typedef struct {
  const ck_table *table;
  ck_packed_shape shape;
  size_t rows;
  size_t depth;  ///< floats of a row of cells, and of an output in a panel
  const float *x;
  size_t x_stride;
  float *cells;  ///< where x goes as cells, or null
  const float *packed;
  const ck_epilogue *epilogue;
  float *out;
  size_t out_stride;
  size_t block_rows, block_panels, panel_blocks;
  size_t chunk_rows;
} product;

static void make_cells(void *context, size_t chunk) {
  const product *p = context;
  size_t row = chunk * CELL_ROWS, rows = ck_min(p->rows - row, CELL_ROWS);
  p->table->pack_rows(
    rows, p->shape.inputs, p->x + row * p->x_stride, p->x_stride, p->cells + row * p->depth);
}

/// Some rows times the panels from `panel` on.
static void multiply(
  const product *p, size_t row, size_t rows, size_t panel, size_t columns, float *out,
  size_t out_stride) {
  const float *x = p->cells ? p->cells + row * p->depth : p->x + row * p->x_stride;
  size_t panel_size = p->table->tile_columns * p->depth;
  p->table->packed_block(
    rows, columns, p->shape.inputs, x, p->cells ? p->depth : p->x_stride, p->packed + panel * panel_size,
    panel_size, p->shape.narrow, out, out_stride);
}

static void run_block(void *context, size_t block) {
  const product *p = context;
  size_t panel = block % p->panel_blocks * p->block_panels, column = panel * p->table->tile_columns;
  size_t columns = ck_min(p->shape.outputs - column, p->block_panels * p->table->tile_columns);
  // A residual that lies in the output must live until the epilogue.
  bool aside = p->epilogue && p->epilogue->residual == p->out;
  size_t start = block / p->panel_blocks * p->block_rows;
  size_t end = ck_min(start + p->block_rows, p->rows);
  for (size_t row = start; row < end; row += p->chunk_rows) {
    size_t rows = ck_min(end - row, p->chunk_rows);
    float *place = p->out + row * p->out_stride + column, *sums = place;
    size_t stride = p->out_stride;
    if (aside) {
      sums = ck_scratch(CK_SCRATCH_A, rows * columns * sizeof *sums);
      stride = columns;
    }
    multiply(p, row, rows, panel, columns, sums, stride);
    ck_finish(p->table, p->epilogue, sums, stride, row, rows, column, columns);
    if (aside) ck_copy_block(rows, columns, place, p->out_stride, sums, stride);
  }
}

/// A group of values and gates: what goes out is a half as wide as what is computed.
static void run_gated_block(void *context, size_t block) {
  const product *p = context;
  size_t outputs = p->shape.outputs / 2, width = p->table->tile_columns;
  size_t group = block % p->panel_blocks, column = group * GROUP_PANELS * width;
  size_t columns = ck_min(outputs - column, GROUP_PANELS * width);
  size_t half = ck_chunks(columns, width) * width;
  const float *bias = p->epilogue->bias;
  size_t start = block / p->panel_blocks * p->block_rows;
  size_t end = ck_min(start + p->block_rows, p->rows);
  for (size_t row = start; row < end; row += p->chunk_rows) {
    size_t rows = ck_min(end - row, p->chunk_rows);
    float *sums = ck_scratch(CK_SCRATCH_A, rows * 2 * half * sizeof *sums);
    multiply(p, row, rows, 2 * GROUP_PANELS * group, 2 * half, sums, 2 * half);
    for (size_t r = 0; r < rows; r++) {
      float *values = sums + r * 2 * half, *gates = values + half;
      if (bias) {
        p->table->epilogue_row(columns, values, bias + column, CK_IDENTITY, NULL, NULL);
        p->table->epilogue_row(columns, gates, bias + outputs + column, CK_IDENTITY, NULL, NULL);
      }
      float *out = p->out + (row + r) * p->out_stride + column;
      p->table->glu_row(p->epilogue->activation, columns, out, values, gates);
    }
  }
}

void ck_packed_linear(
  const ck_packed_shape *shape, size_t rows, const float *x, size_t x_stride, const float *packed,
  const ck_epilogue *epilogue, float *out, size_t out_stride) {
  if (rows == 0 || shape->outputs == 0) return;
  const ck_table *table = ck_current_table();
  product p = {
    .table = table, .shape = *shape, .rows = rows,
    .depth = table->packed_depth(shape->inputs, shape->narrow), .x = x, .x_stride = x_stride,
    .packed = packed, .epilogue = epilogue, .out = out, .out_stride = out_stride,
  };
  if (shape->narrow) {
    p.cells = ck_scratch(CK_SCRATCH_D, rows * p.depth * sizeof(float));
    ck_parallel_for(ck_chunks(rows, CELL_ROWS), make_cells, &p);
  }
  size_t row_blocks = ck_chunks(rows, BLOCK_ROWS), panels = panel_count(table, shape);
  p.block_rows = ck_chunks(ck_chunks(rows, row_blocks), CK_PANEL) * CK_PANEL;
  p.block_panels = shape->gated ? 2 * GROUP_PANELS : ck_fair_width(panels, row_blocks);
  p.panel_blocks = ck_chunks(panels, p.block_panels);
  p.chunk_rows = CHUNK_ROWS * ck_chunks(p.depth, CHUNK_DEPTH);
  size_t blocks = ck_chunks(rows, p.block_rows) * p.panel_blocks;
  ck_parallel_for(blocks, shape->gated ? run_gated_block : run_block, &p);
}
