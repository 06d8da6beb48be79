#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Dense f32 kernels for one machine.
//
// Laws that hold for every function here:
// - Tensors are row-major and contiguous unless strides are given. Strides count elements, not bytes.
// - Pointers need the alignment of their element only (4 bytes for f32).
// - Results are bit-identical for every number of threads: work is cut by shape alone and sums are
//   taken in a fixed order. They may differ by round-off between instruction sets.
// - `out` may be the same pointer as an input of the same shape and strides where a contract says
//   "in place"; it must not overlap an input in any other way.
// - A size of zero is allowed everywhere and does nothing.
// - No function fails. Sizes and strides must describe memory the caller owns. Scratch memory is at
//   most a few MiB a thread; the process aborts when the system cannot give it.
// - Every function may be called from any thread; callers that find the pool busy work alone.

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// ---- start -------------------------------------------------------------------------------------

/// Chooses the instruction set and the number of threads, and sets OpenBLAS to one thread and to the
/// kernels of that instruction set, whatever the environment says.
/// `threads` counts the caller; 0 means one for each core this process may use.
/// `isa` is "baseline", "avx2", "avx512" or "avx512_bf16"; null means the best this machine has.
/// Returns false, and changes nothing, when the machine lacks `isa` or the name is unknown.
/// May be called again, also while other threads run kernels. Without a call, the first kernel
/// behaves as if `ck_init(0, NULL)` had been called.
bool ck_init(int threads, const char *_Nullable isa);

/// The instruction set in use, by its name for `ck_init`.
const char *ck_isa_name(void);

/// True iff this machine can run `isa`.
bool ck_isa_available(const char *isa);

/// The number of threads that share a kernel's work, the caller included.
int ck_thread_count(void);

/// The name OpenBLAS gives to the kernels it uses now, such as "SkylakeX".
const char *ck_blas_core_name(void);

typedef void (*ck_body)(void *_Nullable context, size_t chunk);

/// Calls `body(context, chunk)` once for every chunk in 0..<chunks, on all threads, in no fixed order,
/// and returns when all are done. Called from inside a body, or while another caller has the pool, it
/// runs all chunks on the calling thread.
void ck_parallel_for(
  size_t chunks, ck_body body __attribute__((swift_attr("@Sendable"))), void *_Nullable context);

// ---- element-wise ------------------------------------------------------------------------------

typedef enum ck_unary_op {
  CK_IDENTITY = 0,
  CK_EXP,
  CK_LOG,
  CK_SIN,
  CK_COS,
  CK_TANH,
  CK_SIGMOID,
  CK_ERF,
  CK_SQRT,
  CK_RSQRT,
  CK_NEG,
  CK_ABS,
  CK_RECIPROCAL,
  CK_SQUARE,
  CK_RELU,
  CK_SILU,
  CK_GELU,       ///< x·Φ(x), with erf
  CK_GELU_TANH,  ///< the tanh approximation of gelu
  CK_SOFTPLUS,   ///< log(1 + exp(x))
  CK_FLOOR,
  CK_CEIL,
  CK_ROUND,  ///< to nearest, ties to even
  CK_SIGN,
  CK_UNARY_COUNT
} ck_unary_op;

/// out[i] = op(x[i]) for i < n. In place.
/// Error at most about 2 ulp of the result (5e-7 relative; for the gelu family relative to |x|). sin and
/// cos hold 2e-7 absolute for |x| up to 1e5.
void ck_unary(ck_unary_op op, size_t n, float *out, const float *x);

typedef enum ck_binary_op {
  CK_ADD = 0,
  CK_SUB,
  CK_MUL,
  CK_DIV,
  CK_MAX,  ///< NaN if either is NaN
  CK_MIN,  ///< NaN if either is NaN
  CK_POW,
  CK_BINARY_COUNT
} ck_binary_op;

/// The largest rank a strided kernel takes.
#define CK_MAX_RANK 16

