#ifndef CLIBHDF5_H
#define CLIBHDF5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What stopped a call.
enum hdf5_fault_kind {
  HDF5_OK = 0,
  HDF5_NOT_HDF5,          // the bytes do not begin, at 0 or a power of two from 512 on, as an HDF5 file does
  HDF5_DAMAGED,           // text: the library's words
  HDF5_EXTERNAL_LINK,     // a link into another file
  HDF5_USER_LINK,         // a link of a kind that programs define
  HDF5_EXTERNAL_STORAGE,  // elements in other files
  HDF5_VIRTUAL,           // a dataset made of others, of other files too
  HDF5_FILTER,            // text: the filter
  HDF5_TOO_DEEP,          // groups in groups; text: the limit
  HDF5_TOO_MANY,          // links, attributes or strings; text: the limit
  HDF5_NAME,              // a link whose name is empty, a dot, has a slash or is too long
  HDF5_CHANGED,           // a dataset is not what it was when the file was listed
  HDF5_STOPPED,           // a callback returned false
  HDF5_MEMORY,
  HDF5_WRITE,             // text: the library's words
};

struct hdf5_fault {
  enum hdf5_fault_kind kind;
  char object[1024];  // the path of the link, dataset or attribute; may be no UTF-8
  char text[256];
};

/// A dataset as its headers describe it.
struct hdf5_dataset {
  const char *path;     // the names of the links that lead to it, with slashes between
  const char *element;  // `f32`, `bool` and so on; `opaque1`, `opaque2`: so many bytes without a meaning;
                        // NULL: something that is no tensor
  const char *holds;    // in words what that is
  const char *mark;     // its attribute `dtype` where that is one string; else NULL
  int rank;
  const uint64_t *dims;
  uint64_t stored;      // bytes its elements take in the file
  bool is_plain;        // they lie in one piece from `offset` on as the little-endian machine uses them
  uint64_t offset;
};

enum hdf5_note {
  HDF5_DANGLING,  // a soft link that leads nowhere
  HDF5_SEEN,      // a group that was listed under another path before
};

/// Whom a listing is told to. A function that returns false ends it.
struct hdf5_visitor {
  void *context;
  bool (*dataset)(void *context, const struct hdf5_dataset *dataset);
  /// A string attribute of the root group, or `layer_names` and `weight_names`, whole or in numbered parts, of
  /// any group. `is_list` says whether it is an array.
  bool (*strings)(
      void *context, const char *group, const char *name, bool is_list, size_t count,
      const char *const *values, const size_t *lengths);
  bool (*group)(void *context, const char *path);
  bool (*note)(void *context, const char *path, enum hdf5_note note);
};

/// Of the library that is linked.
void hdf5_version(unsigned *major, unsigned *minor, unsigned *patch);

/// The HDF5 file on `descriptor`, for reading. A negative number iff `fault` was set.
int64_t hdf5_open(int descriptor, struct hdf5_fault *fault);

/// Where the file's own bytes begin and where they end.
bool hdf5_extent(int64_t file, uint64_t *start, uint64_t *end, struct hdf5_fault *fault);

/// Lists everything in the file; each group once, under the first path that leads to it.
bool hdf5_list(int64_t file, struct hdf5_visitor visitor, struct hdf5_fault *fault);

/// Gives `sink` the elements of the dataset at `path` in their order, little-endian and packed, piece by piece.
/// HDF5_CHANGED iff they take another number of bytes than `expected`.
bool hdf5_read(
    int64_t file, const char *path, uint64_t expected, bool (*sink)(void *, const void *, size_t),
    void *context, struct hdf5_fault *fault);

/// A new file on `descriptor`, which is empty. A negative number iff `fault` was set.
int64_t hdf5_create(int descriptor, struct hdf5_fault *fault);

/// Makes room for a dataset at the path `name`, in groups that are made where need be, and says where its bytes
/// are to be written. `mark`, where it is not NULL, becomes the attribute `dtype`.
bool hdf5_create_dataset(
    int64_t file, const char *name, const char *element, const char *mark, int rank, const uint64_t *dims,
    uint64_t *offset, struct hdf5_fault *fault);

/// Gives a group a string attribute; the root's path is empty.
bool hdf5_create_string(
    int64_t file, const char *group, const char *name, const char *value, struct hdf5_fault *fault);

/// Gives a group an attribute of `count` strings, each in `width` bytes that end with zeros unless it fills them,
/// as NumPy keeps them. Together they take less than 64 KiB.
bool hdf5_create_list(
    int64_t file, const char *group, const char *name, size_t count, const char *values, size_t width,
    struct hdf5_fault *fault);

/// Writes all headers out.
bool hdf5_finish(int64_t file, struct hdf5_fault *fault);

#endif
