// Kernels over rows, cut into fixed groups of rows.

#include "table.h"

/// Elements of one chunk.
enum { CHUNK = 16384 };

/// The rows of one chunk when each has n elements.
static size_t rows_per_chunk(size_t n) { return ck_max(CHUNK / ck_max(n, 1), 1); }

typedef struct {
  const ck_table *table;
  size_t rows, n, per_chunk;
  float *out;
  const float *x, *scale, *bias, *upstream;
  float eps;
  ck_unary_op activation;
} rows_job;

/// Calls `statement` for each row `r` of a chunk; `out` and `x` are the starts of its rows.
#define EACH_ROW(x_length, statement)                                          \
  const rows_job *job = context;                                               \
  size_t n = job->n, end = ck_min((chunk + 1) * job->per_chunk, job->rows);    \
  for (size_t r = chunk * job->per_chunk; r < end; r++) {                      \
    float *out = job->out + r * n;                                             \
    const float *x = job->x + r * (x_length);                                  \
    statement;                                                                 \
  }

static void run_softmax(void *context, size_t chunk) {
  EACH_ROW(n, job->table->softmax_row(n, out, x))
}

static void run_layer_norm(void *context, size_t chunk) {
  EACH_ROW(n, job->table->layer_norm_row(n, out, x, job->scale, job->bias, job->eps))
}

static void run_rms_norm(void *context, size_t chunk) {
  EACH_ROW(n, job->table->rms_norm_row(n, out, x, job->scale, job->eps))
}

static void run_glu(void *context, size_t chunk) {
  EACH_ROW(2 * n, job->table->glu_row(job->activation, n, out, x, x + n))
}

static void run_layer_norm_gradient(void *context, size_t chunk) {
  EACH_ROW(
    n, job->table->layer_norm_gradient_row(n, out, x, job->scale, job->upstream + r * n, job->eps))
}

static void run_glu_gradient(void *context, size_t chunk) {
  EACH_ROW(
    n, job->table->glu_gradient_row(
         job->activation, n / 2, out, x, x + n / 2, job->upstream + r * (n / 2)))
}

static void run(rows_job *job, ck_body body) {
  if (job->n == 0) return;
  job->table = ck_current_table();
  job->per_chunk = rows_per_chunk(job->n);
  ck_parallel_for(ck_chunks(job->rows, job->per_chunk), body, job);
}

void ck_softmax(size_t rows, size_t n, float *out, const float *x) {
  rows_job job = {.rows = rows, .n = n, .out = out, .x = x};
  run(&job, run_softmax);
}

void ck_layer_norm(
  size_t rows, size_t n, float *out, const float *x, const float *scale, const float *bias,
  float eps) {
  rows_job job = {
    .rows = rows, .n = n, .out = out, .x = x, .scale = scale, .bias = bias, .eps = eps,
  };
  run(&job, run_layer_norm);
}

void ck_rms_norm(
  size_t rows, size_t n, float *out, const float *x, const float *scale, float eps) {
  rows_job job = {.rows = rows, .n = n, .out = out, .x = x, .scale = scale, .eps = eps};
  run(&job, run_rms_norm);
}

void ck_glu(ck_unary_op activation, size_t rows, size_t n, float *out, const float *x) {
  rows_job job = {.rows = rows, .n = n, .out = out, .x = x, .activation = activation};
  run(&job, run_glu);
}

void ck_layer_norm_gradient(
  size_t rows, size_t n, float *out, const float *x, const float *scale, const float *upstream,
  float eps) {
  rows_job job = {
    .rows = rows, .n = n, .out = out, .x = x, .scale = scale, .upstream = upstream, .eps = eps,
  };
  run(&job, run_layer_norm_gradient);
}

void ck_glu_gradient(
  ck_unary_op activation, size_t rows, size_t n, float *out, const float *x,
  const float *upstream) {
  rows_job job = {
    .rows = rows, .n = 2 * n, .out = out, .x = x, .upstream = upstream, .activation = activation,
  };
  run(&job, run_glu_gradient);
}

// ---- reductions --------------------------------------------------------------------------------

typedef struct {
  const ck_table *table;
  ck_reduce_op op;
  size_t outer, n, inner;
  size_t strip, strips, per_chunk, items;  // columns of a strip, strips of a row
  float *out;
  const float *x;
} reduce_job;

static void run_reduce(void *context, size_t chunk) {
  const reduce_job *job = context;
  size_t end = ck_min((chunk + 1) * job->per_chunk, job->items);
  for (size_t item = chunk * job->per_chunk; item < end; item++) {
    if (job->inner == 1) {
      job->out[item] = job->table->reduce_row(job->op, job->n, job->x + item * job->n);
      continue;
    }
    size_t row = item / job->strips, column = item % job->strips * job->strip;
    job->table->reduce_columns(
      job->op, job->n, job->inner, ck_min(job->inner - column, job->strip),
      job->out + row * job->inner + column, job->x + row * job->n * job->inner + column);
  }
}

