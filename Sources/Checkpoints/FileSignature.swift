import Tensors

/// What a file that is no checkpoint betrays itself to be by its first bytes.
package enum FileSignature: CaseIterable, Sendable {
  case lfsPointer, page, gzip, zip, pickle, hdf5, gguf, numpy, zstandard, json

  /// The signature that `file` begins with, or `nil` iff it has none of them.
  init?(of file: borrowing InputFile) {
    guard let head = try? file.read(0..<min(64, file.count)) else { return nil }
    self.init(ofHead: head)
  }

  /// The signature that the first bytes of a file, `head`, begin with, or `nil` iff they have none of them.
  package init?(ofHead head: some Collection<UInt8>) {
    let match = FileSignature.allCases.first { signature in
      signature.heads.contains { head.starts(with: $0) }
    }
    guard let match else { return nil }
    self = match
  }

  private var heads: [[UInt8]] {
    switch self {
    case .lfsPointer: [Array("version https://git-lfs".utf8)]
    case .page: ["<!DOCTYPE", "<!doctype", "<html", "<HTML", "<?xml", "<head"].map { Array($0.utf8) }
    case .gzip: [[0x1F, 0x8B]]
    case .zip: [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]]
    case .pickle: (2...5).map { [0x80, $0] }
    case .hdf5: [[0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]]
    case .gguf: [Array("GGUF".utf8)]
    case .numpy: [[0x93] + Array("NUMPY".utf8)]
    case .zstandard: [[0x28, 0xB5, 0x2F, 0xFD]]
    case .json: [Array("{".utf8)]
    }
  }

  /// What the file is.
  package var what: String {
    switch self {
    case .lfsPointer: "a Git LFS pointer"
    case .page: "an HTML page"
    case .gzip: "a gzip archive"
    case .zip: "a zip archive, as PyTorch writes .pt and .bin files"
    case .pickle: "a Python pickle"
    case .hdf5: "an HDF5 file"
    case .gguf: "a GGUF file"
    case .numpy: "a NumPy array"
    case .zstandard: "a Zstandard archive"
    case .json: "a JSON text"
    }
  }

  /// What to do about it.
  package var remedy: String {
    switch self {
    case .lfsPointer: "the weights were not fetched; run git lfs pull"
    case .page: "the download failed or needs a login; fetch the file again"
    case .gzip, .zstandard: "unpack it and pass what was inside"
    case .zip, .pickle: "pickles can run code and are not opened; save the model as safetensors"
    case .hdf5: "give it a name that ends in .h5"
    case .gguf: "convert it to safetensors"
    case .numpy: "give it a name that ends in .npy"
    case .json: "pass the .safetensors file, or the .index.json of a sharded checkpoint"
    }
  }
}

extension Diagnostic {
  /// The file is no checkpoint but `signature`; `cause` is what the reader stumbled over.
  static func isNot(_ format: String, _ path: String, but signature: FileSignature, cause: Diagnostic)
    -> Diagnostic
  {
    Diagnostic(
      "\(path) is \(signature.what), not a \(format) file", at: path, note: cause.message.text,
      help: signature.remedy)
  }
}
