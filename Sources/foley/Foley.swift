import ArgumentParser

/// `foley`: convert, compile, inspect, run and bridge audio-video models.
@main
struct Foley: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert, compile, inspect, run and bridge audio-video models.")
}
