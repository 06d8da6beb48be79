#include "internal.h"

#include <stdio.h>
#include <string.h>

/// Refuses every filter that is not built into the library: others would be programs from elsewhere.
static bool check_filters(hid_t creation, const char *path, struct hdf5_fault *fault) {
  int count = H5Pget_nfilters(creation);
  if (count < 0) return fail_library(fault, path);
  if (count > FILTERS) return fail_limit(fault, HDF5_TOO_MANY, path, FILTERS);
  for (unsigned index = 0; index < (unsigned)count; index++) {
    unsigned flags, configuration;
    size_t values = 0;
    char name[128] = "", text[192];
    H5Z_filter_t id =
        H5Pget_filter2(creation, index, &flags, &values, NULL, sizeof name, name, &configuration);
    switch (id) {
      case H5Z_FILTER_DEFLATE:
      case H5Z_FILTER_SHUFFLE:
      case H5Z_FILTER_FLETCHER32:
      case H5Z_FILTER_NBIT:
      case H5Z_FILTER_SCALEOFFSET: continue;
      default: break;
    }
    if (id < 0) return fail_library(fault, path);
    snprintf(text, sizeof text, "%d%s%.*s", (int)id, name[0] ? ", " : "", (int)sizeof name - 1, name);
    return fail(fault, HDF5_FILTER, path, text);
  }
  return true;
}

static bool check_storage(hid_t creation, const char *path, struct description *out, struct hdf5_fault *fault) {
  H5D_layout_t layout = H5Pget_layout(creation);
  if (layout < 0) return fail_library(fault, path);
  if (layout == H5D_VIRTUAL) return fail(fault, HDF5_VIRTUAL, path, NULL);
  if (H5Pget_external_count(creation) != 0) return fail(fault, HDF5_EXTERNAL_STORAGE, path, NULL);
  out->is_chunked = layout == H5D_CHUNKED;
  if (out->is_chunked && H5Pget_chunk(creation, H5S_MAX_RANK, out->chunk) < 0) return fail_library(fault, path);
  out->facts.is_plain = out->facts.is_plain && layout == H5D_CONTIGUOUS && H5Pget_nfilters(creation) == 0;
  return check_filters(creation, path, fault);
}

static bool read_space(hid_t dataset, const char *path, struct description *out, struct hdf5_fault *fault) {
  hid_t space = H5Dget_space(dataset);
  if (space < 0) return fail_library(fault, path);
  H5S_class_t kind = H5Sget_simple_extent_type(space);
  hsize_t dims[H5S_MAX_RANK], most[H5S_MAX_RANK];
  int rank = kind == H5S_SIMPLE ? H5Sget_simple_extent_dims(space, dims, most) : 0;
  H5Sclose(space);
  if (kind == H5S_NO_CLASS || rank < 0) return fail_library(fault, path);
  if (kind == H5S_NULL) out->facts.element = NULL, out->facts.holds = "nothing";
  for (int axis = 0; axis < rank; axis++) {
    out->dims[axis] = dims[axis];
    // The library writes no such chunks, but reads them, with what lies behind them in the file.
    if (out->is_chunked && dims[axis] > 0 && most[axis] != H5S_UNLIMITED && out->chunk[axis] > most[axis])
      return fail(fault, HDF5_DAMAGED, path, "its chunks are longer than the whole");
  }
  out->facts.rank = rank, out->facts.dims = out->dims;
  return true;
}

/// Whether the bits of a number lie in its bytes; other kinds of elements have no such bits.
static bool has_all_bits(hid_t type) {
  H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_BITFIELD) return true;
  int offset = H5Tget_offset(type);
  size_t size = H5Tget_size(type), precision = H5Tget_precision(type);
  return offset >= 0 && precision > 0 && size >= precision / 8 && 8 * size - precision >= (size_t)offset;
}

bool describe(hid_t dataset, const char *path, struct description *out, struct hdf5_fault *fault) {
  memset(out, 0, sizeof *out);
  out->facts.path = path, out->memory = -1;
  // Where the elements are comes first: nothing else of a dataset that leads out of the file is looked at.
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return fail_library(fault, path);
  out->facts.is_plain = true;
  bool is_good = check_storage(creation, path, out, fault);
  H5Pclose(creation);
  if (!is_good) return false;

  hid_t type = H5Dget_type(dataset);
  if (type < 0) return fail_library(fault, path);
  if (!has_all_bits(type)) {
    H5Tclose(type);
    return fail(fault, HDF5_DAMAGED, path, "the bits of its elements lie outside of them");
  }
  bool is_plain;
  out->facts.element = element_of(type, &out->facts.holds, &out->memory, &is_plain);
  out->facts.is_plain = out->facts.is_plain && is_plain;
  H5Tclose(type);
  if (!read_space(dataset, path, out, fault)) return false;

  out->facts.stored = H5Dget_storage_size(dataset);
  if (out->facts.is_plain) {
    haddr_t offset = H5Dget_offset(dataset);
    out->facts.is_plain = offset != HADDR_UNDEF;
    out->facts.offset = out->facts.is_plain ? offset : 0;
  }
  read_mark(dataset, "dtype", out->mark, sizeof out->mark);
  out->facts.mark = out->mark[0] ? out->mark : NULL;
  return true;
}
