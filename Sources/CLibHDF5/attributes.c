#include "internal.h"

#include <stdlib.h>
#include <string.h>

/// The strings of an attribute. To be freed.
struct strings {
  size_t count;
  const char **values;
  size_t *lengths;
  bool is_list;
  char *bytes;     // of fixed length, one after the other
  char **pointers; // of variable length, each the library's
};

static void free_strings(struct strings *strings) {
  if (strings->pointers)
    for (size_t index = 0; index < strings->count; index++) H5free_memory(strings->pointers[index]);
  free(strings->pointers), free(strings->bytes), free(strings->values), free(strings->lengths);
}

static size_t bounded_length(const char *text, size_t size, bool is_padded) {
  size_t length = strnlen(text, size);
  while (is_padded && length > 0 && text[length - 1] == ' ') length--;
  return length;
}

static bool read_fixed(hid_t attribute, hid_t type, struct strings *strings) {
  size_t size = H5Tget_size(type);
  bool is_padded = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  if (size == 0 || size > STRING_BYTES / (strings->count ? strings->count : 1)) return false;
  strings->bytes = calloc(strings->count + 1, size);
  if (!strings->bytes || H5Aread(attribute, type, strings->bytes) < 0) return false;
  for (size_t index = 0; index < strings->count; index++) {
    strings->values[index] = strings->bytes + index * size;
    strings->lengths[index] = bounded_length(strings->values[index], size, is_padded);
  }
  return true;
}

static bool read_variable(hid_t attribute, hid_t type, struct strings *strings) {
  strings->pointers = calloc(strings->count + 1, sizeof *strings->pointers);
  if (!strings->pointers || H5Aread(attribute, type, strings->pointers) < 0) return false;
  size_t total = 0;
  for (size_t index = 0; index < strings->count; index++) {
    strings->values[index] = strings->pointers[index] ? strings->pointers[index] : "";
    strings->lengths[index] = strlen(strings->values[index]);
    total += strings->lengths[index];
  }
  return total <= STRING_BYTES;
}

/// 1: read; 0: it holds no strings; -1: it cannot be read.
static int read_strings(hid_t attribute, struct strings *strings) {
  memset(strings, 0, sizeof *strings);
  hid_t type = H5Aget_type(attribute);
  if (type < 0) return -1;
  int outcome = H5Tget_class(type) == H5T_STRING ? -1 : 0;
  hid_t space = outcome ? H5Aget_space(attribute) : -1;
  if (space >= 0) {
    H5S_class_t kind = H5Sget_simple_extent_type(space);
    hssize_t count = kind == H5S_NULL ? 0 : H5Sget_simple_extent_npoints(space);
    strings->is_list = kind == H5S_SIMPLE;
    if (count >= 0 && count <= STRINGS) {
      strings->count = (size_t)count;
      strings->values = calloc(strings->count + 1, sizeof *strings->values);
      strings->lengths = calloc(strings->count + 1, sizeof *strings->lengths);
      if (strings->values && strings->lengths) {
        bool is_read = H5Tis_variable_str(type) > 0 ? read_variable(attribute, type, strings)
                                                    : read_fixed(attribute, type, strings);
        outcome = kind == H5S_NULL ? 0 : is_read ? 1 : -1;
      }
    }
    H5Sclose(space);
  }
  H5Tclose(type);
  return outcome;
}

struct listing {
  const char *path;
  bool all;
  const struct hdf5_visitor *visitor;
  struct hdf5_fault *fault;
  long count;
};

static bool is_layer_list(const char *name) {
  const char *rest = strncmp(name, "layer_names", 11) == 0 ? name + 11
      : strncmp(name, "weight_names", 12) == 0             ? name + 12
                                                           : NULL;
  return rest && rest[strspn(rest, "0123456789")] == '\0';
}

static herr_t visit(hid_t group, const char *name, const H5A_info_t *info, void *context) {
  (void)info;
  struct listing *listing = context;
  if (++listing->count > ATTRIBUTES) {
    fail_limit(listing->fault, HDF5_TOO_MANY, listing->path, ATTRIBUTES);
    return -1;
  }
  if (!listing->all && !is_layer_list(name)) return 0;
  hid_t attribute = H5Aopen(group, name, H5P_DEFAULT);
  if (attribute < 0) {
    fail_library(listing->fault, name);
    return -1;
  }
  struct strings strings;
  int outcome = read_strings(attribute, &strings);
  if (outcome < 0) fail_library(listing->fault, name);
  if (outcome > 0
      && !listing->visitor->strings(
          listing->visitor->context, listing->path, name, strings.is_list, strings.count, strings.values,
          strings.lengths)) {
    fail(listing->fault, HDF5_STOPPED, listing->path, NULL);
    outcome = -1;
  }
  free_strings(&strings);
  H5Aclose(attribute);
  return outcome < 0 ? -1 : 0;
}

bool list_attributes(
    hid_t group, const char *path, bool all, const struct hdf5_visitor *visitor, struct hdf5_fault *fault) {
  struct listing listing = {path, all, visitor, fault, 0};
  hsize_t place = 0;
  if (H5Aiterate2(group, H5_INDEX_NAME, H5_ITER_INC, &place, visit, &listing) >= 0) return true;
  return fault->kind != HDF5_OK ? false : fail_library(fault, path);
}

void read_mark(hid_t object, const char *name, char *value, size_t size) {
  value[0] = '\0';
  if (H5Aexists(object, name) <= 0) return;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return;
  struct strings strings;
  if (read_strings(attribute, &strings) > 0 && strings.count == 1 && strings.lengths[0] < size)
    memcpy(value, strings.values[0], strings.lengths[0]), value[strings.lengths[0]] = '\0';
  free_strings(&strings);
  H5Aclose(attribute);
}
