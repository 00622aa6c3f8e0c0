// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import SystemPackage

/// A network namespace that a test creates, with a single process in it.
///
/// This needs root.
///
/// It is not bound anywhere, so nothing is left behind.
public final class ForeignNamespace: Sendable {
  /// The number of its process.
  public var process: Int32 { unshared.number }
  /// The file of the namespace.
  public var path: FilePath { FilePath("/proc/\(process)/ns/net") }
  /// The kernel's name for it, for example `net:[4026531833]`.
  public var link: String { get throws { try FileManager.default.destinationOfSymbolicLink(atPath: path.string) } }

  /// The kernel's name for the namespace of the calling thread.
  public static var own: String {
    get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net") }
  }

  private let unshared: UnsharedProcess

  /// Creates a namespace.
  ///
  /// - Throws: ``UnsharedProcess/NotMade``.
  public init() throws {
    unshared = try UnsharedProcess(["--net"])
  }

  /// The error for a file without a count.
  private struct NoCount: Error {
    let text: String
  }

  /// The number of open sockets of programs in it.
  public var sockets: Int {
    get throws {
      let text = try FilePath("/proc/\(process)/net/sockstat").text()
      guard let count = text.split(whereSeparator: \.isWhitespace).dropFirst(2).first.flatMap({ Int($0) }) else {
        throw NoCount(text: text)
      }
      return count
    }
  }
}
