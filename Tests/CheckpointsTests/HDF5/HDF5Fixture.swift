import Checkpoints
import Glibc
import Tensors

/// The files that `tools/fixtures/make_hdf5.py` makes.
enum HDF5Fixture {
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Fixtures/hdf5/"

  static func path(_ name: String) -> String { folder + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    guard let file = fopen(path(name), "rb") else { throw Diagnostic("cannot open \(name)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
  }
}

extension Tensor {
  var allBytes: [UInt8] { withBytes { Array($0) } }
}
