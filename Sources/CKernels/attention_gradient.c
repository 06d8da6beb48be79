// The gradient of attention. The weights are computed anew, a block of queries at a time: they are never held
// whole.

#include "table.h"

/// Queries of a block.
enum { BLOCK = 256 };

typedef struct {
  const ck_attention_shape *shape;
  ck_attention_operand by;
  const ck_table *table;
  const float *q, *k, *v, *bias, *upstream;
  float *out;
  size_t blocks;  // of queries
} gradient_job;

/// The operands at one batch and head, and what is computed of a block of its queries.
typedef struct {
  const float *q, *k, *v, *bias, *upstream;
  float *weights;  // [rows, keys]
  float *slopes;   // [rows, keys]: the gradient by the scores before their scale
} head_view;

static head_view view(const gradient_job *job, size_t batch, size_t head) {
  const ck_attention_shape *s = job->shape;
  ptrdiff_t b = (ptrdiff_t)batch, h = (ptrdiff_t)head;
  ptrdiff_t kv = h / (ptrdiff_t)(s->heads / s->kv_heads);
  size_t bytes = BLOCK * s->keys * sizeof(float);
  return (head_view){
    .q = job->q + b * s->q.batch + h * s->q.head,
    .k = job->k + b * s->k.batch + kv * s->k.head,
    .v = job->v + b * s->v.batch + kv * s->v.head,
    .bias = job->bias ? job->bias + b * s->bias_batch + h * s->bias_head : NULL,
    .upstream = job->upstream + b * s->out.batch + h * s->out.head,
    .weights = ck_scratch(CK_SCRATCH_D, bytes),
    .slopes = ck_scratch(CK_SCRATCH_E, bytes),
  };
}

/// Computes the weights of the queries first..<first+rows.
static void weigh(const gradient_job *job, const head_view *head, size_t first, size_t rows) {
  const ck_attention_shape *s = job->shape;
  ck_gemm(
    rows, s->keys, s->width, s->scale, head->q + (ptrdiff_t)first * s->q.row, (size_t)s->q.row,
    false, head->k, (size_t)s->k.row, true, 0, head->weights, s->keys);
  for (size_t r = 0; r < rows; r++) {
    float *row = head->weights + r * s->keys;
    if (head->bias)
      job->table->binary[CK_ADD](
        s->keys, row, row, 1, head->bias + (ptrdiff_t)(first + r) * s->bias_query, 1);
    job->table->softmax_row(s->keys, row, row);
  }
}

/// Computes the gradient by the scores of the queries first..<first+rows, whose weights are there.
static void slope(const gradient_job *job, const head_view *head, size_t first, size_t rows) {
  const ck_attention_shape *s = job->shape;
  ck_gemm(
    rows, s->keys, s->value_width, 1, head->upstream + (ptrdiff_t)first * s->out.row,
    (size_t)s->out.row, false, head->v, (size_t)s->v.row, true, 0, head->slopes, s->keys);
  for (size_t r = 0; r < rows; r++) {
    float *row = head->slopes + r * s->keys;
    job->table->softmax_gradient_row(s->keys, row, head->weights + r * s->keys, row, s->scale);
  }
}

/// By the queries: each block for itself.
static void run_queries(void *context, size_t chunk) {
  const gradient_job *job = context;
  const ck_attention_shape *s = job->shape;
  size_t first = chunk % job->blocks * BLOCK, rest = chunk / job->blocks;
  size_t head = rest % s->heads, batch = rest / s->heads, rows = ck_min(s->queries - first, BLOCK);
  head_view at = view(job, batch, head);
  weigh(job, &at, first, rows);
  slope(job, &at, first, rows);
  float *out = job->out + (ptrdiff_t)batch * s->q.batch + (ptrdiff_t)head * s->q.head;
  ck_gemm(
    rows, s->width, s->keys, 1, at.slopes, s->keys, false, at.k, (size_t)s->k.row, false, 0,
    out + (ptrdiff_t)first * s->q.row, (size_t)s->q.row);
}

/// By the keys or the values of a head: the sum over all queries that read it.
static void run_contents(void *context, size_t chunk) {
  const gradient_job *job = context;
  const ck_attention_shape *s = job->shape;
  size_t head = chunk % s->kv_heads, batch = chunk / s->kv_heads, group = s->heads / s->kv_heads;
  bool by_key = job->by == CK_KEY;
  const ck_head_strides *strides = by_key ? &s->k : &s->v;
  float *out = job->out + (ptrdiff_t)batch * strides->batch + (ptrdiff_t)head * strides->head;
  float kept = 0;
  for (size_t member = head * group; member < (head + 1) * group; member++) {
    head_view at = view(job, batch, member);
    for (size_t first = 0; first < s->queries; first += BLOCK) {
      size_t rows = ck_min(s->queries - first, BLOCK);
      weigh(job, &at, first, rows);
      if (by_key) slope(job, &at, first, rows);
      ptrdiff_t row = by_key ? s->q.row : s->out.row;
      ck_gemm(
        s->keys, by_key ? s->width : s->value_width, rows, 1, by_key ? at.slopes : at.weights,
        s->keys, true, (by_key ? at.q : at.upstream) + (ptrdiff_t)first * row, (size_t)row, false,
        kept, out, (size_t)strides->row);
      kept = 1;
    }
  }
}

void ck_attention_gradient(
  const ck_attention_shape *shape, ck_attention_operand by, const float *q, const float *k,
  const float *v, const float *bias, const float *upstream, float *out) {
  if (shape->heads == 0 || shape->batch == 0) return;
  gradient_job job = {
    shape, by, ck_current_table(), q, k, v, bias, upstream, out, ck_chunks(shape->queries, BLOCK),
  };
  if (by == CK_QUERY)
    ck_parallel_for(shape->batch * shape->heads * job.blocks, run_queries, &job);
  else
    ck_parallel_for(shape->batch * shape->kv_heads, run_contents, &job);
}
