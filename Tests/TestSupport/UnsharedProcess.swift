// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc

/// A process in new namespaces, which ends with the test that made it.
///
/// This requires root.
public final class UnsharedProcess: Sendable {
  /// The reason why it could not be made.
  public struct NotMade: Error {
    /// The message of unshare(1), or of the shell that it ran.
    public let description: String
  }

  /// The number of the process.
  public let number: Int32
  private let unshare: Process
  private let input: Pipe

  /// Starts the process, and waits until its script is done.
  ///
  /// - Parameters:
  ///   - options: The options of unshare(1).
  ///   - script: The commands to run first; they must print nothing.
  ///   - arguments: The arguments of the script, from `$0` on.
  /// - Throws: ``NotMade``, when unshare or the script fails.
  public init(_ options: [String], running script: String = "", _ arguments: [String] = []) throws {
    let unshare = Process()
    let (input, output) = (Pipe(), Pipe())
    unshare.executableURL = URL(filePath: "/usr/bin/unshare")
    // When this process ends, the other one reads the end of its input and ends, too.
    unshare.arguments = options + ["sh", "-c", "\(script)\necho\nexec cat"] + arguments
    (unshare.standardInput, unshare.standardOutput, unshare.standardError) = (input, output, output)
    try unshare.run()
    try output.fileHandleForWriting.close()
    let said = output.fileHandleForReading.availableData
    guard said == Data("\n".utf8) else { throw NotMade(description: String(decoding: said, as: UTF8.self)) }
    number = unshare.processIdentifier
    self.unshare = unshare
    self.input = input
  }

  deinit {
    kill(number, SIGKILL)
    unshare.waitUntilExit()
  }
}