/// out[i] = a[i] op b[i] over `shape` (`rank` extents); out is contiguous. A stride of 0 broadcasts.
/// In place on `a` or `b` where that operand has the strides of `out`.
void ck_binary(
  ck_binary_op op, size_t rank, const size_t *shape, float *out, const float *a,
  const ptrdiff_t *a_strides, const float *b, const ptrdiff_t *b_strides);

typedef enum ck_compare_op {
  CK_EQUAL = 0,
  CK_NOT_EQUAL,
  CK_LESS,
  CK_LESS_EQUAL,
  CK_GREATER,
  CK_GREATER_EQUAL
} ck_compare_op;

/// out[i] = (a[i] op b[i]) ? 1 : 0, as bytes; strides as in `ck_binary`.
void ck_compare(
  ck_compare_op op, size_t rank, const size_t *shape, uint8_t *out, const float *a,
  const ptrdiff_t *a_strides, const float *b, const ptrdiff_t *b_strides);

/// The same for 64-bit integers.
void ck_compare_i64(
  ck_compare_op op, size_t rank, const size_t *shape, uint8_t *out, const int64_t *a,
  const ptrdiff_t *a_strides, const int64_t *b, const ptrdiff_t *b_strides);

/// out[i] = condition[i] != 0 ? a[i] : b[i]; strides as in `ck_binary`.
void ck_select(
  size_t rank, const size_t *shape, float *out, const uint8_t *condition,
  const ptrdiff_t *condition_strides, const float *a, const ptrdiff_t *a_strides, const float *b,
  const ptrdiff_t *b_strides);

// ---- moving and converting ---------------------------------------------------------------------

/// dst[i] = src[i] over `shape`, both sides strided: transposes, slices, concatenations, broadcasts
/// (source stride 0) and flips (negative stride). `element_size` is 1, 2, 4 or 8 bytes.
void ck_copy_strided(
  size_t rank, const size_t *shape, size_t element_size, void *dst, const ptrdiff_t *dst_strides,
  const void *src, const ptrdiff_t *src_strides);

/// Fills n elements of 1, 2, 4 or 8 bytes with `*value`.
void ck_fill(size_t n, size_t element_size, void *dst, const void *value);

/// out[r, :] = table[indices[r], :] for r < rows; rows are `row_bytes` long. Every index must lie in
/// -table_rows..<table_rows; negative ones count from the end.
void ck_gather_rows(
  size_t rows, size_t row_bytes, void *out, size_t table_rows, const void *table,
  const int64_t *indices);

void ck_f16_to_f32(size_t n, float *out, const uint16_t *x);
/// Rounds to nearest, ties to even; NaN stays NaN.
void ck_f32_to_f16(size_t n, uint16_t *out, const float *x);
void ck_bf16_to_f32(size_t n, float *out, const uint16_t *x);
/// Rounds to nearest, ties to even; NaN stays NaN.
void ck_f32_to_bf16(size_t n, uint16_t *out, const float *x);
void ck_f64_to_f32(size_t n, float *out, const double *x);
void ck_i64_to_f32(size_t n, float *out, const int64_t *x);
void ck_u8_to_f32(size_t n, float *out, const uint8_t *x);

// ---- rows --------------------------------------------------------------------------------------

typedef enum ck_reduce_op { CK_SUM = 0, CK_MEAN, CK_REDUCE_MAX, CK_REDUCE_MIN } ck_reduce_op;

/// x [outer, n, inner] -> out [outer, inner]. With n = 0: sum 0, mean NaN, max -inf, min +inf.
void ck_reduce(
  ck_reduce_op op, size_t outer, size_t n, size_t inner, float *out, const float *x);

/// Softmax of each row of x [rows, n]. In place. A row of only -inf gives zeros.
void ck_softmax(size_t rows, size_t n, float *out, const float *x);

/// out = (x - mean) / √(variance + eps) · scale + bias over each row of x [rows, n]; scale, bias [n] or
/// null. In place.
void ck_layer_norm(
  size_t rows, size_t n, float *out, const float *x, const float *_Nullable scale,
  const float *_Nullable bias, float eps);

