// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Where network namespaces are bound in one mount namespace, as `/proc/1234/mountinfo` lists it: one after another.
package struct NamespaceMounts: ~Copyable {
  private var lines: FileLines
  /// How many bytes of the list have been read.
  package private(set) var byteCount = 0

  /// Opens the list of a process.
  ///
  /// - Parameter process: The number of the process; `nil` for the calling thread.
  /// - Throws: `Errno`, when it cannot be opened.
  package init(of process: Int32? = nil) throws(Errno) {
    let path = "/proc/\(process.map { "\($0)" } ?? "thread-self")/mountinfo"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    lines = FileLines(descriptor)
  }

  /// The next one, valid until the next call; `nil` at the end of the list.
  ///
  /// - Throws: `Errno`, when the list cannot be read or has a line of 64 KiB or more.
  package mutating func next() throws(Errno) -> NamespaceMount? {
    while let line = try lines.next() {
      byteCount += line.count + 1
      if let mount = NamespaceMount(line) { return mount }
    }
    return nil
  }
}

/// A line about a network namespace in `/proc/1234/mountinfo`.
package struct NamespaceMount {
  /// The number of the namespace on the device that all namespaces share.
  package let inode: UInt
  /// Where it is bound, with the kernel's escapes.
  private let escapedPath: UnsafeRawBufferPointer

  /// Reads a line, which outlives the value; `nil` if the line is about something else.
  ///
  /// Such a line is `421 25 0:4 net:[4026532281] /run/netns/blue rw shared:212 - nsfs nsfs rw`. The fourth field says which
  /// part of a file system is mounted. For all other file systems, that is a path.
  package init?(_ line: UnsafeRawBufferPointer) {
    guard var fields = LineFields(line) else { return nil }
    for _ in 0..<3 { _ = fields.next() }
    guard fields.peek() == UInt8(ascii: "n"), let inode = fields.next().namespaceNumber else { return nil }
    self.inode = inode
    escapedPath = fields.next()
  }

  /// Whether it is bound at a path that begins with this directory.
  package func isBound(below directory: StaticString) -> Bool {
    guard escapedPath.count > directory.utf8CodeUnitCount, let start = escapedPath.baseAddress else { return false }
    return memcmp(start, directory.utf8Start, directory.utf8CodeUnitCount) == 0
  }

  /// Where it is bound, as the process sees it.
  package var path: FilePath {
    var bytes: [CChar] = []
    bytes.reserveCapacity(escapedPath.count + 1)
    var rest = escapedPath[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), let escaped = rest.octalByte {
        bytes.append(CChar(bitPattern: escaped))
        rest = rest.dropFirst(3)
      } else {
        bytes.append(CChar(bitPattern: byte))
      }
    }
    bytes.append(0)
    return FilePath(platformString: bytes)
  }
}

extension UnsafeRawBufferPointer {
  /// The number in `net:[4026532281]`.
  fileprivate var namespaceNumber: UInt? {
    guard count > 6, starts(with: "net:[".utf8), last == UInt8(ascii: "]") else { return nil }
    var number: UInt = 0
    for byte in self[5..<count - 1] {
      guard let digit = byte.digit, number < UInt.max / 16 else { return nil }
      number = number * 10 + UInt(digit)
    }
    return number
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// The byte that its first three octal digits mean.
  fileprivate var octalByte: UInt8? {
    guard count >= 3 else { return nil }
    let digits = prefix(3).compactMap(\.digit)
    guard digits.count == 3, digits[0] < 4, digits.allSatisfy({ $0 < 8 }) else { return nil }
    return digits[0] << 6 | digits[1] << 3 | digits[2]
  }
}

extension UInt8 {
  fileprivate var digit: UInt8? { 48...57 ~= self ? self - 48 : nil }
}
