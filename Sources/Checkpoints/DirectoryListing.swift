import Glibc
package import Tensors

/// The names in a directory.
package enum DirectoryListing {
  /// All names in `directory` but `.` and `..` that are valid UTF-8, sorted. Throws iff it cannot be read.
  package static func names(in directory: String) throws(Diagnostic) -> [String] {
    guard let stream = opendir(directory) else { throw .system("list", directory, errno, kind: .noInput) }
    defer { closedir(stream) }
    var names: [Name] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Name(utf8: bytes.prefix { $0 != 0 }) }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted().map(\.text)
  }
}
