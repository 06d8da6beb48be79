#include "internal.h"

#include <stdio.h>

bool fail(struct hdf5_fault *fault, enum hdf5_fault_kind kind, const char *object, const char *text) {
  fault->kind = kind;
  snprintf(fault->object, sizeof fault->object, "%s", object ? object : "");
  snprintf(fault->text, sizeof fault->text, "%s", text ? text : "");
  return false;
}

bool fail_limit(struct hdf5_fault *fault, enum hdf5_fault_kind kind, const char *object, long limit) {
  char text[32];
  snprintf(text, sizeof text, "%ld", limit);
  return fail(fault, kind, object, text);
}

/// Keeps the words of the innermost error, which comes first.
static herr_t keep_first(unsigned number, const H5E_error2_t *error, void *text) {
  if (number == 0 && error->desc) snprintf(text, sizeof ((struct hdf5_fault *)0)->text, "%s", error->desc);
  return 0;
}

bool fail_library(struct hdf5_fault *fault, const char *object) {
  fail(fault, HDF5_DAMAGED, object, "unknown error");
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, fault->text);
  return false;
}
