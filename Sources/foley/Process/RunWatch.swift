import Glibc
import Media
import Pipelines
import Ranks
import Reports
import Tensors

/// All that is seen and heard of a run while it goes on: the line of progress, the chart, the loss on clips for
/// validation, and sounds. Of several ranks the first alone makes them.
final class RunWatch {
  private let line: TrainingProgress
  private let samples: TrainingSamples?
  private let sampleEvery: Int
  private var pictures: RunPictures?
  private var drawn = -1

  /// Throws iff the log of the run cannot be read.
  init(
    _ run: borrowing TrainingRun, quiet: Bool, samples: TrainingSamples?, every sampleEvery: Int
  ) throws(Diagnostic) {
    let steps = run.training.settings.steps
    line = TrainingProgress(quiet: quiet, steps: steps)
    pictures = run.training.ranks.isFirst ? try RunPictures(run.directory, steps: steps) : nil
    (self.samples, self.sampleEvery) = (samples, sampleEvery)
  }

  func show(_ step: TrainingLog.Step) {
    pictures?.add(.step(step))
    line.show(step)
  }

  /// Does what it is time for: validates, makes sounds, draws.
  ///
  /// Throws iff that fails or is interrupted: it is then made up for when the run goes on.
  func look(at run: inout TrainingRun) throws(Diagnostic) {
    if let validation = try run.validate(progress: line.showValidation) {
      pictures?.add(.validation(validation))
      line.show(validation)
    }
    let step = run.training.step
    if let samples, step > 0, step % sampleEvery == 0 || run.isDone {
      try run.save()
      let (ranks, directory) = (run.training.ranks, run.directory)
      try ranks.together { () throws(Diagnostic) in
        if ranks.isFirst { try write(samples, of: step, to: directory) }
      }
    }
    if run.saved == step, drawn != step { try draw(run) }
  }

  /// Draws what there is.
  func draw(_ run: borrowing TrainingRun) throws(Diagnostic) {
    try run.training.ranks.together { () throws(Diagnostic) in try pictures?.draw() }
    drawn = run.training.step
  }

  func clear() { line.clear() }

  /// Makes the sounds that are not there yet, each with its spectrogram.
  private func write(_ samples: TrainingSamples, of step: Int, to directory: RunDirectory) throws(Diagnostic)
  {
    let folder = try directory.samples(of: step)
    for (index, clip) in samples.clips.enumerated() {
      let path = "\(folder)/\(samples.name(of: clip))"
      guard access("\(path).wav", F_OK) != 0 else { continue }
      let sound = try samples.sound(of: clip, bridge: directory.bridgePath(step)) { stage, done, total in
        if stage == .denoise { line.showSample(index * total + done, samples.clips.count * total) }
      }
      try SpectrogramPNG.write(channels: sound.channels, sampleRate: sound.sampleRate, to: "\(path).png")
      try SoundFile.write(sound, to: "\(path).wav")
    }
  }
}
