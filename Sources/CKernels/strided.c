// Copies between strided places, fills and gathers.

#include <string.h>

#include "loop.h"
#include "table.h"

/// Rows and columns of a transposed block, bytes of a chunk of plain memory.
enum { TILE = 16, CHUNK_BYTES = 1 << 17 };

/// A copy whose last axis is the fastest one of the destination and whose last but one is, for a
/// transposition, the fastest of the source.
typedef struct {
  ck_loop loop;  // operands: destination, source
  size_t element_size;
  char *dst;
  const char *src;
  size_t row_tiles, rows_of_tile, columns_of_tile;  // how the last two axes are cut
  size_t column_tiles;
  size_t items, per_chunk;
} copy_job;

/// Transposes a whole tile through a buffer: rows of both sides may lie a multiple of the cache's way size
/// apart, and are then best touched once each.
#define TRANSPOSE_TILE(type)                                                                  \
  {                                                                                           \
    type buffer[TILE][TILE], turned[TILE][TILE];                                              \
    for (size_t c = 0; c < TILE; c++)                                                         \
      memcpy(buffer[c], (const type *)src + (ptrdiff_t)c * src_step, sizeof buffer[c]);       \
    for (size_t r = 0; r < TILE; r++)                                                         \
      for (size_t c = 0; c < TILE; c++) turned[r][c] = buffer[c][r];                          \
    for (size_t r = 0; r < TILE; r++)                                                         \
      memcpy((type *)dst + (ptrdiff_t)r * dst_row, turned[r], sizeof turned[r]);              \
    return;                                                                                   \
  }

#define COPY_BLOCK(type)                                                                      \
  if (dst_step == 1 && src_row == 1 && rows == TILE && columns == TILE) TRANSPOSE_TILE(type)  \
  for (size_t r = 0; r < rows; r++) {                                                         \
    type *to = (type *)dst + (ptrdiff_t)r * dst_row;                                          \
    const type *from = (const type *)src + (ptrdiff_t)r * src_row;                            \
    if (dst_step == 1 && src_step == 1) {                                                     \
      memcpy(to, from, columns * sizeof(type));                                               \
    } else if (dst_step == 1) {                                                               \
      for (size_t c = 0; c < columns; c++) to[c] = from[(ptrdiff_t)c * src_step];             \
    } else {                                                                                  \
      for (size_t c = 0; c < columns; c++)                                                    \
        to[(ptrdiff_t)c * dst_step] = from[(ptrdiff_t)c * src_step];                          \
    }                                                                                         \
  }                                                                                           \
  return;

static void copy_block(
  size_t element_size, size_t rows, size_t columns, char *dst, ptrdiff_t dst_row,
  ptrdiff_t dst_step, const char *src, ptrdiff_t src_row, ptrdiff_t src_step) {
  switch (element_size) {
    case 1: COPY_BLOCK(uint8_t)
    case 2: COPY_BLOCK(uint16_t)
    case 4: COPY_BLOCK(uint32_t)
    case 8: COPY_BLOCK(uint64_t)
  }
}

static void run_copy(void *context, size_t chunk) {
  const copy_job *job = context;
  const ck_loop *loop = &job->loop;
  size_t last = loop->rank - 1, before = loop->rank - 2;
  size_t end = ck_min((chunk + 1) * job->per_chunk, job->items);
  for (size_t item = chunk * job->per_chunk; item < end; item++) {
    size_t column = item % job->column_tiles * job->columns_of_tile;
    size_t tile = item / job->column_tiles;
    size_t row = tile % job->row_tiles * job->rows_of_tile;
    ptrdiff_t offsets[2];
    ck_loop_row(loop, 2, tile / job->row_tiles, offsets);
    for (int o = 0; o < 2; o++)
      offsets[o] += (ptrdiff_t)row * loop->strides[o][before]
                    + (ptrdiff_t)column * loop->strides[o][last];
    copy_block(
      job->element_size, ck_min(loop->shape[before] - row, job->rows_of_tile),
      ck_min(loop->shape[last] - column, job->columns_of_tile),
      job->dst + offsets[0] * (ptrdiff_t)job->element_size, loop->strides[0][before],
      loop->strides[0][last], job->src + offsets[1] * (ptrdiff_t)job->element_size,
      loop->strides[1][before], loop->strides[1][last]);
  }
}

/// Moves axis `from` to place `to`, behind those between.
static void move_axis(ck_loop *loop, size_t from, size_t to) {
  for (size_t axis = from; axis < to; axis++) {
    size_t extent = loop->shape[axis];
    loop->shape[axis] = loop->shape[axis + 1];
    loop->shape[axis + 1] = extent;
    for (size_t o = 0; o < loop->operands; o++) {
      ptrdiff_t stride = loop->strides[o][axis];
      loop->strides[o][axis] = loop->strides[o][axis + 1];
      loop->strides[o][axis + 1] = stride;
    }
  }
}

