// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// The lines of an open file, one after another, in a buffer that does not grow; it closes the file at its end.
struct FileLines: ~Copyable {
  private let descriptor: CInt
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
  /// What has been read and not been handed out.
  private var unread = 0..<0

  /// Takes over a descriptor.
  init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  deinit {
    buffer.deallocate()
    close(descriptor)
  }

  /// The next line without its newline, valid until the next call; `nil` at the end of the file.
  ///
  /// A last line without a newline is cut off, and is none.
  ///
  /// - Throws: `Errno`, when the file cannot be read or has a line that is longer than the buffer.
  mutating func next() throws(Errno) -> UnsafeRawBufferPointer? {
    var searched = 0
    while true {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[unread])
      if let newline = bytes.position(of: UInt8(ascii: "\n"), from: searched) {
        unread = unread.lowerBound + newline + 1..<unread.upperBound
        return UnsafeRawBufferPointer(rebasing: bytes[..<newline])
      }
      searched = bytes.count
      guard try readMore() else { return nil }
    }
  }

  /// Reads behind what is unread, which it moves to the beginning; returns whether there was anything.
  private mutating func readMore() throws(Errno) -> Bool {
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[unread]))
    unread = 0..<unread.count
    guard unread.upperBound < buffer.count else { throw .overflow }
    while true {
      let count = read(
        descriptor, buffer.baseAddress?.advanced(by: unread.upperBound), buffer.count - unread.upperBound)
      if count >= 0 {
        unread = 0..<unread.upperBound + count
        return count > 0
      }
      guard errno == EINTR else { throw Errno(rawValue: errno) }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Where the next such byte is.
  fileprivate func position(of byte: UInt8, from start: Int) -> Int? {
    guard let base = baseAddress, let found = memchr(base + start, CInt(byte), count - start) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
