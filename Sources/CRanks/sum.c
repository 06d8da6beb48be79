#include "CRanks.h"

#if __has_include(<mpi.h>)
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

// Floats that are received at a time.
enum { ROOM = 4 << 20 };

struct round {
  int rank, ranks;
  // Floats that each rank adds up, and where they begin.
  int *counts, *places;
  // Floats that each rank sends to this one, and where they are received.
  int *own_counts, *own_places;
  float *received;
};

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Each rank adds up a piece of the values, which the others send to it, and sends the sums to all.
static int sum_round(struct round *round, float *values, size_t count, size_t piece) {
  for (int rank = 0; rank < round->ranks; rank++) {
    size_t first = least(rank * piece, count);
    round->places[rank] = (int)first;
    round->counts[rank] = (int)(least(first + piece, count) - first);
  }
  int own = round->counts[round->rank];
  for (int rank = 0; rank < round->ranks; rank++) {
    round->own_counts[rank] = own;
    round->own_places[rank] = rank * own;
  }
  int code = MPI_Alltoallv(
    values, round->counts, round->places, MPI_FLOAT, round->received, round->own_counts, round->own_places,
    MPI_FLOAT, MPI_COMM_WORLD);
  if (code != MPI_SUCCESS) return code;
  float *sums = values + round->places[round->rank];
  memcpy(sums, round->received, own * sizeof *sums);
  for (int rank = 1; rank < round->ranks; rank++)
    for (int i = 0; i < own; i++) sums[i] += round->received[(size_t)rank * own + i];
  return MPI_Allgatherv(
    MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, round->counts, round->places, MPI_FLOAT, MPI_COMM_WORLD);
}

int ranks_sum(float *values, size_t count) {
  struct round round;
  int code = MPI_Comm_rank(MPI_COMM_WORLD, &round.rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, &round.ranks);
  if (code != MPI_SUCCESS) return code;
  size_t ranks = round.ranks, most = ROOM / ranks + 1;
  size_t piece = least(most, (count + ranks - 1) / ranks);
  round.received = malloc((piece * ranks + 1) * sizeof *round.received);
  round.counts = malloc(4 * ranks * sizeof *round.counts);
  if (round.received && round.counts) {
    round.places = round.counts + ranks;
    round.own_counts = round.places + ranks;
    round.own_places = round.own_counts + ranks;
    for (size_t start = 0; start < count && code == MPI_SUCCESS; start += piece * ranks)
      code = sum_round(&round, values + start, least(count - start, piece * ranks), piece);
  } else {
    code = MPI_ERR_NO_MEM;
  }
  free(round.received);
  free(round.counts);
  return code;
}

#endif
