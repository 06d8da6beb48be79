import Graphs
import Operators

extension Op {
  /// Whether the op attends: queries, keys and values are its first three inputs.
  var isAttention: Bool {
    self is Attention || self is NarrowAttention || self is RotaryAttention || self is AxialRotaryAttention
  }
}
