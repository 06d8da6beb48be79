// Matrix products: fixed blocks of the output, each computed whole by one thread.

#include <cblas.h>
#include <string.h>

#include "table.h"

/// Rows a product may have to be computed row by row instead of by OpenBLAS, which is slow there.
enum { FEW_ROWS = 4 };

/// One product of a batch, and how its output is cut.
typedef struct {
  const ck_table *table;
  size_t M, N, K;
  float alpha, beta;
  const float *A;
  const void *B;
  float *C;
  size_t lda, ldb, ldc;
  bool transpose_a, transpose_b;
  ptrdiff_t a_stride, b_stride, c_stride;
  const ck_epilogue *epilogue;
  bool narrow;  ///< operands are rounded to bf16
  ck_weight_type b_type;
  size_t block_rows, block_columns, row_blocks, column_blocks;
  size_t items, per_chunk;
} product;

/// How much longer than its share the slowest of `threads` threads works, at worst, on `blocks` blocks of
/// `size` units that together hold `whole` units.
static double unfairness(size_t blocks, size_t size, double whole, size_t threads) {
  return (double)(ck_chunks(blocks, threads) * size * threads) / whole;
}

size_t ck_fair_width(size_t units, size_t others) {
  enum { MOST = 8, LEAST = 2 };
  size_t best = ck_min(units, MOST);
  double least = 1e300;
  for (size_t width = ck_min(units, MOST); width >= ck_min(units, LEAST); width--) {
    size_t blocks = others * ck_chunks(units, width);
    double whole = (double)(units * others);
    double cost = unfairness(blocks, width, whole, 2) + unfairness(blocks, width, whole, 8)
                  + 1 / (double)width;
    if (cost >= least) continue;
    least = cost;
    best = width;
  }
  return best;
}

/// Chooses blocks that are large enough to run at full speed and can be shared out evenly.
static void cut(product *p, size_t batch) {
  enum { ROWS = 1024, WORK = 1 << 20 };
  size_t parts = ck_chunks(p->M, ROWS);
  p->block_rows = ck_chunks(ck_chunks(p->M, parts), CK_PANEL) * CK_PANEL;
  p->row_blocks = ck_chunks(p->M, p->block_rows);
  p->block_columns =
    ck_fair_width(ck_chunks(p->N, CK_COLUMNS), batch * p->row_blocks) * CK_COLUMNS;
  p->column_blocks = ck_chunks(p->N, p->block_columns);
  p->items = batch * p->row_blocks * p->column_blocks;
  size_t work = ck_min(p->block_rows, p->M) * ck_min(p->block_columns, p->N) * p->K;
  p->per_chunk = ck_max(WORK / ck_max(work, 1), 1);
}

void ck_finish(
  const ck_table *table, const ck_epilogue *e, float *y, size_t stride, size_t row, size_t rows,
  size_t column, size_t columns) {
  if (!e) return;
  for (size_t r = 0; r < rows; r++)
    table->epilogue_row(
      columns, y + r * stride, e->bias ? e->bias + column : NULL, e->activation,
      e->gate ? e->gate + column : NULL,
      e->residual ? e->residual + (row + r) * e->residual_stride + column : NULL);
}

void ck_copy_block(
  size_t rows, size_t columns, float *out, size_t out_stride, const float *x, size_t x_stride) {
  for (size_t r = 0; r < rows; r++)
    memcpy(out + r * out_stride, x + r * x_stride, columns * sizeof *out);
}

