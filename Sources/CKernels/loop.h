#ifndef CK_LOOP_H
#define CK_LOOP_H

#include "internal.h"

/// The most operands of a strided loop.
enum { CK_MAX_OPERANDS = 4 };

/// A walk over a shape with one set of strides for each operand. Extents of 1 are left out and axes that are
/// contiguous to each other in every operand are merged; there is at least one axis.
typedef struct {
  size_t rank;
  size_t operands;
  size_t shape[CK_MAX_RANK];
  ptrdiff_t strides[CK_MAX_OPERANDS][CK_MAX_RANK];
} ck_loop;

/// Builds the walk; `strides[o]` null stands for contiguous.
ck_loop ck_loop_make(
  size_t rank, const size_t *shape, size_t operands, const ptrdiff_t *const *strides);

/// The product of all extents but the last `inner` axes.
size_t ck_loop_rows(const ck_loop *loop, size_t inner);

/// Writes to `offsets` where row `row` of all but the last `inner` axes starts in each operand.
void ck_loop_row(const ck_loop *loop, size_t inner, size_t row, ptrdiff_t *offsets);

/// How a loop over rows of the last axis is cut: row by row pieces of at most `piece` elements, some of them a
/// chunk.
typedef struct {
  size_t pieces, piece;    ///< of each row
  size_t items, per_chunk; ///< pieces of all rows, and of one chunk
} ck_cut;

ck_cut ck_loop_cut(const ck_loop *loop);

#endif