/// out = x / √(mean(x²) + eps) · scale over each row of x [rows, n]; scale [n] or null. In place.
void ck_rms_norm(
  size_t rows, size_t n, float *out, const float *x, const float *_Nullable scale, float eps);

/// x [rows, 2n] -> out [rows, n]: out[r, i] = x[r, i] · activation(x[r, n + i]); the value half comes first.
void ck_glu(ck_unary_op activation, size_t rows, size_t n, float *out, const float *x);

/// The gradient of `ck_layer_norm` by x, `upstream` being that by its result; scale [n] or null.
void ck_layer_norm_gradient(
  size_t rows, size_t n, float *out, const float *x, const float *_Nullable scale,
  const float *upstream, float eps);

/// The gradient of `ck_glu` by x: x, out [rows, 2n]; upstream [rows, n].
void ck_glu_gradient(
  ck_unary_op activation, size_t rows, size_t n, float *out, const float *x,
  const float *upstream);

/// y = x + sin²(alpha_c·x)·inv_beta_c on x [batch, channels, length]; alpha, inv_beta [channels]. In place.
void ck_snake(
  size_t batch, size_t channels, size_t length, float *out, const float *x, const float *alpha,
  const float *inv_beta);

typedef enum ck_pairing {
  CK_HALF_SPLIT = 0,  ///< element j pairs with j ± R/2
  CK_INTERLEAVED      ///< element 2i pairs with 2i + 1
} ck_pairing;

/// Rotary embedding of token-major heads. Row n of batch b starts at x + b·batch_stride + n·row_stride and
/// holds `heads` heads of `width` elements. In each head the elements first..<first+rotated (R, even) become
///     out[j] = x[j]·cos[b, n, j] + partner(j)·sin[b, n, j],
/// where partner(j) is -x[j+R/2] in the first half and x[j-R/2] in the second (half split), or -x[j+1] for
/// even and x[j-1] for odd j (interleaved). The other elements are copied.
/// cos and sin [tokens, R], `table_batch_stride` apart for each batch (0: shared). In place.
void ck_rotate(
  ck_pairing pairing, size_t batch, size_t tokens, size_t heads, size_t width, size_t first,
  size_t rotated, float *out, ptrdiff_t out_row_stride, ptrdiff_t out_batch_stride, const float *x,
  ptrdiff_t x_row_stride, ptrdiff_t x_batch_stride, const float *cosines, const float *sines,
  ptrdiff_t table_batch_stride);

// ---- matrices ----------------------------------------------------------------------------------

/// C [M, N] = alpha·op(A)·op(B) + beta·C; op(A) is [M, K], op(B) is [K, N]. With `transpose_a`, A is stored
/// [K, M], with `transpose_b`, B is stored [N, K]; lda, ldb, ldc are the row strides of what is stored.
/// With beta 0, C is only written.
void ck_gemm(
  size_t M, size_t N, size_t K, float alpha, const float *A, size_t lda, bool transpose_a,
  const float *B, size_t ldb, bool transpose_b, float beta, float *C, size_t ldc);

/// `ck_gemm` for every batch; matrix i of each operand starts i·stride elements on (0: shared).
void ck_gemm_batched(
  size_t batch, size_t M, size_t N, size_t K, float alpha, const float *A, size_t lda,
  bool transpose_a, ptrdiff_t a_stride, const float *B, size_t ldb, bool transpose_b,
  ptrdiff_t b_stride, float beta, float *C, size_t ldc, ptrdiff_t c_stride);

typedef enum ck_weight_layout {
  CK_OUT_IN = 0,  ///< w [out, in], as torch's Linear stores it
  CK_IN_OUT       ///< w [in, out], as a MatMul stores it
} ck_weight_layout;

/// What a linear layer does to each finished block: y = activation(y + bias)·gate + residual.
typedef struct ck_epilogue {
  const float *_Nullable bias;  ///< [outputs]
  ck_unary_op activation;       ///< CK_IDENTITY for none
  const float *_Nullable gate;  ///< [outputs]
  const float *_Nullable residual;  ///< [rows, outputs], rows `residual_stride` apart; may be `out` itself
  size_t residual_stride;
} ck_epilogue;

