import Graphs
import Tensors

extension Plan {
  /// How full the arena is over the steps, and the lifetimes of its `rows` largest values:
  ///
  ///     loading                                             peak 128 MiB
  ///      in use ▁▂▅█▅▂▁                                     peak 412 MiB
  ///      12 MiB ··███····  %layers.0.ff.hidden
  ///
  /// A column stands for one step or, in longer plans, for several.
  package func chart(rows: Int = 40, columns: Int = 64) -> String {
    let lives = lives(of: steps)
    guard columns > 0, !lives.isEmpty else { return "no step's result lies in the arena\n" }
    let (use, width) = (use(of: lives, over: steps.count), min(columns, steps.count))
    func column(_ moment: Int) -> Int { moment * width / steps.count }
    var heights = Array(repeating: 0, count: width)
    for (moment, bytes) in use.enumerated() { heights[column(moment)] = max(heights[column(moment)], bytes) }
    let peak = heights.max() ?? 0
    var lines: [String] = []
    if let peak = self.use(of: self.lives(of: prologue), over: prologue.count).max(), peak > 0 {
      lines.append(label("loading") + String(repeating: " ", count: width) + "  peak \(ByteCount(peak))")
    }
    lines.append(label("in use") + heights.map { bar($0, of: peak) }.joined() + "  peak \(ByteCount(peak))")
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

  /// The bytes in use at each of `count` moments.
  private func use(of lives: [Life], over count: Int) -> [Int] {
    var use = Array(repeating: 0, count: count)
    for life in lives { for moment in life.moments { use[moment] += life.size } }
    return use
  }

  /// The values of the arena that `work` computes, with the moments from their step to their last reader's.
  private func lives(of work: [Value]) -> [Life] {
    var lives: [Value: Life] = [:]
    var order: [Value] = []
    for (moment, step) in work.enumerated() {
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