static void run_block(const product *p, size_t item) {
  size_t column = item % p->column_blocks * p->block_columns;
  size_t rest = item / p->column_blocks;
  size_t row = rest % p->row_blocks * p->block_rows;
  ptrdiff_t batch = (ptrdiff_t)(rest / p->row_blocks);
  size_t rows = ck_min(p->M - row, p->block_rows);
  size_t columns = ck_min(p->N - column, p->block_columns);
  const float *A = p->A + batch * p->a_stride + (p->transpose_a ? row : row * p->lda);
  ptrdiff_t b_place =
    batch * p->b_stride + (ptrdiff_t)(p->transpose_b ? column * p->ldb : column);
  ptrdiff_t b_size = p->b_type == CK_BF16 ? sizeof(uint16_t) : sizeof(float);
  const void *B = (const char *)p->B + b_place * b_size;
  float *place = p->C + batch * p->c_stride + row * p->ldc + column, *block = place;
  size_t ldc = p->ldc;
  // A residual that lies in the output must live until the epilogue.
  bool aside = p->epilogue && p->epilogue->residual == p->C;
  if (aside) {
    block = ck_scratch(CK_SCRATCH_A, rows * columns * sizeof(float));
    ldc = columns;
  }
  ck_weight_layout layout = p->transpose_b ? CK_OUT_IN : CK_IN_OUT;
  bool simple = p->alpha == 1 && p->beta == 0 && !p->transpose_a;
  if (p->narrow)
    p->table->narrow_block(
      rows, columns, p->K, A, p->lda, layout, B, p->b_type, p->ldb, block, ldc);
  else if (simple && rows <= FEW_ROWS)
    (p->transpose_b ? p->table->dot_rows : p->table->mix_rows)(
      rows, p->K, columns, A, p->lda, B, p->ldb, block, ldc);
  else if (simple && p->table->product_block)
    p->table->product_block(
      rows, columns, p->K, A, p->lda, layout, B, p->ldb, block, ldc);
  else
    cblas_sgemm(
      CblasRowMajor, p->transpose_a ? CblasTrans : CblasNoTrans,
      p->transpose_b ? CblasTrans : CblasNoTrans, (int)rows, (int)columns, (int)p->K, p->alpha, A,
      (int)p->lda, B, (int)p->ldb, p->beta, block, (int)ldc);
  ck_finish(p->table, p->epilogue, block, ldc, row, rows, column, columns);
  if (aside) ck_copy_block(rows, columns, place, p->ldc, block, ldc);
}

static void run_blocks(void *context, size_t chunk) {
  const product *p = context;
  size_t end = ck_min((chunk + 1) * p->per_chunk, p->items);
  for (size_t item = chunk * p->per_chunk; item < end; item++) run_block(p, item);
}

static void run(product *p, size_t batch) {
  if (p->M == 0 || p->N == 0 || batch == 0) return;
  p->table = ck_current_table();
  cut(p, batch);
  ck_blas_begin();
  ck_parallel_for(ck_chunks(p->items, p->per_chunk), run_blocks, p);
  ck_blas_end();
}

void ck_gemm_batched(
  size_t batch, size_t M, size_t N, size_t K, float alpha, const float *A, size_t lda,
  bool transpose_a, ptrdiff_t a_stride, const float *B, size_t ldb, bool transpose_b,
  ptrdiff_t b_stride, float beta, float *C, size_t ldc, ptrdiff_t c_stride) {
  product p = {
    .M = M, .N = N, .K = K, .alpha = alpha, .beta = beta, .A = A, .B = B, .C = C,
    .lda = lda, .ldb = ldb, .ldc = ldc, .transpose_a = transpose_a, .transpose_b = transpose_b,
    .a_stride = a_stride, .b_stride = b_stride, .c_stride = c_stride,
  };
  run(&p, batch);
}

void ck_gemm(
  size_t M, size_t N, size_t K, float alpha, const float *A, size_t lda, bool transpose_a,
  const float *B, size_t ldb, bool transpose_b, float beta, float *C, size_t ldc) {
  ck_gemm_batched(
    1, M, N, K, alpha, A, lda, transpose_a, 0, B, ldb, transpose_b, 0, beta, C, ldc, 0);
}

static void linear(
  size_t rows, size_t inputs, size_t outputs, const float *x, size_t x_stride,
  ck_weight_layout layout, const void *weights, bool narrow, ck_weight_type type,
  const ck_epilogue *epilogue, float *out, size_t out_stride) {
  bool transposed = layout == CK_OUT_IN;
  product p = {
    .M = rows, .N = outputs, .K = inputs, .alpha = 1, .A = x, .B = weights, .C = out,
    .lda = x_stride, .ldb = transposed ? inputs : outputs, .ldc = out_stride,
    .transpose_b = transposed, .epilogue = epilogue, .narrow = narrow, .b_type = type,
  };
  run(&p, 1);
}

void ck_linear(
  size_t rows, size_t inputs, size_t outputs, const float *x, size_t x_stride,
  ck_weight_layout layout, const float *weights, const ck_epilogue *epilogue, float *out,
  size_t out_stride) {
  linear(
    rows, inputs, outputs, x, x_stride, layout, weights, false, CK_F32, epilogue, out, out_stride);
}

void ck_narrow_linear(
  size_t rows, size_t inputs, size_t outputs, const float *x, size_t x_stride,
  ck_weight_layout layout, const void *weights, ck_weight_type type, const ck_epilogue *epilogue,
  float *out, size_t out_stride) {
  linear(
    rows, inputs, outputs, x, x_stride, layout, weights, true, type, epilogue, out, out_stride);
}