/// out [rows, outputs] = epilogue(x [rows, inputs] · weights). Rows of x and out are `x_stride` and
/// `out_stride` elements apart. `epilogue` null means none.
void ck_linear(
  size_t rows, size_t inputs, size_t outputs, const float *x, size_t x_stride,
  ck_weight_layout layout, const float *weights, const ck_epilogue *_Nullable epilogue, float *out,
  size_t out_stride);

typedef enum ck_weight_type { CK_F32 = 0, CK_BF16 } ck_weight_type;

/// `ck_linear` with x and the weights, elements of `type`, rounded to bf16 (to nearest, ties to even); products
/// are summed in f32.
void ck_narrow_linear(
  size_t rows, size_t inputs, size_t outputs, const float *x, size_t x_stride,
  ck_weight_layout layout, const void *weights, ck_weight_type type,
  const ck_epilogue *_Nullable epilogue, float *out, size_t out_stride);

/// A linear layer whose weights are packed once.
typedef struct ck_packed_shape {
  size_t inputs, outputs;
  bool narrow;  ///< x and the weights are rounded to bf16, as by `ck_narrow_linear`
  bool gated;   ///< the first half of the outputs is multiplied by the activation of the second, as by `ck_glu`
} ck_packed_shape;

/// The floats that the packed weights take; 0 where the instruction set in use gains nothing by them.
size_t ck_packed_count(const ck_packed_shape *shape);

/// Packs weights, elements of `type` (bf16 only if the layer is narrow), for `ck_packed_linear` on the
/// instruction set in use.
void ck_pack_linear(
  const ck_packed_shape *shape, ck_weight_layout layout, const void *weights, ck_weight_type type,
  float *packed);

/// `ck_linear` or `ck_narrow_linear` with packed weights: the same bits for more than four rows. A gated layer takes the bias of all
/// outputs and the activation of the gate from the epilogue, and nothing else; its out is [rows, outputs / 2].
void ck_packed_linear(
  const ck_packed_shape *shape, size_t rows, const float *x, size_t x_stride, const float *packed,
  const ck_epilogue *epilogue, float *out, size_t out_stride);

/// Where the rows of one operand of an attention lie: element d of head h of row n of batch b is
/// base[b·batch + n·row + h·head + d].
typedef struct ck_head_strides {
  ptrdiff_t batch, row, head;
} ck_head_strides;

/// out = softmax(scale·q·kᵀ + bias)·v for every batch and head, without a score matrix in memory.
/// Query head h reads key head h / (heads / kv_heads). A row whose scores are all -inf gives zeros.
typedef struct ck_attention_shape {
  size_t batch, queries, keys, heads, kv_heads;
  size_t width;        ///< of a query or key head
  size_t value_width;  ///< of a value or output head
  float scale;
  bool narrow;  ///< q, k, v and the weights are rounded to bf16 where the instruction set gains by it
  ck_head_strides q, k, v, out;
  ptrdiff_t bias_batch, bias_head, bias_query;  ///< 0 broadcasts; keys are contiguous
} ck_attention_shape;

void ck_attention(
  const ck_attention_shape *shape, const float *q, const float *k, const float *v,
  const float *_Nullable bias, float *out);

typedef enum ck_attention_operand { CK_QUERY = 0, CK_KEY, CK_VALUE } ck_attention_operand;

/// The gradient of `ck_attention` by one operand, `upstream`, with the strides `shape->out`, being that by its
/// result; out has the strides of the operand, and only its elements are written.
void ck_attention_gradient(
  const ck_attention_shape *shape, ck_attention_operand by, const float *q, const float *k,
  const float *v, const float *_Nullable bias, const float *upstream, float *out);

// ---- convolutions ------------------------------------------------------------------------------

