/// A JSON value: what `config.json`, `pipeline.json`, shard indices and `--format json` are made of.
///
/// `JSON(parsing: json.printed())` equals `json` for every value without NaN and infinities.
package indirect enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits.
  case integer(Int64)
  /// Any other number; `-0` is one.
  case real(Double)
  case string(String)
  case array([JSON])
  case object(Object)
}

extension JSON {
  package init(_ value: Int) { self = .integer(Int64(value)) }
  package init(_ value: Double) { self = .real(value) }
  /// The shortest decimal that reads back as `value`, as a `Double`.
  package init(_ value: Float) { self = .real(Double(value.description) ?? Double(value)) }
  package init(_ value: Bool) { self = .bool(value) }
  package init(_ value: String) { self = .string(value) }
  package init(_ value: Name) { self = .string(value.text) }
  package init(_ values: [JSON]) { self = .array(values) }

  /// What the value is, as an error says it: `the string "gelu"`, `an array of 3`.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "the integer \(value)"
    case .real(let value): "the number \(value)"
    case .string(let value): "the string \(Name(value).quoted)"
    case .array(let values): "an array of \(values.count)"
    case .object(let object): "an object of \(object.count)"
    }
  }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .real(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral values: JSON...) { self = .array(values) }
  /// A key that comes twice keeps its last value.
  package init(dictionaryLiteral members: (Name, JSON)...) {
    self = .object(members.reduce(into: Object()) { $0[$1.0] = $1.1 })
  }
}
