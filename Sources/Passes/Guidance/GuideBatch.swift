import Graphs
import Operators
package import Tensors

extension Pass {
  /// Turns a graph over a batch `B` into one that computes the conditional row and the unconditional row
  /// of classifier-free guidance together, without the work that is zero by construction.
  ///
  /// The unconditional row attends to null tokens. They are zero and no bias stands on their way, so that the
  /// whole branch adds exactly nothing: it is computed for row 0 alone. A bridge contributes nothing to row
  /// 1 either, whatever biases it has.
  ///
  ///     %y = add(%x, branch(%x, %text))
  ///     ->  %y = add(%x[2, …], pad(branch(slice(%x, row 0), %text[1, …]), one zero row))
  ///
  /// The inputs named in `conditioning` keep one row, the text and what belongs to the bridge; all others have
  /// two. Applied to its result it changes nothing.
  ///
  /// Throws iff an input is missing, the graph's batch is fixed, the conditioning reaches the stream another
  /// way than through attentions that are added to it, or `text` at zero does not give zero there.
  /// Source: `stable_audio_tools/models/dit.py`, the null embedding of `DiffusionTransformer.forward`.
  package static func guideBatch(
    conditioning: Set<Name> = ["encoder_hidden_states", "video", "video_scale"],
    text: Name = "encoder_hidden_states"
  ) -> Pass {
    Pass("guide-batch", "compute both rows of guidance, the null row without cross-attention") {
      (graph) throws(Diagnostic) in
      guard !graph.isGuided(conditioning) else { return graph }
      var guide = try GuidedBatch(graph, conditioning, text)
      return try guide.run()
    }
  }
}

extension Graph {
  /// Whether the batch is fixed as this pass leaves it: one row of conditioning, two of all else.
  fileprivate func isGuided(_ conditioning: Set<Name>) -> Bool {
    inputs.contains { !conditioning.contains(self[$0].name) }
      && inputs.allSatisfy { input in
        guard self[input].type.rank > 0 else { return true }
        return self[input].type.dims[0] == (conditioning.contains(self[input].name) ? 1 : 2)
      }
  }
}
