// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// The bytes of a policy file, if it is one to obey.
enum PolicyBytes {
  /// The most bytes that a policy has: 16 MiB.
  static let limit = 16_777_216

  /// Reads the file to its end, whatever happens to it meanwhile.
  ///
  /// - Throws: ``PolicyObstacle``.
  static func read(_ path: FilePath) throws(PolicyObstacle) -> [UInt8] {
    let descriptor = try open(path)
    // Nothing is printed before it is closed: it may take the place of a standard stream that the caller has closed.
    defer { close(descriptor) }
    try check(descriptor)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = try checked { Glibc.read(descriptor, &chunk, chunk.count) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    throw .tooLarge
  }

  private static func open(_ path: FilePath) throws(PolicyObstacle) -> CInt {
    // Opening must neither wait for the other end of a FIFO nor make a terminal ours.
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    do {
      return try checked { path.withPlatformString { Glibc.open($0, flags) } }
    } catch .refused(.noSuchAddressOrDevice) {
      // A socket, which cannot be opened, or a device that is not there.
      throw .notRegular
    }
  }

  /// Looks at the file that is open, which another may have replaced under its name by now.
  private static func check(_ descriptor: CInt) throws(PolicyObstacle) {
    var file = stat()
    try checked { fstat(descriptor, &file) }
    guard file.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard file.st_mode & S_IWOTH == 0 else { throw .writableByOthers }
  }

  /// Does what the system does, again where a signal came between.
  @discardableResult
  private static func checked<Result: SignedInteger>(_ call: () -> Result) throws(PolicyObstacle) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let number = errno
      guard number == EINTR else { throw .refused(Errno(rawValue: number)) }
    }
  }
}
