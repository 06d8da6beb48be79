// Attention: fixed blocks of queries of one batch and head.

#include "table.h"

typedef struct {
  const ck_table *table;
  const ck_attention_shape *shape;
  const float *q, *k, *v, *bias;
  float *out;
  size_t block, blocks;  // queries of a block, blocks of a head
} attention_job;

static void run_attention(void *context, size_t chunk) {
  const attention_job *job = context;
  const ck_attention_shape *s = job->shape;
  size_t first = chunk % job->blocks * job->block;
  size_t rest = chunk / job->blocks;
  ptrdiff_t head = (ptrdiff_t)(rest % s->heads), batch = (ptrdiff_t)(rest / s->heads);
  ptrdiff_t kv_head = head / (ptrdiff_t)(s->heads / s->kv_heads);
  job->table->attention_block(
    s, first, ck_min(s->queries - first, job->block),
    job->q + batch * s->q.batch + head * s->q.head,
    job->k + batch * s->k.batch + kv_head * s->k.head,
    job->v + batch * s->v.batch + kv_head * s->v.head,
    job->bias ? job->bias + batch * s->bias_batch + head * s->bias_head : NULL,
    job->out + batch * s->out.batch + head * s->out.head);
}

void ck_attention(
  const ck_attention_shape *shape, const float *q, const float *k, const float *v,
  const float *bias, float *out) {
  if (shape->queries == 0 || shape->heads == 0) return;
  size_t parts = ck_chunks(shape->queries, CK_QUERY_BLOCK);
  size_t block = ck_chunks(ck_chunks(shape->queries, parts), CK_COLUMNS) * CK_COLUMNS;
  attention_job job = {
    ck_current_table(), shape, q, k, v, bias, out, block, ck_chunks(shape->queries, block),
  };
  ck_parallel_for(shape->batch * shape->heads * job.blocks, run_attention, &job);
}
