// Walks over strided operands.

#include "loop.h"

/// Elements of one chunk of element-wise work.
enum { CHUNK = 16384 };

ck_loop ck_loop_make(
  size_t rank, const size_t *shape, size_t operands, const ptrdiff_t *const *strides) {
  ck_loop loop = {.operands = operands};
  ptrdiff_t contiguous[CK_MAX_RANK];
  ptrdiff_t step = 1;
  for (size_t axis = rank; axis-- > 0;) {
    contiguous[axis] = step;
    step *= (ptrdiff_t)shape[axis];
  }
  for (size_t axis = 0; axis < rank; axis++) {
    if (shape[axis] == 1) continue;
    bool merges = loop.rank > 0;
    for (size_t o = 0; o < operands && merges; o++) {
      ptrdiff_t stride = strides[o] ? strides[o][axis] : contiguous[axis];
      merges = loop.strides[o][loop.rank - 1] == stride * (ptrdiff_t)shape[axis];
    }
    if (merges)
      loop.shape[loop.rank - 1] *= shape[axis];
    else
      loop.shape[loop.rank++] = shape[axis];
    for (size_t o = 0; o < operands; o++)
      loop.strides[o][loop.rank - 1] = strides[o] ? strides[o][axis] : contiguous[axis];
  }
  if (loop.rank == 0) {
    loop.rank = 1;
    loop.shape[0] = 1;
    for (size_t o = 0; o < operands; o++) loop.strides[o][0] = 1;
  }
  return loop;
}

size_t ck_loop_rows(const ck_loop *loop, size_t inner) {
  size_t rows = 1;
  for (size_t axis = 0; axis + inner < loop->rank; axis++) rows *= loop->shape[axis];
  return rows;
}

void ck_loop_row(const ck_loop *loop, size_t inner, size_t row, ptrdiff_t *offsets) {
  for (size_t o = 0; o < loop->operands; o++) offsets[o] = 0;
  for (size_t axis = loop->rank - inner; axis-- > 0;) {
    ptrdiff_t index = (ptrdiff_t)(row % loop->shape[axis]);
    row /= loop->shape[axis];
    for (size_t o = 0; o < loop->operands; o++) offsets[o] += index * loop->strides[o][axis];
  }
}

ck_cut ck_loop_cut(const ck_loop *loop) {
  size_t length = loop->shape[loop->rank - 1];
  ck_cut cut = {.piece = ck_min(length, CHUNK)};
  if (length == 0) return cut;
  cut.pieces = ck_chunks(length, cut.piece);
  cut.items = ck_loop_rows(loop, 1) * cut.pieces;
  cut.per_chunk = ck_max(CHUNK / cut.piece, 1);
  return cut;
}
