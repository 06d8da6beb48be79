#ifndef CK_TABLE_H
#define CK_TABLE_H

#include "internal.h"

/// Counts and pointers of one convolution task, in the terms of the packed weights (see conv1d.c).
typedef struct {
  size_t depth;            ///< length of `offsets`: window rows times taps
  const int32_t *offsets;  ///< where in the window each step of the depth starts
  const float *window;
  const float *weights;  ///< panels of CK_PANEL rows, `panel_stride` floats apart
  size_t panel_stride;
  size_t panels;
  size_t columns;  ///< a multiple of CK_COLUMNS
  float *sums;     ///< [panels · CK_PANEL, columns]
  bool add;        ///< add to `sums` instead of writing it
  bool narrow;     ///< window and weights hold cells
} ck_conv_block;

/// Rows of a packed weight panel.
enum { CK_PANEL = 8 };

/// Convolutions compute whole groups of this many output columns.
enum { CK_COLUMNS = 48 };

typedef void (*ck_unary_kernel)(size_t n, float *out, const float *x);

/// The serial kernels of one instruction set. Each works on the range it is given, with one arithmetic for
/// every element of it, so that results do not depend on where a caller cuts.
typedef struct ck_table {
  const char *name;
  const char *blas_core;  ///< for OPENBLAS_CORETYPE

  const ck_unary_kernel *unary;  ///< by ck_unary_op
  /// Steps are 0 (one value for all) or 1.
  void (*binary[CK_BINARY_COUNT])(
    size_t n, float *out, const float *a, size_t a_step, const float *b, size_t b_step);

  void (*f16_to_f32)(size_t n, float *out, const uint16_t *x);
  void (*f32_to_f16)(size_t n, uint16_t *out, const float *x);
  void (*bf16_to_f32)(size_t n, float *out, const uint16_t *x);
  void (*f32_to_bf16)(size_t n, uint16_t *out, const float *x);
  void (*f64_to_f32)(size_t n, float *out, const double *x);
  void (*i64_to_f32)(size_t n, float *out, const int64_t *x);
  void (*u8_to_f32)(size_t n, float *out, const uint8_t *x);

  float (*reduce_row)(ck_reduce_op op, size_t n, const float *x);
  /// out[j] = reduction of x[i·stride + j] over i < n, for j < width.
  void (*reduce_columns)(
    ck_reduce_op op, size_t n, size_t stride, size_t width, float *out, const float *x);
  void (*softmax_row)(size_t n, float *out, const float *x);
  void (*layer_norm_row)(
    size_t n, float *out, const float *x, const float *scale, const float *bias, float eps);
  void (*rms_norm_row)(size_t n, float *out, const float *x, const float *scale, float eps);
  void (*glu_row)(ck_unary_op activation, size_t n, float *out, const float *value, const float *gate);
  void (*snake_row)(size_t n, float *out, const float *x, float alpha, float inv_beta);
  void (*rotate_row)(
    ck_pairing pairing, size_t n, float *out, const float *x, const float *cosines,
    const float *sines);

  /// out = y·(upstream - Σ y·upstream)·factor, y being a softmax. In place on `upstream`.
  void (*softmax_gradient_row)(
    size_t n, float *out, const float *y, const float *upstream, float factor);
  void (*layer_norm_gradient_row)(
    size_t n, float *out, const float *x, const float *scale, const float *upstream, float eps);
  void (*glu_gradient_row)(
    ck_unary_op activation, size_t n, float *out, const float *value, const float *gate,
    const float *upstream);

  /// y[j] = activation(y[j] + bias[j])·gate[j] + residual[j] for j < n; null parts are left out.
  void (*epilogue_row)(
    size_t n, float *y, const float *bias, ck_unary_op activation, const float *gate,
    const float *residual);
  /// out[m·out_stride + j] = Σ_k x[m·x_stride + k]·w[j·w_stride + k] for m < rows ≤ 4, j < n.
  void (*dot_rows)(
    size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, const float *w,
    size_t w_stride, float *out, size_t out_stride);
  /// out[m·out_stride + j] = Σ_k x[m·x_stride + k]·w[k·w_stride + j] for m < rows ≤ 4, j < n.
  void (*mix_rows)(
    size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, const float *w,
    size_t w_stride, float *out, size_t out_stride);

  /// out [rows, columns] = x [rows, depth] · weights. Null where OpenBLAS does as well.
  void (*product_block)(
    size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
    ck_weight_layout layout, const float *w, size_t w_stride, float *out, size_t out_stride);

  /// The same with both operands rounded to bf16; w holds elements of `type`.
  void (*narrow_block)(
    size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
    ck_weight_layout layout, const void *w, ck_weight_type type, size_t w_stride, float *out,
    size_t out_stride);

  /// Packed weights (impl/packed.h): the outputs of a panel, and whether products with them are faster.
  size_t tile_columns;
  bool packs_wide;
  /// Elements of the depth in a cell of 32 bits (impl/tile.h): bf16 is faster than f32 where there are two.
  size_t cell_depth;
  /// cells[i] = bf16 of first[i] and, behind it, of second[i]; in place on `first`. For a cell_depth of two.
  void (*pair_rows)(size_t n, float *cells, const float *first, const float *second);
  size_t (*packed_depth)(size_t depth, bool narrow);
  void (*pack_weights)(
    size_t columns, size_t depth, const void *w, ck_weight_type type, size_t w_stride,
    ck_weight_layout layout, bool narrow, float *panel);
  void (*pack_rows)(size_t rows, size_t depth, const float *x, size_t x_stride, float *cells);
  void (*packed_block)(
    size_t rows, size_t columns, size_t depth, const float *x, size_t x_stride,
    const float *panels, size_t panel_stride, bool narrow, float *out, size_t out_stride);

  /// Attention of the queries first..<first+count of one batch and head; pointers are at that batch and
  /// head. count ≤ CK_QUERY_BLOCK.
  void (*attention_block)(
    const ck_attention_shape *shape, size_t first, size_t count, const float *q, const float *k,
    const float *v, const float *bias, float *out);
  void (*conv_block)(const ck_conv_block *block);

  void (*adamw)(
    const ck_adamw_step *step, size_t n, float *weights, const float *gradient, float *mean,
    float *square);
  void (*add_scaled)(size_t n, float *sum, const float *x, float factor);
  void (*moving_average)(size_t n, float *average, const float *x, float share);
  double (*sum_of_squares)(size_t n, const float *x);
} ck_table;

/// The most queries one call of `attention_block` takes.
enum { CK_QUERY_BLOCK = 768 };

extern const ck_table ck_table_baseline;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2;
extern const ck_table ck_table_avx512;
extern const ck_table ck_table_avx512_bf16;
#endif

/// The table in use. A kernel takes it once and keeps it to its end.
const ck_table *ck_current_table(void);

// ---- what products share -----------------------------------------------------------------------

/// How many of `units` columns a block takes when `others` blocks lie below each other: wide blocks are
/// faster, but two threads, and eight, should have about the same to do.
size_t ck_fair_width(size_t units, size_t others);

/// Applies the epilogue to a finished block at `y`, whose first element is (row, column) of the output.
void ck_finish(
  const ck_table *table, const ck_epilogue *_Nullable epilogue, float *y, size_t stride, size_t row,
  size_t rows, size_t column, size_t columns);

/// out [rows, columns] = x.
void ck_copy_block(
  size_t rows, size_t columns, float *out, size_t out_stride, const float *x, size_t x_stride);

/// Bracket every use of OpenBLAS: `ck_init` changes its kernels only between them.
void ck_blas_begin(void);
void ck_blas_end(void);

#endif
