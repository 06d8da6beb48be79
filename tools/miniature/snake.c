// Snake, y = x + sin(a x)^2 / b, and its gradients in one pass each: what PyTorch does in a dozen.
// Rows are (batch, channel) pairs of n contiguous samples; a and b belong to the channel.
#include <math.h>

void snake(const float *x, const float *a, const float *b, float *y, long rows, long channels, long n) {
#pragma omp parallel for
  for (long r = 0; r < rows; r++) {
    const float slope = a[r % channels], share = 1 / b[r % channels], *in = x + r * n;
    float *out = y + r * n;
    for (long k = 0; k < n; k++) {
      const float s = sinf(slope * in[k]);
      out[k] = in[k] + share * s * s;
    }
  }
}

// gx gets the gradient to x; ga and gb, one a row, the gradients to a and b.
void snake_gradient(const float *x, const float *a, const float *b, const float *g, float *gx, float *ga,
                    float *gb, long rows, long channels, long n) {
#pragma omp parallel for
  for (long r = 0; r < rows; r++) {
    const float slope = a[r % channels], share = 1 / b[r % channels];
    const float *in = x + r * n, *up = g + r * n;
    float *out = gx + r * n, sum = 0, squares = 0;
    for (long k = 0; k < n; k++) {
      const float s = sinf(slope * in[k]), c = cosf(slope * in[k]), turn = 2 * share * s * c * up[k];
      out[k] = up[k] + slope * turn;
      sum += turn * in[k];
      squares += s * s * up[k];
    }
    ga[r] = sum;
    gb[r] = -share * share * squares;
  }
}
