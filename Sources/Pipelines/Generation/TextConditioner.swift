import Families
import Graphs
import Passes
import Runtime
import Tensors
import Tokenizers

/// Prompts to the rows the backbone's cross-attention reads, by models that are compiled once.
///
/// Source: `stable_audio_tools/models/conditioners.py`, `T5Conditioner`, `NumberConditioner`.
struct TextConditioner: ~Copyable {
  private let conditioning: PipelineManifest.Conditioning
  private let tokenizer: T5Tokenizer
  private var encoder: Session
  private var conditioners: Session
  /// Texts that were encoded lately, the latest last.
  private var known: [Text] = []

  /// Texts that are remembered.
  private static let most = 64

  /// The conditioning of one prompt.
  struct Result {
    /// `[1, S, width]`.
    let cross: Tensor
    /// `[1, 1, global width]`.
    let global: Tensor
    /// Tokens of the prompt that were too many.
    let dropped: Int
  }

  /// What the text encoder makes of a prompt.
  private struct Text {
    let prompt: String
    let tokens: TokenSequence
    let rows: Matrix
  }

  /// Throws iff the pipeline lacks a part that this takes, or its weights do not fit.
  init(_ pipeline: Pipeline, _ precision: Precision = .f32, options: SessionOptions) throws(Diagnostic) {
    let tokenizer = try pipeline.tokenizer()
    let encoder = try Session(try pipeline.model("text_encoder"), precision, options: options)
    let conditioners = try Session(try pipeline.model("conditioners"), options: options)
    (conditioning, self.tokenizer) = (pipeline.manifest.conditioning, tokenizer)
    self.encoder = encoder
    self.conditioners = conditioners
  }

  /// The conditioning of `prompt` for a sound that begins at 0 and lasts `seconds` in all.
  mutating func condition(_ prompt: String, seconds: Int) throws(Diagnostic) -> Result {
    let text = try encode(prompt)
    var rows = text.rows
    let numbers = try self.numbers(seconds: seconds, projecting: &rows)
    // Rows of padding are zero, as the backbone was trained; they still take part in its softmax.
    for (row, flag) in text.tokens.mask.enumerated() where flag == 0 { rows.zero(row) }
    var cross = Matrix(width: rows.width)
    for id in conditioning.cross { try cross.append(id == "prompt" ? rows : try Self.number(id, numbers)) }
    var global: [Float] = []
    for id in conditioning.global { global += try Self.number(id, numbers).values }
    return Result(
      cross: try Tensor(floats: cross.values, shape: [1, cross.rows, cross.width]),
      global: try Tensor(floats: global, shape: [1, 1, global.count]), dropped: text.tokens.dropped)
  }

  /// Where the time of the models went since this was asked last.
  mutating func takeProfile() -> Profile {
    var profile = encoder.takeProfile()
    profile.append(conditioners.takeProfile())
    return profile
  }

  /// Equal prompts are encoded once.
  private mutating func encode(_ prompt: String) throws(Diagnostic) -> Text {
    if let place = known.firstIndex(where: { $0.prompt == prompt }) {
      known.append(known.remove(at: place))
      return known[known.count - 1]
    }
    let tokens = try tokenizer.encode(prompt, maxLength: conditioning.textTokens)
    let shape = TensorType(.i64, shape: [1, tokens.ids.count])
    let states = try encoder.run([
      "input_ids": try Tensor(integers: tokens.ids, as: shape),
      "attention_mask": try Tensor(integers: tokens.mask, as: shape),
    ])
    guard let hidden = states["last_hidden_state"] else {
      throw .noOutput("last_hidden_state", "text_encoder")
    }
    let text = Text(prompt: prompt, tokens: tokens, rows: try Matrix(hidden))
    if known.count == Self.most { known.removeFirst() }
    known.append(text)
    return text
  }

  /// The tokens of the numbers, by id; projects the text where the model does that.
  private mutating func numbers(seconds: Int, projecting text: inout Matrix) throws(Diagnostic)
    -> [String: Matrix]
  {
    let values: [Name: Float] = ["seconds_start": 0, "seconds_total": Float(seconds)]
    var inputs: [Name: Tensor] = [:]
    for value in conditioners.graph.inputs {
      let name = conditioners.graph[value].name
      if name == "text_hidden_states" {
        inputs[name] = try Tensor(floats: text.values, shape: [1, text.rows, text.width])
      } else {
        guard let number = values[name] else { throw .unknownNumber(name) }
        inputs[name] = try Tensor(floats: [number], shape: [1])
      }
    }
    let outputs = try conditioners.run(inputs)
    if let projected = outputs["text_projection"] { text = try Matrix(projected) }
    var numbers: [String: Matrix] = [:]
    for id in values.keys {
      if let token = outputs[Name("\(id)_hidden_states")] { numbers[id.text] = try Matrix(token) }
    }
    return numbers
  }

  private static func number(_ id: String, _ numbers: [String: Matrix]) throws(Diagnostic) -> Matrix {
    guard let token = numbers[id] else { throw .noNumber(id, numbers.keys.sorted()) }
    return token
  }
}

/// Rows of floats.
private struct Matrix {
  private(set) var values: [Float]
  let width: Int
  var rows: Int { width == 0 ? 0 : values.count / width }

  init(width: Int) { (values, self.width) = ([], width) }

  /// The last axis of `tensor` as the rows' width.
  init(_ tensor: Tensor) throws(Diagnostic) {
    (values, width) = (try tensor.floats(), tensor.shape.last ?? 0)
  }

  mutating func zero(_ row: Int) {
    guard row < rows else { return }
    for place in row * width..<(row + 1) * width { values[place] = 0 }
  }

  mutating func append(_ other: Matrix) throws(Diagnostic) {
    guard other.width == width else { throw .widths(width, other.width) }
    values += other.values
  }
}

extension Diagnostic {
  static func noOutput(_ name: String, _ part: String) -> Diagnostic {
    Diagnostic("the \(part) gives no \(name)", kind: .software)
  }
  fileprivate static func unknownNumber(_ name: Name) -> Diagnostic {
    Diagnostic("the conditioners ask for \(name), but only seconds_start and seconds_total are known here")
  }
  fileprivate static func noNumber(_ id: String, _ known: [String]) -> Diagnostic {
    Diagnostic(
      "the backbone is conditioned on \(id), but the conditioners give \(known.joined(separator: ", "))",
      help: "assemble the pipeline with the conditioners that came with the backbone")
  }
  fileprivate static func widths(_ a: Int, _ b: Int) -> Diagnostic {
    Diagnostic(
      "text rows are \(a) wide, number tokens \(b)",
      help: "the text encoder is of another size than the backbone was trained with")
  }
}
