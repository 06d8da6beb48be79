#define _GNU_SOURCE
#include "CRanks.h"

#include <stdlib.h>

#if __has_include(<mpi.h>)
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static bool all_end;

static void leave(int status, void *unused) {
  (void)unused;
  if (all_end)
    MPI_Finalize();
  else
    MPI_Abort(MPI_COMM_WORLD, status == 0 ? EXIT_FAILURE : status);
}

bool ranks_built(void) { return true; }

void ranks_end(bool all) { all_end = all; }

int ranks_join(int *rank, int *count) {
  // A rank that waits leaves its core to others, unless somebody has asked for something else.
  setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
  int level;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
  if (code != MPI_SUCCESS) return code;
  on_exit(leave, NULL);
  if ((code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN)) != MPI_SUCCESS) return code;
  if ((code = MPI_Comm_rank(MPI_COMM_WORLD, rank)) != MPI_SUCCESS) return code;
  return MPI_Comm_size(MPI_COMM_WORLD, count);
}

// Waits, which may take as long as another rank's work does: asleep, for longer and longer up to a millisecond.
static int await(MPI_Request *request) {
  for (long pause = 1000;; pause = pause < 500000 ? 2 * pause : 1000000) {
    int done;
    int code = MPI_Test(request, &done, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS || done) return code;
    nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
  }
}

int ranks_gather(const void *own, int size, void *all) {
  MPI_Request request;
  int code = MPI_Iallgather(own, size, MPI_BYTE, all, size, MPI_BYTE, MPI_COMM_WORLD, &request);
  return code == MPI_SUCCESS ? await(&request) : code;
}

int ranks_count_cores(struct ranks_cores *cores) {
  MPI_Comm machine;
  int code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  if (code != MPI_SUCCESS) return code;
  cpu_set_t own, together, parent;
  CPU_ZERO(&own);
  sched_getaffinity(0, sizeof own, &own);
  code = MPI_Comm_size(machine, &cores->ranks);
  if (code == MPI_SUCCESS) code = MPI_Allreduce(&own, &together, sizeof own, MPI_BYTE, MPI_BOR, machine);
  MPI_Comm_free(&machine);
  if (code != MPI_SUCCESS) return code;
  if (sched_getaffinity(getppid(), sizeof parent, &parent) != 0) parent = together;
  cores->own = CPU_COUNT(&own);
  cores->together = CPU_COUNT(&together);
  cores->machine = CPU_COUNT(&parent);
  return MPI_SUCCESS;
}

void ranks_problem(int code, char text[RANKS_TEXT]) {
  char whole[MPI_MAX_ERROR_STRING];
  int length;
  if (MPI_Error_string(code, whole, &length) != MPI_SUCCESS) length = snprintf(whole, sizeof whole, "error %d", code);
  snprintf(text, RANKS_TEXT, "%.*s", length, whole);
}

#endif
