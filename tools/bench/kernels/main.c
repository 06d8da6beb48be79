// Prints the speed of each kernel: `bench-kernels [threads] [isa] [filter]`.
// Times are the best of several runs; GB/s count each tensor once for a read and once for a write.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ckernels.h"

static const char *filter;

/// Seconds of wall time, of processor time when one thread works: others on the machine then count for less.
static double now(void) {
  struct timespec t;
  clock_gettime(ck_thread_count() == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/// n floats that look random in ±0.5.
static float *floats(size_t n) {
  float *x = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
  if (!x) abort();
  uint32_t state = 1;
  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 16777216.0f - 0.5f;
  }
  return x;
}

static bool wanted(const char *name) { return !filter || strstr(name, filter); }

/// Runs `statement` for at least half a second and twice; `best` is the shortest time.
#define BEST(best, statement)                                        \
  double best = 1e9;                                                 \
  {                                                                  \
    double begin = now();                                            \
    for (int run = 0; run < 2 || (now() - begin < 0.5 && run < 2000); run++) { \
      double start = now();                                          \
      statement;                                                     \
      double seconds = now() - start;                                \
      if (seconds < best) best = seconds;                            \
    }                                                                \
  }

static void bandwidth(const char *name, size_t bytes, double seconds) {
  printf("%-44s %8.1f GB/s  %10.3f ms\n", name, (double)bytes / seconds * 1e-9, seconds * 1e3);
}

static void arithmetic(const char *name, double flops, double seconds) {
  printf("%-44s %8.1f GFLOP/s %8.3f ms\n", name, flops / seconds * 1e-9, seconds * 1e3);
}

static void rows(size_t count, size_t n) {
  float *x = floats(2 * count * n), *out = floats(count * n), *vector = floats(n);
  size_t bytes = 2 * count * n * sizeof(float);
  const struct {
    const char *name;
    ck_unary_op op;
  } unary[] = {
    {"exp", CK_EXP},   {"log", CK_LOG},   {"sin", CK_SIN},   {"tanh", CK_TANH},
    {"erf", CK_ERF},   {"silu", CK_SILU}, {"gelu", CK_GELU}, {"gelu_tanh", CK_GELU_TANH},
    {"softplus", CK_SOFTPLUS},
  };
  char name[64];
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++) {
    snprintf(name, sizeof name, "%s [%zu, %zu]", unary[i].name, count, n);
    if (!wanted(name)) continue;
    BEST(best, ck_unary(unary[i].op, count * n, out, x));
    bandwidth(name, bytes, best);
  }
#define ROWS(label, all_bytes, statement)                              \
  snprintf(name, sizeof name, "%s [%zu, %zu]", label, count, n);       \
  if (wanted(name)) {                                                  \
    BEST(best, statement);                                             \
    bandwidth(name, all_bytes, best);                                  \
  }
  size_t shape[] = {count, n};
  ptrdiff_t full[] = {(ptrdiff_t)n, 1}, row[] = {0, 1}, turned[] = {1, (ptrdiff_t)count};
  ROWS("add", bytes / 2 * 3, ck_binary(CK_ADD, 2, shape, out, x, full, x + count * n, full))
  ROWS("add row", bytes, ck_binary(CK_ADD, 2, shape, out, x, full, vector, row))
  ROWS("transpose", bytes, ck_copy_strided(2, shape, 4, out, full, x, turned))
  ROWS("softmax", bytes, ck_softmax(count, n, out, x))
  ROWS("layer_norm", bytes, ck_layer_norm(count, n, out, x, vector, vector, 1e-5f))
  ROWS("rms_norm", bytes, ck_rms_norm(count, n, out, x, vector, 1e-5f))
  ROWS("glu silu", bytes / 2 * 3, ck_glu(CK_SILU, count, n, out, x))
  ROWS("snake", bytes, ck_snake(1, count, n, out, x, x, x))
  ROWS("sum", bytes / 2, ck_reduce(CK_SUM, count, n, 1, out, x))
  ROWS("sum middle", bytes / 2, ck_reduce(CK_SUM, 1, count, n, out, x))
  if (n % 64 == 0)
    ROWS(
      "rotate 32 of 64", bytes,
      ck_rotate(
        CK_HALF_SPLIT, 1, count, n / 64, 64, 0, 32, out, (ptrdiff_t)n, 0, x, (ptrdiff_t)n, 0, x,
        x, 0))
  ROWS("f32_to_f16", bytes / 4 * 3, ck_f32_to_f16(count * n, (uint16_t *)out, x))
  ROWS("bf16_to_f32", bytes / 4 * 3, ck_bf16_to_f32(count * n, out, (uint16_t *)x))
  free(x), free(out), free(vector);
}

