// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// A file of the kernel's that fits into one read.
package enum SmallFile {
  /// The text of the file, its first 4096 bytes at most unless more are asked for; `nil` when it cannot be read.
  package static func text(of path: FilePath, most: Int = 4096) -> String? { try? read(path, most: most) }

  /// The text of the file, its first 4096 bytes at most unless more are asked for.
  ///
  /// - Throws: `Errno`, when it cannot be read.
  package static func read(_ path: FilePath, most: Int = 4096) throws(Errno) -> String {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        try withUnsafeTemporaryAllocation(byteCount: most, alignment: 1) { buffer in
          let count = try file.read(into: buffer)
          return String(decoding: buffer[..<count], as: UTF8.self)
        }
      }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}
