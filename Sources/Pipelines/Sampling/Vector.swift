/// A row of `Float`s that adds and scales elementwise, each operation rounded on its own.
///
/// The operands of one expression have one length.
struct Vector: Hashable, Sendable {
  var values: [Float]

  init(_ values: [Float]) { self.values = values }

  var count: Int { values.count }

  static func + (a: Vector, b: Vector) -> Vector { a.zip(b, +) }
  static func - (a: Vector, b: Vector) -> Vector { a.zip(b, -) }
  static func * (scale: Float, a: Vector) -> Vector { Vector(a.values.map { scale * $0 }) }
  static func / (a: Vector, divisor: Float) -> Vector { Vector(a.values.map { $0 / divisor }) }

  private func zip(_ other: Vector, _ operation: (Float, Float) -> Float) -> Vector {
    precondition(count == other.count, "vectors of \(count) and \(other.count) elements")
    return Vector(Swift.zip(values, other.values).map { operation($0, $1) })
  }
}
