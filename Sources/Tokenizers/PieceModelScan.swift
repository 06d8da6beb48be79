import Tensors

/// Reads the wire format of a `spiece.model` far enough to know that libsentencepiece can take it: the
/// library trusts the double array of the character map and would read anywhere.
///
/// Source: `sentencepiece_model.proto` and darts-clone's `DoubleArrayUnit`.
struct PieceModelScan {
  private(set) var pieceCount = 0

  /// Throws iff `bytes` are no Unigram model, or one whose pieces or character map are malformed.
  init(_ bytes: ArraySlice<UInt8>) throws(Diagnostic) {
    var fields = ProtobufFields(bytes)
    while let (number, value) = try fields.next() {
      switch (number, value) {
      case (1, .bytes(let piece)):
        try Self.checkPiece(piece, pieceCount)
        pieceCount += 1
      case (2, .bytes(let trainer)): try Self.checkTrainer(trainer)
      case (3, .bytes(let normalizer)): try Self.checkNormalizer(normalizer)
      case (1...3, _): throw .malformed("field \(number) is no message")
      default: break
      }
    }
    guard pieceCount > 0 else { throw .malformed("it holds no pieces") }
  }

  private static func checkPiece(_ bytes: ArraySlice<UInt8>, _ index: Int) throws(Diagnostic) {
    var fields = ProtobufFields(bytes)
    while let (number, value) = try fields.next() {
      guard number == 1, case .bytes(let text) = value else { continue }
      guard !text.isEmpty, text.count <= 1024, !text.contains(0) else {
        throw .malformed("piece \(index) is empty, longer than 1,024 bytes or holds a NUL")
      }
    }
  }

  private static func checkTrainer(_ bytes: ArraySlice<UInt8>) throws(Diagnostic) {
    var fields = ProtobufFields(bytes)
    while let (number, value) = try fields.next() {
      guard number == 3, case .integer(let kind) = value, kind != 1 else { continue }
      throw .notUnigram(kind)
    }
  }

  private static func checkNormalizer(_ bytes: ArraySlice<UInt8>) throws(Diagnostic) {
    var fields = ProtobufFields(bytes)
    while let (number, value) = try fields.next() {
      guard number == 2, case .bytes(let map) = value, !map.isEmpty else { continue }
      try checkCharacterMap(Array(map))
    }
  }

  /// Every step from every unit must stay inside the array, and every value inside the pool of texts. Units
  /// with the top bit are values, which no step reaches; the first is the root whatever it holds.
  private static func checkCharacterMap(_ map: [UInt8]) throws(Diagnostic) {
    let words = map.withUnsafeBytes { raw in
      stride(from: 0, to: map.count & ~3, by: 4).map {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
    guard let size = words.first.map(Int.init), size % 4 == 0, size > 0, size < map.count - 4 else {
      throw .malformed("the character map is cut off")
    }
    let units = words[1..<1 + size / 4]
    let pool = map[(4 + size)...]
    guard pool.last == 0 else { throw .malformed("the texts of the character map do not end") }
    for (index, unit) in units.enumerated() where index == 0 || unit >> 31 == 0 {
      let target = index ^ Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
      guard target | 0xFF < units.count else { throw .malformed("the character map leads outside itself") }
      guard unit >> 8 & 1 == 0 || Int(units[1 + target] & 0x7FFF_FFFF) < pool.count else {
        throw .malformed("the character map names a text outside itself")
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func malformed(_ words: String) -> Diagnostic {
    Diagnostic(
      "this is no SentencePiece model: \(words)", help: "get the spiece.model of the text encoder again")
  }
  fileprivate static func notUnigram(_ kind: UInt64) -> Diagnostic {
    Diagnostic("the SentencePiece model is of type \(kind); expected 1 (Unigram), which T5 uses")
  }
}
