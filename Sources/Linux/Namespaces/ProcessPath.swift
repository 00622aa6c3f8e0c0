// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// A path below the root directory of a process: `/proc/1234/root/run/netns/blue`.
///
/// It leads to files that only the mount namespace of that process has. The process may belong to a container, so the
/// path is resolved as the process itself would resolve it: no link in it leads to a file of the caller's.
package struct ProcessPath: Sendable, Hashable {
  /// The number of the process.
  package let process: Int32
  /// The path as the process sees it, such as `/run/netns/blue`.
  package let inside: FilePath

  /// A path as a process sees it.
  package init(of process: Int32, _ inside: FilePath) {
    self.process = process
    self.inside = inside
  }

  /// The path in a process that a path names; `nil` for any other path.
  package init?(_ path: FilePath) {
    guard let found = path.withPlatformString({ ProcessPath($0) }) else { return nil }
    self = found
  }

  private init?(_ text: UnsafePointer<CChar>) {
    guard strncmp(text, "/proc/", 6) == 0 else { return nil }
    var end: UnsafeMutablePointer<CChar>?
    let number = strtol(text + 6, &end, 10)
    guard text[6] >= CChar(UInt8(ascii: "1")), let end, strncmp(end, "/root/", 6) == 0,
      let process = Int32(exactly: number)
    else { return nil }
    self.process = process
    inside = FilePath(platformString: end + 5)
  }

  /// The path as the caller names it.
  package var path: FilePath { FilePath("/proc/\(process)/root").pushing(FilePath(root: nil, inside.components)) }

  /// Opens the file.
  ///
  /// - Parameter flags: The flags of open(2).
  /// - Returns: The descriptor.
  /// - Throws: `Errno`.
  func open(_ flags: CInt) throws(Errno) -> CInt {
    let root = Glibc.open("/proc/\(process)/root", file_handle_only | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw Errno(rawValue: errno) }
    defer { close(root) }
    var descriptor = inside.withPlatformString { file_open_in_root(root, $0, flags | O_CLOEXEC) }
    if descriptor < 0, errno == EXDEV, inside.starts(with: "/proc") {
      // The kernel resolves no link of /proc/1234/ns this way, and whoever writes such a path means the link.
      descriptor = path.withPlatformString { Glibc.open($0, flags | O_CLOEXEC) }
    }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return descriptor
  }
}
