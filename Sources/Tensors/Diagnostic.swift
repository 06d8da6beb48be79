/// What went wrong, where, why and what to do: the one error type of the toolkit.
///
/// Printed as a person reads it:
///
///     error: scale is f32[3], but the last axis of x has 4 elements
///       at %l0.norm = rms_norm(%x, %l0.norm.g)        dit.graph:12:3
///       note: %l0.norm.g is parameter "layers.0.norm.weight" of base.safetensors
///       help: the checkpoint is for width 3; pass the matching config with --config
package struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is and what was expected, with the actual values; lower case, no full stop.
  package var message: Message
  /// An IR name, `file:line:column`, a file path or a parameter path.
  package var site: String?
  /// The cause, where the message alone does not tell it.
  package var note: String?
  /// The remedy.
  package var help: String?
  /// Who has to act; decides the exit status of the command line.
  package var kind: Kind

  package init(
    _ message: Message, at site: String? = nil, note: String? = nil, help: String? = nil,
    kind: Kind = .data
  ) {
    (self.message, self.site, self.note, self.help, self.kind) = (message, site, note, help, kind)
  }

  /// The sentence of a diagnostic. Raising files keep theirs in a `fileprivate` extension at their foot.
  package struct Message: Hashable, Sendable, ExpressibleByStringInterpolation {
    package var text: String
    package init(stringLiteral value: String) { text = value }
    package init(_ text: String) { self.text = text }
  }

  /// The classes of trouble, with their exit status (`sysexits.h`).
  package enum Kind: Int32, Sendable {
    case usage = 64
    case data = 65
    case noInput = 66
    case unavailable = 69
    case software = 70
    case cannotCreate = 73
    case inputOutput = 74
    case interrupted = 130
  }

  package var description: String {
    var lines = ["error: " + message.text.escapingControls]
    if let site { lines.append("  at " + site.escapingControls) }
    if let note { lines.append("  note: " + note.escapingControls) }
    if let help { lines.append("  help: " + help.escapingControls) }
    return lines.joined(separator: "\n")
  }

  /// The same diagnostic with `site` set where it had none.
  package func located(at site: @autoclosure () -> String) -> Diagnostic {
    guard self.site == nil else { return self }
    var copy = self
    copy.site = site()
    return copy
  }

  /// The same diagnostic with a note where it had none.
  package func noting(_ note: @autoclosure () -> String) -> Diagnostic {
    guard self.note == nil else { return self }
    var copy = self
    copy.note = note()
    return copy
  }

  /// The same diagnostic with a remedy where it had none.
  package func helping(_ help: @autoclosure () -> String) -> Diagnostic {
    guard self.help == nil else { return self }
    var copy = self
    copy.help = help()
    return copy
  }
}

extension String {
  /// The text with every control character but the line feed written as `\u{…}`, so that names read from a
  /// file cannot steer a terminal.
  package var escapingControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isControl {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    value != 0x0A && (properties.generalCategory == .control || properties.generalCategory == .format)
  }
}
