import Graphs
import Tensors

extension Plan {
  /// How full the arena is over the steps, and the lifetimes of its `rows` largest values:
  ///
  ///     in use  ▁▂▅█▅▂▁                                     peak 412 MiB
  ///      12 MiB ··███····  %layers.0.ff.hidden
  ///
  /// A column stands for one step or, in longer plans, for several.
  package func chart(rows: Int = 40, columns: Int = 64) -> String {
    let lives = lives()
    let length = prologue.count + steps.count
    guard length > 0, columns > 0, !lives.isEmpty else { return "no value lies in the arena\n" }
    let width = min(columns, length)
    func column(_ moment: Int) -> Int { moment * width / length }
    var use = Array(repeating: 0, count: length)
    for life in lives { for moment in life.moments { use[moment] += life.size } }
    var heights = Array(repeating: 0, count: width)
    for (moment, bytes) in use.enumerated() { heights[column(moment)] = max(heights[column(moment)], bytes) }
    let peak = heights.max() ?? 0
    var lines = [label("in use") + heights.map { bar($0, of: peak) }.joined() + "  peak \(ByteCount(peak))"]
    let largest = lives.sorted { a, b in (b.size, a.moments.lowerBound) < (a.size, b.moments.lowerBound) }
    for life in largest.prefix(rows).sorted(by: { $0.moments.lowerBound < $1.moments.lowerBound }) {
      let span = column(life.moments.lowerBound)...column(life.moments.upperBound)
      let row = (0..<width).map { span.contains($0) ? "█" : "·" }.joined()
      lines.append(label("\(ByteCount(life.size))") + row + "  " + graph[life.value].name.sigil)
    }
    if largest.count > rows {
      lines.append(label("") + "and \((largest.count - rows).grouped) smaller values")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private struct Life {
    var value: Value
    var size: Int
    var moments: ClosedRange<Int>
  }

  /// The values of the arena, with the moments from their step to their last reader's.
  private func lives() -> [Life] {
    var lives: [Value: Life] = [:]
    var order: [Value] = []
    for (moment, step) in (prologue + steps).enumerated() {
      for input in graph[step].inputs {
        let root = root(of: input).value
        guard let life = lives[root] else { continue }
        lives[root]?.moments = life.moments.lowerBound...moment
      }
      if case .arena(let range) = placements[step] {
        lives[step] = Life(value: step, size: range.count, moments: moment...moment)
        order.append(step)
        for input in graph[step].inputs {
          let root = root(of: input).value
          guard placements[root] == .arena(range), let life = lives[root],
            life.moments.lowerBound < moment, !range.isEmpty
          else { continue }
          lives[root]?.moments = life.moments.lowerBound...(moment - 1)
        }
      }
    }
    return order.compactMap { lives[$0] }
  }

  private func bar(_ bytes: Int, of peak: Int) -> String {
    let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return peak == 0 ? "▁" : bars[min(7, Int(Double(bytes) / Double(peak) * 8))]
  }

  private func label(_ text: String) -> String {
    String(repeating: " ", count: max(0, 9 - text.count)) + text + " "
  }
}
