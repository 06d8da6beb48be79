import Checkpoints

/// What a file that is no ONNX model betrays itself to be by its first bytes.
enum Stranger {
  case signed(FileSignature)
  case text

  /// `nil` iff the begin of `bytes` says nothing.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let head = bytes.prefix(64)
    if let signature = FileSignature(ofHead: head) {
      self = .signed(signature)
    } else if head.count >= 8, head.allSatisfy({ (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }) {
      self = .text
    } else {
      return nil
    }
  }

  var what: String {
    switch self {
    case .signed(let signature): signature.what
    case .text: "a text"
    }
  }

  var remedy: String {
    switch self {
    case .signed(let signature) where [.lfsPointer, .page, .gzip, .zstandard].contains(signature):
      signature.remedy
    case .signed(.zip): "unpack it if the model is inside; export the model to ONNX if it is PyTorch's"
    case .signed: "pass the .onnx file"
    case .text: "models in ONNX's textual form are not read; save it with onnx.save"
    }
  }
}
