// Conversions between element types. Part of impl.h. Plain loops: the compiler vectorises them.

INLINE uint32_t float_bits(float x) { return __builtin_bit_cast(uint32_t, x); }
INLINE float bits_float(uint32_t x) { return __builtin_bit_cast(float, x); }

/// Moves the 15 value bits into place; a multiplication sets the exponent and normalises subnormals.
static void f16_to_f32(size_t n, float *out, const uint16_t *x) {
  for (size_t i = 0; i < n; i++) {
    uint32_t magnitude = x[i] & 0x7fffu;
    uint32_t finite = float_bits(bits_float(magnitude << 13) * 0x1p112f);
    uint32_t special = 0x7f800000u | magnitude << 13;
    uint32_t value = magnitude >= 0x7c00u ? special : finite;
    out[i] = bits_float(value | (uint32_t)(x[i] & 0x8000u) << 16);
  }
}

static void f32_to_f16(size_t n, uint16_t *out, const float *x) {
  for (size_t i = 0; i < n; i++) {
    uint32_t raw = float_bits(x[i]);
    uint32_t sign = raw >> 16 & 0x8000u;
    uint32_t magnitude = raw & 0x7fffffffu;
    // Subnormal results: the addition rounds at the last place of a half.
    uint32_t small = float_bits(bits_float(magnitude) + 0.5f) - float_bits(0.5f);
    uint32_t normal = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1)) >> 13;
    uint32_t value = magnitude < 0x38800000u ? small : normal;
    value = magnitude >= 0x477ff000u ? 0x7c00u : value;
    value = magnitude > 0x7f800000u ? 0x7e00u : value;
    out[i] = (uint16_t)(sign | value);
  }
}

static void bf16_to_f32(size_t n, float *out, const uint16_t *x) {
  for (size_t i = 0; i < n; i++) out[i] = bits_float((uint32_t)x[i] << 16);
}

static void f32_to_bf16(size_t n, uint16_t *out, const float *x) {
  for (size_t i = 0; i < n; i++) {
    uint32_t raw = float_bits(x[i]);
    uint32_t rounded = (raw + 0x7fffu + (raw >> 16 & 1)) >> 16;
    bool nan = (raw & 0x7fffffffu) > 0x7f800000u;
    out[i] = (uint16_t)(nan ? raw >> 16 | 0x40u : rounded);
  }
}

static void f64_to_f32(size_t n, float *out, const double *x) {
  for (size_t i = 0; i < n; i++) out[i] = (float)x[i];
}

static void i64_to_f32(size_t n, float *out, const int64_t *x) {
  for (size_t i = 0; i < n; i++) out[i] = (float)x[i];
}

static void u8_to_f32(size_t n, float *out, const uint8_t *x) {
  for (size_t i = 0; i < n; i++) out[i] = (float)x[i];
}
