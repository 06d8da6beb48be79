import Glibc
package import Tensors

/// The learning rate by step: a warm-up, then a course.
package struct LearningRate: Hashable, Sendable {
  /// The highest rate.
  package var base = 1e-4
  /// Steps over which the rate rises in proportion from 0.
  package var warmup = 500
  package var course: Course = .cosine
  /// The rate at the end, as a share of `base`.
  package var last = 0.1
  /// Of `inverse`: steps after which the rate has begun to fall, and how fast it does.
  package var inverseGamma = 10_000.0
  package var inversePower = 0.5

  package enum Course: String, CaseIterable, Hashable, Sendable {
    case constant
    /// Half a cosine from `base` to `last` at the last step.
    case cosine
    /// `base·(1 + k/γ)^-power`, not below `last`; as `InverseLR` of stable-audio-tools.
    case inverse
  }

  package init() {}

  /// The rate of step `step`, counted from 0, of `steps`.
  package func rate(at step: Int, of steps: Int) -> Double {
    let rise = warmup > 0 ? min(1, Double(step + 1) / Double(warmup)) : 1
    return base * rise * fall(Double(max(0, step - warmup)), over: Double(max(1, steps - warmup)))
  }

  /// The share of `base` that is left `passed` steps behind the warm-up.
  private func fall(_ passed: Double, over length: Double) -> Double {
    switch course {
    case .constant: 1
    case .cosine: last + (1 - last) * (1 + cos(.pi * min(1, passed / length))) / 2
    case .inverse: max(last, pow(1 + passed / inverseGamma, -inversePower))
    }
  }

  /// Throws iff a number is out of its range.
  package func check() throws(Diagnostic) {
    guard base > 0, base.isFinite else { throw .range("the learning rate", base, "more than 0") }
    guard warmup >= 0 else { throw .range("the warm-up", Double(warmup), "0 or more steps") }
    guard (0...1).contains(last) else { throw .range("the last share", last, "0 to 1") }
    guard inverseGamma > 0 else { throw .range("gamma", inverseGamma, "more than 0") }
    guard inversePower >= 0 else { throw .range("power", inversePower, "0 or more") }
  }
}

extension Diagnostic {
  fileprivate static func range(_ name: String, _ value: Double, _ range: String) -> Diagnostic {
    Diagnostic("\(name) is \(value), expected \(range)", kind: .usage)
  }
}
