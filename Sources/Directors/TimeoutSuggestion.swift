// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Text

extension TimeoutText {
  /// The nearest spelling that ``parse(_:for:)`` accepts, for example `5m` for `5min` and `90s` for `90S`.
  ///
  /// It accepts words and capitals for units, weeks, white space, a plus sign, and fractions that make whole seconds.
  ///
  /// - Parameter text: A text that is not a timeout.
  /// - Returns: The spelling; `nil` if the meaning is not certain or the time is out of range.
  package static func suggestion(for text: String) -> String? {
    let words = text.lowercased()[...].trimmingBlanks()
    if words == "default" { return "default" }
    guard let parts = parts(words.first == "+" ? words.dropFirst() : words) else { return nil }
    let units = parts.map(\.unit.seconds)
    guard Set(units).count == units.count, let seconds = total(of: parts), Timeout.settableSeconds ~= seconds else {
      return nil
    }
    // Keep the units of the text if they can be kept.
    guard units == units.sorted(by: >), parts.allSatisfy(\.isPlain) else {
      return UInt32(exactly: seconds).map(DurationText.text)
    }
    return parts.map { "\($0.whole)\($0.unit.letter)" }.joined()
  }

  /// The total in seconds; `nil` if it is not a whole number.
  private static func total(of parts: [TimePart]) -> Int? {
    var total = 0
    for part in parts {
      let scaled = (part.whole * part.scale + part.fraction) * part.unit.seconds
      guard scaled.isMultiple(of: part.scale) else { return nil }
      total += scaled / part.scale
    }
    return total
  }

  /// The numbers with their units; `nil` if the text has anything else.
  private static func parts(_ text: Substring) -> [TimePart]? {
    var parts: [TimePart] = []
    var rest = text
    while !rest.isEmpty {
      guard let whole = number(&rest, digits: 7) else { return nil }
      var fraction = (value: 0, scale: 1)
      if let point = rest.first, point == "." || point == "," {
        rest.removeFirst()
        guard let digits = number(&rest, digits: 2) else { return nil }
        fraction = digits
      }
      rest = rest.trimmingBlanks()
      let word = rest.prefix(while: \.isLetter)
      rest = rest.dropFirst(word.count).trimmingBlanks()
      // A number without a unit must be alone.
      guard let unit = TimeUnit(word), !word.isEmpty || (parts.isEmpty && rest.isEmpty) else { return nil }
      parts.append(TimePart(whole: whole.value, fraction: fraction.value, scale: fraction.scale, unit: unit))
    }
    return parts.isEmpty ? nil : parts
  }

  /// Removes the digits at the beginning; `nil` if there are none or too many, because `1.000` may mean a thousand.
  private static func number(_ rest: inout Substring, digits limit: Int) -> (value: Int, scale: Int)? {
    let digits = rest.prefix { "0"..."9" ~= $0 }
    guard 1...limit ~= digits.count, let value = Int(digits) else { return nil }
    rest = rest.dropFirst(digits.count)
    return (value, digits.reduce(1) { scale, _ in scale * 10 })
  }
}

/// A number with its unit, such as `1.5m`.
private struct TimePart {
  let whole: Int
  /// The digits after the point, in units of `1 / scale`.
  let fraction: Int
  let scale: Int
  let unit: TimeUnit

  /// Whether ``TimeoutText/parse(_:for:)`` accepts it as it is.
  var isPlain: Bool { fraction == 0 && unit.seconds <= 86_400 }
}

/// A unit as people write it.
private struct TimeUnit {
  let seconds: Int
  /// The letter in a timeout.
  let letter: String

  init?(_ word: some StringProtocol) {
    switch word {
    case "": (seconds, letter) = (1, "")
    case "s", "sec", "secs", "second", "seconds": (seconds, letter) = (1, "s")
    case "m", "min", "mins", "minute", "minutes": (seconds, letter) = (60, "m")
    case "h", "hr", "hrs", "hour", "hours": (seconds, letter) = (3_600, "h")
    case "d", "day", "days": (seconds, letter) = (86_400, "d")
    case "w", "wk", "week", "weeks": (seconds, letter) = (604_800, "w")
    default: return nil
    }
  }
}

extension Substring {
  fileprivate func trimmingBlanks() -> Substring {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
