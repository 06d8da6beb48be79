/// Matplotlib's `magma`: dark to light in even steps of lightness, also for the colour-blind and in print.
///
/// Polynomials of degree six by Matt Zucker, within 0.01 of the table.
enum ColourMap {
  private static let coefficients: [[Double]] = [
    [
      -0.002136485053939582, 0.2516605407371642, 8.353717279216625, -27.66873308576866, 52.17613981234068,
      -50.76852536473588, 18.65570506591883,
    ],
    [
      -0.000749655052795221, 0.6775232436837668, -3.577719514958484, 14.26473078096533, -27.94360607168351,
      29.04658282127291, -11.48977351997711,
    ],
    [
      -0.005386127855323933, 2.494026599312351, 0.3144679030132573, -13.64921318813922, 12.94416944238394,
      4.23415299384598, -5.601961508734096,
    ],
  ]

  /// The colour at `level`, which is held inside 0...1.
  static func colour(at level: Double) -> Raster.Colour {
    let level = min(max(level, 0), 1)
    let channels = coefficients.map { terms in
      let value = terms.reversed().reduce(0) { $0 * level + $1 }
      return UInt8((min(max(value, 0), 1) * 255).rounded())
    }
    return Raster.Colour(red: channels[0], green: channels[1], blue: channels[2])
  }
}
