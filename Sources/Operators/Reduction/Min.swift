import Graphs

/// The smallest element over `axes`, NaN where one is; of no elements ∞ or the largest number of the type. Equal
/// smallest ones share the gradient.
package struct Min: ExtremeOp {
  package static let name = "min"
  package var axes: [Int]
  package var keep: Bool

  package init(axes: [Int], keep: Bool = true) { (self.axes, self.keep) = (axes, keep) }

  package static func reduce(_ group: [Double]) -> Double {
    group.reduce(.infinity) { $0.isNaN || $0 <= $1 ? $0 : $1 }
  }
  package static func reduce<Whole: FixedWidthInteger>(_ group: [Whole]) -> Whole { group.min() ?? .max }
}
