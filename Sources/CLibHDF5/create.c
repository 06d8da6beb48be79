#include "internal.h"

#include <string.h>

static bool fail_writing(struct hdf5_fault *fault, const char *object) {
  fail_library(fault, object);
  fault->kind = HDF5_WRITE;
  return false;
}

int64_t hdf5_create(int descriptor, struct hdf5_fault *fault) {
  prepare_library();
  hid_t access = access_to(descriptor), creation = H5Pcreate(H5P_FILE_CREATE);
  // No times of writing: the same tensors give the same file.
  bool is_ready = access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0;
  hid_t file = is_ready ? H5Fcreate("the file", H5F_ACC_TRUNC, creation, access) : -1;
  if (file < 0) fail_writing(fault, NULL);
  if (access >= 0) H5Pclose(access);
  if (creation >= 0) H5Pclose(creation);
  return file;
}

/// Attaches a string of variable length, which may be longer than an object header.
static bool attach(hid_t object, const char *name, const char *value) {
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  bool is_made = type >= 0 && space >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0
      && H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
  hid_t attribute = is_made ? H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
  is_made = attribute >= 0 && H5Awrite(attribute, type, &value) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return is_made;
}

/// One piece of the file, taken at once and written by somebody else.
static hid_t reserved_layout(void) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  if (list < 0) return -1;
  if (H5Pset_layout(list, H5D_CONTIGUOUS) >= 0 && H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) >= 0
      && H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0 && H5Pset_obj_track_times(list, false) >= 0)
    return list;
  H5Pclose(list);
  return -1;
}

/// Links whose path makes the groups that are not there.
static hid_t links(void) {
  hid_t list = H5Pcreate(H5P_LINK_CREATE);
  if (list < 0 || H5Pset_create_intermediate_group(list, 1) >= 0) return list;
  H5Pclose(list);
  return -1;
}

bool hdf5_create_dataset(
    int64_t file, const char *name, const char *element, const char *mark, int rank, const uint64_t *dims,
    uint64_t *offset, struct hdf5_fault *fault) {
  hsize_t lengths[H5S_MAX_RANK];
  if (rank < 0 || rank > H5S_MAX_RANK) return fail_limit(fault, HDF5_TOO_MANY, name, H5S_MAX_RANK);
  for (int axis = 0; axis < rank; axis++) lengths[axis] = dims[axis];
  hid_t layout = reserved_layout(), type = stored_type(element), path = links();
  hid_t space = rank > 0 ? H5Screate_simple(rank, lengths, NULL) : H5Screate(H5S_SCALAR);
  hid_t dataset = layout >= 0 && type >= 0 && space >= 0 && path >= 0
      ? H5Dcreate2(file, name, type, space, path, layout, H5P_DEFAULT)
      : -1;
  bool is_made = dataset >= 0 && (!mark || attach(dataset, "dtype", mark));
  if (!is_made) fail_writing(fault, name);
  haddr_t place = is_made ? H5Dget_offset(dataset) : HADDR_UNDEF;
  *offset = place == HADDR_UNDEF ? 0 : place;
  if (dataset >= 0) H5Dclose(dataset);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (layout >= 0) H5Pclose(layout);
  if (path >= 0) H5Pclose(path);
  return is_made;
}

/// The path of a group, of which the root has the empty one.
static hid_t open_group(hid_t file, const char *path) { return H5Gopen2(file, *path ? path : "/", H5P_DEFAULT); }

bool hdf5_create_string(
    int64_t file, const char *group, const char *name, const char *value, struct hdf5_fault *fault) {
  hid_t object = open_group(file, group);
  bool is_made = object >= 0 && attach(object, name, value);
  if (!is_made) fail_writing(fault, name);
  if (object >= 0) H5Gclose(object);
  return is_made;
}

bool hdf5_create_list(
    int64_t file, const char *group, const char *name, size_t count, const char *values, size_t width,
    struct hdf5_fault *fault) {
  hsize_t length = count;
  hid_t object = open_group(file, group), type = H5Tcopy(H5T_C_S1);
  hid_t space = H5Screate_simple(1, &length, NULL);
  bool is_made = object >= 0 && type >= 0 && space >= 0 && H5Tset_size(type, width) >= 0
      && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0;
  hid_t attribute = is_made ? H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
  is_made = attribute >= 0 && H5Awrite(attribute, type, values) >= 0;
  if (!is_made) fail_writing(fault, name);
  if (attribute >= 0) H5Aclose(attribute);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  if (object >= 0) H5Gclose(object);
  return is_made;
}

bool hdf5_finish(int64_t file, struct hdf5_fault *fault) {
  return H5Fclose(file) >= 0 || fail_writing(fault, NULL);
}
