// Elementary functions on vectors. Part of impl.h.
// Polynomials: Cephes (exp, log, tanh, sin, cos), N. Juffa's erf, own minimax fits (exp2, the wide sine).

/// Added and taken away, it rounds |x| < 2^22 to the nearest integer, which is then in the low bits.
#define ROUNDER 12582912.0f

/// 2^k for -126 ≤ k ≤ 127; 0 for -127.
INLINE vf power_of_two(vi k) { return from_bits((k + 127) << 23); }

/// e^x over the whole range, subnormal results included.
INLINE vf exp_of(vf x) {
  vf y = pick(x > 89.0f, splat(89.0f), x);
  y = pick(y < -105.0f, splat(-105.0f), y);
  vf shifted = muladd(y, splat(1.44269504f), splat(ROUNDER));
  vf n = shifted - ROUNDER;
  vi k = bits(shifted) - bits(splat(ROUNDER));
  vf r = muladd(n, splat(-0.693359375f), y);
  r = muladd(n, splat(2.12194440e-4f), r);
  vf p = splat(1.9875691500e-4f);
  p = muladd(p, r, splat(1.3981999507e-3f));
  p = muladd(p, r, splat(8.3334519073e-3f));
  p = muladd(p, r, splat(4.1665795894e-2f));
  p = muladd(p, r, splat(1.6666665459e-1f));
  p = muladd(p, r, splat(5.0000001201e-1f));
  p = muladd(p * r, r, r) + 1.0f;
  vi half = k >> 1;
  return p * power_of_two(half) * power_of_two(k - half);
}

/// 2^x for |x| ≤ ½; `rough`: to one in 13,000.
INLINE vf exp2_of_half(bool rough, vf x) {
  if (rough) {
    vf p = muladd(splat(0.055171664f), x, splat(0.24261112f));
    return muladd(muladd(p, x, splat(0.69326097f)), x, splat(0.99992806f));
  }
  vf p = splat(0.00015353362f);
  p = muladd(p, x, splat(0.0013398875f));
  p = muladd(p, x, splat(0.009618437f));
  p = muladd(p, x, splat(0.055503324f));
  p = muladd(p, x, splat(0.24022648f));
  p = muladd(p, x, splat(0.6931472f));
  return muladd(p, x, splat(1.0f));
}

