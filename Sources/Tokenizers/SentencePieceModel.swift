import CSentencePiece
package import Tensors

/// A `spiece.model` loaded into libsentencepiece: text to ids.
package final class SentencePieceModel: @unchecked Sendable {
  private let model: OpaquePointer

  /// Bytes of a model file at most.
  private static let limit = 64 << 20

  /// Throws iff `path` is no Unigram model; the library sees it only after `PieceModelScan`.
  package init(path: String) throws(Diagnostic) {
    let bytes: [UInt8]
    do {
      let file = try InputFile(path: path)
      guard file.count <= Self.limit else { throw .tooLarge(path, file.count) }
      bytes = try file.read(0..<file.count)
    }
    do throws(Diagnostic) {
      _ = try PieceModelScan(bytes[...])
    } catch { throw error.located(at: path) }
    var words = [CChar](repeating: 0, count: 256)
    guard let model = sentencepiece_load(bytes, bytes.count, &words, words.count) else {
      throw .refused(
        path, String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    self.model = model
  }

  deinit { sentencepiece_free(model) }

  /// How many pieces there are; ids are below it.
  package var count: Int { Int(sentencepiece_count(model)) }
  package var unknownID: Int64 { Int64(sentencepiece_unknown(model)) }

  /// The id of `piece`, or `nil` iff there is no such piece.
  package func id(of piece: String) -> Int64? {
    let id = Int64(sentencepiece_id(model, piece, piece.utf8.count))
    return id == unknownID && piece != "<unk>" ? nil : id
  }

  /// The ids of `text`, without begin and end; invalid UTF-8 cannot occur in a `String`.
  package func encode(_ text: some StringProtocol) throws(Diagnostic) -> [Int64] {
    var ids: [Int64] = []
    let text = String(text)
    let outcome = withUnsafeMutablePointer(to: &ids) { ids in
      sentencepiece_encode(model, text, text.utf8.count, ids) { context, values, count in
        let values = UnsafeBufferPointer(start: values, count: count)
        context?.assumingMemoryBound(to: [Int64].self).pointee = values.map(Int64.init)
      }
    }
    guard outcome == 0 else { throw .cannotEncode(text.utf8.count) }
    return ids
  }
}

extension Diagnostic {
  fileprivate static func tooLarge(_ path: String, _ count: Int) -> Diagnostic {
    Diagnostic("\(path) has \(count) bytes; expected a SentencePiece model of at most 64 MiB", at: path)
  }
  fileprivate static func refused(_ path: String, _ words: String) -> Diagnostic {
    Diagnostic(
      "libsentencepiece refuses \(path): \(words)", at: path,
      help: "get the spiece.model of the text encoder again")
  }
  fileprivate static func cannotEncode(_ count: Int) -> Diagnostic {
    Diagnostic("libsentencepiece cannot encode the text of \(count) bytes", kind: .software)
  }
}
