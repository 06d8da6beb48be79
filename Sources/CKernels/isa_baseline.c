// The kernels for baseline.

#include <math.h>
#include <string.h>

#include "table.h"

#define CK_WIDTH 4
#define CK_FMA 0
#define CK_PAIRS 0
#define CK_ROWS 4
#define CK_VECTORS 2
#define CK_OWN_PRODUCT 0
#define CK_TABLE ck_table_baseline
#define CK_NAME "baseline"
#define CK_BLAS_CORE "Prescott"
#include "impl.h"
