import COnnx
package import Tensors

extension ModelProto {
  /// The model in the file at `path`, its tensors mapped where they are stored raw or in files beside it.
  ///
  /// Throws iff the file is none, breaks a rule of the format, or asks for more than `ReadingLimits` allows.
  /// What is odd but no error is in `notes`.
  package static func read(path: String) throws(Diagnostic) -> ModelProto {
    let file = try MappedFile(path: path)
    do throws(Diagnostic) {
      let compact = try CompactMessage.of(file, as: .model)
      var source = ModelSource(file: file, notes: compact.notes)
      var model = try UnpackedMessage(model: compact).read { message throws(Diagnostic) in
        try ModelProto(message, from: &source)
      }
      var notes = source.notes
      try model.check(&notes, path: path)
      model.notes = notes.all
      return model
    } catch {
      throw error.located(at: path)
    }
  }
}

extension TensorProto {
  /// The tensor in the file at `path`, which holds one bare `TensorProto`, as the ONNX project's own test
  /// data do. Throws as `ModelProto.read(path:)` does.
  package static func read(path: String) throws(Diagnostic) -> TensorProto {
    let file = try MappedFile(path: path)
    do throws(Diagnostic) {
      let compact = try CompactMessage.of(file, as: .tensor)
      var source = ModelSource(file: file, notes: compact.notes)
      return try UnpackedMessage(tensor: compact).read { message throws(Diagnostic) in
        try TensorProto(message, from: &source)
      }
    } catch {
      throw error.located(at: path)
    }
  }
}

extension CompactMessage {
  /// Of the whole of `file`. Throws, with what the file may be instead, iff it holds no `root`.
  fileprivate static func of(_ file: MappedFile, as root: WireMessage) throws(Diagnostic) -> CompactMessage {
    guard file.count > 0 else { throw .empty }
    guard file.count <= ReadingLimits.file else { throw .tooLarge(file.count) }
    return try file.withBytes(in: 0..<file.count) { bytes throws(Diagnostic) in
      do throws(Diagnostic) {
        return try WireScan.compact(bytes, as: root)
      } catch {
        guard let stranger = Stranger(bytes) else { throw error }
        throw .isStranger(stranger, file.path, cause: error)
      }
    }
  }
}

extension Diagnostic {
  fileprivate static var empty: Diagnostic {
    Diagnostic("file is empty; expected an ONNX model", help: "fetch or export the file again")
  }
  fileprivate static func tooLarge(_ count: Int) -> Diagnostic {
    Diagnostic(
      "file has \(count) bytes; an ONNX file has at most \(ReadingLimits.file)",
      note: "it is a protobuf message, and these end at 2 GiB",
      help: "export the model with its weights as external data")
  }
  fileprivate static func isStranger(_ stranger: Stranger, _ path: String, cause: Diagnostic) -> Diagnostic {
    Diagnostic(
      "\(path) is \(stranger.what), not an ONNX model", at: path, note: cause.message.text,
      help: stranger.remedy)
  }
}
