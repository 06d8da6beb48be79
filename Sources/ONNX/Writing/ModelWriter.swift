import Checkpoints
package import Tensors

/// Writes a model, and its larger initializers to a file beside it.
///
/// The tensors of the model are written at once, from where they lie and a few MiB at a time; its drafts are given
/// one by one, under their names. Both files appear whole at `commit()`: whatever happens, `path` never names a model
/// that would read another model's data.
package struct ModelWriter: TensorWriter, ~Copyable {
  private let proto: ModelProto
  private let places: [Int: ExternalPlace]
  private var model: TensorFile
  /// `nil` iff nothing lies outside of the model.
  private var data: TensorFile?

  /// External tensors begin at multiples of this, so that they can be mapped by pages.
  private static let alignment = 4096
  /// Bytes a protobuf message may have.
  private static let messageLimit = Int(Int32.max)

  /// `path.data` gets the initializers of more than `inlineLimit` bytes. Throws iff the model without them takes
  /// 2 GiB or more, or a file cannot be written.
  package init(
    to path: String, _ proto: ModelProto, externalAbove inlineLimit: Int = ModelProto.inlineLimit
  ) throws(Diagnostic) {
    let dataPath = path + ".data"
    let places = Self.places(of: proto, in: dataPath.fileName, above: inlineLimit)
    let message = proto.message(places: places)
    guard message.count <= Self.messageLimit else { throw .tooLarge(path, message.count, inlineLimit) }
    var file = try AtomicFile(replacing: path, expecting: message.count)
    var slots = Slots()
    var end = 0
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): try file.write(bytes, at: end)
      case .payload(let payload): try slots.put(payload, at: end, in: &file)
      }
      end += piece.count
    }
    data = try Self.data(of: proto, places, at: dataPath)
    model = TensorFile(file, slots.tensors, at: slots.starts)
    (self.proto, self.places) = (proto, places)
  }

  package func expect(_ type: TensorType, for name: Name) throws(Diagnostic) {
    guard model.has(name) || data == nil else { return try data?.expect(type, for: name) ?? () }
    try model.expect(type, for: name)
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer, to name: Name) throws(Diagnostic) {
    guard model.has(name) || data == nil else { return try data?.write(bytes, to: name) ?? () }
    try model.write(bytes, to: name)
  }

  /// Throws iff the model takes another number of bytes then.
  package mutating func replace(metadata: [(key: Name, value: String)]) throws(Diagnostic) {
    let (old, new) = (proto.message(places: places), proto.saying(metadata).message(places: places))
    guard old.count == new.count else { throw .otherSize(old.count, new.count, model.file.path) }
    var end = 0
    for piece in new.pieces {
      if case .bytes(let bytes) = piece { try model.file.write(bytes, at: end) }
      end += piece.count
    }
  }

  package consuming func commit() throws(Diagnostic) {
    let whole = try model.whole()
    guard let data = data.take() else { return try whole.commit() }
    try AtomicFile.commit(data.whole(), behind: whole)
  }
}

extension ModelProto {
  /// The same with that metadata.
  package func saying(_ metadata: [(key: Name, value: String)]) -> ModelProto {
    var model = self
    model.metadata = metadata.map { StringEntry(key: $0.key.text, value: $0.value) }
    return model
  }
}

extension ModelWriter {
  /// The tensors that are to be given, and where.
  private struct Slots {
    var tensors: [(name: Name, type: TensorType)] = []
    var starts: [Int] = []

    /// Writes what is there, and keeps a place for what is not.
    mutating func put(_ payload: EncodedMessage.Payload, at start: Int, in file: inout AtomicFile)
      throws(Diagnostic)
    {
      switch payload {
      case .draft(let draft):
        tensors.append((draft.name, draft.type))
        starts.append(start)
      case .tensor(let tensor):
        let draft = TensorDraft("", tensor)
        var end = start
        _ = try draft.stream { (bytes) throws(Diagnostic) in
          try file.write(bytes, at: end)
          end += bytes.count
        }
      }
    }
  }

  private static func data(of proto: ModelProto, _ places: [Int: ExternalPlace], at path: String)
    throws(Diagnostic) -> TensorFile?
  {
    guard let size = places.values.map({ $0.offset + $0.length }).max() else { return nil }
    var file = try AtomicFile(replacing: path, expecting: size)
    var slots = Slots()
    for (index, place) in places.sorted(by: { $0.key < $1.key }) {
      guard let payload = proto.graph.initializers[index].payload else { continue }
      try slots.put(payload, at: place.offset, in: &file)
    }
    return TensorFile(file, slots.tensors, at: slots.starts)
  }

  /// Where the initializers of more than `limit` bytes are to lie, by their number.
  private static func places(of proto: ModelProto, in location: String, above limit: Int)
    -> [Int: ExternalPlace]
  {
    var places: [Int: ExternalPlace] = [:]
    var end = 0
    for (index, initializer) in proto.graph.initializers.enumerated() {
      guard let length = initializer.payload?.count, length > limit else { continue }
      let offset = (end + alignment - 1) / alignment * alignment
      places[index] = ExternalPlace(location: location, offset: offset, length: length)
      end = offset + length
    }
    return places
  }
}

extension String {
  /// All behind the last slash.
  fileprivate var fileName: String { split(separator: "/").last.map(String.init) ?? self }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ path: String, _ count: Int, _ limit: Int) -> Diagnostic {
    Diagnostic(
      "the model is \(ByteCount(count)) without its external data, but an ONNX file holds 2 GiB at most",
      at: path, note: "tensors of more than \(limit) bytes are external",
      help: "let smaller tensors be external")
  }
  fileprivate static func otherSize(_ size: Int, _ other: Int, _ path: String) -> Diagnostic {
    Diagnostic(
      "the model was begun with \(size) bytes, but other metadata would make it \(other)", at: path,
      kind: .software)
  }
}
