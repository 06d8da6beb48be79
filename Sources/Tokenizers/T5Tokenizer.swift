package import Tensors

/// The tokenizer of T5: SentencePiece Unigram, an end token, padding; special tokens written out in the text
/// are taken as such.
///
/// As transformers' `T5Tokenizer`: `<pad>` 0, `</s>` 1, `<unk>` 2, then the pieces, then the sentinels, of
/// which `<extra_id_0>` is the last.
package struct T5Tokenizer: Sendable {
  package let model: SentencePieceModel
  package let padding: Int64
  package let end: Int64
  /// Sentinels after the pieces.
  package let sentinelCount: Int
  /// Tokens that the directory's configuration takes at most, the end token included; `nil`: not stated.
  package let modelMaxLength: Int?

  /// Reads `spiece.model` and, where it is there, `tokenizer_config.json` of `directory`.
  package init(directory: String) throws(Diagnostic) {
    let model = try SentencePieceModel(path: directory + "/spiece.model")
    let config = try JSON.Cursor.tokenizerConfig(directory)
    guard let end = model.id(of: "</s>"), let padding = model.id(of: "<pad>") else {
      throw .notT5(directory)
    }
    (self.model, self.end, self.padding) = (model, end, padding)
    sentinelCount = try config?.integer("extra_ids", in: 0...100_000, default: 100) ?? 100
    // transformers writes 1e30 where there is no limit.
    let stated = try config?.realIfPresent("model_max_length")
    modelMaxLength = stated.flatMap { (1...1e9).contains($0) ? Int($0) : nil }
  }

  /// Pieces and sentinels; ids are below it.
  package var count: Int { model.count + sentinelCount }

  /// `text` as ids and the end token.
  ///
  /// - Parameter maxLength: how many tokens come out, positive: a longer text loses its tail but keeps the
  ///   end token, a shorter one is padded; `nil`: as many as there are.
  package func encode(_ text: String, maxLength: Int? = nil) throws(Diagnostic) -> TokenSequence {
    var ids: [Int64] = []
    for part in Parts(text, sentinelCount) {
      switch part {
      case .text(let text): ids += try model.encode(text)
      case .sentinel(let index): ids.append(Int64(model.count + sentinelCount - 1 - index))
      case .special(let name): ids.append(model.id(of: name) ?? model.unknownID)
      }
    }
    let length = maxLength ?? ids.count + 1
    guard length > 0 else { throw .noRoom(length) }
    let kept = ids.prefix(length - 1) + [end]
    let gap = length - kept.count
    return TokenSequence(
      ids: kept + Array(repeating: padding, count: gap),
      mask: kept.map { _ in 1 } + Array(repeating: 0, count: gap), dropped: ids.count + 1 - kept.count)
  }
}

/// The stretches of a text between special tokens, and these.
private struct Parts: Sequence, IteratorProtocol {
  enum Part {
    case text(Substring)
    /// `<extra_id_` and this number.
    case sentinel(Int)
    case special(String)
  }

  private var rest: Substring
  private var found: Part?
  private let sentinelCount: Int

  init(_ text: String, _ sentinelCount: Int) { (rest, self.sentinelCount) = (text[...], sentinelCount) }

  mutating func next() -> Part? {
    if let part = found {
      found = nil
      return part
    }
    guard !rest.isEmpty else { return nil }
    let bytes = rest.utf8
    var place = bytes.startIndex
    while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
      if let (part, end) = special(at: start) {
        let before = rest[..<start]
        rest = rest[end...]
        if before.isEmpty { return part }
        found = part
        return .text(before)
      }
      place = bytes.index(after: start)
    }
    defer { rest = "" }
    return .text(rest)
  }

  /// The special token that starts at `start`, and where it ends.
  private func special(at start: String.Index) -> (Part, end: String.Index)? {
    let bytes = rest.utf8[start...]
    guard let close = bytes.prefix(20).firstIndex(of: UInt8(ascii: ">")) else { return nil }
    let end = bytes.index(after: close)
    let name = String(decoding: bytes[..<end], as: UTF8.self)
    if ["</s>", "<pad>", "<unk>"].contains(name) { return (.special(name), end) }
    guard name.hasPrefix("<extra_id_"), let index = Int(name.dropFirst(10).dropLast()),
      "<extra_id_\(index)>" == name, index < sentinelCount
    else { return nil }
    return (.sentinel(index), end)
  }
}

extension JSON.Cursor {
  /// `tokenizer_config.json`, or `nil` iff the directory has none.
  fileprivate static func tokenizerConfig(_ directory: String) throws(Diagnostic) -> JSON.Cursor? {
    let path = directory + "/tokenizer_config.json"
    do throws(Diagnostic) {
      return try JSON.load(path: path)
    } catch {
      guard error.kind == .noInput else { throw error }
      return nil
    }
  }
}

extension Diagnostic {
  fileprivate static func notT5(_ directory: String) -> Diagnostic {
    Diagnostic(
      "spiece.model has no </s> or no <pad>; expected the model of a T5 text encoder", at: directory)
  }
  fileprivate static func noRoom(_ length: Int) -> Diagnostic {
    Diagnostic("the prompt may have \(length) tokens; expected at least 1, for the end token", kind: .usage)
  }
}
