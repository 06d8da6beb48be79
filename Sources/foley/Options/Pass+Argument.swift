import ArgumentParser
import Passes

extension Pass: ExpressibleByArgument {
  public init?(argument: String) {
    guard let pass = Pass.offered.first(where: { $0.name == argument }) else { return nil }
    self = pass
  }

  static let offered: [Pass] = [.foldConstants, .removeDead, .shareCommon]

  public var defaultValueDescription: String { name }

  public static var allValueStrings: [String] { offered.map(\.name) }
}
