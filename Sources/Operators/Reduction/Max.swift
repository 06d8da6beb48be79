import Graphs

/// The largest element over `axes`, NaN where one is; of no elements -∞ or the least number of the type. Equal
/// largest ones share the gradient.
package struct Max: ExtremeOp {
  package static let name = "max"
  package var axes: [Int]
  package var keep: Bool

  package init(axes: [Int], keep: Bool = true) { (self.axes, self.keep) = (axes, keep) }

  package static func reduce(_ group: [Double]) -> Double {
    group.reduce(-.infinity) { $0.isNaN || $0 >= $1 ? $0 : $1 }
  }
  package static func reduce<Whole: FixedWidthInteger>(_ group: [Whole]) -> Whole { group.max() ?? .min }
}
