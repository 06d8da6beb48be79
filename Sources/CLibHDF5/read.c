#include "internal.h"

#include <stdlib.h>

/// A piece holds at least so many bytes where the rows of one chunk take fewer.
enum { PIECE = 8 << 20 };

struct reading {
  hid_t dataset;
  struct description found;
  bool (*sink)(void *, const void *, size_t);
  void *context;
  struct hdf5_fault *fault;
};

/// Reads the rows from `first` on into `buffer` and hands them on.
static bool pass_on(const struct reading *reading, uint64_t first, uint64_t rows, void *buffer, size_t size) {
  int rank = reading->found.facts.rank;
  hsize_t start[H5S_MAX_RANK] = {first}, count[H5S_MAX_RANK];
  for (int axis = 0; axis < rank; axis++) count[axis] = axis ? reading->found.dims[axis] : rows;
  hid_t whole = rank > 0 ? H5Dget_space(reading->dataset) : H5S_ALL;
  hid_t part = rank > 0 ? H5Screate_simple(rank, count, NULL) : H5S_ALL;
  bool is_read = whole >= 0 && part >= 0
      && (rank == 0 || H5Sselect_hyperslab(whole, H5S_SELECT_SET, start, NULL, count, NULL) >= 0)
      && H5Dread(reading->dataset, reading->found.memory, part, whole, H5P_DEFAULT, buffer) >= 0;
  if (rank > 0 && whole >= 0) H5Sclose(whole);
  if (rank > 0 && part >= 0) H5Sclose(part);
  if (!is_read) return fail_library(reading->fault, reading->found.facts.path);
  return reading->sink(reading->context, buffer, size)
      || fail(reading->fault, HDF5_STOPPED, reading->found.facts.path, NULL);
}

/// Reads by whole rows of chunks, so that no chunk is unpacked twice.
static bool read_rows(const struct reading *reading, uint64_t total) {
  const struct hdf5_dataset *facts = &reading->found.facts;
  uint64_t rows = facts->rank > 0 ? facts->dims[0] : 1;
  uint64_t row_size = total / rows;
  uint64_t step = reading->found.is_chunked ? reading->found.chunk[0] : 1;
  if (step == 0 || step > rows) step = rows;
  uint64_t steps = PIECE / row_size / step;
  uint64_t most = steps > 1 ? steps * step : step;
  if (most > rows) most = rows;
  void *buffer = malloc(most * row_size);
  if (!buffer) return fail(reading->fault, HDF5_MEMORY, facts->path, NULL);
  bool goes_on = true;
  for (uint64_t first = 0; goes_on && first < rows; first += most) {
    uint64_t count = most < rows - first ? most : rows - first;
    goes_on = pass_on(reading, first, count, buffer, count * row_size);
  }
  free(buffer);
  return goes_on;
}

/// The bytes of all elements in memory, or false iff they overflow or there is no element type.
static bool size_in_memory(const struct description *found, uint64_t *size) {
  if (!found->facts.element) return false;
  *size = H5Tget_size(found->memory);
  for (int axis = 0; axis < found->facts.rank; axis++)
    if (__builtin_mul_overflow(*size, found->dims[axis], size)) return false;
  return true;
}

bool hdf5_read(
    int64_t file, const char *path, uint64_t expected, bool (*sink)(void *, const void *, size_t),
    void *context, struct hdf5_fault *fault) {
  struct reading reading = {.sink = sink, .context = context, .fault = fault};
  reading.dataset = H5Dopen2(file, path, H5P_DEFAULT);
  if (reading.dataset < 0) return fail_library(fault, path);
  bool is_read = describe(reading.dataset, path, &reading.found, fault);
  if (is_read) {
    uint64_t size;
    is_read = size_in_memory(&reading.found, &size) && size == expected
        ? size == 0 || read_rows(&reading, size)
        : fail(fault, HDF5_CHANGED, path, NULL);
  }
  if (reading.found.memory >= 0) H5Tclose(reading.found.memory);
  H5Dclose(reading.dataset);
  return is_read;
}
