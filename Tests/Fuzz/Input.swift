// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Ends the run, because the program would be wrong with this input.
func require(_ isRight: Bool, _ message: @autoclosure () -> String, file: String = #fileID, line: Int = #line) {
  guard !isRight else { return }
  complain("\(file):\(line): \(message())\n")
  abort()
}

/// Prints a text on standard error.
func complain(_ text: String) {
  _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

/// Makes a template for mkstemp(3) and mkdtemp(3), in memory.
func withTemplate<Value>(_ body: (UnsafeMutablePointer<CChar>) -> Value) -> (Value?, path: String) {
  var name = Array("/dev/shm/ipvs-timeout-fuzz-XXXXXX".utf8CString)
  let value = name.withUnsafeMutableBufferPointer { $0.baseAddress.map(body) }
  return (value, String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
}

extension [UInt8] {
  /// As text; bytes that are not UTF-8 become U+FFFD, as everywhere in the program.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// The parts between bytes of this value, also empty ones.
  func parts(at separator: UInt8) -> [[UInt8]] {
    split(separator: separator, omittingEmptySubsequences: false).map { [UInt8]($0) }
  }

  /// An open file with these bytes, in memory.
  func memoryFile() -> CInt {
    let (file, path) = withTemplate { mkstemp($0) }
    guard let file, file >= 0 else {
      require(false, "there is no room in /dev/shm")
      return -1
    }
    unlink(path)
    var rest = self[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      require(count > 0, "the file cannot be written")
      rest = rest.dropFirst(count)
    }
    lseek(file, 0, SEEK_SET)
    return file
  }

  /// Calls a function with the bytes, in memory of exactly this size, so that the address sanitizer sees a read beyond.
  func withExactBytes<Value, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
    copy.copyBytes(from: self)
    defer { copy.deallocate() }
    return try body(UnsafeRawBufferPointer(copy))
  }
}

extension String {
  /// Whether a terminal shows it on one line, without any effect.
  var isOneLine: Bool {
    unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
      default: true
      }
    }
  }
}
