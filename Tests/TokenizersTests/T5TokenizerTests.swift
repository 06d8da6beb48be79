import TemporaryFolders
import Tensors
import Testing
import Tokenizers

@Suite struct T5TokenizerTests {
  private static let fixtures =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/"
  private static var directory: String { fixtures + "tiny/tokenizer" }

  private let tokenizer: T5Tokenizer

  init() throws { tokenizer = try T5Tokenizer(directory: Self.directory) }

  @Test func idsAreThoseOfUpstream() throws {
    let rows = try JSON.load(path: Self.fixtures + "references/tokenizer.json").array()
    #expect(rows.count > 40)
    for row in rows {
      let text = try row.string("text")
      let isSpecial = ["</s>", "<pad>", "<unk>", "<extra_id_"].contains { text.contains($0) }
      let ids = try isSpecial ? row.integers("fast_ids") : row.integers("ids")
      #expect(try tokenizer.encode(text).ids == ids.map(Int64.init), "\(text)")
    }
  }

  @Test func sentinelsCountDownFromTheEnd() throws {
    #expect(tokenizer.count == tokenizer.model.count + 100)
    let ids = try tokenizer.encode("<extra_id_0><extra_id_99>").ids
    #expect(ids == [Int64(tokenizer.count - 1), Int64(tokenizer.model.count), 1])
    let text = try tokenizer.encode("<extra_id_100> <extra_id_01> <extra_id_").ids
    #expect(text.allSatisfy { $0 < Int64(tokenizer.model.count) })
  }

  @Test func padsAndMasks() throws {
    let rain = try tokenizer.encode("rain", maxLength: 4)
    #expect(rain == TokenSequence(ids: [40, 1, 0, 0], mask: [1, 1, 0, 0], dropped: 0))
    #expect(
      try tokenizer.encode("", maxLength: 3) == TokenSequence(ids: [1, 0, 0], mask: [1, 0, 0], dropped: 0))
  }

  @Test func truncationKeepsTheEnd() throws {
    let rain = try tokenizer.encode("rain rain rain", maxLength: 3)
    #expect(rain == TokenSequence(ids: [40, 40, 1], mask: [1, 1, 1], dropped: 1))
    #expect(try tokenizer.encode("rain rain", maxLength: 3).dropped == 0)
    #expect(try tokenizer.encode("rain", maxLength: 1) == TokenSequence(ids: [1], mask: [1], dropped: 1))
    #expect(
      throws: Diagnostic("the prompt may have 0 tokens; expected at least 1, for the end token", kind: .usage)
    ) {
      _ = try tokenizer.encode("rain", maxLength: 0)
    }
  }

  @Test func readsTheConfiguration() throws {
    #expect(tokenizer.modelMaxLength == 32)
    let folder = try TemporaryFolder()
    try folder.put("spiece.model", try Self.model)
    let bare = try T5Tokenizer(directory: folder.path)
    #expect((bare.modelMaxLength, bare.sentinelCount) == (nil, 100))
    try folder.put("tokenizer_config.json", #"{"extra_ids": 3, "model_max_length": 1e30}"#)
    let few = try T5Tokenizer(directory: folder.path)
    #expect((few.modelMaxLength, few.sentinelCount) == (nil, 3))
    try folder.put("tokenizer_config.json", "{")
    #expect(throws: Diagnostic.self) { _ = try T5Tokenizer(directory: folder.path) }
  }

  private static var model: [UInt8] {
    get throws {
      let file = try InputFile(path: directory + "/spiece.model")
      return try file.read(0..<file.count)
    }
  }

  private func failure(_ bytes: [UInt8]) throws -> Diagnostic? {
    let folder = try TemporaryFolder()
    let path = try folder.put("spiece.model", bytes)
    do throws(Diagnostic) {
      let model = try SentencePieceModel(path: path)
      _ = try model.encode("rain on a tin roof \u{FB01} \u{1F600}")
      return nil
    } catch { return error }
  }

  @Test func refusesWhatIsNoModel() throws {
    let model = try Self.model
    let no = "this is no SentencePiece model: "
    #expect(try failure([])?.message.text == no + "it holds no pieces")
    #expect(
      try failure(Array("version https://git-lfs.github.com/spec/v1\n".utf8))?.message.text.hasPrefix(no)
        == true)
    #expect(try failure(Array(model.prefix(1000)))?.message.text.hasPrefix(no) == true)
    #expect(
      try failure(model + [0x0A, 2, 0x0A, 0])?.message.text.hasSuffix(
        "is empty, longer than 1,024 bytes or holds a NUL") == true)
    #expect(
      try failure(model + [0x12, 2, 0x18, 2])?.message
        == "the SentencePiece model is of type 2; expected 1 (Unigram), which T5 uses")
    #expect(try failure(model + [0x08, 1])?.message.text == no + "field 1 is no message")
    #expect(try failure(model + [0x1A, 3, 0x12, 1, 9])?.message.text == no + "the character map is cut off")
    let piece: [UInt8] = [0x0A, 5, 0x0A, 3] + Array("dup".utf8)
    #expect(try failure(model + piece + piece)?.message.text.hasPrefix("libsentencepiece refuses ") == true)
  }

  @Test func aHostileCharacterMapIsRefused() throws {
    let outside = "the character map leads outside itself"
    func refusal(unit: [UInt8], last: UInt8 = 0) throws -> String? {
      // 256 units, the first of them `unit`, and a pool of one text.
      let map = [0, 4, 0, 0] + unit + [UInt8](repeating: 0, count: 1020) + [0x61, last]
      return try failure(Self.normalizer(map))?.message.text
    }
    #expect(try refusal(unit: [0, 0, 0, 0]) == nil)
    #expect(try refusal(unit: [0, 0, 0, 0x7F])?.hasSuffix(outside) == true)
    #expect(try refusal(unit: [0, 1, 0, 0x80])?.hasSuffix(outside) == true)
    #expect(try refusal(unit: [0xFF, 1, 0, 0])?.hasSuffix("names a text outside itself") == true)
    #expect(
      try refusal(unit: [0, 0, 0, 0], last: 0x61)?.hasSuffix("texts of the character map do not end") == true)
  }

  /// The tiny model with its normaliser overruled by one of this character map.
  private static func normalizer(_ map: [UInt8]) throws -> [UInt8] {
    func length(_ count: Int) -> [UInt8] { [UInt8(count & 0x7F | 0x80), UInt8(count >> 7)] }
    let message = [0x12] + length(map.count) + map
    return try model + [0x1A] + length(message.count) + message
  }

  @Test func flippedBytesGiveIdsOrWords() throws {
    let model = try Self.model
    for round in 0..<60 {
      var bytes = model
      let place = round * 104_729 % bytes.count
      bytes[place] ^= 1 << UInt8(round % 8)
      _ = try failure(bytes)
    }
  }
}
