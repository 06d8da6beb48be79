#include "onnx.h"

#include <stdlib.h>

/// Blocks are at least this large; the pages of one are touched only as they are handed out.
static const size_t block_size = 1 << 20;
static const size_t alignment = 16;

struct block {
  struct block *next;
  _Alignas(16) uint8_t bytes[];
};

struct onnx_arena {
  ProtobufCAllocator allocator;
  struct block *blocks;
  /// Bytes left in the newest block, at `free`.
  uint8_t *free;
  size_t left, used, limit;
  bool is_full;
};

static void *take(void *data, size_t size) {
  onnx_arena *arena = data;
  if (arena->is_full || size > arena->limit - arena->used) {
    arena->is_full = true;
    return NULL;
  }
  size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (rounded > arena->left) {
    size_t capacity = rounded > block_size ? rounded : block_size;
    struct block *block = malloc(sizeof *block + capacity);
    if (block == NULL) {
      arena->is_full = true;
      return NULL;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    arena->free = block->bytes;
    arena->left = capacity;
  }
  void *taken = arena->free;
  arena->free += rounded;
  arena->left -= rounded;
  arena->used = rounded > arena->limit - arena->used ? arena->limit : arena->used + rounded;
  return taken;
}

static void keep(void *data, void *pointer) {
  (void)data;
  (void)pointer;
}

onnx_arena *onnx_arena_create(size_t limit) {
  onnx_arena *arena = calloc(1, sizeof *arena);
  if (arena == NULL) return NULL;
  arena->allocator = (ProtobufCAllocator){.alloc = take, .free = keep, .allocator_data = arena};
  arena->limit = limit;
  return arena;
}

void onnx_arena_destroy(onnx_arena *arena) {
  struct block *block = arena->blocks;
  while (block != NULL) {
    struct block *next = block->next;
    free(block);
    block = next;
  }
  free(arena);
}

size_t onnx_arena_used(const onnx_arena *arena) { return arena->used; }
bool onnx_arena_is_full(const onnx_arena *arena) { return arena->is_full; }

Onnx__ModelProto *onnx_unpack_model(onnx_arena *arena, const uint8_t *bytes, size_t count) {
  return onnx__model_proto__unpack(&arena->allocator, count, bytes);
}

Onnx__TensorProto *onnx_unpack_tensor(onnx_arena *arena, const uint8_t *bytes, size_t count) {
  return onnx__tensor_proto__unpack(&arena->allocator, count, bytes);
}
