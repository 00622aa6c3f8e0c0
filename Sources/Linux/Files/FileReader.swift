// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Reads files and directories.
package enum FileReader {
  /// The beginning of a file that the kernel generates, read in one system call.
  ///
  /// - Parameters:
  ///   - path: A file such as those in `/proc`.
  ///   - limit: How many bytes to read at most. The rest is left out.
  /// - Returns: The text; bytes that are not UTF-8 become U+FFFD.
  /// - Throws: `Errno`, when it cannot be read.
  package static func kernelText(of path: FilePath, atMost limit: Int = 4096) throws(Errno) -> String {
    try withFile(path, [.closeOnExec]) { file in
      try withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { buffer in
        let count = try file.read(into: buffer)
        return String(decoding: buffer[..<count], as: UTF8.self)
      }
    }
  }

  /// The whole content of a file.
  ///
  /// Opening never waits, for example for the other end of a FIFO, and never makes a terminal the controlling one.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: How many bytes the file may have.
  ///   - options: More options for opening it, such as `.noFollow`.
  ///   - isWanted: Whether the open descriptor leads to the file that is meant.
  /// - Returns: All of its bytes.
  /// - Throws: `Errno`; `.fileTooLarge` when it is longer, `.staleNFSFileHandle` when it is not the wanted file.
  package static func bytes(
    of path: FilePath, atMost limit: Int, options: FileDescriptor.OpenOptions = [],
    where isWanted: (CInt) -> Bool = { _ in true }
  ) throws(Errno) -> [UInt8] {
    try withFile(path, options.union([.closeOnExec, .nonBlocking, .init(rawValue: O_NOCTTY)])) { file in
      guard isWanted(file.rawValue) else { throw Errno.staleNFSFileHandle }
      return try rest(of: file, atMost: limit)
    }
  }

  /// The rest of an open file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - limit: How many bytes may be left.
  /// - Returns: The bytes up to its end.
  /// - Throws: `Errno`; `.fileTooLarge` when there are more.
  package static func rest(of file: FileDescriptor, atMost limit: Int) throws(Errno) -> [UInt8] {
    do {
      var bytes: [UInt8] = []
      try withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
        while case let count = try file.read(into: buffer), count > 0 {
          bytes += buffer[..<count]
          guard bytes.count <= limit else { throw Errno.fileTooLarge }
        }
      }
      return bytes
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  /// The names in a directory, in the order of the system, without `.` and `..`.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - limit: How many names there may be.
  /// - Returns: The names.
  /// - Throws: `Errno`, when it cannot be read to the end; `.fileTooLarge` when it has more names.
  package static func names(
    in directory: FilePath, atMost limit: Int = .max
  ) throws(Errno) -> [FilePath.Component] {
    var names: [FilePath.Component] = []
    try visitNames(in: directory) { name throws(Errno) in
      guard let name = FilePath.Component(platformString: name), name.kind == .regular else { return }
      guard names.count < limit else { throw .fileTooLarge }
      names.append(name)
    }
    return names
  }

  /// Visits each name in a directory, in the order of the system, with `.` and `..`.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - body: What to do with a name, which ends in NUL and is gone afterwards.
  /// - Throws: `Errno`, when it cannot be read to the end, and the error of `body`.
  static func visitNames(
    in directory: FilePath, _ body: (UnsafePointer<CChar>) throws(Errno) -> Void
  ) throws(Errno) {
    guard let stream = directory.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
    defer { closedir(stream) }
    errno = 0
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
      try body((UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
      errno = 0
    }
    guard errno == 0 else { throw Errno(rawValue: errno) }
  }

  /// The target of a symbolic link; `nil` if it is not a link or cannot be read.
  package static func linkTarget(of link: FilePath) -> String? {
    withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
      guard let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return nil }
      let count = link.withPlatformString { readlink($0, start, buffer.count) }
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
  }

  private static func withFile<Value>(
    _ path: FilePath, _ options: FileDescriptor.OpenOptions, _ body: (FileDescriptor) throws -> Value
  ) throws(Errno) -> Value {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: options)
      return try file.closeAfter { try body(file) }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}
