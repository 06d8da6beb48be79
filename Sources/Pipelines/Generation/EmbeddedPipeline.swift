import Glibc
package import Tensors

/// The pipeline that comes with foley: small models of a small world, trained, so that there is something to
/// hear at once.
package enum EmbeddedPipeline {
  /// What it is called on the command line.
  package static let name = "miniature"

  /// The directory that `path` means: the embedded pipeline iff `path` is its name and nothing of that name
  /// lies in the working directory; `path` itself else.
  ///
  /// Throws iff the embedded one is meant and is not there.
  package static func place(of path: String) throws(Diagnostic) -> String {
    guard path == name, access(path, F_OK) != 0 else { return path }
    return try directory(beside: try RunningExecutable.folder())
  }

  /// The embedded pipeline of the executable that runs. Throws iff it is not there.
  package static func directory() throws(Diagnostic) -> String {
    try directory(beside: try RunningExecutable.folder())
  }

  /// That of an executable in `folder`: `share/foley/miniature` beside `bin` where foley is installed,
  /// `graphs/miniature` of the package where it lies in the package's build folder.
  static func directory(beside folder: String) throws(Diagnostic) -> String {
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
    let installed = parts.dropLast() + ["share", "foley", "\(name)"]
    let build = parts.lastIndex { $0.hasPrefix(".build") }
    let package = build.map { parts[..<$0] + ["graphs", "\(name)"] }
    let places = [installed, package].compactMap { $0?.joined(separator: "/") }
    guard let place = places.first(where: { access("\($0)/pipeline.json", R_OK) == 0 }) else {
      throw .notEmbedded(places)
    }
    return place
  }
}

extension Diagnostic {
  fileprivate static func notEmbedded(_ places: [String]) -> Diagnostic {
    Diagnostic(
      "the pipeline that comes with foley is not there: expected it at \(places.joined(separator: " or "))",
      help: "install foley with tools/install, or pass a pipeline directory of your own", kind: .noInput)
  }
}
