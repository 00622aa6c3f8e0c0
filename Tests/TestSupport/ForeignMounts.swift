// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc
public import SystemPackage

/// A process with its own mount namespace, made by a test; that requires root.
///
/// Its mounts end with it, whatever happens.
public final class ForeignMounts: Sendable {
  /// Why there is none.
  public struct NotMade: Error {
    /// What the shell said.
    public let description: String
  }

  /// The number of the process.
  public let process: Int32
  private let unshare: Process
  private let input: Pipe

  /// Starts the process.
  ///
  /// - Parameters:
  ///   - directory: The directory in which only this process sees files.
  ///   - script: What it does there before anything else. In it, `bind FILE` makes a network namespace and binds it.
  /// - Throws: ``NotMade``, when the script fails.
  public init(in directory: FilePath, _ script: String) throws {
    let unshare = Process()
    let (input, output) = (Pipe(), Pipe())
    let preparation = """
      set -eu
      bind() { : > "$1"; unshare --net mount --bind /proc/self/ns/net "$1"; }
      mount -t tmpfs none "$0"
      cd "$0"

      """
    unshare.executableURL = URL(filePath: "/usr/bin/unshare")
    // When this process ends, the other one reads the end of its input.
    unshare.arguments = ["--mount", "sh", "-c", "\(preparation)\(script)\necho\nexec cat", directory.string]
    (unshare.standardInput, unshare.standardOutput, unshare.standardError) = (input, output, output)
    try unshare.run()
    try output.fileHandleForWriting.close()
    let said = output.fileHandleForReading.availableData
    guard said == Data("\n".utf8) else { throw NotMade(description: String(decoding: said, as: UTF8.self)) }
    process = unshare.processIdentifier
    self.unshare = unshare
    self.input = input
  }

  deinit {
    kill(process, SIGKILL)
    unshare.waitUntilExit()
  }

  /// The path of a file that the process sees.
  public func path(_ inside: FilePath) -> FilePath { FilePath("/proc/\(process)/root\(inside.string)") }
}
