// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import SystemPackage

/// The files as a process sees them, which may be in a container.
///
/// An absolute link in a container is followed outside of it, which the kernel's /proc cannot help.
public struct ProcessFiles: Sendable {
  private let root: FilePath
  private let directory: FilePath

  /// The files below a root directory, for a process in one of its directories.
  package init(root: FilePath, directory: FilePath) {
    self.root = root
    self.directory = directory
  }

  /// Where a file is that the process calls so.
  ///
  /// - Parameters:
  ///   - path: A path, absolute or relative.
  ///   - directory: Where a relative one begins; `nil` for the directory of the process.
  /// - Returns: Where it is for the caller.
  public func location(of path: String, from directory: FilePath? = nil) -> FilePath {
    path.hasPrefix("/")
      ? root.pushing(FilePath(String(path.drop { $0 == "/" }))) : (directory ?? self.directory).pushing(FilePath(path))
  }

  /// The files that a pattern of the shell's means, in their order.
  public func matches(of pattern: String, from directory: FilePath? = nil) -> [FilePath] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(location(of: pattern, from: directory).string, GLOB_BRACE, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { FilePath(platformString: $0) } }
  }

  /// The text of a file, by where it is.
  ///
  /// - Throws: `Errno`, when it cannot be read or is longer than a mebibyte.
  public func text(at location: FilePath) throws(Errno) -> String { try BoundedFile.text(of: location) }
}
