import ReaderPipe
import Tensors

/// What an HDF5 file is to hold, checked before one is begun.
struct HDF5Plan {
  private var lines: [HDF5Line] = []
  /// The type of each dataset, in the order of the lines.
  private var types: [TensorType] = []
  /// Bytes of all tensors together.
  private(set) var size = 0

  /// Bytes of a name, of one string.
  private static let longestName = 1024
  private static let longestText = 16 << 20
  private static let rank = 32

  /// Throws iff a name or a key comes twice or cannot stand in a file, a type is open, or HDF5 cannot hold it.
  init(_ tensors: [(name: Name, type: TensorType)], metadata: [(key: Name, value: String)]) throws(Diagnostic)
  {
    let keras = KerasLayout.strings(for: tensors.map(\.name))
    var names: Set<Name> = []
    for (name, type) in tensors {
      guard names.insert(name).inserted else { throw .twice("tensor", name) }
      guard keras == nil ? Self.isName(name) : Self.isPath(name) else { throw .badName(name) }
      guard let shape = type.shape, let count = type.byteCount, let element = type.element.hdf5,
        shape.count <= Self.rank, count < 1 << 50
      else { throw .badType(type, name) }
      size += count
      types.append(type)
      lines.append(
        .dataset(
          HDF5Dataset(path: name.text, element: element, mark: type.element.mark, shape: shape)))
    }
    var keys: Set<Name> = []
    for (key, value) in metadata {
      guard keys.insert(key).inserted else { throw .twice("metadata key", key) }
      guard Self.isText(key) else { throw .badName(key) }
      guard value.utf8.count <= Self.longestText, !value.utf8.contains(0) else { throw .badText(key) }
      lines.append(.strings(HDF5Strings(group: "", name: key.text, isList: false, values: [value])))
    }
    for strings in keras ?? [] where !(strings.group.isEmpty && keys.contains(Name(strings.name))) {
      lines.append(.strings(strings))
    }
  }

  private static func isText(_ name: Name) -> Bool {
    let bytes = name.text.utf8
    return !bytes.isEmpty && bytes.count <= longestName && !bytes.contains(0)
  }

  private static func isName(_ name: Name) -> Bool {
    isText(name) && name != "." && !name.text.utf8.contains(UInt8(ascii: "/"))
  }

  /// Whether `name` is names with slashes between.
  private static func isPath(_ name: Name) -> Bool {
    isText(name)
      && name.text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        isName(Name(String($0)))
      }
  }

  /// Has `foley-reader` make a file of this in `file` and gives the first byte of each dataset's elements.
  func create(in file: inout AtomicFile) throws(Diagnostic) -> [Int] {
    let text = lines.flatMap { Array($0.json.printed().utf8) + [UInt8(ascii: "\n")] }
    let limits = ReaderLimits(
      memoryBytes: 192 << 20 + 64 * text.count, cpuSeconds: 10 + lines.count / 1000, silence: 60)
    var answer: [UInt8] = []
    try file.withDescriptor { (descriptor) throws(Diagnostic) in
      var reader = try ReaderProcess(
        arguments: ["hdf5-create"], files: [descriptor, descriptor], feed: text, limits: limits, work: .hdf5)
      answer = try reader.readToEnd(limit: 64 << 20)
    }
    let places = try JSON(parsing: answer, source: "foley-reader")
    let starts = try JSON.Cursor(places, file: "the answer of foley-reader").integers(in: 0...Int.max)
    let end = file.count
    let fit = zip(types, starts).allSatisfy { type, start in
      start <= end && (type.byteCount ?? 0) <= end - start
    }
    guard starts.count == types.count, fit else { throw .noPlaces }
    return starts
  }
}

extension DType {
  /// What datasets of these elements are made of, or `nil` iff HDF5 cannot hold them.
  fileprivate var hdf5: String? {
    if mark != nil { return storages.first }
    switch self {
    case .bool, .u8, .i8, .u16, .i16, .f16, .u32, .i32, .f32, .u64, .i64, .f64, .c64, .c128: return rawValue
    default: return nil
    }
  }
}

extension Diagnostic {
  fileprivate static func twice(_ what: String, _ name: Name) -> Diagnostic {
    Diagnostic("\(what) \(name.quoted) comes twice", kind: .software)
  }
  fileprivate static func badName(_ name: Name) -> Diagnostic {
    Diagnostic(
      "\(name.quoted) cannot be a name in an HDF5 file; expected up to 1024 bytes without a slash or NUL",
      help: "write a .safetensors file")
  }
  fileprivate static func badType(_ type: TensorType, _ name: Name) -> Diagnostic {
    Diagnostic(
      "tensor \(name.quoted), \(type), cannot be written; expected fixed lengths, at most 32 of them, of elements of whole bytes",
      help: "write a .safetensors file")
  }
  fileprivate static func badText(_ key: Name) -> Diagnostic {
    Diagnostic("metadata \(key.quoted) is longer than 16 MiB or holds a NUL, which HDF5 strings cannot")
  }
  fileprivate static var noPlaces: Diagnostic {
    Diagnostic("foley-reader sent no places for the datasets it made", kind: .software)
  }
}