static void linear(size_t M, size_t K, size_t N) {
  char name[64];
  snprintf(name, sizeof name, "linear %zu x %zu -> %zu", M, K, N);
  if (!wanted(name)) return;
  float *x = floats(M * K), *w = floats(N * K), *out = floats(M * N), *bias = floats(N);
  ck_epilogue epilogue = {.bias = bias};
  BEST(best, ck_linear(M, K, N, x, K, CK_OUT_IN, w, &epilogue, out, N));
  arithmetic(name, 2.0 * (double)M * (double)N * (double)K, best);
  free(x), free(w), free(out), free(bias);
}

/// A linear layer with bf16 weights: forward, then its gradient by x, which reads them the other way round.
static void narrow(size_t M, size_t K, size_t N) {
  float *x = floats(M * K), *w = floats(N * K), *out = floats(M * N);
  uint16_t *rounded = malloc(N * K * sizeof *rounded);
  if (!rounded) abort();
  ck_f32_to_bf16(N * K, rounded, w);
  for (int turned = 0; turned < 2; turned++) {
    char name[64];
    snprintf(name, sizeof name, "%s %zu x %zu -> %zu", turned ? "back" : "narrow", M, K, N);
    if (!wanted(name)) continue;
    BEST(
      best, ck_narrow_linear(
              M, K, N, x, K, turned ? CK_IN_OUT : CK_OUT_IN, rounded, CK_BF16, NULL, out, N));
    arithmetic(name, 2.0 * (double)M * (double)N * (double)K, best);
  }
  free(x), free(w), free(out), free(rounded);
}

/// A linear layer with packed weights, f32 and bf16, plain and gated.
static void packed(size_t M, size_t K, size_t N) {
  for (int kind = 0; kind < 4; kind++) {
    ck_packed_shape shape = {K, N, .narrow = kind % 2, .gated = kind / 2};
    char name[64];
    snprintf(
      name, sizeof name, "packed%s%s %zu x %zu -> %zu", shape.narrow ? " narrow" : "",
      shape.gated ? " gated" : "", M, K, N);
    size_t count = ck_packed_count(&shape);
    if (!wanted(name) || count == 0) continue;
    float *x = floats(M * K), *w = floats(N * K), *out = floats(M * N), *cells = floats(count);
    ck_epilogue epilogue = {.bias = w, .activation = shape.gated ? CK_SILU : CK_IDENTITY};
    ck_pack_linear(&shape, CK_OUT_IN, w, CK_F32, cells);
    BEST(best, ck_packed_linear(&shape, M, x, K, cells, &epilogue, out, shape.gated ? N / 2 : N));
    arithmetic(name, 2.0 * (double)M * (double)N * (double)K, best);
    free(x), free(w), free(out), free(cells);
  }
}

static void attention(
  size_t batch, size_t queries, size_t keys, size_t heads, size_t kv_heads, size_t width,
  bool biased, bool narrow) {
  char name[80];
  snprintf(
    name, sizeof name, "%sattention %zu x %zu x %zu, %zu/%zu x %zu%s", narrow ? "narrow " : "", batch,
    queries, keys, heads, kv_heads, width, biased ? " biased" : "");
  if (!wanted(name)) return;
  ptrdiff_t q_row = (ptrdiff_t)(heads * width), k_row = (ptrdiff_t)(kv_heads * width);
  ptrdiff_t head = (ptrdiff_t)width;
  ck_attention_shape shape = {
    batch, queries, keys, heads, kv_heads, width, width, 0.125f, narrow,
    {(ptrdiff_t)queries * q_row, q_row, head}, {(ptrdiff_t)keys * k_row, k_row, head},
    {(ptrdiff_t)keys * k_row, k_row, head}, {(ptrdiff_t)queries * q_row, q_row, head},
    0, (ptrdiff_t)(queries * keys), (ptrdiff_t)keys,
  };
  float *q = floats(batch * queries * heads * width), *k = floats(batch * keys * kv_heads * width);
  float *v = floats(batch * keys * kv_heads * width), *out = floats(batch * queries * heads * width);
  float *bias = biased ? floats(heads * queries * keys) : NULL;
  BEST(best, ck_attention(&shape, q, k, v, bias, out));
  arithmetic(name, 4.0 * (double)(batch * heads * queries) * (double)(keys * width), best);
  free(q), free(k), free(v), free(out), free(bias);
}

