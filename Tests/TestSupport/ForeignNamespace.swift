// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc
public import SystemPackage

/// A network namespace that a test creates, with a single process in it.
///
/// This needs root.
///
/// It is not bound anywhere, so nothing is left behind.
public final class ForeignNamespace: Sendable {
  /// The reason why it could not be created.
  public struct NotMade: Error {
    /// The message of unshare(1).
    public let description: String
  }

  /// The number of its process.
  public let process: Int32
  /// The file of the namespace.
  public var path: FilePath { FilePath("/proc/\(process)/ns/net") }
  /// The kernel's name for it, for example `net:[4026531833]`.
  public var link: String { get throws { try FileManager.default.destinationOfSymbolicLink(atPath: path.string) } }

  /// The kernel's name for the namespace of the calling thread.
  public static var own: String {
    get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net") }
  }

  /// Creates a namespace.
  public init() throws {
    let unshare = Process()
    let (input, output) = (Pipe(), Pipe())
    unshare.executableURL = URL(filePath: "/usr/bin/unshare")
    // When this process ends, the other one reads the end of its input and ends, too.
    unshare.arguments = ["--net", "sh", "-c", "echo; exec cat"]
    (unshare.standardInput, unshare.standardOutput, unshare.standardError) = (input, output, output)
    try unshare.run()
    try output.fileHandleForWriting.close()
    let said = output.fileHandleForReading.availableData
    guard said == Data("\n".utf8) else { throw NotMade(description: String(decoding: said, as: UTF8.self)) }
    process = unshare.processIdentifier
    self.unshare = unshare
    self.input = input
  }

  private let unshare: Process
  private let input: Pipe

  deinit {
    kill(process, SIGKILL)
    unshare.waitUntilExit()
  }

  /// The number of open sockets of programs in it.
  public var sockets: Int {
    get throws {
      let text = try FilePath("/proc/\(process)/net/sockstat").text()
      guard let count = text.split(whereSeparator: \.isWhitespace).dropFirst(2).first.flatMap({ Int($0) }) else {
        throw NotMade(description: text)
      }
      return count
    }
  }
}
