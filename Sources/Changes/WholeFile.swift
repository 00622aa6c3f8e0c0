// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// A file of any length.
enum WholeFile {
  /// The bytes of the file.
  ///
  /// - Throws: `Errno`, when it cannot be read.
  static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
      return try file.closeAfter { try rest(of: file) }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  /// What is left to read of an open file.
  static func rest(of file: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      while case let count = try file.read(into: buffer), count > 0 { bytes += buffer[..<count] }
    }
    return bytes
  }
}