/// The axis before `end` with the smallest step of operand o; axes that it does not move along come last.
static size_t fastest_axis(const ck_loop *loop, size_t o, size_t end) {
  size_t best = end - 1;
  size_t least = SIZE_MAX;
  for (size_t axis = end; axis-- > 0;) {
    ptrdiff_t stride = loop->strides[o][axis];
    size_t step = stride < 0 ? (size_t)-stride : (size_t)stride;
    if (step != 0 && step < least) {
      least = step;
      best = axis;
    }
  }
  return best;
}

void ck_copy_strided(
  size_t rank, const size_t *shape, size_t element_size, void *dst, const ptrdiff_t *dst_strides,
  const void *src, const ptrdiff_t *src_strides) {
  const ptrdiff_t *strides[] = {dst_strides, src_strides};
  copy_job job = {
    .loop = ck_loop_make(rank, shape, 2, strides),
    .element_size = element_size,
    .dst = dst,
    .src = src,
  };
  ck_loop *loop = &job.loop;
  move_axis(loop, fastest_axis(loop, 0, loop->rank), loop->rank - 1);
  if (loop->rank == 1) {
    loop->shape[1] = loop->shape[0];
    loop->shape[0] = 1;
    for (int o = 0; o < 2; o++) {
      loop->strides[o][1] = loop->strides[o][0];
      loop->strides[o][0] = 0;
    }
    loop->rank = 2;
  }
  size_t last = loop->rank - 1, columns = loop->shape[last];
  bool transposes = fastest_axis(loop, 1, loop->rank) != last;
  if (transposes) move_axis(loop, fastest_axis(loop, 1, last), last - 1);
  size_t rows = loop->shape[last - 1];
  size_t most = CHUNK_BYTES / element_size;
  job.columns_of_tile = transposes ? TILE : ck_max(ck_min(columns, most), 1);
  job.rows_of_tile = transposes ? TILE : ck_max(ck_min(rows, most / job.columns_of_tile), 1);
  job.column_tiles = ck_chunks(columns, job.columns_of_tile);
  job.row_tiles = ck_chunks(rows, job.rows_of_tile);
  job.items = ck_loop_rows(loop, 2) * job.row_tiles * job.column_tiles;
  job.per_chunk = ck_max(most / (job.columns_of_tile * job.rows_of_tile), 1);
  if (job.items == 0) return;
  ck_parallel_for(ck_chunks(job.items, job.per_chunk), run_copy, &job);
}

// ---- fills and gathers -------------------------------------------------------------------------

typedef struct {
  size_t n, element_size;
  char *dst;
  const char *value;
} fill_job;

#define FILL(type)                                             \
  {                                                            \
    type value;                                                \
    memcpy(&value, job->value, sizeof value);                  \
    type *out = (type *)job->dst + start;                      \
    for (size_t i = 0; i < length; i++) out[i] = value;        \
    return;                                                    \
  }

static void run_fill(void *context, size_t chunk) {
  const fill_job *job = context;
  size_t most = CHUNK_BYTES / job->element_size;
  size_t start = chunk * most, length = ck_min(job->n - start, most);
  switch (job->element_size) {
    case 1: FILL(uint8_t)
    case 2: FILL(uint16_t)
    case 4: FILL(uint32_t)
    case 8: FILL(uint64_t)
  }
}

void ck_fill(size_t n, size_t element_size, void *dst, const void *value) {
  fill_job job = {n, element_size, dst, value};
  ck_parallel_for(ck_chunks(n, CHUNK_BYTES / element_size), run_fill, &job);
}

typedef struct {
  size_t rows, row_bytes, table_rows, per_chunk;
  char *out;
  const char *table;
  const int64_t *indices;
} gather_job;

static void run_gather(void *context, size_t chunk) {
  const gather_job *job = context;
  size_t end = ck_min((chunk + 1) * job->per_chunk, job->rows);
  for (size_t r = chunk * job->per_chunk; r < end; r++) {
    int64_t index = job->indices[r];
    size_t row = (size_t)index + (index < 0 ? job->table_rows : 0);
    memcpy(job->out + r * job->row_bytes, job->table + row * job->row_bytes, job->row_bytes);
  }
}

void ck_gather_rows(
  size_t rows, size_t row_bytes, void *out, size_t table_rows, const void *table,
  const int64_t *indices) {
  if (row_bytes == 0) return;
  gather_job job = {
    rows, row_bytes, table_rows, ck_max(CHUNK_BYTES / row_bytes, 1), out, table, indices,
  };
  ck_parallel_for(ck_chunks(rows, job.per_chunk), run_gather, &job);
}
