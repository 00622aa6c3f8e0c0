// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc
public import SystemPackage

/// A network namespace in which only one process lives, made by a test; that takes root.
///
/// It is bound nowhere, so that nothing of it is left behind, whatever happens.
public final class ForeignNamespace: Sendable {
  /// Why there is none.
  public struct NotMade: Error {
    /// What unshare(1) said.
    public let description: String
  }

  /// The number of the process.
  public let process: Int32
  /// The file that the namespace is.
  public var path: FilePath { FilePath("/proc/\(process)/ns/net") }
  /// What the kernel calls it, for example `net:[4026531833]`.
  public var link: String { get throws { try FileManager.default.destinationOfSymbolicLink(atPath: path.string) } }

  /// What the namespace of the calling thread is called.
  public static var own: String {
    get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net") }
  }

  /// Makes one.
  public init() throws {
    let unshare = Process()
    let (input, output) = (Pipe(), Pipe())
    unshare.executableURL = URL(filePath: "/usr/bin/unshare")
    // When this process ends, the other one reads the end of its input.
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

  /// How many sockets there are in it that programs have opened.
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
