// Element-wise kernels: cut into fixed chunks, and walked over strides.

#include "loop.h"
#include "table.h"

/// Elements of one chunk of contiguous work.
enum { CHUNK = 16384, BUFFER = 512 };

typedef struct {
  ck_unary_kernel kernel;
  size_t n;
  float *out;
  const float *x;
} unary_job;

static void run_unary(void *context, size_t chunk) {
  const unary_job *job = context;
  size_t start = chunk * CHUNK;
  job->kernel(ck_min(job->n - start, CHUNK), job->out + start, job->x + start);
}

void ck_unary(ck_unary_op op, size_t n, float *out, const float *x) {
  unary_job job = {ck_current_table()->unary[op], n, out, x};
  ck_parallel_for(ck_chunks(n, CHUNK), run_unary, &job);
}

// ---- operations on strided operands ------------------------------------------------------------

/// What a strided operation does to a piece of a row: `operands` point at its elements, `steps` lie between
/// them; operand 0 is the output and has step 1.
typedef void (*row_body)(
  const void *context, size_t n, char *const *operands, const ptrdiff_t *steps);

typedef struct {
  ck_loop loop;
  ck_cut cut;
  row_body body;
  const void *context;
  char *base[CK_MAX_OPERANDS];
  size_t element_size[CK_MAX_OPERANDS];
} rows_job;

static void run_rows(void *context, size_t chunk) {
  const rows_job *job = context;
  const ck_loop *loop = &job->loop;
  size_t last = loop->rank - 1, length = loop->shape[last];
  size_t end = ck_min((chunk + 1) * job->cut.per_chunk, job->cut.items);
  ptrdiff_t steps[CK_MAX_OPERANDS];
  for (size_t o = 0; o < loop->operands; o++) steps[o] = loop->strides[o][last];
  for (size_t item = chunk * job->cut.per_chunk; item < end; item++) {
    ptrdiff_t offsets[CK_MAX_OPERANDS];
    ck_loop_row(loop, 1, item / job->cut.pieces, offsets);
    size_t start = item % job->cut.pieces * job->cut.piece;
    char *operands[CK_MAX_OPERANDS];
    for (size_t o = 0; o < loop->operands; o++)
      operands[o] =
        job->base[o]
        + (offsets[o] + (ptrdiff_t)start * steps[o]) * (ptrdiff_t)job->element_size[o];
    job->body(job->context, ck_min(length - start, job->cut.piece), operands, steps);
  }
}

static void run_strided(rows_job *job) {
  job->cut = ck_loop_cut(&job->loop);
  if (job->cut.items == 0) return;
  ck_parallel_for(ck_chunks(job->cut.items, job->cut.per_chunk), run_rows, job);
}

/// n floats `step` apart, gathered into `buffer`.
static void gather(size_t n, float *buffer, const float *x, ptrdiff_t step) {
  for (size_t i = 0; i < n; i++) buffer[i] = x[(ptrdiff_t)i * step];
}

typedef struct {
  void (*kernel)(
    size_t n, float *out, const float *a, size_t a_step, const float *b, size_t b_step);
} binary_context;

static void binary_row(
  const void *context, size_t n, char *const *operands, const ptrdiff_t *steps) {
  const binary_context *binary = context;
  float *out = (float *)operands[0];
  const float *a = (const float *)operands[1], *b = (const float *)operands[2];
  bool a_fits = steps[1] == 0 || steps[1] == 1, b_fits = steps[2] == 0 || steps[2] == 1;
  if (a_fits && b_fits)
    return binary->kernel(n, out, a, (size_t)steps[1], b, (size_t)steps[2]);
  float a_buffer[BUFFER], b_buffer[BUFFER];
  for (size_t start = 0; start < n; start += BUFFER) {
    size_t length = ck_min(n - start, BUFFER);
    const float *a_part = a + (ptrdiff_t)start * steps[1];
    const float *b_part = b + (ptrdiff_t)start * steps[2];
    if (!a_fits) gather(length, a_buffer, a_part, steps[1]);
    if (!b_fits) gather(length, b_buffer, b_part, steps[2]);
    binary->kernel(
      length, out + start, a_fits ? a_part : a_buffer, a_fits ? (size_t)steps[1] : 1,
      b_fits ? b_part : b_buffer, b_fits ? (size_t)steps[2] : 1);
  }
}

