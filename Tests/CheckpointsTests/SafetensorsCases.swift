extension SafetensorsCase {
  /// Broken and odd files, one for each rule of the format.
  static let all = prefixes + texts + duplicates + metadata + fields + shapes + offsets + oddities + strangers

  private static let prefixes: [SafetensorsCase] = [
    .init(1, "empty file", [], .reject("file has 0 bytes; a safetensors file has at least 8")),
    .init(2, "seven bytes", [1, 2, 3, 4, 5, 6, 7], .reject("file has 7 bytes")),
    .init(3, "length only", raw(length: 60), .reject("header ends at byte 68, but the file ends at byte 8")),
    .init(4, "length 0", raw(length: 0), .reject("JSON text ends where a value was expected")),
    .init(5, "length 0, data", raw(length: 0, Array(repeating: 0, count: 16)), .reject(":1:1 (byte 8)")),
    .init(6, "length 2^64-1", raw(length: .max, [123, 125]), .reject("takes 18446744073709551615 bytes")),
    .init(7, "length 2^63", raw(length: 1 << 63, [123, 125]), .reject("at most 100000000 are allowed")),
    .init(8, "length 2^64-8", raw(length: .max - 7, [123, 125]), .reject("at most 100000000 are allowed")),
    .init(9, "length over cap", raw(length: 100_000_001, [123, 125]), .reject("takes 100000001 bytes")),
    .init(
      10, "length at cap", raw(length: 100_000_000, [123, 125]), .reject("header ends at byte 100000008")),
    .init(
      11, "length too big", raw(length: 74, Array(plain.utf8) + .init(repeating: 0, count: 16)),
      .reject("header ends at byte 82, but the file ends at byte 81")),
    .init(
      12, "length too small", raw(length: 56, Array(plain.utf8) + .init(repeating: 0, count: 16)),
      .reject("JSON text ends where \",\" or \"}\" was expected")),
    .init(
      13, "big-endian length", [0, 0, 0, 0, 0, 0, 0, 57] + Array(plain.utf8), .reject("at most 100000000")),
  ]

  private static let texts: [SafetensorsCase] = [
    .init(14, "not UTF-8", file([0xFF]), .reject("byte 0xff does not belong to valid UTF-8")),
    .init(15, "byte order mark", file([0xEF, 0xBB, 0xBF, 123, 125]), .reject("byte order mark")),
    .init(16, "UTF-16", file([123, 0, 125, 0]), .reject("(byte 9)")),
    .init(
      17, "overlong UTF-8", file(Array("{\"".utf8) + [0xC0, 0xAF] + Array("\":\(described())}".utf8), 16),
      .reject("byte 0xc0 does not belong to valid UTF-8")),
    .init(18, "lone surrogate", file("{\"\\ud800\":\(described())}", 16), .reject("half a surrogate pair")),
    .init(19, "NUL padding", file(plain + "\0\0\0", 16), .reject("where nothing more was expected")),
    .init(20, "leading spaces", file("   " + plain, 16), .accept(1, note: "does not begin with")),
    .init(21, "trailing newline, tab", file(plain + "\n\t \n", 16), .accept(1, note: "padded with")),
    .init(22, "text after object", file(plain + "{}", 16), .reject("where nothing more was expected")),
    .init(23, "array", file("[]"), .reject("has an array where an object was expected")),
    .init(24, "null", file("null"), .reject("has null where an object was expected")),
    .init(25, "string", file("\"x\""), .reject("has a string where an object was expected")),
    .init(26, "number", file("1"), .reject("has a number where an object was expected")),
    .init(27, "cut JSON", file("{\"a\":"), .reject("JSON text ends where a value was expected")),
    .init(28, "trailing comma", file("{\"a\":\(described()),}", 16), .reject("trailing comma")),
    .init(29, "comment", file("{/*x*/}"), .reject("where a key in double quotes was expected")),
    .init(30, "single quotes", file("{'a':1}"), .reject("where a key in double quotes was expected")),
    .init(31, "NaN", single(#""F32""#, "[NaN]"), .reject("has \"N\" where a value was expected")),
    .init(106, "200 deep", file("{\"a\":" + deep(200)), .reject("described by no object")),
    .init(107, "1e6 deep", file(deep(500_000)), .reject("has an array where an object was expected")),
    .init(
      108, "1e5 deep in a field", file("{\"a\":{\"shape\":\(deep(100_000))"),
      .reject("has an array where a non-negative integer was expected")),
  ]

  private static let duplicates: [SafetensorsCase] = [
    .init(
      32, "tensor twice", several([("a", "[4]", "[0,16]"), ("a", "[4]", "[0,16]")], data: 16),
      .reject("tensor \"a\" comes twice")),
    .init(
      33, "tensor twice, side by side", several([("a", "[2]", "[0,8]"), ("a", "[2]", "[8,16]")], data: 16),
      .reject("tensor \"a\" comes twice")),
    .init(
      34, "tensor twice by escape",
      several([("a", "[4]", "[0,16]"), ("\\u0061", "[4]", "[0,16]")], data: 16),
      .reject("tensor \"a\" comes twice")),
    .init(
      35, "dtype twice",
      file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", 16),
      .reject("dtype comes twice for tensor \"a\"")),
    .init(
      36, "__metadata__ twice", file("{\"__metadata__\":{},\"__metadata__\":{},\"a\":\(described())}", 16),
      .reject("tensor \"__metadata__\" comes twice")),
    .init(
      37, "metadata key twice", file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":\(described())}", 16),
      .reject("key \"k\" comes twice in __metadata__")),
    .init(
      38, "names of two normal forms",
      several([("\u{E9}", "[2]", "[0,8]"), ("e\u{301}", "[2]", "[8,16]")], data: 16), .accept(2)),
  ]

  private static let metadata: [SafetensorsCase] = [
    .init(
      39, "metadata integer", with(metadata: #"{"k":1}"#), .reject("has a number under \"k\"; expected a")),
    .init(40, "metadata nested", with(metadata: #"{"k":{"x":"y"}}"#), .reject("has an object under \"k\"")),
    .init(41, "metadata null value", with(metadata: #"{"k":null}"#), .reject("has null under \"k\"")),
    .init(42, "metadata null", with(metadata: "null"), .reject("__metadata__ is no object")),
    .init(
      43, "metadata is a tensor", file("{\"__metadata__\":\(described())}", 16),
      .reject("has an array under \"shape\"")),
    .init(44, "metadata list", file("{\"__metadata__\":[]}"), .reject("__metadata__ is no object")),
  ]

  private static let fields: [SafetensorsCase] = [
    .init(
      45, "no dtype", file(#"{"a":{"shape":[2,2],"data_offsets":[0,16]}}"#, 16),
      .reject("dtype is missing for tensor \"a\"")),
    .init(
      46, "no shape", file(#"{"a":{"dtype":"F32","data_offsets":[0,16]}}"#, 16),
      .reject("shape is missing for tensor \"a\"")),
    .init(
      47, "no data_offsets", file(#"{"a":{"dtype":"F32","shape":[2,2]}}"#, 16),
      .reject("data_offsets is missing for tensor \"a\"")),
    .init(
      48, "unknown field", file(#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"x":1}}"#, 16),
      .reject("has the unknown field \"x\"")),
    .init(
      49, "F128", single(#""F128""#), .reject("dtype of tensor \"a\" is \"F128\"; expected one of BOOL F4")),
    .init(50, "f32", single(#""f32""#), .reject("dtype of tensor \"a\" is \"f32\"; expected one of")),
    .init(51, "dtype empty", single(#""""#), .reject("dtype of tensor \"a\" is \"\"; expected one of")),
    .init(52, "dtype number", single("1"), .reject("dtype of tensor \"a\" is a number; expected one of")),
    .init(53, "dtype null", single("null"), .reject("dtype of tensor \"a\" is null; expected one of")),
    .init(
      54, "F4, odd", single(#""F4""#, "[3]", "[0,2]", data: 2), .reject("f4[3], does not fill whole bytes")),
    .init(55, "F4", single(#""F4""#, "[4]", "[0,2]", data: 2), .accept(1)),
    .init(56, "F6_E2M3", single(#""F6_E2M3""#, "[4]", "[0,3]", data: 3), .accept(1)),
    .init(57, "F8_E4M3", single(#""F8_E4M3""#, "[2,8]"), .accept(1)),
    .init(58, "F8_E4M3FN", single(#""F8_E4M3FN""#, "[2,8]"), .reject("is \"F8_E4M3FN\"; expected one of")),
    .init(59, "C64", single(#""C64""#, "[2]"), .accept(1)),
    .init(60, "BOOL of any byte", single(#""BOOL""#, "[4]", "[0,4]", data: 4), .accept(1)),
  ]

  private static func deep(_ count: Int) -> String { String(repeating: "[", count: count) }

  private static func with(metadata: String) -> [UInt8] {
    file("{\"__metadata__\":\(metadata),\"a\":\(described())}", 16)
  }
}
