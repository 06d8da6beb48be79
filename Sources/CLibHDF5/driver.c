#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// A file that is open already: the library gets no chance to open another.
struct descriptor_file {
  H5FD_t base;
  int descriptor;
  haddr_t allocated, end;
};

/// The descriptor that the next file opened through the driver reads or writes.
static int next_descriptor = -1;

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)name, (void)access, (void)most;
  struct stat status;
  if (fstat(next_descriptor, &status) != 0) return NULL;
  struct descriptor_file *file = calloc(1, sizeof *file);
  if (!file) return NULL;
  file->descriptor = next_descriptor;
  // What a file that is made anew held is not looked at, but stays: elements may be there already.
  file->end = flags & H5F_ACC_TRUNC ? 0 : (haddr_t)status.st_size;
  return &file->base;
}

static herr_t close_file(H5FD_t *file) {
  free(file);
  return 0;
}

static int compare(const H5FD_t *one, const H5FD_t *other) {
  return one < other ? -1 : one > other;
}

static herr_t query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE
      | H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t allocated(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const struct descriptor_file *)file)->allocated;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t address) {
  (void)type;
  ((struct descriptor_file *)file)->allocated = address;
  return 0;
}

static haddr_t end_of_file(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const struct descriptor_file *)file)->end;
}

static herr_t handle_of(H5FD_t *file, hid_t access, void **handle) {
  (void)access;
  *handle = file;
  return 0;
}

/// What lies past the end reads as zero, as the library's own drivers have it.
static herr_t read_bytes(H5FD_t *base, H5FD_mem_t type, hid_t access, haddr_t address, size_t size, void *to) {
  (void)type, (void)access;
  const struct descriptor_file *file = (const struct descriptor_file *)base;
  if (address > INT64_MAX || size > INT64_MAX - address) return -1;
  char *bytes = to;
  while (size > 0) {
    ssize_t got = pread(file->descriptor, bytes, size, (off_t)address);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) {
      memset(bytes, 0, size);
      return 0;
    }
    bytes += got, address += (haddr_t)got, size -= (size_t)got;
  }
  return 0;
}

static herr_t write_bytes(
    H5FD_t *base, H5FD_mem_t type, hid_t access, haddr_t address, size_t size, const void *from) {
  (void)type, (void)access;
  struct descriptor_file *file = (struct descriptor_file *)base;
  if (address > INT64_MAX || size > INT64_MAX - address) return -1;
  const char *bytes = from;
  while (size > 0) {
    ssize_t got = pwrite(file->descriptor, bytes, size, (off_t)address);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    bytes += got, address += (haddr_t)got, size -= (size_t)got;
  }
  if (address > file->end) file->end = address;
  return 0;
}

static herr_t truncate_file(H5FD_t *base, hid_t access, hbool_t closing) {
  (void)access, (void)closing;
  struct descriptor_file *file = (struct descriptor_file *)base;
  if (ftruncate(file->descriptor, (off_t)file->allocated) != 0) return -1;
  file->end = file->allocated;
  return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 520,
#endif
    .name = "descriptor",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .open = open_file,
    .close = close_file,
    .cmp = compare,
    .query = query,
    .get_eoa = allocated,
    .set_eoa = set_allocated,
    .get_eof = end_of_file,
    .get_handle = handle_of,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t access_to(int descriptor) {
  next_descriptor = descriptor;
  hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  if (list < 0) return -1;
  if (H5Pset_driver(list, H5FDregister(&driver), NULL) >= 0
      && H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) >= 0
      && H5Pset_elink_file_cache_size(list, 0) >= 0
      && H5Pset_alignment(list, 512, 64) >= 0)
    return list;
  H5Pclose(list);
  return -1;
}

void hdf5_version(unsigned *major, unsigned *minor, unsigned *patch) {
  H5get_libversion(major, minor, patch);
}

bool end_of_allocated(hid_t file, uint64_t *end) {
  void *handle = NULL;
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || !handle) return false;
  *end = ((const struct descriptor_file *)handle)->allocated;
  return true;
}

void prepare_library(void) {
  // No clean-up at exit, which crashes on some files; no error output; no filters from files; no other files.
  H5dont_atexit();
  H5open();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0);
  H5Lunregister(H5L_TYPE_EXTERNAL);
}
