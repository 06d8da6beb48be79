// The kernels for avx512.

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "table.h"

// Named features, not a level: a level would prefer vectors of half the width.
#pragma clang attribute push( \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,bmi2"))), apply_to = function)

#define CK_WIDTH 16
#define CK_FMA 1
#define CK_PAIRS 0
#define CK_ROWS 8
#define CK_VECTORS 3
#define CK_OWN_PRODUCT 1
#define CK_TABLE ck_table_avx512
#define CK_NAME "avx512"
#define CK_BLAS_CORE "SkylakeX"
#include "impl.h"

#pragma clang attribute pop
#endif
