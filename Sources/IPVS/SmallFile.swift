// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// A file of the kernel's that fits into one read.
enum SmallFile {
  /// The text of the file, its first 4096 bytes at most; `nil` when it cannot be read.
  static func text(of path: FilePath) -> String? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
    let text = try? file.closeAfter {
      try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
        let count = try file.read(into: buffer)
        return String(decoding: buffer[..<count], as: UTF8.self)
      }
    }
    return text
  }
}
