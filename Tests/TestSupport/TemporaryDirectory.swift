// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import SystemPackage

/// Runs a body with a temporary directory, which is removed afterwards with its content.
public func withTemporaryDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "ipvs-timeout-\(UUID())")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(FilePath(directory.path(percentEncoded: false)))
}

extension FilePath {
  /// Writes a file, and creates the directories for it.
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