void ck_binary(
  ck_binary_op op, size_t rank, const size_t *shape, float *out, const float *a,
  const ptrdiff_t *a_strides, const float *b, const ptrdiff_t *b_strides) {
  binary_context context = {ck_current_table()->binary[op]};
  const ptrdiff_t *strides[] = {NULL, a_strides, b_strides};
  rows_job job = {
    .loop = ck_loop_make(rank, shape, 3, strides),
    .body = binary_row,
    .context = &context,
    .base = {(char *)out, (char *)a, (char *)b},
    .element_size = {4, 4, 4},
  };
  run_strided(&job);
}

#define COMPARE(type, symbol)                                                     \
  for (size_t i = 0; i < n; i++)                                                  \
    out[i] = *((const type *)operands[1] + (ptrdiff_t)i * steps[1])               \
      symbol *((const type *)operands[2] + (ptrdiff_t)i * steps[2]);              \
  return;

#define COMPARE_ROW(name, type)                                                          \
  static void name(                                                                      \
    const void *context, size_t n, char *const *operands, const ptrdiff_t *steps) {      \
    uint8_t *out = (uint8_t *)operands[0];                                               \
    switch (*(const ck_compare_op *)context) {                                           \
      case CK_EQUAL: COMPARE(type, ==)                                                   \
      case CK_NOT_EQUAL: COMPARE(type, !=)                                               \
      case CK_LESS: COMPARE(type, <)                                                     \
      case CK_LESS_EQUAL: COMPARE(type, <=)                                              \
      case CK_GREATER: COMPARE(type, >)                                                  \
      case CK_GREATER_EQUAL: COMPARE(type, >=)                                           \
    }                                                                                    \
  }

COMPARE_ROW(compare_floats, float)
COMPARE_ROW(compare_integers, int64_t)

void ck_compare(
  ck_compare_op op, size_t rank, const size_t *shape, uint8_t *out, const float *a,
  const ptrdiff_t *a_strides, const float *b, const ptrdiff_t *b_strides) {
  const ptrdiff_t *strides[] = {NULL, a_strides, b_strides};
  rows_job job = {
    .loop = ck_loop_make(rank, shape, 3, strides),
    .body = compare_floats,
    .context = &op,
    .base = {(char *)out, (char *)a, (char *)b},
    .element_size = {1, 4, 4},
  };
  run_strided(&job);
}

void ck_compare_i64(
  ck_compare_op op, size_t rank, const size_t *shape, uint8_t *out, const int64_t *a,
  const ptrdiff_t *a_strides, const int64_t *b, const ptrdiff_t *b_strides) {
  const ptrdiff_t *strides[] = {NULL, a_strides, b_strides};
  rows_job job = {
    .loop = ck_loop_make(rank, shape, 3, strides),
    .body = compare_integers,
    .context = &op,
    .base = {(char *)out, (char *)a, (char *)b},
    .element_size = {1, 8, 8},
  };
  run_strided(&job);
}

static void select_row(
  const void *context, size_t n, char *const *operands, const ptrdiff_t *steps) {
  (void)context;
  float *out = (float *)operands[0];
  const uint8_t *condition = (const uint8_t *)operands[1];
  const float *a = (const float *)operands[2], *b = (const float *)operands[3];
  for (size_t i = 0; i < n; i++) {
    ptrdiff_t at = (ptrdiff_t)i;
    out[i] = condition[at * steps[1]] ? a[at * steps[2]] : b[at * steps[3]];
  }
}

void ck_select(
  size_t rank, const size_t *shape, float *out, const uint8_t *condition,
  const ptrdiff_t *condition_strides, const float *a, const ptrdiff_t *a_strides, const float *b,
  const ptrdiff_t *b_strides) {
  const ptrdiff_t *strides[] = {NULL, condition_strides, a_strides, b_strides};
  rows_job job = {
    .loop = ck_loop_make(rank, shape, 4, strides),
    .body = select_row,
    .base = {(char *)out, (char *)condition, (char *)a, (char *)b},
    .element_size = {4, 1, 4, 4},
  };
  run_strided(&job);
}
