// SPDX-License-Identifier: Apache-2.0

// The standard library's own functions for this are in `_StringProcessing`, which would add 1.3 MB of regular
// expressions to the program.

extension String {
  /// Where the text stands for the first time, compared byte by byte; `nil` if it does not.
  package func firstOccurrence(of text: String) -> Range<Index>? { self[...].firstOccurrence(of: text) }

  /// A copy in which `replacement` stands for each `character`.
  package func replacingEach(_ character: Character, with replacement: String) -> String {
    var text = ""
    for next in self {
      if next == character { text += replacement } else { text.append(next) }
    }
    return text
  }
}

extension Substring {
  /// Where the text stands for the first time, compared byte by byte; `nil` if it does not.
  package func firstOccurrence(of text: String) -> Range<Index>? {
    var start = utf8.startIndex
    while true {
      var end = start
      var rest = text.utf8.makeIterator()
      while let wanted = rest.next() {
        guard end < utf8.endIndex else { return nil }
        guard utf8[end] == wanted else {
          end = start
          break
        }
        utf8.formIndex(after: &end)
      }
      if end > start || text.isEmpty { return start..<end }
      utf8.formIndex(after: &start)
    }
  }
}
