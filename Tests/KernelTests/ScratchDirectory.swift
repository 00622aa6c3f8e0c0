// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage

/// A directory in the guest's memory for the files of a test.
struct ScratchDirectory {
  let path: String

  /// The directory of the test that is running.
  @TaskLocal static var current = ScratchDirectory(path: "/dev/null")

  /// Writes a file.
  ///
  /// - Returns: Its path.
  @discardableResult
  func write(_ name: String, _ text: String, mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]) throws
    -> String
  {
    let path = "\(self.path)/\(name)"
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .truncate], permissions: mode)
    try file.closeAfter { _ = try file.writeAll(text.utf8) }
    return path
  }

  /// Writes a shell script that every user may run.
  ///
  /// - Returns: Its path.
  @discardableResult
  func script(_ name: String, _ body: String) throws -> String {
    try write(name, "#!/bin/sh\n\(body)\n", mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
  }

  /// The content of a file; empty if there is no file.
  func text(_ name: String) -> String {
    String(decoding: bytes(name), as: UTF8.self)
  }

  /// The content of a file; empty if there is no file.
  func bytes(_ name: String) -> [UInt8] {
    guard let file = try? FileDescriptor.open(FilePath("\(path)/\(name)"), .readOnly) else { return [] }
    defer { try? file.close() }
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
      Array(buffer[..<((try? file.read(into: buffer)) ?? 0)])
    }
  }
}

/// Makes a scratch directory, and removes it afterwards, whatever happens.
func withScratchDirectory(_ body: @Sendable (ScratchDirectory) async throws -> Void) async throws {
  let path = "/run/test-\(UInt32.random(in: .min ... .max))"
  guard mkdir(path, 0o755) == 0 else { throw Errno(rawValue: errno) }
  let result: Result<Void, any Error>
  do { result = .success(try await body(ScratchDirectory(path: path))) } catch { result = .failure(error) }
  if rmdir(path) != 0 { try await Guest.output(["rm", "-rf", path]) }
  try result.get()
}
