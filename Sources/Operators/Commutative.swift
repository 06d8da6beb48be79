/// The ops whose two operands may be exchanged without a change of any result.
package enum Commutative {
  package static let names: Set<String> = [
    Add.name, Multiply.name, Maximum.name, Minimum.name, Equal.name, And.name, Or.name, Xor.name,
    BitwiseAnd.name, BitwiseOr.name, BitwiseXor.name,
  ]
}
