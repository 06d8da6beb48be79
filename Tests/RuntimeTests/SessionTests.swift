import Graphs
import Kernels
import Operators
import Plans
import Runtime
import TemporaryFolders
import Tensors
import Testing

/// What a session promises beside the right numbers.
@Suite struct SessionTests {
  /// A linear layer with a norm in front, `L` tokens long.
  private static func layer() throws -> Graph {
    var graph = Graph(name: "layer")
    let x = try graph.input("x", TensorType(.f32, ["L", 8]))
    let scale = try graph.parameter("norm.scale", TensorType(.f32, shape: [8]))
    let weight = try graph.parameter("weight", TensorType(.f32, shape: [6, 8]))
    let bias = try graph.parameter("bias", TensorType(.f32, shape: [6]))
    let h = try graph.add(RMSNorm(eps: 1e-6), [x, scale], name: "norm")
    graph.output("y", try graph.add(Linear(), [h, weight, bias], name: "linear"))
    return graph
  }

  private static func wave(_ type: TensorType, _ start: Double) throws(Diagnostic) -> Tensor {
    try Tensor(
      reals: (0..<(type.count ?? 0)).map { (start + Double($0) * 7).remainder(dividingBy: 3) }, as: type)
  }

  @Sendable private static func parameters(_ path: Name) throws(Diagnostic) -> Tensor {
    switch path {
    case "weight": try wave(TensorType(.f32, shape: [6, 8]), 1)
    case "kernel": try wave(TensorType(.f32, shape: [40, 96, 5]), 4)
    case "bias": try wave(TensorType(.f32, shape: [6]), 2)
    default: try wave(TensorType(.f32, shape: [8]), 3)
    }
  }

  private static func input(_ length: Int) throws -> [Name: Tensor] {
    ["x": try wave(TensorType(.f32, shape: [length, 8]), 5)]
  }

  /// Each length of the input is read off, planned for and computed.
  @Test func lengthsMayChange() throws {
    let graph = try Self.layer()
    var session = try Session(graph, parameters: Self.parameters)
    for length in [3, 1, 9, 9] {
      let result = try session.run(Self.input(length))["y"]
      let expected = try graph.evaluate(Self.input(length), parameter: Self.parameters)["y"]
      #expect(try #require(result).isNear(#require(expected)))
    }
  }

  /// Conditioning stays, what changes is written in place, and nothing is bound again.
  @Test func inPlace() throws {
    var graph = Graph(name: "g")
    let type = TensorType(.f32, shape: [4])
    let (x, c) = (try graph.input("x", type), try graph.input("c", type))
    graph.output("y", try graph.add(x, c))
    var session = try Session(graph, parameters: Self.parameters)
    try session.bind(["x": type, "c": type])
    try session.set("c", Tensor(floats: [1, 2, 3, 4], shape: [4]))
    for step in 1...3 {
      try session.withInput("x") { floats throws(Diagnostic) in floats.update(repeating: Float(step)) }
      try session.run()
      let sum = try session.withOutput("y") { floats throws(Diagnostic) in Array(floats) }
      #expect(sum == [1, 2, 3, 4].map { $0 + Float(step) })
    }
  }

  /// Parameters in other float types, and at places that no float may have, feed an f32 graph.
  @Test(arguments: [DType.f32, .f16, .bf16, .f64], [0, 1])
  func mappedParameters(_ element: DType, shift: Int) throws {
    let folder = try TemporaryFolder()
    let graph = try Self.layer()
    var bytes = Array(repeating: UInt8(0), count: shift)
    var places: [Name: (TensorType, Range<Int>)] = [:]
    for (_, parameter) in graph.parameters {
      let real = try Self.parameters(parameter.path).reals()
      let tensor = try Tensor(reals: real, as: TensorType(element, parameter.type.dims))
      places[parameter.path] = (tensor.type, bytes.count..<bytes.count + tensor.byteCount)
      bytes += tensor.withBytes { Array($0) }
    }
    let file = try MappedFile(path: folder.put("weights", bytes))
    let mapped: (Name) throws(Diagnostic) -> Tensor = { path throws(Diagnostic) in
      guard let (type, range) = places[path] else { throw Diagnostic("no \(path)") }
      return try Tensor(type, in: file, at: range)
    }
    var session = try Session(graph, parameters: mapped)
    let result = try session.run(Self.input(5))["y"]
    let expected = try graph.evaluate(Self.input(5), parameter: mapped)["y"]
    #expect(try #require(result).isNear(#require(expected)))
  }

