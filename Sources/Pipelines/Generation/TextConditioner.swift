import Families
import Graphs
import Runtime
import Tensors
import Tokenizers

/// Prompts to the rows the backbone's cross-attention reads.
///
/// Source: `stable_audio_tools/models/conditioners.py`, `T5Conditioner`, `NumberConditioner`.
struct TextConditioner {
  let pipeline: Pipeline
  let options: SessionOptions

  /// The conditioning of one prompt.
  struct Result {
    /// `[1, S, width]`.
    let cross: Tensor
    /// `[1, 1, global width]`.
    let global: Tensor
    /// Tokens of the prompt that were too many.
    let dropped: Int
  }

  /// The conditioning of each prompt for a sound that begins at 0 and lasts `seconds` in all.
  func condition(_ prompts: [String], seconds: Int) throws(Diagnostic) -> [Result] {
    let conditioning = pipeline.manifest.conditioning
    let tokenizer = try pipeline.tokenizer()
    var texts: [Matrix] = []
    let tokens = try prompts.map { (prompt) throws(Diagnostic) in
      try tokenizer.encode(prompt, maxLength: conditioning.textTokens)
    }
    let model = try pipeline.model("text_encoder")
    var encoder = try Session(model, options: options)
    for row in tokens {
      let shape = TensorType(.i64, shape: [1, row.ids.count])
      let states = try encoder.run([
        "input_ids": try Tensor(integers: row.ids, as: shape),
        "attention_mask": try Tensor(integers: row.mask, as: shape),
      ])
      guard let hidden = states["last_hidden_state"] else {
        throw .noOutput("last_hidden_state", "text_encoder")
      }
      texts.append(try Matrix(hidden))
    }

    let numbers = try self.numbers(seconds: seconds, texts: &texts)
    var results: [Result] = []
    for (index, var text) in texts.enumerated() {
      // Rows of padding are zero, as the backbone was trained; they still take part in its softmax.
      for (row, flag) in tokens[index].mask.enumerated() where flag == 0 { text.zero(row) }
      var cross = Matrix(width: text.width)
      for id in conditioning.cross { try cross.append(id == "prompt" ? text : try number(id, numbers)) }
      var global: [Float] = []
      for id in conditioning.global { global += try number(id, numbers).values }
      results.append(
        Result(
          cross: try Tensor(floats: cross.values, shape: [1, cross.rows, cross.width]),
          global: try Tensor(floats: global, shape: [1, 1, global.count]), dropped: tokens[index].dropped))
    }
    return results
  }

  /// The tokens of the numbers, by id; projects the texts where the model does that.
  private func numbers(seconds: Int, texts: inout [Matrix]) throws(Diagnostic) -> [String: Matrix] {
    let values: [Name: Float] = ["seconds_start": 0, "seconds_total": Float(seconds)]
    let model = try pipeline.model("conditioners")
    var session = try Session(model, options: options)
    let projectsText = model.graph[named: "text_hidden_states"] != nil
    var numbers: [String: Matrix] = [:]
    for index in texts.indices {
      var inputs: [Name: Tensor] = [:]
      for value in model.graph.inputs {
        let name = model.graph[value].name
        if name == "text_hidden_states" {
          inputs[name] = try Tensor(
            floats: texts[index].values, shape: [1, texts[index].rows, texts[index].width])
        } else {
          guard let number = values[name] else { throw .unknownNumber(name) }
          inputs[name] = try Tensor(floats: [number], shape: [1])
        }
      }
      let outputs = try session.run(inputs)
      if projectsText, let projected = outputs["text_projection"] { texts[index] = try Matrix(projected) }
      for id in values.keys {
        if let token = outputs[Name("\(id)_hidden_states")] { numbers[id.text] = try Matrix(token) }
      }
    }
    return numbers
  }

  private func number(_ id: String, _ numbers: [String: Matrix]) throws(Diagnostic) -> Matrix {
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
