// SPDX-License-Identifier: Apache-2.0

/// Text under construction, as the bytes that one `write` takes.
///
/// What the program prints on its most used ways is put together here and not in a `String` or an array, whose generic
/// metadata the Swift runtime would first have to look for in the whole executable: see `docs/contributing/performance.md`.
package struct TextBuffer: ~Copyable {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var count = 0

  /// An empty text.
  package init() {
    capacity = 128
    storage = .allocate(capacity: capacity)
  }

  deinit {
    storage.deallocate()
  }

  /// Calls `body` with the text so far, which is valid during the call.
  package borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(start: storage, count: count))
  }

  /// Appends a text written in the program.
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
