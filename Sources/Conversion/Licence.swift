import Checkpoints
import Tensors

/// The licence of a model, as far as the files beside its weights say one.
enum Licence {
  /// What the front matter of a `README.md` says, or the name of the file that holds the text; `nil` iff there
  /// is neither in the folder of `path`.
  static func beside(_ path: String) -> String? {
    let folder = path.folder
    guard let names = try? DirectoryListing.names(in: folder) else { return nil }
    if names.contains("README.md"), let text = head(of: folder + "/README.md"), let said = said(in: text) {
      return said
    }
    let file = names.first { $0.uppercased().hasPrefix("LICENSE") || $0.uppercased().hasPrefix("LICENCE") }
    return file.map { "see \($0) of the source" }
  }

  /// Front matter is short: what is longer is none.
  private static func head(of path: String) -> String? {
    guard let file = try? InputFile(path: path), let bytes = try? file.read(0..<min(file.count, 1 << 16))
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func said(in text: String) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst() == "---" else { return nil }
    var found: [String: String] = [:]
    while let line = lines.popFirst(), line != "---" {
      for key in ["license", "license_name"] where line.hasPrefix("\(key):") {
        let value = line.dropFirst(key.count + 1).drop { $0 == " " }
        found[key] = value.filter { $0 != "\"" && $0 != "'" }
      }
    }
    guard let licence = found["license"], !licence.isEmpty else { return nil }
    return found["license_name"].map { "\(licence) (\($0))" } ?? licence
  }
}
