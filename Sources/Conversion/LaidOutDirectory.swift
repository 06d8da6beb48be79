import Checkpoints
import Families
import Tensors

/// The files of models in a layout: in a directory, or the tensors alone in one file.
struct LaidOutDirectory {
  private let request: ConversionRequest
  /// Whether one model has the directory for itself.
  private let isAlone: Bool
  /// Whether the models are the parts of a pipeline of diffusers.
  var isPipeline = false
  /// In the order in which the places came.
  private var places: [Place] = []

  /// Where a configuration and the tensors it describes lie.
  private struct Place {
    let folder: String
    let layout: Layout
    var drafts: [TensorDraft] = []
    var configuration: JSON = [:]
  }

  init(_ request: ConversionRequest, isAlone: Bool) { (self.request, self.isAlone) = (request, isAlone) }

  /// Adds a model. Throws iff it would need a file of its own and there is only one.
  mutating func add(_ drafts: [TensorDraft], _ configuration: JSON, _ layout: Layout) throws(Diagnostic) {
    let folder = folder(of: layout)
    var index = places.firstIndex { $0.folder == folder }
    if index == nil {
      guard request.isDirectory || places.isEmpty || places[0].folder == folder else {
        throw .severalFiles(request.output)
      }
      places.append(Place(folder: folder, layout: layout))
      index = places.count - 1
    }
    guard let index else { return }
    places[index].drafts += request.cast(drafts)
    places[index].configuration = places[index].configuration.merged(with: configuration)
  }

  /// The files in the order of their writing, and the directories they need.
  func finished() -> (files: [OutputFile], folders: [String]) {
    guard request.isDirectory else {
      return ([OutputFile(request.output, .tensors(places.flatMap(\.drafts)))], [])
    }
    var files: [OutputFile] = []
    for place in places {
      files += OutputFile.shards(
        of: place.drafts, in: place.folder, stem: place.layout.weights, format: place.layout.format,
        shardSize: request.shardSize)
      files.append(
        OutputFile(
          "\(place.folder)/\(place.layout.configuration)", .text(request.typed(place.configuration).text)))
    }
    var folders = [request.output] + places.map(\.folder).filter { $0 != request.output }
    if isPipeline {
      folders.append("\(request.output)/scheduler")
      files.append(
        OutputFile(
          "\(request.output)/scheduler/scheduler_config.json", .text(DiffusersPipeline.scheduler.text)))
      files.append(OutputFile("\(request.output)/model_index.json", .text(DiffusersPipeline.index.text)))
    }
    return (files, folders)
  }

  /// What the configuration file of `layout` says.
  func configuration(of layout: Layout) throws(Diagnostic) -> Configuration {
    let json = places.first { $0.folder == folder(of: layout) }?.configuration ?? [:]
    return try Configuration(JSON.Cursor(json, file: layout.configuration))
  }

  /// Where the tensors of `layout` will lie.
  func weights(of layout: Layout) -> String { request.isDirectory ? folder(of: layout) : request.output }

  private func folder(of layout: Layout) -> String {
    isAlone || layout.folder.isEmpty ? request.output : "\(request.output)/\(layout.folder)"
  }
}

extension ConversionRequest {
  /// The configuration with the wanted element type where it says one.
  func typed(_ configuration: JSON) -> JSON {
    guard case .object(var object) = configuration, let element else { return configuration }
    let names: [DType: String] = [.f32: "float32", .f16: "float16", .bf16: "bfloat16"]
    for key in ["torch_dtype", "dtype"] as [Name] where object[key] != nil {
      object[key] = names[element].map { JSON($0) }
    }
    return .object(object)
  }
}

extension JSON {
  /// As a file holds it.
  var text: String { printed(pretty: true) + "\n" }

  /// Both objects' members; where both have one, objects are merged and of others the second's stays.
  fileprivate func merged(with other: JSON) -> JSON {
    guard case .object(var object) = self, case .object(let more) = other else { return other }
    for (key, value) in more.members { object[key] = object[key]?.merged(with: value) ?? value }
    return .object(object)
  }
}

extension Diagnostic {
  fileprivate static func severalFiles(_ output: String) -> Diagnostic {
    Diagnostic(
      "this layout keeps each model in a file of its own, but \(output) is one file", at: output,
      help: "end the output with / to write a directory, or choose a model with --component", kind: .usage)
  }
}
