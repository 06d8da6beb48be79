// Vectors of CK_WIDTH floats and what every kernel does with them. Part of impl.h.

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((ext_vector_type(CK_WIDTH)));
typedef int32_t vi __attribute__((ext_vector_type(CK_WIDTH)));
typedef float vf_in_memory
  __attribute__((ext_vector_type(CK_WIDTH), aligned(4), may_alias));

INLINE vf splat(float x) { return (vf)x; }
INLINE vf load(const float *p) { return *(const vf_in_memory *)p; }
INLINE void store(float *p, vf x) { *(vf_in_memory *)p = x; }

/// a·b + c, fused where the instruction set can.
INLINE vf muladd(vf a, vf b, vf c) {
#if CK_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// a where the mask is set, b elsewhere.
INLINE vf pick(vi mask, vf a, vf b) { return mask ? a : b; }

INLINE vi bits(vf x) { return (vi)x; }
INLINE vf from_bits(vi x) { return (vf)x; }
INLINE vf magnitude(vf x) { return from_bits(bits(x) & 0x7fffffff); }
INLINE vf with_sign_of(vf x, vf sign) {
  return from_bits((bits(x) & 0x7fffffff) | (bits(sign) & (int32_t)0x80000000));
}
INLINE vf larger(vf a, vf b) { return pick(a > b, a, b); }
INLINE vf smaller(vf a, vf b) { return pick(a < b, a, b); }
INLINE vf root(vf x) { return __builtin_elementwise_sqrt(x); }
INLINE bool any(vi mask) { return __builtin_reduce_or(mask) != 0; }

/// 0, 1, 2, ...
INLINE vi lane_numbers(void) {
  vi lanes;
  for (int i = 0; i < CK_WIDTH; i++) lanes[i] = i;
  return lanes;
}

/// The first n < CK_WIDTH lanes from memory, `rest` in the others.
INLINE vf load_part(const float *p, size_t n, float rest) {
#if CK_WIDTH == 16
  return _mm512_mask_loadu_ps(splat(rest), (__mmask16)((1u << n) - 1), p);
#elif CK_WIDTH == 8
  vi mask = lane_numbers() < (int32_t)n;
  return pick(mask, _mm256_maskload_ps(p, (__m256i)mask), splat(rest));
#else
  vf x = splat(rest);
  for (size_t i = 0; i < n; i++) x[i] = p[i];
  return x;
#endif
}

/// The first n < CK_WIDTH lanes to memory.
INLINE void store_part(float *p, size_t n, vf x) {
#if CK_WIDTH == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), x);
#elif CK_WIDTH == 8
  _mm256_maskstore_ps(p, (__m256i)(lane_numbers() < (int32_t)n), x);
#else
  for (size_t i = 0; i < n; i++) p[i] = x[i];
#endif
}

INLINE float sum_of_lanes(vf x) {
  float lanes[CK_WIDTH];
  store(lanes, x);
  for (int half = CK_WIDTH / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

INLINE float largest_lane(vf x) {
  float lanes[CK_WIDTH];
  store(lanes, x);
  for (int half = CK_WIDTH / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++)
      lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  return lanes[0];
}

/// The lanes of each pair exchanged.
INLINE vf swap_pairs(vf x) {
#if CK_WIDTH == 16
  return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
#elif CK_WIDTH == 8
  return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
#else
  return __builtin_shufflevector(x, x, 1, 0, 3, 2);
#endif
}
