/// k-diffusion's view of a v model at noise level σ: `D(x) = c_skip·x + c_out·v(c_in·x, t)`.
struct VDenoiser {
  /// The model's timestep, `atan(σ)·2/π`.
  let time: Float
  let skip: Float
  let out: Float
  let `in`: Float

  init(sigma: Float) {
    let variance = sigma * sigma + 1
    time = Elementary.atan(sigma) / Elementary.pi * 2
    skip = 1 / variance
    out = -sigma / variance.squareRoot()
    `in` = 1 / variance.squareRoot()
  }
}
