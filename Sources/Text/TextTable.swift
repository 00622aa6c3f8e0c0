// SPDX-License-Identifier: Apache-2.0

/// A table for people: rows of cells in aligned columns.
package struct TextTable {
  /// The table as text, one line for each row.
  package let text: String

  /// Creates a table.
  ///
  /// - Parameters:
  ///   - rows: The cells of each row. The first row is the heading; all rows have the same number of cells.
  ///   - isLeft: The numbers of the columns that are aligned to the left. The others are aligned to the right.
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
