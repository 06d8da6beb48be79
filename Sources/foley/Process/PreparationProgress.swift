/// What a person who watches a preparation sees: how many clips are done, how fast, and how long it still takes.
/// Where nobody watches, a line every hundred clips.
final class PreparationProgress {
  private let line: ProgressLine
  private let isQuiet: Bool
  private let clips: Int
  private let begun = ProgressLine.seconds
  /// Clips that took time.
  private var made = 0

  init(quiet: Bool, clips: Int) { (line, isQuiet, self.clips) = (ProgressLine(quiet: quiet), quiet, clips) }

  /// `done` clips are seen to, and the dataset leaves `skipped` out; whether the last one took any time.
  func show(_ done: Int, skipped: Int, isNew: Bool) {
    made += isNew ? 1 : 0
    let perSecond = Double(made) / max(ProgressLine.seconds - begun, 1e-9)
    let text = "\((perSecond * 100).rounded() / 100) clips/s, \(skipped) left out"
    line.show("clip", done, of: clips, text, left: Double(clips - done) / max(perSecond, 1e-9))
    if !isQuiet, !StandardError.isTerminal, done % 100 == 0, isNew {
      StandardError.write("clip \(done)/\(clips): \(text)\n")
    }
  }

  func clear() { line.clear() }
}