void ck_reduce(ck_reduce_op op, size_t outer, size_t n, size_t inner, float *out, const float *x) {
  if (inner == 0) return;
  reduce_job job = {
    .table = ck_current_table(), .op = op, .outer = outer, .n = n, .inner = inner,
    .strip = 64, .out = out, .x = x,
  };
  job.strips = ck_chunks(inner, job.strip);
  job.items = outer * job.strips;
  job.per_chunk = rows_per_chunk(n * ck_min(inner, job.strip));
  ck_parallel_for(ck_chunks(job.items, job.per_chunk), run_reduce, &job);
}

// ---- snake -------------------------------------------------------------------------------------

typedef struct {
  const ck_table *table;
  size_t channels, length, pieces, per_chunk, items;
  float *out;
  const float *x, *alpha, *inv_beta;
} snake_job;

static void run_snake(void *context, size_t chunk) {
  const snake_job *job = context;
  size_t end = ck_min((chunk + 1) * job->per_chunk, job->items);
  for (size_t item = chunk * job->per_chunk; item < end; item++) {
    size_t row = item / job->pieces, start = item % job->pieces * CHUNK;
    size_t channel = row % job->channels, at = row * job->length + start;
    job->table->snake_row(
      ck_min(job->length - start, CHUNK), job->out + at, job->x + at, job->alpha[channel],
      job->inv_beta[channel]);
  }
}

void ck_snake(
  size_t batch, size_t channels, size_t length, float *out, const float *x, const float *alpha,
  const float *inv_beta) {
  if (length == 0) return;
  snake_job job = {
    .table = ck_current_table(), .channels = channels, .length = length,
    .pieces = ck_chunks(length, CHUNK), .per_chunk = rows_per_chunk(length),
    .out = out, .x = x, .alpha = alpha, .inv_beta = inv_beta,
  };
  job.items = batch * channels * job.pieces;
  ck_parallel_for(ck_chunks(job.items, job.per_chunk), run_snake, &job);
}

// ---- rotation ----------------------------------------------------------------------------------

typedef struct {
  const ck_table *table;
  ck_pairing pairing;
  size_t batch, tokens, heads, width, first, rotated, per_chunk;
  float *out;
  ptrdiff_t out_row, out_batch;
  const float *x;
  ptrdiff_t x_row, x_batch;
  const float *cosines, *sines;
  ptrdiff_t table_batch;
} rotate_job;

static void copy_row(size_t n, float *out, const float *x) {
  if (out == x) return;
  for (size_t i = 0; i < n; i++) out[i] = x[i];
}

static void run_rotate(void *context, size_t chunk) {
  const rotate_job *job = context;
  size_t end = ck_min((chunk + 1) * job->per_chunk, job->batch * job->tokens);
  size_t after = job->first + job->rotated;
  for (size_t item = chunk * job->per_chunk; item < end; item++) {
    ptrdiff_t batch = (ptrdiff_t)(item / job->tokens), token = (ptrdiff_t)(item % job->tokens);
    ptrdiff_t at = batch * job->table_batch + token * (ptrdiff_t)job->rotated;
    for (size_t head = 0; head < job->heads; head++) {
      float *out = job->out + batch * job->out_batch + token * job->out_row + head * job->width;
      const float *x = job->x + batch * job->x_batch + token * job->x_row + head * job->width;
      copy_row(job->first, out, x);
      job->table->rotate_row(
        job->pairing, job->rotated, out + job->first, x + job->first, job->cosines + at,
        job->sines + at);
      copy_row(job->width - after, out + after, x + after);
    }
  }
}

void ck_rotate(
  ck_pairing pairing, size_t batch, size_t tokens, size_t heads, size_t width, size_t first,
  size_t rotated, float *out, ptrdiff_t out_row_stride, ptrdiff_t out_batch_stride, const float *x,
  ptrdiff_t x_row_stride, ptrdiff_t x_batch_stride, const float *cosines, const float *sines,
  ptrdiff_t table_batch_stride) {
  rotate_job job = {
    ck_current_table(), pairing, batch, tokens, heads, width, first, rotated,
    rows_per_chunk(heads * width), out, out_row_stride, out_batch_stride, x, x_row_stride,
    x_batch_stride, cosines, sines, table_batch_stride,
  };
  ck_parallel_for(ck_chunks(batch * tokens, job.per_chunk), run_rotate, &job);
}