  /// The bytes of a result are the same whoever shares the work.
  @Test func threadsDoNotMatter() throws {
    var graph = Graph(name: "g")
    let x = try graph.input("x", TensorType(.f32, shape: [1, 300, 96]))
    let channels = try graph.add(Transpose(permutation: [0, 2, 1]), [x])
    let a = try graph.add(Attention(heads: 4, scale: 0.2), [x, x, x])
    let b = try graph.add(Softmax(), [graph.matmul(a, channels)])
    let c = try graph.add(LayerNorm(eps: 1e-5), [graph.matmul(b, x)])
    let w = try graph.parameter("kernel", TensorType(.f32, shape: [40, 96, 5]))
    let conv = try graph.add(Conv(strides: [2], dilations: [1], before: [2], after: [2]), [channels, w])
    graph.output("mean", try graph.mean(c, axes: [1]))
    graph.output("conv", try graph.add(SiLU(), [conv]))
    let input = try Self.wave(TensorType(.f32, shape: [1, 300, 96]), 1)
    var results: [[Float]] = []
    for threads in [1, 2, 3] {
      try Machine.use(threads: threads)
      var session = try Session(graph, parameters: Self.parameters)
      let outputs = try session.run(["x": input])
      results.append(try #require(outputs["mean"]).floats() + #require(outputs["conv"]).floats())
    }
    try Machine.use()
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  /// The first node that makes a NaN is named; a mask's -∞ is none.
  @Test func firstNaN() throws {
    var graph = Graph(name: "g")
    let x = try graph.input("x", TensorType(.f32, shape: [2]))
    let masked = try graph.add(x, graph.add(Constant(-.infinity, .f32)))
    let root = try graph.add(Sqrt(), [x], name: "root")
    graph.output("y", try graph.add(graph.exp(masked), root))
    var options = SessionOptions()
    options.checksFinite = true
    var session = try Session(graph, parameters: Self.parameters, options: options)
    _ = try session.run(["x": Tensor(floats: [4, 9], shape: [2])])
    let error = try #require(diagnostic { _ = try session.run(["x": Tensor(floats: [4, -9], shape: [2])]) })
    #expect(error.site == "%root = sqrt(%x) in @g")
    #expect(
      error.message.text == "element 1 of the result is nan, the first that is not a finite number"
        || error.message.text == "element 1 of the result is -nan, the first that is not a finite number")
  }

  @Test func cancelled() throws {
    var options = SessionOptions()
    options.isCancelled = { true }
    var session = try Session(Self.layer(), parameters: Self.parameters, options: options)
    let error = diagnostic { _ = try session.run(Self.input(2)) }
    #expect(error?.kind == .interrupted)
  }

  /// Where packed weights would take too much, they are read as they lie, to the same numbers.
  @Test func packsWhatThereIsRoomFor() throws {
    var results: [[Float]] = []
    for limit in [nil, 2500] {
      var options = SessionOptions()
      options.memoryLimit = limit
      var session = try Session(Self.layer(), parameters: Self.parameters, options: options)
      results.append(try #require(try session.run(Self.input(9))["y"]).floats())
      if limit != nil { #expect(session.plan?.prologueSize == 0) }
    }
    #expect(results[0] == results[1])
  }

  @Test func memoryLimit() throws {
    var options = SessionOptions()
    options.memoryLimit = 1000
    var session = try Session(Self.layer(), parameters: Self.parameters, options: options)
    let error = diagnostic { _ = try session.run(Self.input(100)) }
    #expect(error?.message.text.hasSuffix("beside its weights, but may take 1000 B") == true)
    _ = try session.run(Self.input(2))
  }

  @Test func profile() throws {
    var options = SessionOptions()
    options.measuresTime = true
    var session = try Session(Self.layer(), parameters: Self.parameters, options: options)
    for _ in 0..<3 { _ = try session.run(Self.input(2)) }
    let ops = session.profile.byOp
    #expect(ops.first { $0.op == "linear" }?.entry.count == 3)
    #expect(session.profile.seconds > 0)
    #expect(abs(ops.reduce(0) { $0 + $1.entry.seconds } - session.profile.seconds) < 1e-9)
  }

  /// A lap a run, behind that of the prologue; its spans are the plan's steps and follow one another.
  @Test func profileByNode() throws {
    var options = SessionOptions()
    options.measuresTime = true
    var session = try Session(Self.layer(), parameters: Self.parameters, options: options)
    let before = Profile.now()
    for _ in 0..<2 { _ = try session.run(Self.input(2)) }
    let bound = session.plan
    let plan = try #require(bound)
    let laps = session.takeProfile().laps
    let rest = session.profile.laps
    #expect(laps.map(\.isPrologue) == [true, false, false])
    #expect(laps[0].spans.map(\.value) == plan.prologue)
    var end = before
    for lap in laps {
      #expect(lap.isPrologue || lap.spans.map(\.value) == plan.steps)
      for span in lap.spans {
        #expect(span.began >= end && span.seconds >= 0)
        end = span.began + span.seconds
      }
    }
    #expect(end <= Profile.now() && rest.isEmpty)
  }

  /// Wrong requests are refused in words.
  @Test func refusals() throws {
    let graph = try Self.layer()
    var session = try Session(graph, parameters: Self.parameters)
    #expect(
      diagnostic { try session.run() }?.message.text == "@layer is not bound to the types of its inputs yet")
    let type = TensorType(.f32, shape: [2, 8])
    #expect(diagnostic { try session.bind([:]) }?.message.text == "input x is missing")
    try session.bind(["x": type])
    let stray = diagnostic { try session.set("z", Tensor(floats: [1], shape: [1])) }
    #expect(stray?.help == "the inputs are x")
    let short = diagnostic { try session.set("x", Tensor(floats: [1], shape: [1])) }
    #expect(short?.message.text == "input x is f32[1], but the session is bound to f32[2, 8]")
    #expect(diagnostic { _ = try session.output("z") }?.help == "the outputs are y")
    let misfit = diagnostic {
      _ = try Session(graph, parameters: { path throws(Diagnostic) in try Tensor(floats: [1], shape: [1]) })
    }
    #expect(misfit?.message.text.contains("is f32[1] in the checkpoint, but the graph takes f32[8]") == true)
  }

  private func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
    do { try body() } catch { return error as? Diagnostic }
    return nil
  }
}
