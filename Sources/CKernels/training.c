// What an optimiser does to its weights, cut into fixed chunks.

#include "internal.h"
#include "table.h"

enum { CHUNK = 16384 };

typedef struct {
  const ck_table *table;
  const ck_adamw_step *step;
  size_t n;
  float *weights, *mean, *square;
  const float *gradient;
} adamw_job;

static void run_adamw(void *context, size_t chunk) {
  const adamw_job *job = context;
  size_t start = chunk * CHUNK;
  job->table->adamw(
    job->step, ck_min(job->n - start, CHUNK), job->weights + start, job->gradient + start,
    job->mean + start, job->square + start);
}

void ck_adamw(
  const ck_adamw_step *step, size_t n, float *weights, const float *gradient, float *mean,
  float *square) {
  adamw_job job = {ck_current_table(), step, n, weights, mean, square, gradient};
  ck_parallel_for(ck_chunks(n, CHUNK), run_adamw, &job);
}

typedef struct {
  void (*kernel)(size_t n, float *target, const float *x, float factor);
  size_t n;
  float *target;
  const float *x;
  float factor;
} blend_job;

static void run_blend(void *context, size_t chunk) {
  const blend_job *job = context;
  size_t start = chunk * CHUNK;
  job->kernel(ck_min(job->n - start, CHUNK), job->target + start, job->x + start, job->factor);
}

void ck_accumulate(size_t n, float *sum, const float *x, float factor) {
  blend_job job = {ck_current_table()->add_scaled, n, sum, x, factor};
  ck_parallel_for(ck_chunks(n, CHUNK), run_blend, &job);
}

void ck_moving_average(size_t n, float *average, const float *x, float share) {
  blend_job job = {ck_current_table()->moving_average, n, average, x, share};
  ck_parallel_for(ck_chunks(n, CHUNK), run_blend, &job);
}

// ---- norm --------------------------------------------------------------------------------------

/// Elements of one chunk of a norm: few enough chunks that their sums fit on the stack.
enum { SUMS = 256 };

typedef struct {
  const ck_table *table;
  size_t n, chunk;
  const float *x;
  double sums[SUMS];
} norm_job;

static void run_norm(void *context, size_t chunk) {
  norm_job *job = context;
  size_t start = chunk * job->chunk;
  job->sums[chunk] = job->table->sum_of_squares(ck_min(job->n - start, job->chunk), job->x + start);
}

double ck_sum_of_squares(size_t n, const float *x) {
  norm_job job = {.table = ck_current_table(), .n = n, .x = x};
  job.chunk = ck_max(ck_chunks(n, SUMS), CHUNK);
  size_t chunks = ck_chunks(n, job.chunk);
  ck_parallel_for(chunks, run_norm, &job);
  double sum = 0;
  for (size_t chunk = 0; chunk < chunks; chunk++) sum += job.sums[chunk];
  return sum;
}
