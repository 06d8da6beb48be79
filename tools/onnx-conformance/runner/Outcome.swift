import Tensors

/// How one engine did on one case.
enum Outcome: Sendable {
  case passed
  /// Another result than the expected one, or an error where there should be a result.
  case failed(String)
  /// The model was refused because something in it is not supported.
  case unsupported(String)
  /// The process ended.
  case crashed(String)
  case timedOut

  /// The classes of outcomes, in the order of the report's columns.
  enum Kind: String, CaseIterable {
    case passed, failed, unsupported, crashed
    case timedOut = "timed out"
  }

  var kind: Kind {
    switch self {
    case .passed: .passed
    case .failed: .failed
    case .unsupported: .unsupported
    case .crashed: .crashed
    case .timedOut: .timedOut
    }
  }

  /// What went wrong; empty where the kind says it all.
  var reason: String {
    switch self {
    case .passed, .timedOut: ""
    case .failed(let reason), .unsupported(let reason), .crashed(let reason): reason
    }
  }
}

/// The two ways to run a graph.
enum Engine: String, CaseIterable, Sendable {
  /// `Graph.evaluate`.
  case reference
  /// `Session`: passes, plan and kernels.
  case planned
}

// MARK: between processes, a line each

extension Outcome {
  var line: String {
    let json: JSON = ["outcome": JSON(kind.rawValue), "reason": JSON(reason)]
    return json.printed()
  }

  /// The outcome that `line` says; a crash iff it says none.
  init(line: String) {
    guard let json = try? JSON(parsing: Array(line.utf8)), case .object(let members) = json,
      case .string(let word) = members["outcome"] ?? .null, let kind = Kind(rawValue: word),
      case .string(let reason) = members["reason"] ?? .null
    else {
      self = .crashed("answered \(line)")
      return
    }
    switch kind {
    case .passed: self = .passed
    case .failed: self = .failed(reason)
    case .unsupported: self = .unsupported(reason)
    case .crashed: self = .crashed(reason)
    case .timedOut: self = .timedOut
    }
  }
}
