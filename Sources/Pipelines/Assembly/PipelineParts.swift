import Checkpoints
import Families
import Glibc
import Tensors

/// Where the parts of a pipeline come from. A directory that holds several parts need be named once.
package struct PipelineParts: Sendable {
  package var backbone: String
  package var conditioners: String?
  package var autoencoder: String?
  package var textEncoder: String?
  package var tokenizer: String?
  package var videoEncoder: String?
  /// A trained bridge; without one a fresh bridge is made for the video encoder.
  package var bridge: String?

  package init(backbone: String) { self.backbone = backbone }

  /// The directory of each part, by name, found in a diffusers pipeline or beside the backbone where it is
  /// not given. Throws iff one that every pipeline needs is nowhere.
  func places() throws(Diagnostic) -> [(name: String, path: String)] {
    var places = [("backbone", Self.part("transformer", of: backbone))]
    let needed: [(name: String, given: String?, folder: String)] = [
      ("conditioners", conditioners, "projection_model"), ("autoencoder", autoencoder, "vae"),
      ("text_encoder", textEncoder, "text_encoder"), ("tokenizer", tokenizer, "tokenizer"),
    ]
    for (name, given, folder) in needed {
      if let given {
        places.append((name, Self.part(folder, of: given)))
      } else if let found = Self.find(folder, name: name, near: backbone, textEncoder) {
        places.append((name, found))
      } else {
        throw .nowhere(name, backbone)
      }
    }
    if let videoEncoder { places.append(("video_encoder", videoEncoder)) }
    return places
  }

  /// The subfolder of a diffusers pipeline, or the path itself.
  private static func part(_ folder: String, of path: String) -> String {
    isFile("\(path)/model_index.json") ? "\(path)/\(folder)" : path
  }

  private static func find(_ folder: String, name: String, near backbone: String, _ textEncoder: String?)
    -> String?
  {
    if isFile("\(backbone)/model_index.json") { return "\(backbone)/\(folder)" }
    // stable-audio-tools keeps conditioners and autoencoder in the backbone's own file.
    if ["conditioners", "autoencoder"].contains(name), isFile("\(backbone)/model_config.json") {
      return backbone
    }
    let beside = ["\(backbone)/\(folder)"] + (name == "tokenizer" ? [textEncoder].compactMap { $0 } : [])
    return beside.first { isFile("\($0)/config.json") || isFile("\($0)/spiece.model") }
  }

  static func isFile(_ path: String) -> Bool { access(path, R_OK) == 0 }
}

extension Diagnostic {
  fileprivate static func nowhere(_ name: String, _ backbone: String) -> Diagnostic {
    Diagnostic(
      "there is no \(name) in or beside \(backbone)",
      help: "say where it lies with --\(name.replacing("_", with: "-"))", kind: .usage)
  }
}
