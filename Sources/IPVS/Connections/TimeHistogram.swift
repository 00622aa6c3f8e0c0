// SPDX-License-Identifier: Apache-2.0

/// The frequency of each time, in memory of fixed size.
///
/// Times below 256 s are exact, longer ones within 1/256.
struct TimeHistogram: Sendable {
  /// 256 classes of one second, then 128 for each doubling.
  ///
  /// A timer has at most 25 bits.
  private static let classes = 256 + 128 * 24

  private var counts = [UInt32](repeating: 0, count: classes)

  /// The relative error of the times that it returns.
  static let error = 1.0 / 256

  mutating func add(_ seconds: UInt32) {
    counts[TimeHistogram.position(of: seconds)] &+= 1
  }

  /// The time that this number of the added times does not exceed, counted from 1.
  func time(atRank rank: Int) -> UInt32 {
    var seen = 0
    for (position, count) in counts.enumerated() where count > 0 {
      seen += Int(count)
      if seen >= rank { return TimeHistogram.middle(of: position) }
    }
    return 0
  }

  /// The times that were added, with their numbers.
  var times: [(seconds: UInt32, count: Int)] {
    counts.enumerated().filter { $0.element > 0 }
      .map { (TimeHistogram.middle(of: $0.offset), Int($0.element)) }
  }

  private static func position(of seconds: UInt32) -> Int {
    guard seconds >= 256 else { return Int(seconds) }
    let shift = 24 - seconds.leadingZeroBitCount
    return 256 + (shift - 1) * 128 + Int(seconds >> UInt32(shift)) - 128
  }

  private static func middle(of position: Int) -> UInt32 {
    guard position >= 256 else { return UInt32(position) }
    let (doubling, step) = (position - 256).quotientAndRemainder(dividingBy: 128)
    let shift = UInt32(doubling + 1)
    return UInt32(128 + step) << shift + (1 << shift) / 2
  }
}
