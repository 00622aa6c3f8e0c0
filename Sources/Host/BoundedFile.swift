// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// A file that others have written, of which no more than a mebibyte is read.
package enum BoundedFile {
  private static let limit = 1_048_576

  /// The text of the file.
  ///
  /// - Throws: `Errno`, when it cannot be read or is longer.
  package static func text(of path: FilePath) throws(Errno) -> String {
    do {
      // Opening must not wait for the other end of a FIFO.
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      return try file.closeAfter {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
          let chunk = try [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
          }
          if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
          bytes += chunk
        }
        throw Errno.fileTooLarge
      }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}