/// Times one convolution of the Oobleck decoder and returns its seconds.
static double convolution(ck_conv1d_shape shape, size_t length, bool snake, bool residual) {
  char name[80];
  snprintf(
    name, sizeof name, "%sconv%s %zu -> %zu k%zu s%zu d%zu L%zu", shape.narrow ? "narrow " : "",
    shape.transposed ? "T" : "",
    shape.inputs, shape.outputs, shape.taps, shape.stride, shape.dilation, length);
  if (!wanted(name)) return 0;
  size_t out_length = ck_conv1d_length(&shape, length);
  float *x = floats(shape.inputs * length), *out = floats(shape.outputs * out_length);
  float *w = floats(shape.inputs * shape.outputs * shape.taps);
  float *packed = floats(ck_conv1d_packed_count(&shape)), *vector = floats(shape.inputs + shape.outputs);
  ck_conv1d_pack(&shape, w, packed);
  ck_conv1d_extras extras = {
    .bias = vector, .residual = residual ? out : NULL, .snake_alpha = snake ? vector : NULL,
    .snake_inv_beta = snake ? vector : NULL,
  };
  BEST(best, ck_conv1d(&shape, 1, length, x, packed, &extras, out));
  double taps = 2.0 * (double)(shape.inputs * shape.outputs) * (double)shape.taps;
  arithmetic(name, taps * (double)(shape.transposed ? length : out_length), best);
  free(x), free(out), free(w), free(packed), free(vector);
  return best;
}

/// All convolutions of the decoder of Stable Audio Open, with the snakes that go before them.
static void decoder(size_t latents, bool narrow) {
  const size_t strides[] = {8, 8, 4, 4, 2}, channels[] = {2048, 1024, 512, 256, 128, 128};
  size_t length = latents;
  double total = convolution(
    (ck_conv1d_shape){false, 64, 2048, 1, 7, 1, 1, 3, 3, 0, narrow}, length, false, false);
  for (int block = 0; block < 5; block++) {
    size_t from = channels[block], to = channels[block + 1], stride = strides[block];
    size_t pad = (stride + 1) / 2;
    ck_conv1d_shape up = {true, from, to, 1, 2 * stride, stride, 1, pad, pad, 0, narrow};
    total += convolution(up, length, true, false);
    length = ck_conv1d_length(&up, length);
    for (size_t dilation = 1; dilation <= 9; dilation *= 3) {
      size_t around = 3 * dilation;
      ck_conv1d_shape wide = {false, to, to, 1, 7, 1, dilation, around, around, 0, narrow};
      total += convolution(wide, length, true, false);
      total += convolution((ck_conv1d_shape){false, to, to, 1, 1, 1, 1, 0, 0, 0, narrow}, length, true, true);
    }
  }
  total += convolution((ck_conv1d_shape){false, 128, 2, 1, 7, 1, 1, 3, 3, 0, narrow}, length, true, false);
  if (!filter)
    printf("%-44s %8.3f s\n", narrow ? "the decoder in bf16" : "all convolutions of the decoder", total);
}

int main(int count, char **arguments) {
  const char *core = getenv("OPENBLAS_CORETYPE");
  printf("OPENBLAS_CORETYPE before start: %s\n", core ? core : "(unset)");
  const char *isa = count > 2 && strcmp(arguments[2], "best") != 0 ? arguments[2] : NULL;
  filter = count > 3 ? arguments[3] : NULL;
  if (!ck_init(count > 1 ? atoi(arguments[1]) : 0, isa)) {
    fprintf(stderr, "this machine lacks %s\n", isa);
    return 1;
  }
  printf("%s, %d threads, OpenBLAS %s\n", ck_isa_name(), ck_thread_count(), ck_blas_core_name());
  rows(260, 1536);
  rows(8192, 1024);
  const size_t linears[][3] = {
    {1, 1536, 6144},    {2, 1536, 1536},    {259, 1536, 1536},  {259, 1536, 4608},
    {518, 1536, 4608},  {518, 1536, 12288}, {518, 6144, 1536},  {1025, 1536, 12288},
    {128, 768, 3072},   {8192, 1024, 4096}, {8192, 4096, 1024},
  };
  for (size_t i = 0; i < sizeof linears / sizeof *linears; i++)
    linear(linears[i][0], linears[i][1], linears[i][2]);
  for (size_t i = 0; i < sizeof linears / sizeof *linears; i++)
    narrow(linears[i][0], linears[i][1], linears[i][2]);
  for (size_t i = 0; i < sizeof linears / sizeof *linears; i++)
    packed(linears[i][0], linears[i][1], linears[i][2]);
  for (int narrow = 0; narrow < 2; narrow++) {
    attention(1, 8192, 8192, 16, 16, 64, false, narrow);
    attention(2, 260, 260, 24, 24, 64, false, narrow);
    attention(2, 260, 130, 24, 12, 64, false, narrow);
    attention(2, 260, 96, 24, 24, 64, false, narrow);
    attention(1, 128, 128, 12, 12, 64, true, narrow);
    attention(1, 1025, 1025, 24, 24, 64, false, narrow);
    attention(1, 2048, 2048, 16, 16, 80, false, narrow);
    attention(1, 2048, 2048, 8, 8, 26, false, narrow);
  }
  for (int narrow = 0; narrow < 2; narrow++) decoder(259, narrow);
  return 0;
}
