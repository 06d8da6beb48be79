// What the machine can do at best, measured.

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "internal.h"

/// SUMS independent sums hide the latency of a multiply-add; with two operands they fit in 16 registers. A round
/// takes about a millisecond, so that on a busy machine one of them is not interrupted.
enum { SUMS = 12, TURNS = 3 << 18, ROUNDS = 40, READ_ROUNDS = 6 };

static const size_t read_bytes = (size_t)256 << 20;

/// Makes TURNS times SUMS multiply-adds of vectors and returns something of all.
typedef float (*loop)(float factor, float summand);

/// A loop over vectors of `width` floats, in which `step` makes the next of the sum `s`; `a` and `b` are constant.
#define DEFINE_LOOP(name, vector, width, set, step, ...) \
  __VA_ARGS__ static float name(float factor, float summand) { \
    vector a = set(factor), b = set(summand), sums[SUMS]; \
    for (int i = 0; i < SUMS; i++) sums[i] = set((float)i); \
    for (size_t turn = 0; turn < TURNS; turn++) \
      for (int i = 0; i < SUMS; i++) { \
        vector s = sums[i]; \
        sums[i] = step; \
      } \
    float parts[width], kept = 0; \
    for (int i = 0; i < SUMS; i++) { \
      memcpy(parts, &sums[i], sizeof parts); \
      for (int lane = 0; lane < width; lane++) kept += parts[lane]; \
    } \
    return kept; \
  }

typedef float four __attribute__((vector_size(16)));
#define SET_FOUR(x) ((four){x, x, x, x})
DEFINE_LOOP(baseline, four, 4, SET_FOUR, s * a + b)

#if defined(__x86_64__)
DEFINE_LOOP(
  avx2, __m256, 8, _mm256_set1_ps, _mm256_fmadd_ps(s, a, b), __attribute__((target("avx2,fma"))))
DEFINE_LOOP(
  avx512, __m512, 16, _mm512_set1_ps, _mm512_fmadd_ps(s, a, b), __attribute__((target("avx512f"))))
DEFINE_LOOP(
  pairs, __m512, 16, _mm512_set1_ps, _mm512_dpbf16_ps(s, (__m512bh)a, (__m512bh)b),
  __attribute__((target("avx512f,avx512bf16"))))
#endif

/// A loop, and how many multiply-adds of numbers one of its vectors makes.
typedef struct {
  loop run;
  size_t width;
} ceiling;

static ceiling ceiling_for(ck_weight_type operands) {
#if defined(__x86_64__)
  const char *isa = ck_isa_name();
  bool has_pairs = strcmp(isa, "avx512_bf16") == 0;
  if (operands == CK_BF16) return has_pairs ? (ceiling){pairs, 32} : (ceiling){NULL, 0};
  if (has_pairs || strcmp(isa, "avx512") == 0) return (ceiling){avx512, 16};
  if (strcmp(isa, "avx2") == 0) return (ceiling){avx2, 8};
#endif
  return operands == CK_F32 ? (ceiling){baseline, 4} : (ceiling){NULL, 0};
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// The fewest seconds that `body` took on all threads, a chunk each.
static double best_time(int rounds, ck_body body, void *context) {
  double best = 1e30;
  for (int round = 0; round < rounds; round++) {
    double start = seconds();
    ck_parallel_for((size_t)ck_thread_count(), body, context);
    double time = seconds() - start;
    if (time < best) best = time;
  }
  return best;
}

/// Results go here, so that they are computed.
static _Thread_local volatile float kept_sum;
static _Thread_local volatile uint64_t kept_bits;

static void run_loop(void *context, size_t chunk) {
  (void)chunk;
  volatile float factor = 0.999f, summand = 0.001f;
  kept_sum = ((const ceiling *)context)->run(factor, summand);
}

double ck_ceiling(ck_weight_type operands) {
  ceiling best = ceiling_for(operands);
  if (!best.run) return 0;
  double count = (double)TURNS * SUMS * (double)best.width * ck_thread_count();
  return count / best_time(ROUNDS, run_loop, &best);
}

typedef struct {
  uint64_t *words;
  size_t count;
} memory;

static memory part(const memory *whole, size_t chunk) {
  size_t threads = (size_t)ck_thread_count();
  size_t start = whole->count / threads * chunk;
  return (memory){whole->words + start, whole->count / threads};
}

static void fill_part(void *context, size_t chunk) {
  memory mine = part(context, chunk);
  memset(mine.words, 1, mine.count * sizeof *mine.words);
}

static void read_part(void *context, size_t chunk) {
  memory mine = part(context, chunk);
  uint64_t bits = 0;
  for (size_t i = 0; i < mine.count; i++) bits += mine.words[i];
  kept_bits = bits;
}

double ck_read_ceiling(void) {
  memory whole = {malloc(read_bytes), read_bytes / sizeof(uint64_t)};
  if (!whole.words) return 0;
  ck_parallel_for((size_t)ck_thread_count(), fill_part, &whole);
  double rate = (double)read_bytes / best_time(READ_ROUNDS, read_part, &whole);
  free(whole.words);
  return rate;
}
