// Chooses the instruction set, the threads and the kernels of OpenBLAS.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

extern void openblas_set_num_threads(int threads);
extern char *openblas_get_corename(void);

static pthread_mutex_t choosing = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t blas = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t first_use = PTHREAD_ONCE_INIT;
static const ck_table *_Atomic current;

bool ck_isa_available(const char *isa) {
  if (strcmp(isa, "baseline") == 0) return true;
#if defined(__x86_64__)
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
              && __builtin_cpu_supports("bmi2");
  if (strcmp(isa, "avx2") == 0) return avx2;
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (strcmp(isa, "avx512") == 0) return avx512;
  if (strcmp(isa, "avx512_bf16") == 0) return avx512 && __builtin_cpu_supports("avx512bf16");
#endif
  return false;
}

/// The table of `isa`, of the best instruction set if null; null if there is none.
static const ck_table *table_for(const char *isa) {
  const ck_table *const best_first[] = {
#if defined(__x86_64__)
    &ck_table_avx512_bf16,
    &ck_table_avx512,
    &ck_table_avx2,
#endif
    &ck_table_baseline,
  };
  for (size_t i = 0; i < sizeof best_first / sizeof *best_first; i++) {
    const ck_table *table = best_first[i];
    if ((!isa || strcmp(isa, table->name) == 0) && ck_isa_available(table->name)) return table;
  }
  return NULL;
}

/// Makes OpenBLAS use the kernels for `core`, on one thread. OpenBLAS reads its core type from the
/// environment when it starts its tables; these two entry points make it start them again.
static void choose_blas(const char *core) {
  void (*quit)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_quit");
  void (*start)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init");
  if (quit && start) {
    setenv("OPENBLAS_CORETYPE", core, 1);
    quit();
    start();
  }
  openblas_set_num_threads(1);
}

/// `ck_init`, without the default that goes before the first use.
static bool choose(int threads, const char *isa) {
  const ck_table *table = table_for(isa);
  if (!table) return false;
  pthread_mutex_lock(&choosing);
  ck_pool_resize(threads > 0 ? threads : ck_core_count());
  if (atomic_load(&current) != table) {
    pthread_rwlock_wrlock(&blas);
    choose_blas(table->blas_core);
    pthread_rwlock_unlock(&blas);
    atomic_store(&current, table);
  }
  pthread_mutex_unlock(&choosing);
  return true;
}

static void choose_default(void) {
  if (!atomic_load(&current)) choose(0, NULL);
}

bool ck_init(int threads, const char *isa) { return choose(threads, isa); }

const ck_table *ck_current_table(void) {
  const ck_table *table = atomic_load_explicit(&current, memory_order_acquire);
  if (table) return table;
  pthread_once(&first_use, choose_default);
  return atomic_load(&current);
}

void ck_blas_begin(void) {
  ck_current_table();
  pthread_rwlock_rdlock(&blas);
}

void ck_blas_end(void) { pthread_rwlock_unlock(&blas); }

const char *ck_isa_name(void) { return ck_current_table()->name; }

int ck_thread_count(void) {
  ck_current_table();
  return ck_pool_size();
}

const char *ck_blas_core_name(void) {
  ck_blas_begin();
  const char *name = openblas_get_corename();
  ck_blas_end();
  return name;
}
