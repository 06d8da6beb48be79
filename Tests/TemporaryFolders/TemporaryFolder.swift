import Glibc

/// A folder of its own for a test, removed with all that is in it.
package final class TemporaryFolder {
  package let path: String

  package init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(parent)/foley-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Trouble.system(errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    Self.clear(path)
    rmdir(path)
  }

  /// The path of `name` in the folder.
  package func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Puts `bytes` into the file `name` and gives its path.
  @discardableResult
  package func put(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = self(name)
    guard let file = fopen(path, "wb") else { throw Trouble.system(errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Trouble.system(errno) }
    return path
  }

  @discardableResult
  package func put(_ name: String, _ text: String) throws -> String { try put(name, Array(text.utf8)) }

  /// The names in the folder.
  package var names: [String] { Self.names(in: path) }

  private static func clear(_ folder: String) {
    for name in names(in: folder) where unlink(folder + "/" + name) != 0 {
      clear(folder + "/" + name)
      rmdir(folder + "/" + name)
    }
  }

  private static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The bytes of the file `name`.
  package func bytes(_ name: String) throws -> [UInt8] {
    guard let file = fopen(self(name), "rb") else { throw Trouble.system(errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
  }

  private enum Trouble: Error { case system(Int32) }
}
