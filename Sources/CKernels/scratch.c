// Scratch buffers that live as long as their thread.

#include <pthread.h>
#include <stdlib.h>

#include "internal.h"

typedef struct {
  void *memory[CK_SCRATCH_SLOTS];
  size_t bytes[CK_SCRATCH_SLOTS];
} scratch;

static _Thread_local scratch own;
static pthread_key_t at_exit_key;
static pthread_once_t at_exit_once = PTHREAD_ONCE_INIT;

/// Frees the buffers of a thread that ends.
static void release(void *buffers) {
  scratch *s = buffers;
  for (int slot = 0; slot < CK_SCRATCH_SLOTS; slot++) {
    free(s->memory[slot]);
    s->memory[slot] = NULL;
    s->bytes[slot] = 0;
  }
}

static void make_key(void) { pthread_key_create(&at_exit_key, release); }

void *ck_scratch(int slot, size_t bytes) {
  if (own.bytes[slot] >= bytes && own.memory[slot]) return own.memory[slot];
  pthread_once(&at_exit_once, make_key);
  pthread_setspecific(at_exit_key, &own);
  size_t rounded = (bytes + 4095) / 4096 * 4096;
  free(own.memory[slot]);
  own.memory[slot] = aligned_alloc(64, rounded);
  if (!own.memory[slot]) abort();
  own.bytes[slot] = rounded;
  return own.memory[slot];
}
