// The kernels for avx2.

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "table.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)

#define CK_WIDTH 8
#define CK_FMA 1
#define CK_PAIRS 0
#define CK_ROWS 4
#define CK_VECTORS 2
#define CK_OWN_PRODUCT 0
#define CK_TABLE ck_table_avx2
#define CK_NAME "avx2"
#define CK_BLAS_CORE "Haswell"
#include "impl.h"

#pragma clang attribute pop
#endif
