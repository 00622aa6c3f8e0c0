// SPDX-License-Identifier: Apache-2.0

/// Text under construction, as the bytes for one `write`.
///
/// The output of the most used commands is built here. A `String` or an array would make the Swift runtime search the
/// whole executable for generic metadata first: see `docs/contributing/performance.md`.
package struct TextBuffer: ~Copyable {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var count = 0

  /// Creates an empty text.
  ///
  /// - Parameter capacity: The number of bytes that fit into it before it grows, at least 1.
  package init(capacity: Int = 128) {
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  deinit {
    storage.deallocate()
  }

  /// Calls `body` with the text so far, which is valid during the call.
  package borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(start: storage, count: count))
  }

  /// Whether there is no text yet.
  package var isEmpty: Bool { count == 0 }

  /// The text as a `String`.
  package var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }

  /// Appends another text.
  package mutating func append(_ text: borrowing TextBuffer) {
    append(text.storage, text.count)
  }

  /// Appends a literal text.
  package mutating func append(_ text: StaticString) {
    append(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Appends a text.
  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      if let start = utf8.baseAddress { append(start, utf8.count) }
    }
  }

  /// Appends a number in decimal digits.
  package mutating func append(_ number: UInt32) {
    var scale: UInt32 = 1
    while number / scale >= 10 { scale *= 10 }
    while scale > 0 {
      var digit = UInt8(ascii: "0") + UInt8(number / scale % 10)
      append(&digit, 1)
      scale /= 10
    }
  }

  private mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
    if count + length > capacity {
      capacity = 2 * (count + length)
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
      larger.initialize(from: storage, count: count)
      storage.deallocate()
      storage = larger
    }
    storage.advanced(by: count).initialize(from: start, count: length)
    count += length
  }
}
