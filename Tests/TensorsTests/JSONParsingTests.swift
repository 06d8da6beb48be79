import Tensors
import Testing

@Suite struct JSONParsingTests {
  private func parse(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

  @Test(
    arguments: [
      ("null", .null), (" \t\r\n true \n", true), ("false", false), ("0", 0), ("-1", -1),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .real(0x1p63)), ("-0", .real(-0.0)), ("1.0", 1.0), ("1e2", 100.0),
      ("1E-2", 0.01), ("0.5e+1", 5.0), ("1e-999", 0.0), ("[]", []), ("{}", [:]),
      ("[1,[2],{}]", [1, [2], [:]]),
      (#"{"a":1,"":null}"#, ["a": 1, "": nil]), (#""\u0041\n\/\"\\\b\f\r\t""#, "A\n/\"\\\u{8}\u{C}\r\t"),
      (#""\ud83c\udfb5""#, "\u{1F3B5}"), ("\"\u{1F3B5}\u{7F}\"", "\u{1F3B5}\u{7F}"),
      ("5e-324", .real(.leastNonzeroMagnitude)),
    ] as [(String, JSON)])
  func reads(text: String, value: JSON) throws {
    let read = try parse(text)
    #expect(read == value)
    if case .real(let a) = read, case .real(let b) = value { #expect(a.bitPattern == b.bitPattern) }
  }

  @Test(arguments: [
    ("", "ends where a value", "1:1 (byte 0)"), ("[1,]", "trailing comma", "1:3 (byte 2)"),
    ("{\"a\":1,}", "trailing comma", "1:7 (byte 6)"), ("[1 2]", "where \",\" or \"]\" was", "1:4 (byte 3)"),
    ("[", "ends where \"]\"", "1:2 (byte 1)"), ("{\n  \"a\" 1}", "where \":\" was expected", "2:7 (byte 8)"),
    ("{a:1}", "a key in double quotes", "1:2 (byte 1)"), ("nul", "where \"null\" was", "1:1 (byte 0)"),
    ("nulL", "where \"null\" was", "1:1 (byte 0)"), ("NaN", "has \"N\" where a value", "1:1 (byte 0)"),
    ("-Infinity", "where a digit was", "1:2 (byte 1)"), ("01", "leading zero", "1:1 (byte 0)"),
    ("1.", "ends where a digit", "1:3 (byte 2)"), (".5", "where a value was", "1:1 (byte 0)"),
    ("1e", "ends where a digit", "1:3 (byte 2)"), ("+1", "where a value was", "1:1 (byte 0)"),
    ("1e999", "beyond the range of a double", "1:1 (byte 0)"), ("1 2", "where nothing more", "1:3 (byte 2)"),
    ("\"a", "ends where the closing quote", "1:3 (byte 2)"), ("\"\n\"", "control byte 0xa", "1:2 (byte 1)"),
    (#""\x""#, "an escape of JSON", "1:3 (byte 2)"), (#""\u12G4""#, "a hexadecimal digit", "1:6 (byte 5)"),
    (#""\udc00""#, "half a surrogate pair", "1:2 (byte 1)"),
    (#""\ud800\u0041""#, "half a surrogate pair", "1:2 (byte 1)"),
    (#"{"a":1,"\u0061":2}"#, "key \"a\" comes twice", "1:8 (byte 7)"),
    (#"{"a":{"b":1,"b":1}}"#, "key \"b\" comes twice", "1:13 (byte 12)"),
    ("\u{FEFF}{}", "byte order mark", "1:1 (byte 0)"), ("// x\n1", "where a value was", "1:1 (byte 0)"),
    ("\u{A0}1", "has \"\u{A0}\" where a value was", "1:1 (byte 0)"),
  ])
  func refuses(text: String, words: String, place: String) {
    let error = #expect(throws: Diagnostic.self) { try parse(text) }
    #expect(error?.message.text.contains(words) == true, "\(error?.message.text ?? "")")
    #expect(error?.site == "JSON:" + place)
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0xAF], [0xC1, 0x80], [0xE0, 0x9F, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x8E], [0xFF],
    ] as [[UInt8]])
  func refusesBrokenUTF8(bytes: [UInt8]) {
    let error = #expect(throws: Diagnostic.self) { try JSON(parsing: [0x22] + bytes + [0x22]) }
    #expect(error?.message.text.hasSuffix("does not belong to valid UTF-8") == true)
    #expect(error?.site == "JSON:1:2 (byte 1)")
  }

  /// The validator and the standard library's agree on every sequence of two bytes and on many of four.
  @Test func knowsUTF8() {
    func isJSON(_ bytes: [UInt8]) -> Bool { (try? JSON(parsing: [0x22] + bytes + [0x22])) != nil }
    func isUTF8(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
    let edges: [UInt8] = [
      0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5,
    ]
    for first in UInt8(0x80)...0xFF {
      for second in edges {
        #expect(isJSON([first, second]) == isUTF8([first, second]))
        for third in edges {
          #expect(isJSON([first, second, third]) == isUTF8([first, second, third]))
          #expect(isJSON([first, second, third, 0x80]) == isUTF8([first, second, third, 0x80]))
        }
      }
    }
  }

  @Test func boundsDepth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(64)) }
    #expect(throws: Diagnostic.self) { try JSON(parsing: nested(65)) }
    #expect(throws: Never.self) { try JSON(parsing: nested(256), depthLimit: .max) }
    let error = #expect(throws: Diagnostic.self) { try JSON(parsing: nested(1_000_000), depthLimit: .max) }
    #expect(error?.message.text == "JSON text nests deeper than the 256 levels allowed")
  }

  @Test func refusesWideIntegersIfAsked() {
    let error = #expect(throws: Diagnostic.self) {
      try JSON(parsing: Array("[9223372036854775808]".utf8), wideIntegers: .refused)
    }
    #expect(error?.message.text == "integer does not fit 64 bits")
  }

  @Test func keysAreBytes() throws {
    let json = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(json == ["\u{E9}": 1, "e\u{301}": 2])
    #expect(json != ["e\u{301}": 2, "\u{E9}": 1])
  }

  @Test(
    arguments: [
      nil, true, -7, 0.1, 1.0, .real(-0.0), 1e300, .real(.leastNonzeroMagnitude), .integer(.min),
      "\u{1F3B5}\u{202E}\u{0}\"\\/\u{85}",
      [], [:], [1, [], [:], ["a": [nil]]], ["b": 1, "a": ["x": 2.5], "\n": "y"],
    ] as [JSON])
  func printsWhatItParses(json: JSON) throws {
    for pretty in [false, true] {
      let text = json.printed(pretty: pretty)
      #expect(try parse(text) == json)
      #expect(try parse(text).printed(pretty: pretty) == text)
    }
  }

  @Test func printsPlainly() {
    let json: JSON = ["name": "a\u{1B}b\u{E9}", "list": [1, 2.5, .real(.nan)], "empty": [:], "none": []]
    #expect(json.printed() == #"{"name":"a\u001bbé","list":[1,2.5,null],"empty":{},"none":[]}"#)
    #expect(
      json.printed(pretty: true) == """
        {
          "name": "a\\u001bbé",
          "list": [
            1,
            2.5,
            null
          ],
          "empty": {},
          "none": []
        }
        """)
    #expect(JSON(Float(0.1)).printed() == "0.1")
    #expect(JSON("\u{E0001}").printed() == #""\udb40\udc01""#)
  }

  @Test func objectsKeepOrder() {
    var object = JSON.Object()
    object["b"] = 1
    object["a"] = 2
    object["b"] = 3
    #expect(object.keys == ["b", "a"] && object["b"] == 3)
    #expect(object.insert(9, for: "a") == false && object["a"] == 2)
    object["b"] = nil
    object["c"] = 4
    #expect(object.keys == ["a", "c"] && object["c"] == 4 && object["b"] == nil)
  }
}
