// The thread pool: one job at a time, chunks handed out by an atomic ticket, a short spin before sleep.

#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

enum { SPINS = 20000, MAX_THREADS = 256 };

/// More chunks than this are run as several jobs: a ticket counts in 32 bits.
static const size_t most_chunks = (size_t)1 << 30;

static struct {
  pthread_mutex_t owner;  // held by the caller whose job runs
  pthread_t threads[MAX_THREADS];
  _Atomic int size;  // threads in all, the caller included
  _Atomic bool stopping;

  // The job. `ticket` is its number in the high half and the chunks left in the low half; the other
  // fields are stable from its release until every chunk is done.
  _Atomic uint64_t ticket;
  ck_body body;
  void *context;
  size_t chunks, base;
  _Atomic uint32_t done;  // futex of the caller

  _Atomic uint32_t epoch;  // futex of the workers: changes with every job
  _Atomic uint32_t sleepers;
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER, .size = 1};

static _Thread_local bool inside_body;

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/// Tells the core that this is a loop that waits.
static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Takes and runs chunks of the current job until none is left.
static void work(void) {
  uint64_t ticket = atomic_load_explicit(&pool.ticket, memory_order_acquire);
  while ((uint32_t)ticket != 0) {
    if (!atomic_compare_exchange_weak_explicit(
          &pool.ticket, &ticket, ticket - 1, memory_order_acq_rel, memory_order_acquire))
      continue;
    size_t chunks = pool.chunks;
    pool.body(pool.context, pool.base + chunks - (uint32_t)ticket);
    uint32_t done = atomic_fetch_add_explicit(&pool.done, 1, memory_order_acq_rel) + 1;
    if (done == chunks) futex_wake(&pool.done, 1);
    ticket = atomic_load_explicit(&pool.ticket, memory_order_acquire);
  }
}

static void *worker(void *unused) {
  inside_body = true;
  uint32_t seen = 0;
  while (!atomic_load(&pool.stopping)) {
    work();
    int spins = 0;
    while (atomic_load_explicit(&pool.epoch, memory_order_acquire) == seen && spins < SPINS) {
      relax();
      spins++;
    }
    atomic_fetch_add(&pool.sleepers, 1);
    while (atomic_load(&pool.epoch) == seen) futex_wait(&pool.epoch, seen);
    atomic_fetch_sub(&pool.sleepers, 1);
    seen = atomic_load(&pool.epoch);
  }
  return unused;
}

/// Tells the workers that something changed.
static void announce(void) {
  atomic_fetch_add(&pool.epoch, 1);
  if (atomic_load(&pool.sleepers) > 0) futex_wake(&pool.epoch, MAX_THREADS);
}

/// Runs one job of at most `most_chunks` chunks with the pool's owner lock held.
static void run_job(size_t base, size_t chunks, ck_body body, void *context) {
  pool.body = body;
  pool.context = context;
  pool.base = base;
  pool.chunks = chunks;
  atomic_store_explicit(&pool.done, 0, memory_order_relaxed);
  uint64_t number = (atomic_load_explicit(&pool.ticket, memory_order_relaxed) >> 32) + 1;
  atomic_store_explicit(&pool.ticket, number << 32 | chunks, memory_order_release);
  announce();
  inside_body = true;
  work();
  inside_body = false;
  uint32_t done;
  int spins = 0;
  while ((done = atomic_load_explicit(&pool.done, memory_order_acquire)) != chunks) {
    if (spins++ < SPINS)
      relax();
    else
      futex_wait(&pool.done, done);
  }
}

void ck_parallel_for(size_t chunks, ck_body body, void *context) {
  bool alone = chunks <= 1 || inside_body || atomic_load(&pool.size) == 1;
  if (alone || pthread_mutex_trylock(&pool.owner) != 0) {
    for (size_t i = 0; i < chunks; i++) body(context, i);
    return;
  }
  for (size_t base = 0; base < chunks; base += most_chunks)
    run_job(base, ck_min(chunks - base, most_chunks), body, context);
  pthread_mutex_unlock(&pool.owner);
}

int ck_pool_size(void) { return atomic_load(&pool.size); }

int ck_core_count(void) {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  int count = CPU_COUNT(&cores);
  return count < 1 ? 1 : count;
}

void ck_pool_resize(int threads) {
  if (threads < 1) threads = 1;
  if (threads > MAX_THREADS) threads = MAX_THREADS;
  pthread_mutex_lock(&pool.owner);
  int size = atomic_load(&pool.size);
  if (size != threads) {
    atomic_store(&pool.stopping, true);
    announce();
    for (int i = 1; i < size; i++) pthread_join(pool.threads[i], NULL);
    atomic_store(&pool.stopping, false);
    // Signals belong to the threads of the program, not to workers.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    size = 1;
    while (size < threads && pthread_create(&pool.threads[size], NULL, worker, NULL) == 0) size++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_store(&pool.size, size);
  }
  pthread_mutex_unlock(&pool.owner);
}
