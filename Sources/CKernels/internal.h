#ifndef CK_INTERNAL_H
#define CK_INTERNAL_H

#include "ckernels.h"

// ---- scratch -----------------------------------------------------------------------------------

/// Scratch memory of the calling thread, 64-byte aligned, at least `bytes` long, uninitialised. Each slot
/// is one buffer that grows and stays until its thread ends; a kernel uses a slot for one purpose at a
/// time.
void *ck_scratch(int slot, size_t bytes);

enum { CK_SCRATCH_A, CK_SCRATCH_B, CK_SCRATCH_C, CK_SCRATCH_D, CK_SCRATCH_E, CK_SCRATCH_SLOTS };

// ---- pool --------------------------------------------------------------------------------------

/// Stops the pool's threads and starts `threads - 1` new ones. Waits for a running `ck_parallel_for`.
void ck_pool_resize(int threads);

/// The number of threads of the pool, the caller included.
int ck_pool_size(void);

/// The number of cores this process may use.
int ck_core_count(void);

/// The number of chunks of `size` that cover n.
static inline size_t ck_chunks(size_t n, size_t size) { return n / size + (n % size != 0); }

static inline size_t ck_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t ck_max(size_t a, size_t b) { return a > b ? a : b; }

#endif
