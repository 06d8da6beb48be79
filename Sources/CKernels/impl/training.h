// What an optimiser does to its weights. Part of impl.h.

INLINE void adamw_lanes(const ck_adamw_step *step, vf *weight, vf gradient, vf *mean, vf *square) {
  gradient *= splat(step->gradient_scale);
  *mean = *mean + (gradient - *mean) * splat(1.0f - step->beta1);
  *square = *square * splat(step->beta2) + gradient * gradient * splat(1.0f - step->beta2);
  vf spread = root(*square) / splat(step->correction) + splat(step->epsilon);
  *weight = *weight * splat(step->kept) - splat(step->rate) * *mean / spread;
}

static void adamw(
  const ck_adamw_step *step, size_t n, float *weights, const float *gradient, float *mean,
  float *square) {
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH) {
    vf w = load(weights + i), m = load(mean + i), v = load(square + i);
    adamw_lanes(step, &w, load(gradient + i), &m, &v);
    store(weights + i, w);
    store(mean + i, m);
    store(square + i, v);
  }
  if (i == n) return;
  vf w = load_part(weights + i, n - i, 0.0f), m = load_part(mean + i, n - i, 0.0f);
  vf v = load_part(square + i, n - i, 0.0f);
  adamw_lanes(step, &w, load_part(gradient + i, n - i, 0.0f), &m, &v);
  store_part(weights + i, n - i, w);
  store_part(mean + i, n - i, m);
  store_part(square + i, n - i, v);
}

static void add_scaled(size_t n, float *sum, const float *x, float factor) {
  vf factors = splat(factor);
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH)
    store(sum + i, load(sum + i) + load(x + i) * factors);
  for (; i < n; i++) sum[i] += x[i] * factor;
}

static void moving_average(size_t n, float *average, const float *x, float share) {
  vf shares = splat(share);
  size_t i = 0;
  for (; i + CK_WIDTH <= n; i += CK_WIDTH) {
    vf old = load(average + i);
    store(average + i, old + (load(x + i) - old) * shares);
  }
  for (; i < n; i++) average[i] += (x[i] - average[i]) * share;
}

static double sum_of_squares(size_t n, const float *x) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}
