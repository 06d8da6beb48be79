package import Tensors

extension ModelProto {
  /// Tensors of more bytes than this go into a file of their own unless told otherwise.
  package static let inlineLimit = 1 << 16
  /// External tensors begin at multiples of this, so that they can be mapped by pages.
  static let alignment = 4096
  /// Bytes a protobuf message may have.
  static let messageLimit = Int(Int32.max)

  /// Writes the model to `path`, and initializers of more than `inlineLimit` bytes to `path.data` beside it.
  ///
  /// Tensors go from where they lie to the file a few MiB at a time. Both files appear whole: whatever
  /// happens, `path` never names a model that would read another model's data. Equal models give equal bytes.
  /// Throws iff the model without external tensors takes 2 GiB or more, or a file cannot be written.
  package func write(to path: String, externalAbove inlineLimit: Int = Self.inlineLimit) throws(Diagnostic) {
    let dataPath = path + ".data"
    let places = externalPlaces(in: dataPath.fileName, above: inlineLimit)
    let message = message(places: places)
    guard message.count <= Self.messageLimit else { throw .tooLarge(path, message.count, inlineLimit) }
    var model = try AtomicFile(replacing: path, expecting: message.count)
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): try model.write(bytes)
      case .payload(let tensor): try model.write(tensor, at: model.count)
      }
    }
    guard let size = places.values.map({ $0.offset + $0.length }).max() else {
      try model.commit()
      return
    }
    var data = try AtomicFile(replacing: dataPath, expecting: size)
    for (index, place) in places.sorted(by: { $0.key < $1.key }) {
      guard case .tensor(let tensor) = graph.initializers[index].contents else { continue }
      try data.write(tensor, at: place.offset)
    }
    try AtomicFile.commit(data, behind: model)
  }

  /// Where the initializers of more than `limit` bytes are to lie, by their number.
  private func externalPlaces(in location: String, above limit: Int) -> [Int: ExternalPlace] {
    var places: [Int: ExternalPlace] = [:]
    var end = 0
    for (index, initializer) in graph.initializers.enumerated() {
      guard case .tensor(let tensor) = initializer.contents, tensor.byteCount > limit else { continue }
      let offset = (end + Self.alignment - 1) / Self.alignment * Self.alignment
      places[index] = ExternalPlace(location: location, offset: offset, length: tensor.byteCount)
      end = offset + tensor.byteCount
    }
    return places
  }
}

extension AtomicFile {
  /// Bytes copied at a time.
  private static let chunk = 4 << 20

  /// Puts the bytes of `tensor` at `offset` and gives its pages back on the way.
  fileprivate mutating func write(_ tensor: Tensor, at offset: Int) throws(Diagnostic) {
    for start in stride(from: 0, to: tensor.byteCount, by: Self.chunk) {
      let range = start..<min(start + Self.chunk, tensor.byteCount)
      let outcome = tensor.withBytes { bytes in
        Result { () throws(Diagnostic) in
          try write(UnsafeRawBufferPointer(rebasing: bytes[range]), at: offset + start)
        }
      }
      try outcome.get()
      guard let (file, whole) = tensor.mapping else { continue }
      file.advise(willNeed: false, whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
    }
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
}
