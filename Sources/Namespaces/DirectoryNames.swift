// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import SystemPackage

/// The names in a directory, in the order in which the system gives them, without `.` and `..`.
public enum DirectoryNames {
  /// Reads a directory.
  ///
  /// - Throws: `Errno`, when it cannot be read to its end.
  public static func all(in directory: FilePath) throws(Errno) -> [FilePath.Component] {
    guard let stream = directory.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
    defer { closedir(stream) }
    var names: [FilePath.Component] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          characters.baseAddress.flatMap { FilePath.Component(platformString: $0) }
        }
      }
      if let name, name.kind == .regular { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw Errno(rawValue: errno) }
    return names
  }
}
