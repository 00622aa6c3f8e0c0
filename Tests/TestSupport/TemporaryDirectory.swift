// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import SystemPackage

/// Does something with a directory of its own, which is removed afterwards with all that is in it.
public func withTemporaryDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "ipvs-timeout-\(UUID())")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(FilePath(directory.path(percentEncoded: false)))
}

extension FilePath {
  /// Writes a file, with the directories that it takes.
  public func write(_ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: removingLastComponent().string, withIntermediateDirectories: true)
    try text.write(toFile: string, atomically: false, encoding: .utf8)
  }

  /// The text of the file.
  public func text() throws -> String {
    try String(contentsOfFile: string, encoding: .utf8)
  }
}