/// 2^x for x ≤ 0; results below the range of floats are 0.
INLINE vf exp2_of_negative(bool rough, vf x) {
#if CK_WIDTH == 16
  // Far enough down for a power of zero; a NaN is the second operand and stays.
  vf y = _mm512_max_ps(splat(-160.0f), x);
  vf whole = _mm512_roundscale_ps(y, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return _mm512_scalef_ps(exp2_of_half(rough, y - whole), whole);
#else
  // At -127 the exponent field is 0 and with it the power. A NaN passes the comparison and stays.
  vf y = pick(x < -127.0f, splat(-127.0f), x);
  vf shifted = y + ROUNDER;
  vi k = bits(shifted) - bits(splat(ROUNDER));
  return exp2_of_half(rough, y - (shifted - ROUNDER)) * power_of_two(k);
#endif
}

INLINE vf log_of(vf x) {
  vi tiny = x < 1.17549435e-38f;
  vf scaled = pick(tiny, x * 8388608.0f, x);
  vi raw = bits(scaled);
  // m in [√½, √2), x = m·2^e.
  vi e = (raw - 0x3f3504f3) >> 23;
  vf m = from_bits(raw - (e << 23)) - 1.0f;
  vf exponent = __builtin_convertvector(e, vf) - pick(tiny, splat(23.0f), splat(0.0f));
  vf p = splat(7.0376836292e-2f);
  p = muladd(p, m, splat(-1.1514610310e-1f));
  p = muladd(p, m, splat(1.1676998740e-1f));
  p = muladd(p, m, splat(-1.2420140846e-1f));
  p = muladd(p, m, splat(1.4249322787e-1f));
  p = muladd(p, m, splat(-1.6668057665e-1f));
  p = muladd(p, m, splat(2.0000714765e-1f));
  p = muladd(p, m, splat(-2.4999993993e-1f));
  p = muladd(p, m, splat(3.3333331174e-1f));
  vf z = m * m;
  vf y = p * m * z;
  y = muladd(exponent, splat(-2.12194440e-4f), y);
  y = muladd(z, splat(-0.5f), y);
  vf result = muladd(exponent, splat(0.693359375f), m + y);
  result = pick(x == 0.0f, splat(-__builtin_inff()), result);
  result = pick(x == __builtin_inff(), x, result);
  return pick((x < 0.0f) | (x != x), splat(__builtin_nanf("")), result);
}

/// log(1 + u) for 0 ≤ u ≤ 1.
INLINE vf log1p_of(vf u) {
  vf w = 1.0f + u;
  return log_of(w) + (u - (w - 1.0f)) / w;
}

/// The largest |x| that the reduction of sin and cos takes; beyond it libm answers, lane by lane.
#define MOST_REDUCED 1e5f

/// sin(x + quarter·π/2).
INLINE vf sin_of(vf x, int32_t quarter) {
  vf shifted = muladd(x, splat(0.636619772f), splat(ROUNDER));
  vf n = shifted - ROUNDER;
  vi q = bits(shifted) - bits(splat(ROUNDER)) + quarter;
  // π/2 in parts of 8 bits: products with n are exact without a fused multiply.
  vf r = muladd(n, splat(-1.5703125f), x);
  r = muladd(n, splat(-0.0004825592041015625f), r);
  r = muladd(n, splat(-1.2665987014770508e-06f), r);
  r = muladd(n, splat(-9.92093629470503e-10f), r);
  vf z = r * r;
  vf s = splat(-1.9515295891e-4f);
  s = muladd(s, z, splat(8.3321608736e-3f));
  s = muladd(s, z, splat(-1.6666654611e-1f));
  s = muladd(s * z, r, r);
  vf c = splat(2.443315711809948e-5f);
  c = muladd(c, z, splat(-1.388731625493765e-3f));
  c = muladd(c, z, splat(4.166664568298827e-2f));
  c = muladd(c * z, z, muladd(z, splat(-0.5f), splat(1.0f)));
  vf result = pick((q & 1) != 0, c, s);
  result = from_bits(bits(result) ^ ((q & 2) << 30));
  vi far = ~(magnitude(x) <= MOST_REDUCED);
  if (any(far)) {
    for (int i = 0; i < CK_WIDTH; i++)
      if (far[i]) result[i] = (float)((quarter & 1) ? cos((double)x[i]) : sin((double)x[i]));
  }
  return result;
}

/// sin²(x).
INLINE vf squared_sin_of(vf x) {
  vf shifted = muladd(x, splat(0.318309886f), splat(ROUNDER));
  vf n = shifted - ROUNDER;
  vf r = muladd(n, splat(-3.140625f), x);
  r = muladd(n, splat(-0.000965118408203125f), r);
  r = muladd(n, splat(-2.535181590e-06f), r);
  vf z = r * r;
  vf s = splat(2.605780537123792e-06f);
  s = muladd(s, z, splat(-0.00019809602235909551f));
  s = muladd(s, z, splat(0.00833306647837162f));
  s = muladd(s, z, splat(-0.16666659712791443f));
  s = muladd(s * z, r, r);
  vf result = s * s;
  vi far = ~(magnitude(x) <= MOST_REDUCED);
  if (any(far)) {
    for (int i = 0; i < CK_WIDTH; i++) {
      if (!far[i]) continue;
      double sine = sin((double)x[i]);
      result[i] = (float)(sine * sine);
    }
  }
  return result;
}

INLINE vf tanh_of(vf x) {
  vf t = magnitude(x);
  vf z = x * x;
  vf p = splat(-5.70498872745e-3f);
  p = muladd(p, z, splat(2.06390887954e-2f));
  p = muladd(p, z, splat(-5.37397155531e-2f));
  p = muladd(p, z, splat(1.33314422036e-1f));
  p = muladd(p, z, splat(-3.33332819422e-1f));
  vf near = muladd(p * z, x, x);
  vf far = with_sign_of(1.0f - 2.0f / (exp_of(t + t) + 1.0f), x);
  return pick(t < 0.625f, near, pick(x != x, x, far));
}

INLINE vf sigmoid_of(vf x) { return 1.0f / (1.0f + exp_of(-x)); }

INLINE vf erf_of(vf x) {
  vf t = magnitude(x);
  t = pick(t > 6.0f, splat(6.0f), t);
  vf z = t * t;
  vf f = muladd(splat(-1.72853470e-5f), t, splat(3.83197126e-4f));
  vf u = muladd(splat(-3.88396438e-3f), t, splat(2.42546219e-2f));
  f = muladd(f, z, u);
  f = muladd(f, t, splat(-1.06777877e-1f));
  f = muladd(f, t, splat(-6.34846687e-1f));
  f = muladd(f, t, splat(-1.28717512e-1f));
  f = muladd(f, t, -t);
  vf far = with_sign_of(1.0f - exp_of(f), x);
  vf n = splat(-5.96761703e-4f);
  n = muladd(n, z, splat(4.99119423e-3f));
  n = muladd(n, z, splat(-2.67681349e-2f));
  n = muladd(n, z, splat(1.12819925e-1f));
  n = muladd(n, z, splat(-3.76125336e-1f));
  n = muladd(n, z, splat(1.28379166e-1f));
  n = muladd(n, x, x);
  vf result = pick(t > 0.927734375f, far, n);
  return pick(x != x, x, result);
}

INLINE vf gelu_of(vf x) { return 0.5f * x * (1.0f + erf_of(x * 0.70710678f)); }

INLINE vf gelu_tanh_of(vf x) {
  vf inner = x * muladd(x * x, splat(0.044715f), splat(1.0f));
  return x / (1.0f + exp_of(inner * -1.5957691216f));
}

INLINE vf softplus_of(vf x) {
  vf base = pick(x > 0.0f, x, splat(0.0f));
  return pick(x != x, x, base + log1p_of(exp_of(-magnitude(x))));
}
