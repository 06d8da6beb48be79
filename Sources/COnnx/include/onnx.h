#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnx.pb-c.h"

/// Memory for one unpacked message and all below it: bounded, and given back at once.
typedef struct onnx_arena onnx_arena;

/// An arena that hands out at most `limit` bytes, or NULL iff there is no memory at all.
onnx_arena *onnx_arena_create(size_t limit);
void onnx_arena_destroy(onnx_arena *arena);

/// Bytes handed out so far.
size_t onnx_arena_used(const onnx_arena *arena);
/// Whether a request was refused.
bool onnx_arena_is_full(const onnx_arena *arena);

/// The message that `bytes` hold, which lives as long as `arena`; NULL iff they are no such message or the
/// arena is full. The caller has bounded how deep messages nest: protobuf-c recurses.
Onnx__ModelProto *onnx_unpack_model(onnx_arena *arena, const uint8_t *bytes, size_t count);
Onnx__TensorProto *onnx_unpack_tensor(onnx_arena *arena, const uint8_t *bytes, size_t count);

/// Opens for reading the file that `path` names below the open directory `folder`, following no link of any
/// kind and never leaving `folder`; gives a descriptor, or -1 with `errno`. Does not wait on pipes and devices.
int onnx_open_beneath(int folder, const char *path);
/// The same without openat2(2), for kernels before 5.6 and sandboxes that refuse it.
int onnx_open_beneath_by_steps(int folder, const char *path);

/// What the ONNX project says of an operator from version `since` of `domain` on; `attributes` are pairs
/// `name:type`, divided by spaces.
typedef struct onnx_operator {
  const char *domain, *name;
  int32_t since, min_inputs, max_inputs, min_outputs, max_outputs;
  const char *attributes;
} onnx_operator;

/// As many as one likes.
#define ONNX_MANY INT32_MAX

/// All operators, by domain, name and version.
const onnx_operator *onnx_operators(size_t *count);
