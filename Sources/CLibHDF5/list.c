#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A walk through the groups of a file.
struct walk {
  const struct hdf5_visitor *visitor;
  struct hdf5_fault *fault;
  long links;
  int depth;
  char path[PATH_BYTES];  // of the group that is walked; empty for the root
  haddr_t *seen;          // addresses of groups, a hash table without removal; HADDR_UNDEF: free
  size_t seen_count, seen_room;
};

/// 1: the address is new and kept; 0: it was there; -1: no memory.
static int keep(struct walk *walk, haddr_t address) {
  if (2 * walk->seen_count >= walk->seen_room) {
    size_t room = walk->seen_room ? 2 * walk->seen_room : 256;
    haddr_t *old = walk->seen, *table = malloc(room * sizeof *table);
    if (!table) return -1;
    size_t old_room = walk->seen_room;
    memset(table, 0xFF, room * sizeof *table);
    walk->seen = table, walk->seen_room = room, walk->seen_count = 0;
    for (size_t index = 0; index < old_room; index++)
      if (old[index] != HADDR_UNDEF) keep(walk, old[index]);
    free(old);
  }
  size_t place = (size_t)(address * UINT64_C(0x9E3779B97F4A7C15)) & (walk->seen_room - 1);
  for (; walk->seen[place] != HADDR_UNDEF; place = (place + 1) & (walk->seen_room - 1))
    if (walk->seen[place] == address) return 0;
  walk->seen[place] = address, walk->seen_count++;
  return 1;
}

static bool walk_group(struct walk *walk, hid_t group);

static bool tell(struct walk *walk, bool goes_on) {
  return goes_on || fail(walk->fault, HDF5_STOPPED, walk->path, NULL);
}

static bool visit_dataset(struct walk *walk, hid_t group, const char *name) {
  hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
  if (dataset < 0) return fail_library(walk->fault, walk->path);
  struct description found;
  bool goes_on = describe(dataset, walk->path, &found, walk->fault)
      && tell(walk, walk->visitor->dataset(walk->visitor->context, &found.facts));
  if (found.memory >= 0) H5Tclose(found.memory);
  H5Dclose(dataset);
  return goes_on;
}

static bool visit_group(struct walk *walk, hid_t parent, const char *name, haddr_t address) {
  if (walk->depth >= DEPTH) return fail_limit(walk->fault, HDF5_TOO_DEEP, walk->path, DEPTH);
  switch (keep(walk, address)) {
    case 0: return tell(walk, walk->visitor->note(walk->visitor->context, walk->path, HDF5_SEEN));
    case -1: return fail(walk->fault, HDF5_MEMORY, walk->path, NULL);
    default: break;
  }
  hid_t group = H5Gopen2(parent, name, H5P_DEFAULT);
  if (group < 0) return fail_library(walk->fault, walk->path);
  walk->depth++;
  bool goes_on = walk_group(walk, group);
  walk->depth--;
  H5Gclose(group);
  return goes_on;
}

static bool visit_link(struct walk *walk, hid_t group, const char *name, H5L_type_t type) {
  if (type == H5L_TYPE_EXTERNAL) return fail(walk->fault, HDF5_EXTERNAL_LINK, walk->path, NULL);
  if (type != H5L_TYPE_HARD && type != H5L_TYPE_SOFT) return fail(walk->fault, HDF5_USER_LINK, walk->path, NULL);
  H5O_info_t info;
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) {
    if (type == H5L_TYPE_HARD) return fail_library(walk->fault, walk->path);
    return tell(walk, walk->visitor->note(walk->visitor->context, walk->path, HDF5_DANGLING));
  }
  switch (info.type) {
    case H5O_TYPE_GROUP: return visit_group(walk, group, name, info.addr);
    case H5O_TYPE_DATASET: return visit_dataset(walk, group, name);
    case H5O_TYPE_NAMED_DATATYPE: return true;
    default: return fail(walk->fault, HDF5_DAMAGED, walk->path, "it is neither a group nor a dataset nor a type");
  }
}

/// Puts the name behind the path, calls `visit_link` and takes it off again.
static herr_t visit(hid_t group, const char *name, const H5L_info_t *info, void *context) {
  struct walk *walk = context;
  size_t length = strlen(walk->path);
  if (++walk->links > LINKS) return fail_limit(walk->fault, HDF5_TOO_MANY, walk->path, LINKS) - 1;
  bool is_name = name[0] != '\0' && strcmp(name, ".") != 0 && !strchr(name, '/') && strlen(name) <= NAME_BYTES;
  int wanted = snprintf(
      walk->path + length, sizeof walk->path - length, "%s%s", length > 0 ? "/" : "", name);
  bool goes_on = is_name && (size_t)wanted < sizeof walk->path - length
      ? visit_link(walk, group, name, info->type)
      : fail(walk->fault, HDF5_NAME, walk->path, NULL);
  walk->path[length] = '\0';
  return goes_on ? 0 : -1;
}

static bool walk_group(struct walk *walk, hid_t group) {
  if (!tell(walk, walk->visitor->group(walk->visitor->context, walk->path))) return false;
  if (!list_attributes(group, walk->path, walk->depth == 0, walk->visitor, walk->fault)) return false;
  hsize_t place = 0;
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &place, visit, walk) >= 0) return true;
  return walk->fault->kind != HDF5_OK ? false : fail_library(walk->fault, walk->path);
}

/// Whether the signature is at 0, 512, 1024 and so on by doubling, where the format lets it be.
static bool has_signature(int descriptor) {
  static const char signature[8] = "\x89HDF\r\n\x1a\n";
  char bytes[8];
  for (int64_t place = 0; pread(descriptor, bytes, 8, place) == 8; place = place ? 2 * place : 512)
    if (memcmp(bytes, signature, 8) == 0) return true;
  return false;
}

int64_t hdf5_open(int descriptor, struct hdf5_fault *fault) {
  if (!has_signature(descriptor)) return fail(fault, HDF5_NOT_HDF5, NULL, NULL) - 1;
  prepare_library();
  hid_t access = access_to(descriptor);
  if (access < 0) return fail_library(fault, NULL) - 1;
  hid_t file = H5Fopen("the file", H5F_ACC_RDONLY, access);
  if (file < 0) fail_library(fault, NULL);
  H5Pclose(access);
  return file;
}

bool hdf5_extent(int64_t file, uint64_t *start, uint64_t *end, struct hdf5_fault *fault) {
  hid_t creation = H5Fget_create_plist(file);
  hsize_t user_block = 0;
  bool is_read = creation >= 0 && H5Pget_userblock(creation, &user_block) >= 0 && end_of_allocated(file, end);
  if (creation >= 0) H5Pclose(creation);
  *start = user_block;
  return is_read || fail_library(fault, NULL);
}

bool hdf5_list(int64_t file, struct hdf5_visitor visitor, struct hdf5_fault *fault) {
  struct walk walk = {.visitor = &visitor, .fault = fault};
  H5O_info_t info;
  hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
  bool is_listed = root >= 0 && H5Oget_info2(root, &info, H5O_INFO_BASIC) >= 0 && keep(&walk, info.addr) > 0
      ? walk_group(&walk, root)
      : fail_library(fault, NULL);
  if (root >= 0) H5Gclose(root);
  free(walk.seen);
  return is_listed;
}
