import Tensors

/// What is known of a model's inputs when it is imported.
struct Given {
  /// Values of inputs, whose types these have then.
  var tensors: [Name: Tensor] = [:]
  /// Values of inputs that are texts.
  var texts: [Name: TextTensor] = [:]
  /// Of named dims.
  var lengths: [String: Int] = [:]

  var isEmpty: Bool { tensors.isEmpty && texts.isEmpty && lengths.isEmpty }
}
