#include "internal.h"

#include <string.h>

/// How the bits of a float lie: sign, exponent, fraction.
struct float_format {
  const char *element;
  size_t size, sign, exponent, exponent_bits, fraction_bits, bias;
};

static const struct float_format floats[] = {
    {"f32", 4, 31, 23, 8, 23, 127},  {"f64", 8, 63, 52, 11, 52, 1023}, {"f16", 2, 15, 10, 5, 10, 15},
    {"bf16", 2, 15, 7, 8, 7, 127},   {"f8e4m3", 1, 7, 3, 4, 3, 7},     {"f8e5m2", 1, 7, 2, 5, 2, 15},
};

static const char *integer_element(hid_t type) {
  bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (H5Tget_size(type)) {
    case 1: return is_signed ? "i8" : "u8";
    case 2: return is_signed ? "i16" : "u16";
    case 4: return is_signed ? "i32" : "u32";
    case 8: return is_signed ? "i64" : "u64";
    default: return NULL;
  }
}

static const char *float_element(hid_t type) {
  size_t sign, exponent, exponent_bits, fraction, fraction_bits;
  H5T_order_t order = H5Tget_order(type);
  if (order != H5T_ORDER_LE && order != H5T_ORDER_BE) return NULL;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &fraction, &fraction_bits) < 0) return NULL;
  size_t size = H5Tget_size(type), bias = H5Tget_ebias(type);
  if (H5Tget_offset(type) != 0 || H5Tget_precision(type) != 8 * size || fraction != 0) return NULL;
  if (H5Tget_norm(type) != H5T_NORM_IMPLIED) return NULL;
  for (size_t index = 0; index < sizeof floats / sizeof *floats; index++) {
    const struct float_format *format = &floats[index];
    if (size == format->size && sign == format->sign && exponent == format->exponent
        && exponent_bits == format->exponent_bits && fraction_bits == format->fraction_bits
        && bias == format->bias)
      return format->element;
  }
  return NULL;
}

/// The type with its bytes in little-endian order.
static hid_t little(hid_t type) {
  hid_t copy = H5Tcopy(type);
  if (copy >= 0 && H5Tget_order(copy) == H5T_ORDER_BE) H5Tset_order(copy, H5T_ORDER_LE);
  return copy;
}

/// Whether the enumeration is the FALSE = 0, TRUE = 1 that h5py stores bools as.
static bool is_bool(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  for (unsigned index = 0; index < 2; index++) {
    signed char value = -1;
    char *name = H5Tget_member_name(type, index);
    if (!name) return false;
    bool is_right = H5Tget_member_value(type, index, &value) >= 0 && (value == 0 || value == 1)
        && strcmp(name, value ? "TRUE" : "FALSE") == 0;
    H5free_memory(name);
    if (!is_right) return false;
  }
  return true;
}

/// Two equal floats `r` and `i` without a gap, as h5py stores complex numbers.
static hid_t complex_of(hid_t part) {
  size_t size = H5Tget_size(part);
  hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);
  if (type >= 0) H5Tinsert(type, "r", 0, part), H5Tinsert(type, "i", size, part);
  return type;
}

static const char *compound_element(hid_t type, hid_t *memory) {
  if (H5Tget_nmembers(type) != 2) return NULL;
  const char *element = NULL;
  hid_t part = H5Tget_member_type(type, 0);
  if (part >= 0 && H5Tget_class(part) == H5T_FLOAT) element = float_element(part);
  element = !element ? NULL : strcmp(element, "f32") == 0 ? "c64" : strcmp(element, "f64") == 0 ? "c128" : NULL;
  if (element) {
    hid_t same = complex_of(part), wanted = little(part);
    if (H5Tequal(same, type) > 0) *memory = complex_of(wanted);
    else element = NULL;
    H5Tclose(same), H5Tclose(wanted);
  }
  if (part >= 0) H5Tclose(part);
  return element;
}

const char *element_of(hid_t type, const char **holds, hid_t *memory, bool *is_plain) {
  const char *element = NULL;
  *holds = NULL, *memory = -1, *is_plain = false;
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      *holds = "integers of an unusual width";
      element = integer_element(type);
      if (element) *memory = stored_type(element);
      break;
    case H5T_FLOAT:
      *holds = "floats of an unusual format";
      element = float_element(type);
      if (element) *memory = little(type);
      break;
    case H5T_ENUM: {
      *holds = "an enumeration of an unusual width";
      hid_t base = H5Tget_super(type);
      element = is_bool(type) ? "bool" : base >= 0 && H5Tget_class(base) == H5T_INTEGER ? integer_element(base) : NULL;
      if (element) *memory = is_bool(type) ? H5Tcopy(type) : stored_type(element);
      *is_plain = element && H5Tequal(is_bool(type) ? type : base, *memory) > 0;
      if (base >= 0) H5Tclose(base);
      return element;
    }
    case H5T_COMPOUND:
      *holds = "records";
      element = compound_element(type, memory);
      break;
    case H5T_OPAQUE:
      *holds = "bytes without a meaning";
      element = H5Tget_size(type) == 2 ? "opaque2" : H5Tget_size(type) == 1 ? "opaque1" : NULL;
      if (element) *memory = H5Tcopy(type);
      break;
    case H5T_STRING: *holds = "strings"; break;
    case H5T_VLEN: *holds = "lists of varying length"; break;
    case H5T_ARRAY: *holds = "arrays"; break;
    case H5T_REFERENCE: *holds = "references"; break;
    case H5T_BITFIELD: *holds = "bit fields"; break;
    case H5T_TIME: *holds = "times"; break;
    default: *holds = "elements of an unknown kind"; break;
  }
  if (element && *memory < 0) element = NULL;
  *is_plain = element && H5Tequal(type, *memory) > 0;
  return element;
}

hid_t stored_type(const char *element) {
  static const struct {
    const char *element;
    hid_t *type;
  } types[] = {
      {"f32", &H5T_IEEE_F32LE_g}, {"f64", &H5T_IEEE_F64LE_g}, {"i8", &H5T_STD_I8LE_g},
      {"i16", &H5T_STD_I16LE_g},  {"i32", &H5T_STD_I32LE_g},  {"i64", &H5T_STD_I64LE_g},
      {"u8", &H5T_STD_U8LE_g},    {"u16", &H5T_STD_U16LE_g},  {"u32", &H5T_STD_U32LE_g},
      {"u64", &H5T_STD_U64LE_g},
  };
  for (size_t index = 0; index < sizeof types / sizeof *types; index++)
    if (strcmp(types[index].element, element) == 0) return H5Tcopy(*types[index].type);
  if (strcmp(element, "c64") == 0) return complex_of(H5T_IEEE_F32LE);
  if (strcmp(element, "c128") == 0) return complex_of(H5T_IEEE_F64LE);
  if (strcmp(element, "bool") == 0) {
    signed char no = 0, yes = 1;
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    if (type >= 0) H5Tenum_insert(type, "FALSE", &no), H5Tenum_insert(type, "TRUE", &yes);
    return type;
  }
  if (strcmp(element, "f16") == 0) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    bool is_made = H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0
        && H5Tset_ebias(type, 15) >= 0;
    return is_made ? type : -1;
  }
  return -1;
}
