// Conversions between element types, cut into fixed chunks.

#include "table.h"

enum { CHUNK = 32768 };

#define CONVERSION(name, to, from)                                                       \
  typedef struct {                                                                       \
    const ck_table *table;                                                               \
    size_t n;                                                                            \
    to *out;                                                                             \
    const from *x;                                                                       \
  } name##_job;                                                                          \
  static void run_##name(void *context, size_t chunk) {                                  \
    const name##_job *job = context;                                                     \
    size_t start = chunk * CHUNK;                                                        \
    job->table->name(ck_min(job->n - start, CHUNK), job->out + start, job->x + start);   \
  }                                                                                      \
  void ck_##name(size_t n, to *out, const from *x) {                                     \
    name##_job job = {ck_current_table(), n, out, x};                                    \
    ck_parallel_for(ck_chunks(n, CHUNK), run_##name, &job);                              \
  }

CONVERSION(f16_to_f32, float, uint16_t)
CONVERSION(f32_to_f16, uint16_t, float)
CONVERSION(bf16_to_f32, float, uint16_t)
CONVERSION(f32_to_bf16, uint16_t, float)
CONVERSION(f64_to_f32, float, double)
CONVERSION(i64_to_f32, float, int64_t)
CONVERSION(u8_to_f32, float, uint8_t)
