import ArgumentParser
import Tensors

/// Values of named lengths, as in `B=1,L=1024`.
struct Lengths: ExpressibleByArgument {
  let values: [String: Int]

  init?(argument: String) {
    var values: [String: Int] = [:]
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.firstIndex(of: "="), let length = Int(part[part.index(after: sign)...]),
        length >= 0,
        Dim.isName(part[..<sign]), values.updateValue(length, forKey: String(part[..<sign])) == nil
      else { return nil }
    }
    self.values = values
  }
}

extension [Lengths] {
  /// All of them; the last one of a name counts.
  var merged: [String: Int] { reduce(into: [:]) { $0.merge($1.values) { _, last in last } } }
}
