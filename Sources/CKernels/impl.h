// Every kernel of one instruction set. Included once by each isa_*.c, which sets:
//   CK_WIDTH  floats in a vector: 4, 8 or 16
//   CK_FMA    1 iff the instruction set multiplies and adds in one rounding
//   CK_ROWS, CK_VECTORS  the shape of a register tile: rows, vectors of columns
//   CK_PAIRS  1 iff it multiplies pairs of bf16 and adds to f32
//   CK_OWN_PRODUCT  1 iff `product_block` is faster than OpenBLAS
//   CK_TABLE, CK_NAME, CK_BLAS_CORE  what the table is called

#include "impl/vector.h"

#include "impl/math.h"

#include "impl/elementwise.h"

#include "impl/convert.h"

static const ck_unary_kernel unary_kernels[CK_UNARY_COUNT] = {
  [CK_IDENTITY] = identity_unary,
  [CK_EXP] = exp_unary,
  [CK_LOG] = log_unary,
  [CK_SIN] = sin_unary,
  [CK_COS] = cos_unary,
  [CK_TANH] = tanh_unary,
  [CK_SIGMOID] = sigmoid_unary,
  [CK_ERF] = erf_unary,
  [CK_SQRT] = sqrt_unary,
  [CK_RSQRT] = rsqrt_unary,
  [CK_NEG] = neg_unary,
  [CK_ABS] = abs_unary,
  [CK_RECIPROCAL] = reciprocal_unary,
  [CK_SQUARE] = square_unary,
  [CK_RELU] = relu_unary,
  [CK_SILU] = silu_unary,
  [CK_GELU] = gelu_unary,
  [CK_GELU_TANH] = gelu_tanh_unary,
  [CK_SOFTPLUS] = softplus_unary,
  [CK_FLOOR] = floor_unary,
  [CK_CEIL] = ceil_unary,
  [CK_ROUND] = round_unary,
  [CK_SIGN] = sign_unary,
};

#include "impl/rows.h"

#include "impl/gradients.h"

#include "impl/matrix_rows.h"

#include "impl/tile.h"

#include "impl/transpose.h"

#include "impl/product.h"

#include "impl/narrow.h"

#include "impl/packed.h"

#include "impl/attention.h"

#include "impl/convolution.h"

#include "impl/training.h"

const ck_table CK_TABLE = {
  .name = CK_NAME,
  .blas_core = CK_BLAS_CORE,
  .unary = unary_kernels,
  .binary = {
    [CK_ADD] = add_binary,
    [CK_SUB] = sub_binary,
    [CK_MUL] = mul_binary,
    [CK_DIV] = div_binary,
    [CK_MAX] = max_binary,
    [CK_MIN] = min_binary,
    [CK_POW] = pow_binary,
  },
  .f16_to_f32 = f16_to_f32,
  .f32_to_f16 = f32_to_f16,
  .bf16_to_f32 = bf16_to_f32,
  .f32_to_bf16 = f32_to_bf16,
  .f64_to_f32 = f64_to_f32,
  .i64_to_f32 = i64_to_f32,
  .u8_to_f32 = u8_to_f32,
  .reduce_row = reduce_row,
  .reduce_columns = reduce_columns,
  .softmax_row = softmax_row,
  .layer_norm_row = layer_norm_row,
  .rms_norm_row = rms_norm_row,
  .glu_row = glu_row,
  .snake_row = snake_row,
  .rotate_row = rotate_row,
  .softmax_gradient_row = softmax_gradient_row,
  .layer_norm_gradient_row = layer_norm_gradient_row,
  .glu_gradient_row = glu_gradient_row,
  .epilogue_row = epilogue_row,
  .dot_rows = dot_rows,
  .mix_rows = mix_rows,
  .product_block = CK_OWN_PRODUCT ? product_block : NULL,
  .narrow_block = narrow_block,
  .tile_columns = TILE_COLUMNS,
  .packs_wide = CK_OWN_PRODUCT,
  .cell_depth = CELL_DEPTH,
  .pair_rows = pair_rows,
  .packed_depth = packed_depth,
  .pack_weights = pack_weights,
  .pack_rows = pack_rows,
  .packed_block = packed_block,
  .attention_block = attention_block,
  .conv_block = conv_block,
  .adamw = adamw,
  .add_scaled = add_scaled,
  .moving_average = moving_average,
  .sum_of_squares = sum_of_squares,
};
