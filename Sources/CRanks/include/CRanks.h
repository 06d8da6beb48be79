#ifndef CRANKS_H
#define CRANKS_H

#include <stdbool.h>
#include <stddef.h>

// Processes that work on one thing together, as OpenMPI's mpirun starts them.
//
// Functions that return int give 0 or an error code, of which ranks_problem tells. Every rank has to call them, in
// the same order, from one thread.

#pragma clang assume_nonnull begin

/// Whether this was built with OpenMPI; nothing else may be called where it was not.
bool ranks_built(void);

/// Joins the ranks. From then on the exit of this process ends all of them, as ranks_end has it.
int ranks_join(int *rank, int *count);

/// Says whether all ranks are about to exit, as they are not at first. A process that exits while they are waits
/// for the others; one that exits while they are not takes the others with it.
void ranks_end(bool all);

/// Writes `size` bytes of each rank to `all`, in the order of the ranks.
int ranks_gather(const void *own, int size, void *all);

/// Sets `count` floats on every rank to their sums over the ranks, added in the order of the ranks.
int ranks_sum(float *values, size_t count);

/// How the ranks of this machine share its cores.
struct ranks_cores {
  int ranks;     // on this machine
  int own;       // cores that this rank may use
  int together;  // cores that some rank here may use
  int machine;   // cores that mpirun itself may use here
};
int ranks_count_cores(struct ranks_cores *cores);

enum { RANKS_TEXT = 256 };

/// Writes what an error code means.
void ranks_problem(int code, char text[_Nonnull RANKS_TEXT]);

#pragma clang assume_nonnull end

#endif
