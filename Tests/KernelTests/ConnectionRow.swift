// SPDX-License-Identifier: Apache-2.0

import Testing

/// A row of the table that `ipvs-timeout connections` prints.
struct ConnectionRow {
  let count: Int
  /// The number of outdated connections; `nil` where no timeout governs them.
  let outdated: Int?
  let shortest: Int
  let longest: Int
  let rule: String
}

extension Namespace {
  /// The table as it is printed, by the first column.
  func connectionRows() async throws -> [String: ConnectionRow] {
    let outcome = try await program("connections")
    #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
    // Notes follow the rows.
    let lines = outcome.stdout.split(separator: "\n").dropFirst().prefix { $0.contains("  ") }
    return try lines.reduce(into: [:]) { rows, line in
      let cells = line.split(separator: "  ").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
      try #require(cells.count == 8, "\(line)")
      rows[String(cells[0])] = ConnectionRow(
        count: try #require(Int(cells[1])), outdated: Int(cells[2]), shortest: try seconds(cells[3]),
        longest: try seconds(cells[6]), rule: String(cells[7]))
    }
  }

  /// The seconds of a time as `14m59s`.
  private func seconds(_ text: Substring) throws -> Int {
    var total = 0
    var number = 0
    for character in text {
      if let digit = character.wholeNumberValue {
        number = number * 10 + digit
      } else {
        total += number * (try #require(["d": 86_400, "h": 3_600, "m": 60, "s": 1][character]))
        number = 0
      }
    }
    return total
  }
}
