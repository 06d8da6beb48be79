import Graphs
import Operators
import Tensors

extension Wording {
  /// Ops that give truth values, and the one that chooses by them.
  static let comparisons: [Wording] = [
    Wording(Equal.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("Equal", phrase.allInputs(), gives: .bool)
    },
    Wording(Less.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("Less", phrase.allInputs(), gives: .bool)
    },
    Wording(IsNaN.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("IsNaN", [phrase.input(0)], gives: .bool)
    },
    Wording(IsInfinite.self) { (op, phrase) throws(Diagnostic) in
      try phrase.write(
        "IsInf", [phrase.input(0)],
        [
          .integer("detect_negative", op.negative ? 1 : 0), .integer("detect_positive", op.positive ? 1 : 0),
        ], gives: .bool)
    },
    Wording(Where.self) { (_, phrase) throws(Diagnostic) in
      try phrase.write("Where", [phrase.input(1), phrase.input(2)], leading: [phrase.input(0)])
    },
  ]
}
