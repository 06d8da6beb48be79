#ifndef INTERNAL_H
#define INTERNAL_H

// The calls of 1.10 under whatever version there is.
#define H5_USE_110_API 1

#include "CLibHDF5.h"

#include <hdf5.h>

enum {
  LINKS = 1000000,      // in a file
  DEPTH = 64,           // groups in groups
  PATH_BYTES = 4096,
  NAME_BYTES = 1024,    // of one link
  ATTRIBUTES = 65536,   // of a group
  STRINGS = 1000000,    // of an attribute
  STRING_BYTES = 16 << 20,
  FILTERS = 32,
};

/// Files by descriptor, through a driver that opens nothing.
hid_t access_to(int descriptor);

/// Where the file ends by what it says itself.
bool end_of_allocated(hid_t file, uint64_t *end);

/// Readies the library. Has to come before any other call.
void prepare_library(void);

/// Sets `fault`; false, for `return`.
bool fail(struct hdf5_fault *fault, enum hdf5_fault_kind kind, const char *object, const char *text);
bool fail_limit(struct hdf5_fault *fault, enum hdf5_fault_kind kind, const char *object, long limit);
/// Sets `fault` to the library's own words for its last error.
bool fail_library(struct hdf5_fault *fault, const char *object);

/// The element type of an HDF5 type in the house's spelling, or NULL and what it `holds` instead.
/// `memory` becomes the type to read elements as, `is_plain` whether the file has them just so.
const char *element_of(hid_t type, const char **holds, hid_t *memory, bool *is_plain);
/// The HDF5 type to store an element type as, to be closed; negative iff there is none.
hid_t stored_type(const char *element);

/// What `describe` found beyond the public part. To be closed.
struct description {
  struct hdf5_dataset facts;
  uint64_t dims[H5S_MAX_RANK];
  hsize_t chunk[H5S_MAX_RANK];
  bool is_chunked;
  hid_t memory;  // negative iff there is no element type
  char mark[64];
};

/// Describes an open dataset. Refuses storage in other files and filters that are not built in.
bool describe(hid_t dataset, const char *path, struct description *out, struct hdf5_fault *fault);

/// Tells the visitor of the string attributes of a group: all of them, or those with names of layers or weights.
bool list_attributes(
    hid_t group, const char *path, bool all, const struct hdf5_visitor *visitor, struct hdf5_fault *fault);

/// The value of the attribute `name` where that is one string shorter than `size`; else empty.
void read_mark(hid_t object, const char *name, char *value, size_t size);

#endif