/// One-dimensional convolution, plain or transposed. Lengths:
///     plain       out = (length + pad_left + pad_right - dilation·(taps - 1) - 1) / stride + 1
///     transposed  out = (length - 1)·stride - pad_left - pad_right + dilation·(taps - 1) + output_padding + 1
typedef struct ck_conv1d_shape {
  bool transposed;
  size_t inputs, outputs;  ///< channels in all; both are multiples of `groups`
  size_t groups;
  size_t taps, stride, dilation;
  size_t pad_left, pad_right;
  size_t output_padding;  ///< transposed only
  bool narrow;  ///< x and the weights are rounded to bf16 where the instruction set gains by it
} ck_conv1d_shape;

/// The output length for `length` input samples; 0 when there is none.
size_t ck_conv1d_length(const ck_conv1d_shape *shape, size_t length);

/// The number of floats `ck_conv1d_pack` writes.
size_t ck_conv1d_packed_count(const ck_conv1d_shape *shape);

/// Packs weights once for `ck_conv1d`: plain w [outputs, inputs/groups, taps]; transposed
/// w [inputs, outputs/groups, taps]. The layout depends on the instruction set in use if they are narrow.
void ck_conv1d_pack(const ck_conv1d_shape *shape, const float *weights, float *packed);

/// What a one-dimensional convolution does beside convolving; every part is optional.
typedef struct ck_conv1d_extras {
  const float *_Nullable bias;             ///< [outputs], added
  const float *_Nullable residual;         ///< shape of out, added; may be `out` itself
  const float *_Nullable snake_alpha;      ///< [inputs]: x passes through `ck_snake` first,
  const float *_Nullable snake_inv_beta;   ///< [inputs]: both or neither
} ck_conv1d_extras;

/// x [batch, inputs, length] -> out [batch, outputs, ck_conv1d_length]. `extras` null means none. `out` must not
/// overlap x.
void ck_conv1d(
  const ck_conv1d_shape *shape, size_t batch, size_t length, const float *x, const float *packed,
  const ck_conv1d_extras *_Nullable extras, float *out);

/// Convolution over 1 to 3 spatial axes, outermost first.
typedef struct ck_conv_shape {
  size_t rank;
  size_t inputs, outputs, groups;
  size_t kernel[3], stride[3], dilation[3], pad_before[3], pad_after[3];
} ck_conv_shape;

/// x [batch, inputs, size...] · w [outputs, inputs/groups, kernel...] + bias [outputs]
/// -> out [batch, outputs, out...], where each out axis has the plain length of `ck_conv1d_shape`.
void ck_conv_nd(
  const ck_conv_shape *shape, size_t batch, const size_t *size, const float *x,
  const float *weights, const float *_Nullable bias, float *out);

// ---- training ----------------------------------------------------------------------------------

/// One step of AdamW (Loshchilov and Hutter, 2019) as torch.optim.AdamW takes it, the numbers that are the same
/// for every element worked out before.
typedef struct ck_adamw_step {
  float beta1, beta2;
  float epsilon;
  float kept;            ///< 1 - rate·decay: what is left of a weight before the step
  float rate;            ///< learning rate / (1 - beta1^t)
  float correction;      ///< √(1 - beta2^t)
  float gradient_scale;  ///< the gradient is multiplied by it first
} ck_adamw_step;

/// Moves n weights against their gradient, and the averages `mean` and `square` of the gradient and its square
/// with it.
void ck_adamw(
  const ck_adamw_step *step, size_t n, float *weights, const float *gradient, float *mean,
  float *square);

/// sum[i] += x[i]·factor.
void ck_accumulate(size_t n, float *sum, const float *x, float factor);

/// average[i] += (x[i] - average[i])·share.
void ck_moving_average(size_t n, float *average, const float *x, float share);

/// Σ x[i]² in double precision.
double ck_sum_of_squares(size_t n, const float *x);

// ---- ceilings ----------------------------------------------------------------------------------

/// Multiply-adds a second that all threads make together, in registers alone, of the vectors of the instruction
/// set in use: of f32, or of pairs of bf16 that are added to f32; 0 where it has none of those. Takes about 50 ms.
double ck_ceiling(ck_weight_type operands);

/// Bytes a second that all threads read together of a memory no cache holds; 0 where there is none to be had.
double ck_read_ceiling(void);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
