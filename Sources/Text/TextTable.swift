// SPDX-License-Identifier: Apache-2.0

/// Rows of cells for people, one below the other.
package struct TextTable {
  /// A line for each row.
  package let text: String

  /// A table.
  ///
  /// - Parameters:
  ///   - rows: The cells of each row; all rows have as many as the first one, which is the heading.
  ///   - isLeft: The columns whose cells begin below each other; in others they end so.
  package init(_ rows: [[String]], isLeft: Set<Int>) {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    text = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        guard isLeft.contains(column) else { return blanks + cell }
        return column == row.count - 1 ? cell : cell + blanks
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
