import ArgumentParser
import Passes

extension Pass: ExpressibleByArgument {
  public init?(argument: String) {
    guard let pass = Pass.all.first(where: { $0.name == argument }) else { return nil }
    self = pass
  }

  public var defaultValueDescription: String { name }

  public static var allValueStrings: [String] { all.map(\.name) }
}
