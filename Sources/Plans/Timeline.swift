import Graphs
import Tensors

/// The order of work and, for every value that bears bytes of its own, when it is needed.
///
/// Moments count the prologue's nodes first, then the steps; `end` is the moment behind the last step.
struct Timeline {
  /// What a value is before places are given.
  enum Role: Equatable {
    case dead
    case input(Int)
    case parameter(Name)
    case view(of: Int, offset: Int)
    /// Computed at `moment`, by the prologue or by a step.
    case computed(moment: Int, inPrologue: Bool)
  }

  private(set) var roles: [Role]
  private(set) var prologue: [Int] = []
  private(set) var steps: [Int] = []
  /// The moment of each value's last reader, views' readers included; -1 where nothing reads it.
  private(set) var lastUses: [Int]
  /// The first output that each value's bytes go out by, or `nil`.
  private(set) var outputs: [Int?]

  var end: Int { prologue.count + steps.count }

  init(_ graph: Graph) {
    roles = Array(repeating: .dead, count: graph.nodes.count)
    lastUses = Array(repeating: -1, count: graph.nodes.count)
    outputs = Array(repeating: nil, count: graph.nodes.count)
    let needed = graph.needed()
    assignRoles(graph, needed, isConstant: graph.constancy())
    for (moment, index) in (prologue + steps).enumerated() {
      guard case .computed(_, let inPrologue) = roles[index] else { continue }
      roles[index] = .computed(moment: moment, inPrologue: inPrologue)
      for input in graph.nodes[index].inputs {
        let place = root(of: Int(input.index)).index
        lastUses[place] = max(lastUses[place], moment)
      }
    }
    for (place, output) in graph.outputs.enumerated() {
      let index = root(of: Int(output.value.index)).index
      lastUses[index] = end
      outputs[index] = outputs[index] ?? place
    }
  }

  /// The value that bears the bytes of the value at `index`, and where in it they begin.
  func root(of index: Int) -> (index: Int, offset: Int) {
    var (index, total) = (index, 0)
    while case .view(let other, let offset) = roles[index] { (index, total) = (other, total + offset) }
    return (index, total)
  }

  private mutating func assignRoles(_ graph: Graph, _ needed: [Bool], isConstant: [Bool]) {
    var inputCount = 0
    for (index, node) in graph.nodes.enumerated() {
      if node.op is Input {
        roles[index] = .input(inputCount)
        inputCount += 1
      } else if !needed[index] {
        continue
      } else if let parameter = node.op as? Parameter {
        roles[index] = .parameter(parameter.path)
      } else if let view = node.op.view(node.inputs.map { graph[$0].type }, node.type) {
        roles[index] = .view(of: Int(node.inputs[view.input].index), offset: view.offset)
      } else {
        roles[index] = .computed(moment: 0, inPrologue: isConstant[index])
        if isConstant[index] { prologue.append(index) } else { steps.append(index) }
      }
    }
  }
}

extension Graph {
  /// For each node whether an output depends on it.
  fileprivate func needed() -> [Bool] {
    var needed = Array(repeating: false, count: nodes.count)
    for output in outputs { needed[Int(output.value.index)] = true }
    for index in nodes.indices.reversed() where needed[index] {
      for input in nodes[index].inputs { needed[Int(input.index)] = true }
    }
    return needed
  }

  /// For each node whether it depends on no input of the graph.
  fileprivate func constancy() -> [Bool] {
    var isConstant: [Bool] = []
    for node in nodes {
      isConstant.append(!(node.op is Input) && node.inputs.allSatisfy { isConstant[Int($0.index)] })
    }
    return isConstant
  }
}
