// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import SystemPackage

/// Which namespace a file is: two files of one namespace have the same device and inode.
public struct NamespaceIdentity: Sendable, Hashable {
  private let device: UInt
  private let inode: UInt

  /// The identity of the file at a path.
  ///
  /// - Throws: `Errno`, when the system does not tell.
  public init(_ path: FilePath) throws(Errno) {
    var file = stat()
    guard path.withPlatformString({ stat($0, &file) }) == 0 else { throw Errno(rawValue: errno) }
    device = file.st_dev
    inode = file.st_ino
  }

  /// The identity that was written as ``text``.
  package init?(text: String) {
    let numbers = text.split(separator: ":").compactMap { UInt($0) }
    guard numbers.count == 2 else { return nil }
    (device, inode) = (numbers[0], numbers[1])
  }

  /// The identity as text that can be read again.
  package var text: String { "\(device):\(inode)" }
}

extension NamespaceIdentity: CustomStringConvertible {
  /// The network namespace as the kernel names it: `net:[4026531840]`.
  public var description: String { "net:[\(inode)]" }
}
