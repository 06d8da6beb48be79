import Tensors

/// What is being done, for progress.
package enum GenerationStage: String, Sendable, CaseIterable {
  case readVideo = "reading video"
  case encodeVideo = "encoding video"
  case encodeText = "encoding text"
  case prepare = "preparing backbone"
  case denoise = "denoising"
  case decode = "decoding sound"
}

/// Told the stage, and how much of its work is done.
package typealias GenerationProgress = (GenerationStage, _ done: Int, _ total: Int) throws -> Void

/// Calls `progress`; what it throws that is no diagnostic counts as an interruption.
func report(_ progress: GenerationProgress, _ stage: GenerationStage, _ done: Int, _ total: Int)
  throws(Diagnostic)
{
  do {
    try progress(stage, done, total)
  } catch let diagnostic as Diagnostic {
    throw diagnostic
  } catch {
    throw Diagnostic("stopped while \(stage.rawValue): \(error)", kind: .interrupted)
  }
}
