// SPDX-License-Identifier: Apache-2.0

internal import Glibc

// The standard library's own functions for this are in `_StringProcessing`, which would add 1.3 MB of regular
// expressions to the program.

extension String {
  /// Where the text stands for the first time, compared byte by byte; `nil` if it does not.
  package func firstOccurrence(of text: String) -> Range<Index>? { self[...].firstOccurrence(of: text) }

  /// A copy in which `replacement` stands for each `scalar`, which is ASCII, also where a combining mark follows.
  package func replacingEach(_ scalar: Unicode.Scalar, with replacement: String) -> String {
    let wanted = UInt8(ascii: scalar)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for byte in utf8 {
      if byte == wanted { bytes += replacement.utf8 } else { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Substring {
  /// Where the text stands for the first time, compared byte by byte; `nil` if it does not.
  package func firstOccurrence(of text: String) -> Range<Index>? {
    var (here, wanted) = (self, text)
    let offset: Int? = here.withUTF8 { here in
      wanted.withUTF8 { wanted in
        guard !wanted.isEmpty else { return 0 }
        guard let start = here.baseAddress, let first = wanted.baseAddress, here.count >= wanted.count else {
          return nil
        }
        // The text can begin before this.
        let end = start + (here.count - wanted.count + 1)
        var next = start
        while let found = memchr(next, CInt(first.pointee), end - next) {
          let position = found.assumingMemoryBound(to: UInt8.self)
          if memcmp(position, first, wanted.count) == 0 { return position - UnsafeMutablePointer(mutating: start) }
          next = UnsafePointer(position) + 1
        }
        return nil
      }
    }
    guard let offset else { return nil }
    let start = utf8.index(startIndex, offsetBy: offset)
    return start..<utf8.index(start, offsetBy: text.utf8.count)
  }
}
